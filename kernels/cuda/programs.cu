// Kernels for the programs of programs.h.
#include "cuda/fused_reduce.cuh"

#define CHL_UNPACK(...) __VA_ARGS__

// As fused_any and fused_any_multi.
#define CHL_FUSED(number, loads, stores, ...)                                                   \
  static constexpr fused::Source source_##number = {loads, {CHL_UNPACK stores}, {__VA_ARGS__}}; \
  static_assert(source_##number.id() == 0x##number, "not the number of this program");          \
  extern "C" __global__ void __launch_bounds__(fused::kBlock)                                   \
      fused_##number(const __grid_constant__ Fused f) {                                         \
    fused::elementwise<fused::Compiled<source_##number>, 4, int>(f, (int)blockIdx.x,            \
                                                                 (int)gridDim.x);               \
  }                                                                                             \
  CHL_INDEPENDENT(fused_##number)                                                               \
  extern "C" __global__ void __launch_bounds__(fused::kBlock) fused_##number##_multi(           \
      const Fused *__restrict__ table, const int *__restrict__ first, int entries) {            \
    fused::elementwise<fused::Compiled<source_##number>, 4>(table, first, entries);             \
  }                                                                                             \
  CHL_INDEPENDENT(fused_##number##_multi)

// As reduce_any.
#define CHL_REDUCE(number, loads, stores, ...)                                                     \
  static constexpr fused::Source sums_##number = {loads, {CHL_UNPACK stores}, {__VA_ARGS__}};      \
  static_assert(sums_##number.id() == 0x##number, "not the number of this program");               \
  extern "C" __global__ void __launch_bounds__(fused::kBlock)                                      \
      reduce_##number(const __grid_constant__ Fused f, const __grid_constant__ fused::Reduction r, \
                      double *partial, int *arrived) {                                             \
    fused::reduce<fused::Compiled<sums_##number>, int>(f, r, partial, arrived);                    \
  }                                                                                                \
  CHL_KERNEL(reduce_##number)

#include "cuda/programs.h"
