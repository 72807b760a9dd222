// What convolution kernels share: the problem, and elements of either format.
#pragma once
#include "cuda/device.cuh"

// large (N, H, W, C), small (N, oH, oW, O), weight (O, kH, kW, C / groups), each f32 or bf16.
// ih = oh * strideH - padTop + kh * dilationH, iw alike.
// halfLarge, halfSmall, halfWeight: which are bf16.
struct Conv {
  int n, c, h, w, o, oh, ow, kh, kw, groups;
  int strideH, strideW, dilationH, dilationW, padTop, padLeft;
  int halfLarge, halfSmall, halfWeight;
};

namespace conv {

__device__ __forceinline__ float load(const void *base, int half, long long i) {
  return half ? chl_float((int)((unsigned)static_cast<const unsigned short *>(base)[i] << 16))
              : static_cast<const float *>(base)[i];
}

__device__ __forceinline__ void store(void *base, int half, long long i, float value) {
  if (half)
    static_cast<unsigned short *>(base)[i] = chl_bfloat16(value);
  else
    static_cast<float *>(base)[i] = value;
}

}  // namespace conv
