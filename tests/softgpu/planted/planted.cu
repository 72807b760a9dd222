// Kernels for the test that plants mistakes: each is right or wrong by how it is launched, but for
// the three whose mistake stands in them. Compiled as users compile theirs.

// src, dst: n f32.
extern "C" __global__ void plus_one(const float *src, float *dst, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    dst[i] = src[i] + 1.f;
}
SOFTGPU_EXPORT(plus_one, true)

extern "C" __global__ void divergent_barrier(float *dst) {
  if (threadIdx.x < 16) __syncthreads();
  dst[threadIdx.x] = 1.f;
}
SOFTGPU_EXPORT(divergent_barrier, false)

extern "C" __global__ void divergent_shuffle(float *dst) {
  float sum = 1.f;
  if (threadIdx.x % 32) sum += __shfl_xor_sync(~0u, sum, 1);
  dst[threadIdx.x] = sum;
}
SOFTGPU_EXPORT(divergent_shuffle, false)

// Declared as one whose threads never wait for each other.
extern "C" __global__ void barrier_of_independents(float *dst) {
  dst[threadIdx.x] = 1.f;
  __syncthreads();
}
SOFTGPU_EXPORT(barrier_of_independents, true)
