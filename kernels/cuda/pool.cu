// Max pooling and its gradient.
// src, dst: dense (N, H, W, C) f32; small: dense (N, oH, oW, C). Padding never wins; the first
// largest element of a window in row-major order takes the gradient; a NaN wins.
#include "cuda/device.cuh"

struct Pool {
  int n, c, h, w, oh, ow, kh, kw, strideH, strideW, padTop, padLeft;
};

namespace {

// The position in the picture of the element that wins under the window at (y, x).
__device__ __forceinline__ int winner(const Pool &p, const float *image, int y, int x, int c) {
  const int top = y * p.strideH - p.padTop, left = x * p.strideW - p.padLeft;
  int at = -1;
  float best = 0;
  for (int h = max(0, top); h < min(p.h, top + p.kh); ++h)
    for (int w = max(0, left); w < min(p.w, left + p.kw); ++w) {
      const float v = image[((long long)h * p.w + w) * p.c + c];
      if (at < 0 || v > best || (v != v && best == best)) {
        best = v;
        at = h * p.w + w;
      }
    }
  return at;
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) max_pool(Pool p, const float *src, float *dst) {
  const long long total = (long long)p.n * p.oh * p.ow * p.c;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int c = (int)(i % p.c);
    long long rest = i / p.c;
    const int x = (int)(rest % p.ow);
    rest /= p.ow;
    const int y = (int)(rest % p.oh);
    const float *image = src + rest / p.oh * p.h * p.w * p.c;
    dst[i] = image[(long long)winner(p, image, y, x, c) * p.c + c];
  }
}
CHL_INDEPENDENT(max_pool)

// One thread for each element of src, which asks every window above it who has won: nothing is
// added by two threads, so the order of sums is fixed.
extern "C" __global__ void __launch_bounds__(256)
    max_pool_grad(Pool p, const float *src, const float *small, float *dst) {
  const long long total = (long long)p.n * p.h * p.w * p.c;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int c = (int)(i % p.c);
    long long rest = i / p.c;
    const int w = (int)(rest % p.w);
    rest /= p.w;
    const int h = (int)(rest % p.h);
    const long long n = rest / p.h;
    const float *image = src + n * p.h * p.w * p.c;
    const int y0 = max(0, (h + p.padTop - p.kh + p.strideH) / p.strideH);
    const int x0 = max(0, (w + p.padLeft - p.kw + p.strideW) / p.strideW);
    float sum = 0;
    for (int y = y0; y < p.oh && y * p.strideH - p.padTop <= h; ++y)
      for (int x = x0; x < p.ow && x * p.strideW - p.padLeft <= w; ++x)
        if (winner(p, image, y, x, c) == h * p.w + w)
          sum += small[((n * p.oh + y) * p.ow + x) * p.c + c];
    dst[i] = sum;
  }
}
CHL_INDEPENDENT(max_pool_grad)
