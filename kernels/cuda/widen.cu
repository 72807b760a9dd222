// bf16 to f32, exactly: results that a library leaves in 16 bits. src: n bf16; dst: n f32, not in
// place.
#include "cuda/device.cuh"

extern "C" __global__ void __launch_bounds__(256)
    widen(const unsigned short *src, float *dst, long long n) {
  for (long long i = CHL_FIRST; i < n; i += CHL_STEP)
    dst[i] = chl_float((int)((unsigned)src[i] << 16));
}
CHL_INDEPENDENT(widen)
