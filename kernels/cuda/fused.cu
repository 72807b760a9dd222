// Fused elementwise kernels and reductions whose program is read at run time: what every graph has.
// Those of programs.h are faster and have the same results.
#include "cuda/fused_reduce.cuh"

using namespace fused;

// Each point of the space once, in any order: all loads of a point come before its stores. At most
// kQuadRegisters registers, indices below 2^31.
extern "C" __global__ void __launch_bounds__(kBlock) fused_any(const __grid_constant__ Fused f) {
  elementwise<Interpreted<4>, 4, int>(f, (int)blockIdx.x, (int)gridDim.x);
}
CHL_INDEPENDENT(fused_any)

// Several spaces of one axis in one launch, as fused_any. No entry writes what another touches.
extern "C" __global__ void __launch_bounds__(kBlock)
    fused_any_multi(const Fused *__restrict__ table, const int *__restrict__ first, int entries) {
  elementwise<Interpreted<4>, 4>(table, first, entries);
}
CHL_INDEPENDENT(fused_any_multi)

// As fused_any, with any number of registers and any extents; a thread has one point.
extern "C" __global__ void __launch_bounds__(kBlock) fused_wide(const __grid_constant__ Fused f) {
  elementwise<Interpreted<1>, 1, long long>(f, blockIdx.x, gridDim.x);
}
CHL_INDEPENDENT(fused_wide)

// partial: (tiles, parts, stores, kept lanes) doubles; arrived: (tiles), 0 before and after. Both
// only where there is more than one part.
extern "C" __global__ void __launch_bounds__(kBlock)
    reduce_any(const __grid_constant__ Fused f, const __grid_constant__ Reduction r,
               double *partial, int *arrived) {
  reduce<Interpreted<1>, int>(f, r, partial, arrived);
}
CHL_KERNEL(reduce_any)

extern "C" __global__ void __launch_bounds__(kBlock)
    reduce_wide(const __grid_constant__ Fused f, const __grid_constant__ Reduction r,
                double *partial, int *arrived) {
  reduce<Interpreted<1>, long long>(f, r, partial, arrived);
}
CHL_KERNEL(reduce_wide)
