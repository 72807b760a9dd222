// Fused elementwise kernels and reductions, interpreted: the registers of one point, then its
// stores. One kernel for all plans, so nothing is compiled at run time.
#include "cuda/device.cuh"
#include "cuda/fused.h"
#include "host/vm.h"

namespace {

// Fills the registers of the point that stands at these offsets of the loads.
__device__ __forceinline__ void evaluate(const Fused &f, const long long *index, float *r) {
  for (int i = 0; i < f.loads; ++i) {
    const FusedLoad &l = f.load[i];
    if (!l.base) {
      r[i] = l.constant;
      continue;
    }
    long long at = 0;
    for (int a = 0; a < f.rank; ++a) at += index[a] * l.stride[a];
    r[i] = l.base[at];
  }
  for (int i = 0; i < f.instrs; ++i) {
    const FusedInstr &n = f.instr[i];
    const float a = r[n.a], b = n.b >= 0 ? r[n.b] : 0.f, c = n.c >= 0 ? r[n.c] : 0.f;
    float d = 0.f;
    switch (n.op) {
      case CHL_ABS:
        d = chl_abs(a);
        break;
      case CHL_ADD:
        d = a + b;
        break;
      case CHL_DIV:
        d = a / b;
        break;
      case CHL_EQUAL:
        d = a == b ? 1.f : 0.f;
        break;
      case CHL_EXP:
        d = chl_exp(a);
        break;
      case CHL_EXPM1:
        d = chl_expm1(a);
        break;
      case CHL_GREATER:
        d = a > b ? 1.f : 0.f;
        break;
      case CHL_IS_FINITE:
        d = chl_is_finite(a);
        break;
      case CHL_LEAKY_RELU:
        // 0 times minus infinity would be NaN.
        d = a > 0.f ? a : n.immediate == 0.f ? (a != a ? a : 0.f) : n.immediate * a;
        break;
      case CHL_LEAKY_STEP:
        d = a > 0.f ? 1.f : n.immediate;
        break;
      case CHL_LOG:
        d = chl_log(a);
        break;
      case CHL_MAXIMUM:
        d = chl_max(a, b);
        break;
      case CHL_MINIMUM:
        d = chl_min(a, b);
        break;
      case CHL_MUL:
        d = a * b;
        break;
      case CHL_NEG:
        d = -a;
        break;
      case CHL_RECIPROCAL:
        d = 1.f / a;
        break;
      case CHL_SCALE:
        d = n.immediate * a;
        break;
      case CHL_SHIFT:
        d = a + n.immediate;
        break;
      case CHL_SIGMOID:
        d = chl_sigmoid(a);
        break;
      case CHL_SIGN:
        d = chl_sign(a);
        break;
      case CHL_SOFTPLUS:
        d = chl_softplus(a);
        break;
      case CHL_SQRT:
        d = sqrtf(a);
        break;
      case CHL_COPY:
        d = a;
        break;
      case CHL_SUB:
        d = a - b;
        break;
      case CHL_TANH:
        d = chl_tanh(a);
        break;
      case CHL_WHERE:
        d = a != 0.f ? b : c;
        break;
      case CHL_ERF:
        d = chl_erf(a);
        break;
      case CHL_POW:
        d = chl_pow(a, b);
        break;
    }
    r[n.dst] = d;
  }
}

// The index of a position among the axes that `mask` names, outermost first; others are kept.
__device__ __forceinline__ void unravel(const Fused &f, unsigned mask, long long at,
                                        long long *index) {
  for (int a = f.rank - 1; a >= 0; --a)
    if (mask >> a & 1) {
      index[a] = at % f.dims[a];
      at /= f.dims[a];
    }
}

__device__ __forceinline__ void store(const Fused &f, const FusedStore &s, const long long *index,
                                      float value) {
  long long at = 0;
  for (int a = 0; a < f.rank; ++a) at += index[a] * s.stride[a];
  if (s.bfloat16)
    static_cast<unsigned short *>(s.base)[at] = chl_bfloat16(value);
  else
    static_cast<float *>(s.base)[at] = value;
}

__device__ __forceinline__ double joined(bool max, double sum, double value) {
  return max ? (value > sum || value != value ? value : sum) : sum + value;
}

__device__ __forceinline__ double neutral(bool max) { return max ? -INFINITY : 0.; }

}  // namespace

namespace {

// The points of one block of many that share a space.
__device__ __forceinline__ void points_of(const Fused &f, long long block, long long blocks) {
  float r[CHL_FUSED_LOADS + CHL_FUSED_INSTRS];
  long long index[CHL_FUSED_RANK];
  long long points = 1;
  for (int a = 0; a < f.rank; ++a) points *= f.dims[a];
  for (long long p = block * blockDim.x + threadIdx.x; p < points; p += blocks * blockDim.x) {
    unravel(f, ~0u, p, index);
    evaluate(f, index, r);
    for (int s = 0; s < f.stores; ++s) store(f, f.store[s], index, r[f.store[s].reg]);
  }
}

}  // namespace

// Each point of the space once, in any order: all loads of a point come before its stores.
extern "C" __global__ void __launch_bounds__(256) fused(const __grid_constant__ Fused f) {
  points_of(f, blockIdx.x, gridDim.x);
}
CHL_INDEPENDENT(fused)

// Several spaces with the same instructions in one launch: blocks first[i] to first[i + 1] belong
// to table[i]. No entry writes what another touches.
extern "C" __global__ void __launch_bounds__(256)
    fused_multi(const Fused *table, const int *first, int entries) {
  const int block = (int)blockIdx.x;
  int at = 0, end = entries;
  while (end - at > 1) {
    const int middle = (at + end) / 2;
    (first[middle] <= block ? at : end) = middle;
  }
  points_of(table[at], block - first[at], first[at + 1] - first[at]);
}
CHL_INDEPENDENT(fused_multi)

// reduced: the axes that go, as bits. One thread for each kept point, which walks the reduced ones
// in order and sums in double.
extern "C" __global__ void __launch_bounds__(256)
    reduce_thread(const __grid_constant__ Fused f, unsigned reduced, int max, long long kept,
                  long long terms) {
  float r[CHL_FUSED_LOADS + CHL_FUSED_INSTRS];
  long long index[CHL_FUSED_RANK];
  for (long long k = CHL_FIRST; k < kept; k += CHL_STEP) {
    double sum[CHL_FUSED_STORES];
    for (int s = 0; s < f.stores; ++s) sum[s] = neutral(max);
    unravel(f, ~reduced, k, index);
    for (long long t = 0; t < terms; ++t) {
      unravel(f, reduced, t, index);
      evaluate(f, index, r);
      for (int s = 0; s < f.stores; ++s) sum[s] = joined(max, sum[s], r[f.store[s].reg]);
    }
    unravel(f, reduced, 0, index);
    for (int s = 0; s < f.stores; ++s) store(f, f.store[s], index, (float)sum[s]);
  }
}
CHL_INDEPENDENT(reduce_thread)

// One block for each kept point (grid x) and each part of its terms (grid y). partial: (kept,
// parts, stores) doubles that reduce_finish joins; the order of all sums depends on sizes alone.
// Blocks have 128 threads.
extern "C" __global__ void __launch_bounds__(128)
    reduce_block(const __grid_constant__ Fused f, unsigned reduced, int max, long long kept,
                 long long terms, double *partial) {
  __shared__ double shared[4];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  float r[CHL_FUSED_LOADS + CHL_FUSED_INSTRS];
  long long index[CHL_FUSED_RANK];
  const long long part = blockIdx.y, parts = gridDim.y;
  const long long from = terms * part / parts, to = terms * (part + 1) / parts;
  for (long long k = blockIdx.x; k < kept; k += gridDim.x) {
    double sum[CHL_FUSED_STORES];
    for (int s = 0; s < f.stores; ++s) sum[s] = neutral(max);
    unravel(f, ~reduced, k, index);
    for (long long t = from + threadIdx.x; t < to; t += blockDim.x) {
      unravel(f, reduced, t, index);
      evaluate(f, index, r);
      for (int s = 0; s < f.stores; ++s) sum[s] = joined(max, sum[s], r[f.store[s].reg]);
    }
    for (int s = 0; s < f.stores; ++s) {
      for (int m = 16; m; m >>= 1) sum[s] = joined(max, sum[s], __shfl_xor_sync(~0u, sum[s], m));
      if (lane == 0) shared[warp] = sum[s];
      __syncthreads();
      if (threadIdx.x == 0) {
        double all = shared[0];
        for (int w = 1; w < 4; ++w) all = joined(max, all, shared[w]);
        partial[(k * parts + part) * f.stores + s] = all;
      }
      __syncthreads();
    }
  }
}
CHL_KERNEL(reduce_block)

extern "C" __global__ void __launch_bounds__(256)
    reduce_finish(const __grid_constant__ Fused f, unsigned reduced, int max, long long kept,
                  int parts, const double *partial) {
  long long index[CHL_FUSED_RANK];
  for (long long k = CHL_FIRST; k < kept; k += CHL_STEP) {
    unravel(f, ~reduced, k, index);
    unravel(f, reduced, 0, index);
    for (int s = 0; s < f.stores; ++s) {
      double sum = partial[k * parts * f.stores + s];
      for (int p = 1; p < parts; ++p)
        sum = joined(max, sum, partial[(k * parts + p) * f.stores + s]);
      store(f, f.store[s], index, (float)sum);
    }
  }
}
CHL_INDEPENDENT(reduce_finish)
