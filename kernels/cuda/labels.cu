// INT32 values: labels and counters.
#include "cuda/device.cuh"

// src: n labels; dst: (n, classes) f32; a label outside gives a row of zeros.
extern "C" __global__ void __launch_bounds__(256)
    one_hot(const int *src, float *dst, long long n, int classes) {
  for (long long i = CHL_FIRST; i < n * classes; i += CHL_STEP)
    dst[i] = src[i / classes] == i % classes ? 1.f : 0.f;
}
CHL_INDEPENDENT(one_hot)

extern "C" __global__ void __launch_bounds__(256)
    to_float(const int *src, float *dst, long long n) {
  for (long long i = CHL_FIRST; i < n; i += CHL_STEP) dst[i] = (float)src[i];
}
CHL_INDEPENDENT(to_float)

// Wraps around as 32-bit integers do; in place is safe.
extern "C" __global__ void __launch_bounds__(256) increment(const int *src, int *dst, long long n) {
  for (long long i = CHL_FIRST; i < n; i += CHL_STEP) dst[i] = (int)((unsigned)src[i] + 1u);
}
CHL_INDEPENDENT(increment)
