// Max pooling, its gradient, and the transpose of that: what stands where the maxima are.
// All dense f32 and channels-last, but for the smaller side, which may be row-major: see table.h.
// Padding never wins; the first largest element of a window in row-major order takes the gradient;
// a NaN wins. Threads split the batch and blocks of channels, so that windows that overlap never
// race.
#include <omp.h>

#include "formulas.h"
#include "host/table.h"

namespace CHLADNI_ISA {

static const long kBlock = 64;

struct Window {
  long h0, h1, w0, w1;
};

static inline Window window(const Pool &p, long oh, long ow) {
  Window v;
  v.h0 = oh * p.strideH - p.padTop;
  v.w0 = ow * p.strideW - p.padLeft;
  v.h1 = v.h0 + (p.kh - 1) * p.dilationH + 1;
  v.w1 = v.w0 + (p.kw - 1) * p.dilationW + 1;
  while (v.h0 < 0) v.h0 += p.dilationH;
  while (v.w0 < 0) v.w0 += p.dilationW;
  if (v.h1 > p.h) v.h1 = p.h;
  if (v.w1 > p.w) v.w1 = p.w;
  return v;
}

static inline void largest(const Pool &p, const float *image, const Window &v, long c0, long n,
                           float *best, int *at) {
  bool first = true;
  for (long h = v.h0; h < v.h1; h += p.dilationH)
    for (long w = v.w0; w < v.w1; w += p.dilationW) {
      const float *x = image + (h * p.w + w) * p.c + c0;
      int here = (int)(h * p.w + w);
      if (first) {
        for (long c = 0; c < n; ++c) best[c] = x[c], at[c] = here;
        first = false;
        continue;
      }
      for (long c = 0; c < n; ++c) {
        bool wins = (x[c] > best[c]) | ((x[c] != x[c]) & (best[c] == best[c]));
        best[c] = wins ? x[c] : best[c];
        at[c] = wins ? here : at[c];
      }
    }
}

template <bool pick>
static void forward(const Pool &p, long from, long to) {
  float best[kBlock];
  int at[kBlock];
  for (long row = from; row < to; ++row) {
    long n = row / p.oh, oh = row % p.oh;
    const float *image = p.src + n * p.h * p.w * p.c;
    for (long ow = 0; ow < p.ow; ++ow) {
      Window v = window(p, oh, ow);
      float *d = p.dst + n * p.oh * p.ow * p.c + (oh * p.ow + ow) * p.pixel;
      for (long c0 = 0; c0 < p.c; c0 += kBlock) {
        long m = p.c - c0 < kBlock ? p.c - c0 : kBlock;
        largest(p, image, v, c0, m, best, at);
        const float *values = pick ? p.values + n * p.h * p.w * p.c + c0 : nullptr;
        for (long c = 0; c < m; ++c)
          d[(c0 + c) * p.channel] = pick ? values[at[c] * p.c + c] : best[c];
      }
    }
  }
}

static void backward(const Pool &p, long from, long to) {
  float best[kBlock];
  int at[kBlock];
  long blocks = (p.c + kBlock - 1) / kBlock;
  for (long task = from; task < to; ++task) {
    long n = task / blocks, c0 = task % blocks * kBlock;
    long m = p.c - c0 < kBlock ? p.c - c0 : kBlock;
    const float *image = p.src + n * p.h * p.w * p.c;
    float *d = p.dst + n * p.h * p.w * p.c + c0;
    for (long i = 0; i < p.h * p.w; ++i)
      for (long c = 0; c < m; ++c) d[i * p.c + c] = 0.f;
    for (long oh = 0; oh < p.oh; ++oh)
      for (long ow = 0; ow < p.ow; ++ow) {
        const float *g =
            p.values + n * p.oh * p.ow * p.c + (oh * p.ow + ow) * p.pixel + c0 * p.channel;
        largest(p, image, window(p, oh, ow), c0, m, best, at);
        for (long c = 0; c < m; ++c) d[at[c] * p.c + c] += g[c * p.channel];
      }
  }
}

template <void (*body)(const Pool &, long, long)>
static inline void share(const Pool &p, long tasks) {
  if (p.threads <= 1 || tasks < 2) {
    body(p, 0, tasks);
    return;
  }
#pragma omp parallel num_threads(p.threads)
  {
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    body(p, tasks * t / n, tasks * (t + 1) / n);
  }
}

void maxPool(const Pool &p) { share<forward<false>>(p, p.n * p.oh); }

void maxPoolPick(const Pool &p) { share<forward<true>>(p, p.n * p.oh); }

void maxPoolGrad(const Pool &p) { share<backward>(p, p.n * ((p.c + kBlock - 1) / kBlock)); }

}  // namespace CHLADNI_ISA
