// Linear maps over pictures that go along rows and columns apart: sums under windows, resampling,
// and the transposes of both.
// src: dense (N, H, W, C) f32; dst: dense (N, oH, oW, C), not in place.
// Each element of the result is one thread's, which sums in the order of the taps: rows inside,
// columns outside.
#include "cuda/device.cuh"

// Element i of the result is the sum of elements at[t] of the operand times weight[t], for t from
// from[i] to before from[i + 1].
struct Taps {
  const int *from, *at;
  const float *weight;
};

extern "C" __global__ void __launch_bounds__(256)
    separable(const float *src, float *dst, long long total, int c, int h, int w, int oh, int ow,
              Taps rows, Taps columns) {
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    long long rest = i / c;
    const int x = (int)(rest % ow);
    rest /= ow;
    const int y = (int)(rest % oh);
    const float *image = src + rest / oh * h * w * c + i % c;
    float sum = 0;
    for (int k = columns.from[x]; k < columns.from[x + 1]; ++k) {
      float column = 0;
      for (int r = rows.from[y]; r < rows.from[y + 1]; ++r)
        column += rows.weight[r] * image[((long long)rows.at[r] * w + columns.at[k]) * c];
      sum += columns.weight[k] * column;
    }
    dst[i] = sum;
  }
}
CHL_INDEPENDENT(separable)
