// Linear maps over pictures that go along rows and columns apart: sums under windows, resampling,
// and the transposes of both.
// src: dense (N, H, W, C) f32; dst: dense (N, oH, oW, C), not in place.
// Each row of the result is made by one thread: first the sum of rows of the operand, W * C at a
// time, then from it element by element. So the bits do not depend on the number of threads.
#include <omp.h>

#include "host/table.h"

namespace CHLADNI_ISA {

// d = sum of weighted stretches of length n, which begin `stride` apart.
static inline void sum(const Taps &taps, long i, const float *x, long stride, long n,
                       float *__restrict d) {
  const int first = taps.from[i], end = taps.from[i + 1];
  if (first == end) {
    for (long k = 0; k < n; ++k) d[k] = 0.f;
    return;
  }
  const float w = taps.weight[first];
  const float *y = x + taps.at[first] * stride;
  for (long k = 0; k < n; ++k) d[k] = w * y[k];
  for (int t = first + 1; t < end; ++t) {
    const float v = taps.weight[t];
    const float *z = x + taps.at[t] * stride;
    for (long k = 0; k < n; ++k) d[k] += v * z[k];
  }
}

static void rows(const Separable &s, long from, long to, float *row) {
  for (long task = from; task < to; ++task) {
    const long n = task / s.oh, oh = task % s.oh;
    sum(s.rows, oh, s.src + n * s.h * s.w * s.c, s.w * s.c, s.w * s.c, row);
    float *d = s.dst + task * s.ow * s.c;
    for (long ow = 0; ow < s.ow; ++ow) sum(s.columns, ow, row, s.c, s.c, d + ow * s.c);
  }
}

void separable(const Separable &s) {
  const long tasks = s.n * s.oh;
  if (s.threads <= 1 || tasks < 2) {
    rows(s, 0, tasks, s.row);
    return;
  }
#pragma omp parallel num_threads(s.threads)
  {
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    rows(s, tasks * t / n, tasks * (t + 1) / n, s.row + t * s.rowStride);
  }
}

}  // namespace CHLADNI_ISA
