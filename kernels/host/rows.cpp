// Log-softmax along rows, and dropout.
// logSoftmax: src, dst dense f32; in place is safe.
// dropout: src, dst dense f32 in one layout; in place is safe. The mask follows the logical index
// (n, c, plane) whatever the layout, as graph/Dropout.java states.
#include <omp.h>

#include "formulas.h"
#include "host/table.h"
#include "philox.h"

namespace CHLADNI_ISA {

// The logarithm of a sum that is at least 1: of its float part and the rest.
static inline float log_of(double sum) {
  float head = (float)sum;
  return chl_log(head) + (float)((sum - (double)head) / sum);
}

static void softmax_rows(const Rows &r, long from, long to) {
  const long n = r.length;
  for (long row = from; row < to; ++row) {
    const float *x = r.src + row * n;
    float *y = r.dst + row * n;
    float m = x[0];
    for (long k = 1; k < n; ++k) m = chl_max(x[k], m);
    double sum = 0;
    for (long k0 = 0; k0 < n; k0 += 256) {
      float e[256];
      long b = n - k0 < 256 ? n - k0 : 256;
      for (long k = 0; k < b; ++k) e[k] = chl_exp(x[k0 + k] - m);
      for (long k = 0; k < b; ++k) sum += e[k];
    }
    float shift = log_of(sum);
    for (long k = 0; k < n; ++k) y[k] = (x[k] - m) - shift;
  }
}

// Rows whose elements lie apart: neighbours are taken together, so that loads stay whole.
static void softmax_columns(const Rows &r, long from, long to) {
  enum { WIDTH = 64 };
  const long s = r.inner, n = r.length;
  for (long row = from, b; row < to; row += b) {
    long o = row / s, i = row % s;
    b = s - i < to - row ? s - i : to - row;
    b = b < WIDTH ? b : WIDTH;
    const float *x = r.src + o * n * s + i;
    float *y = r.dst + o * n * s + i;
    float m[WIDTH], shift[WIDTH];
    double sum[WIDTH];
    for (long c = 0; c < b; ++c) m[c] = x[c], sum[c] = 0;
    for (long k = 1; k < n; ++k)
      for (long c = 0; c < b; ++c) m[c] = chl_max(x[k * s + c], m[c]);
    for (long k = 0; k < n; ++k)
      for (long c = 0; c < b; ++c) sum[c] += chl_exp(x[k * s + c] - m[c]);
    for (long c = 0; c < b; ++c) shift[c] = log_of(sum[c]);
    for (long k = 0; k < n; ++k)
      for (long c = 0; c < b; ++c) y[k * s + c] = (x[k * s + c] - m[c]) - shift[c];
  }
}

void logSoftmax(const Rows &r) {
  long rows = r.outer * r.inner;
  auto body = r.inner == 1 ? softmax_rows : softmax_columns;
  if (r.threads <= 1) {
    body(r, 0, rows);
    return;
  }
#pragma omp parallel num_threads(r.threads)
  {
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    body(r, rows * t / n, rows * (t + 1) / n);
  }
}

static inline void four_words(const Mask &m, unsigned counter, unsigned long long quad,
                              unsigned &w0, unsigned &w1, unsigned &w2, unsigned &w3) {
  w0 = (unsigned)quad;
  w1 = (unsigned)(quad >> 32);
  w2 = counter;
  w3 = m.stream;
  chl_philox4x32_10(w0, w1, w2, w3, m.seedLow, m.seedHigh);
}

// Channels last, plane a multiple of 4: four neighbours of one channel share a counter.
static void dropout_quads(const Mask &m, unsigned counter, long from, long to) {
  const long quads = m.plane / 4, c = m.c;
  for (long task = from; task < to; ++task) {
    long n = task / quads, q = task % quads;
    long base = (n * m.plane + 4 * q) * c;
    const float *x = m.src + base;
    float *y = m.dst + base;
#pragma GCC ivdep
    for (long k = 0; k < c; ++k) {
      unsigned w0, w1, w2, w3;
      four_words(m, counter, (unsigned long long)((n * c + k) * quads + q), w0, w1, w2, w3);
      float x0 = x[k] * m.scale, x1 = x[c + k] * m.scale;
      float x2 = x[2 * c + k] * m.scale, x3 = x[3 * c + k] * m.scale;
      y[k] = (w0 >> 8) >= m.threshold ? x0 : 0.f;
      y[c + k] = (w1 >> 8) >= m.threshold ? x1 : 0.f;
      y[2 * c + k] = (w2 >> 8) >= m.threshold ? x2 : 0.f;
      y[3 * c + k] = (w3 >> 8) >= m.threshold ? x3 : 0.f;
    }
  }
}

// Any layout, one element at a time, a tile of words at a time in row-major order.
static void dropout_each(const Mask &m, unsigned counter, long from, long to) {
  unsigned word[4] = {0, 0, 0, 0};
  long held = -1;
  for (long i = from; i < to; ++i) {
    if (i / 4 != held) {
      held = i / 4;
      four_words(m, counter, (unsigned long long)held, word[0], word[1], word[2], word[3]);
    }
    long at = i;
    if (m.channelsLast) {
      long j = i % m.plane, nc = i / m.plane;
      at = (nc / m.c * m.plane + j) * m.c + nc % m.c;
    }
    m.dst[at] = (word[i % 4] >> 8) >= m.threshold ? m.src[at] * m.scale : 0.f;
  }
}

void dropout(const Mask &m) {
  unsigned counter = (unsigned)*m.counter;
  bool quads = m.channelsLast && m.plane % 4 == 0;
  long tasks = quads ? m.n * (m.plane / 4) : m.n * m.c * m.plane;
  if (m.threads <= 1) {
    (quads ? dropout_quads : dropout_each)(m, counter, 0, tasks);
    return;
  }
#pragma omp parallel num_threads(m.threads)
  {
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    (quads ? dropout_quads : dropout_each)(m, counter, tasks * t / n, tasks * (t + 1) / n);
  }
}

}  // namespace CHLADNI_ISA
