// Max pooling, its gradient, and the transpose of that: what stands where the maxima are.
// src, values and the larger side: dense (N, H, W, C) f32. The smaller side is dense (N, oH, oW, C)
// or (N, C, oH, oW). Padding never wins; the first largest element of a window in row-major order
// takes the gradient; a NaN wins.
#include "cuda/device.cuh"

// channelsLast: whether the smaller side is (N, oH, oW, C).
struct Pool {
  int n, c, h, w, oh, ow, kh, kw;
  int strideH, strideW, padTop, padLeft, dilationH, dilationW, channelsLast;
};

namespace {

// Where a window's first element inside the picture lies along an axis.
__device__ __forceinline__ int inside(int at, int dilation) {
  return at >= 0 ? at : at + (dilation - 1 - at) / dilation * dilation;
}

// The position in the picture of the element that wins under the window at (y, x).
__device__ __forceinline__ long long winner(const Pool &p, const float *image, int y, int x,
                                            int c) {
  const int top = y * p.strideH - p.padTop, left = x * p.strideW - p.padLeft;
  const int bottom = min(p.h, top + (p.kh - 1) * p.dilationH + 1);
  const int right = min(p.w, left + (p.kw - 1) * p.dilationW + 1);
  long long at = -1;
  float best = 0;
  for (int h = inside(top, p.dilationH); h < bottom; h += p.dilationH)
    for (int w = inside(left, p.dilationW); w < right; w += p.dilationW) {
      const long long pixel = (long long)h * p.w + w;
      const float v = image[pixel * p.c + c];
      if (at < 0 || v > best || (v != v && best == best)) {
        best = v;
        at = pixel;
      }
    }
  return at;
}

// Element (n, c, y, x) of the smaller side.
__device__ __forceinline__ long long small(const Pool &p, long long n, int c, int y, int x) {
  const long long plane = (long long)p.oh * p.ow, pixel = (long long)y * p.ow + x;
  return n * plane * p.c + (p.channelsLast ? pixel * p.c + c : c * plane + pixel);
}

// The values that stand where the largest elements of src do.
__device__ __forceinline__ void pick(const Pool &p, const float *src, const float *values,
                                     float *dst) {
  const long long total = (long long)p.n * p.oh * p.ow * p.c;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int c = (int)(i % p.c);
    long long rest = i / p.c;
    const int x = (int)(rest % p.ow);
    rest /= p.ow;
    const int y = (int)(rest % p.oh);
    const long long n = rest / p.oh, image = n * p.h * p.w * p.c;
    const long long at = winner(p, src + image, y, x, c);
    dst[small(p, n, c, y, x)] = values[image + at * p.c + c];
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) max_pool(const float *src, float *dst, Pool p) {
  pick(p, src, src, dst);
}
CHL_INDEPENDENT(max_pool)

extern "C" __global__ void __launch_bounds__(256)
    max_pool_pick(const float *src, const float *values, float *dst, Pool p) {
  pick(p, src, values, dst);
}
CHL_INDEPENDENT(max_pool_pick)

// One thread for each element of src, which asks every window above it who has won: nothing is
// added by two threads, so the order of sums is fixed.
extern "C" __global__ void __launch_bounds__(256)
    max_pool_grad(const float *src, const float *gradient, float *dst, Pool p) {
  const long long total = (long long)p.n * p.h * p.w * p.c;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int c = (int)(i % p.c);
    long long rest = i / p.c;
    const int w = (int)(rest % p.w);
    rest /= p.w;
    const int h = (int)(rest % p.h);
    const long long n = rest / p.h;
    const float *image = src + n * p.h * p.w * p.c;
    // The first windows that end at this element or behind it.
    const int y0 = max(0, (h + p.padTop - (p.kh - 1) * p.dilationH + p.strideH - 1) / p.strideH);
    const int x0 = max(0, (w + p.padLeft - (p.kw - 1) * p.dilationW + p.strideW - 1) / p.strideW);
    float sum = 0;
    for (int y = y0; y < p.oh && y * p.strideH - p.padTop <= h; ++y)
      for (int x = x0; x < p.ow && x * p.strideW - p.padLeft <= w; ++x)
        if (winner(p, image, y, x, c) == (long long)h * p.w + w)
          sum += gradient[small(p, n, c, y, x)];
    dst[i] = sum;
  }
}
CHL_INDEPENDENT(max_pool_grad)
