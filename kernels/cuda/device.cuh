// What every .cu file begins with. CHL_KERNEL after a kernel's definition makes it known to the
// stand-in driver that runs it without a GPU; CHL_INDEPENDENT says that its threads never wait for
// each other, so that they may run one after the other.
#pragma once
#include "formulas.h"

#if defined(__CUDACC__)
#define CHL_KERNEL(name)
#define CHL_INDEPENDENT(name)
#else
#define CHL_KERNEL(name) SOFTGPU_EXPORT(name, false)
#define CHL_INDEPENDENT(name) SOFTGPU_EXPORT(name, true)
#endif

// The first point of this thread in a grid-stride loop over points, and its step.
#define CHL_FIRST ((long long)blockIdx.x * blockDim.x + threadIdx.x)
#define CHL_STEP ((long long)gridDim.x * blockDim.x)
