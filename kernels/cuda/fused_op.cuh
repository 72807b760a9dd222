// One instruction of a fused kernel on one point.
#pragma once
#include "cuda/device.cuh"
#include "host/vm.h"

// Products and sums are rounded apart: a compiler that sees a whole program would else contract
// some of them, and the interpreter, which sees one instruction, none.
#if defined(__CUDACC__)
__device__ __forceinline__ float chl_mul(float a, float b) { return __fmul_rn(a, b); }
__device__ __forceinline__ float chl_add(float a, float b) { return __fadd_rn(a, b); }
__device__ __forceinline__ float chl_sub(float a, float b) { return __fsub_rn(a, b); }
#else
static inline float chl_mul(float a, float b) { return a * b; }
static inline float chl_add(float a, float b) { return a + b; }
static inline float chl_sub(float a, float b) { return a - b; }
#endif

template <int OP>
__device__ __forceinline__ float chl_apply(float a, float b, float c, float immediate) {
  switch (OP) {
    case CHL_ABS:
      return chl_abs(a);
    case CHL_ADD:
      return chl_add(a, b);
    case CHL_DIV:
      return a / b;
    case CHL_EQUAL:
      return a == b ? 1.f : 0.f;
    case CHL_EXP:
      return chl_exp(a);
    case CHL_EXPM1:
      return chl_expm1(a);
    case CHL_GREATER:
      return a > b ? 1.f : 0.f;
    case CHL_IS_FINITE:
      return chl_is_finite(a);
    case CHL_LEAKY_RELU:
      // 0 times minus infinity would be NaN.
      return a > 0.f ? a : immediate == 0.f ? (a != a ? a : 0.f) : chl_mul(immediate, a);
    case CHL_LEAKY_STEP:
      return a > 0.f ? 1.f : immediate;
    case CHL_LOG:
      return chl_log(a);
    case CHL_MAXIMUM:
      return chl_max(a, b);
    case CHL_MINIMUM:
      return chl_min(a, b);
    case CHL_MUL:
      return chl_mul(a, b);
    case CHL_NEG:
      return -a;
    case CHL_RECIPROCAL:
      return 1.f / a;
    case CHL_SCALE:
      return chl_mul(immediate, a);
    case CHL_SHIFT:
      return chl_add(a, immediate);
    case CHL_SIGMOID:
      return chl_sigmoid(a);
    case CHL_SIGN:
      return chl_sign(a);
    case CHL_SOFTPLUS:
      return chl_softplus(a);
    case CHL_SQRT:
      return sqrtf(a);
    case CHL_COPY:
      return a;
    case CHL_SUB:
      return chl_sub(a, b);
    case CHL_TANH:
      return chl_tanh(a);
    case CHL_WHERE:
      return a != 0.f ? b : c;
    case CHL_ERF:
      return chl_erf(a);
    case CHL_POW:
      return chl_pow(a, b);
  }
  return 0.f;
}

// Every operation that a plan may ask for.
#define CHL_FUSED_OPS(X)                                                                         \
  X(CHL_ABS)                                                                                     \
  X(CHL_ADD)                                                                                     \
  X(CHL_DIV)                                                                                     \
  X(CHL_EQUAL) X(CHL_EXP) X(CHL_EXPM1) X(CHL_GREATER) X(CHL_IS_FINITE) X(CHL_LEAKY_RELU)         \
      X(CHL_LEAKY_STEP) X(CHL_LOG) X(CHL_MAXIMUM) X(CHL_MINIMUM) X(CHL_MUL) X(CHL_NEG)           \
          X(CHL_RECIPROCAL) X(CHL_SCALE) X(CHL_SHIFT) X(CHL_SIGMOID) X(CHL_SIGN) X(CHL_SOFTPLUS) \
              X(CHL_SQRT) X(CHL_COPY) X(CHL_SUB) X(CHL_TANH) X(CHL_WHERE) X(CHL_ERF) X(CHL_POW)
