// Log-softmax along rows, and dropout.
// logSoftmax: src, dst dense f32; in place is safe.
// dropout: src, dst dense f32 in one layout; in place is safe. The mask follows the logical index
// (n, c, plane) whatever the layout, as graph/Dropout.java states.
#include <omp.h>

#include "formulas.h"
#include "host/table.h"
#include "philox.h"

namespace CHLADNI_ISA {

static void softmax_rows(const Rows &r, long from, long to) {
  for (long row = from; row < to; ++row) {
    long o = row / r.inner, i = row % r.inner;
    const float *x = r.src + o * r.length * r.inner + i;
    float *y = r.dst + o * r.length * r.inner + i;
    const long s = r.inner, n = r.length;
    float m = x[0];
    for (long k = 1; k < n; ++k) m = chl_max(x[k * s], m);
    double sum = 0;
    for (long k0 = 0; k0 < n; k0 += 256) {
      float e[256];
      long b = n - k0 < 256 ? n - k0 : 256;
      if (s == 1)
        for (long k = 0; k < b; ++k) e[k] = chl_exp(x[k0 + k] - m);
      else
        for (long k = 0; k < b; ++k) e[k] = chl_exp(x[(k0 + k) * s] - m);
      for (long k = 0; k < b; ++k) sum += e[k];
    }
    // The logarithm of a double that is at least 1: its float part and the rest.
    float head = (float)sum;
    float tail = (float)((sum - (double)head) / sum);
    float shift = chl_log(head) + tail;
    for (long k = 0; k < n; ++k) y[k * s] = (x[k * s] - m) - shift;
  }
}

void logSoftmax(const Rows &r) {
  long rows = r.outer * r.inner;
  if (r.threads <= 1) {
    softmax_rows(r, 0, rows);
    return;
  }
#pragma omp parallel num_threads(r.threads)
  {
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    softmax_rows(r, rows * t / n, rows * (t + 1) / n);
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
