// The weight of a transposed convolution with strides, apart for each class of pixels that the same
// taps reach (conv_tile.cu): what a library takes as the weight of a convolution without strides.
//
// src (O, kH * kW, unit); dst: for each class (O, its taps, unit), one behind the other, not in
// place; a unit is C / groups channels in blocks of 16 bytes. taps: for each class, where its taps
// begin in the list behind, and once more where the last end.
#include "cuda/device.cuh"

struct alignas(16) Chunk {
  unsigned words[4];
};

extern "C" __global__ void __launch_bounds__(256)
    conv_parity(const int *taps, const Chunk *src, Chunk *dst, int classes, int o, int all,
                int unit) {
  const long long total = (long long)taps[classes] * o * unit;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    int k = 0;
    while (i >= (long long)taps[k + 1] * o * unit) ++k;
    const int count = taps[k + 1] - taps[k];
    const long long row = i / unit - (long long)taps[k] * o;
    const int tap = taps[classes + 1 + taps[k] + row % count];
    dst[i] = src[(row / count * all + tap) * unit + i % unit];
  }
}
CHL_INDEPENDENT(conv_parity)
