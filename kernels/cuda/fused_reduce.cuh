// The loops of fused reductions: what fused.cuh does at each point, summed or its maximum taken.
#pragma once
#include "cuda/fused.cuh"

namespace fused {

// How a reduction is divided; from its sizes alone, so that every card adds in the same order.
struct Reduction {
  long long kept, terms;
  int max;
  int kept_lanes;  // threads of a block for different kept points; a power of two
  int terms_fast;  // neighbouring threads have neighbouring terms, not kept points
  int unused;
};

__device__ __forceinline__ double joined(bool max, double sum, double value) {
  return max ? (value > sum || value != value ? value : sum) : sum + value;
}

__device__ __forceinline__ double neutral(bool max) { return max ? -INFINITY : 0.; }

template <class Program>
struct Sums {
  static constexpr int kWidth = 1;
  double *sum;
  bool max;

  __device__ __forceinline__ void operator()(int s, const Value<1> &v) const {
    sum[s] = joined(max, sum[s], v.at[0]);
  }
};

// Joins the values of the term lanes of each kept point, halves first; lane 0 has the result.
__device__ __forceinline__ double join_lanes(const Reduction &r, int kept, int term, double value) {
  __shared__ double shared[kBlock];
  double *mine = shared + term * r.kept_lanes + kept;
  __syncthreads();
  *mine = value;
  for (int m = kBlock / r.kept_lanes / 2; m > 0; m /= 2) {
    __syncthreads();
    if (term < m) *mine = joined(r.max, *mine, mine[m * r.kept_lanes]);
  }
  return *mine;
}

// A block has a tile of kept points (grid x) and one part of their terms (grid y). Sums are double.
// A thread adds every lane-th term of its part in order, the block its lanes by halves; the block
// that comes last to a tile adds the parts in the same way, part by part. One launch is all: a
// second one for the parts would cost more than they do.
template <class Program, class Index, int R>
__device__ __forceinline__ void reduce(const Fused &f, const Reduction &r, double *partial,
                                       int *arrived) {
  const int lanes = kBlock / r.kept_lanes, thread = (int)threadIdx.x;
  const int kept = r.terms_fast ? thread / lanes : thread % r.kept_lanes;
  const int term = r.terms_fast ? thread % lanes : thread / r.kept_lanes;
  const Index k = (Index)blockIdx.x * r.kept_lanes + kept;
  const bool inside = k < (Index)r.kept;
  const int part = (int)blockIdx.y, parts = (int)gridDim.y;
  const auto from = (Index)(r.terms * part / parts), to = (Index)(r.terms * (part + 1) / parts);

  double sum[Program::kStores];
#pragma unroll
  for (int s = 0; s < Program::kStores; ++s) sum[s] = neutral(r.max);
  Place<Index, R> place;
  place.unravel(f, 0, f.kept, inside ? k : 0);
  if (inside) {
    constexpr int ahead = Program::kByRank ? 4 : 1;  // loads that do not wait for each other
#pragma unroll ahead
    for (Index t = from + term; t < to; t += lanes) {
      place.unravel(f, f.kept, f.rank, t);
      Program::run(f, place, 1, Sums<Program>{sum, r.max != 0});
    }
  }
  place.unravel(f, f.kept, f.rank, 0);

  const int stores = Program::stores(f);
  double *tile = partial + (long long)blockIdx.x * parts * stores * r.kept_lanes + kept;
#pragma unroll
  for (int s = 0; s < Program::kStores; ++s) {
    if (s >= stores) continue;
    const double all = join_lanes(r, kept, term, sum[s]);
    if (term != 0) continue;
    if (parts > 1)
      tile[(part * stores + s) * r.kept_lanes] = all;
    else if (inside)
      store<1>(f.store[s], place, 1, Value<1>{{(float)all}});
  }
  if (parts == 1) return;

  __shared__ bool last;
  __threadfence();
  __syncthreads();
  if (thread == 0) last = atomicAdd(arrived + blockIdx.x, 1) == parts - 1;
  __syncthreads();
  if (!last) return;
  __threadfence();
  if (thread == 0) arrived[blockIdx.x] = 0;  // for the next run
#pragma unroll
  for (int s = 0; s < Program::kStores; ++s) {
    if (s >= stores) continue;
    double all = neutral(r.max);
    // Other blocks wrote these, so not from this one's cache.
    for (int p = term; p < parts; p += lanes)
      all = joined(r.max, all, *(volatile double *)(tile + (p * stores + s) * r.kept_lanes));
    all = join_lanes(r, kept, term, all);
    if (term == 0 && inside) store<1>(f.store[s], place, 1, Value<1>{{(float)all}});
  }
}

template <class Program, class Index>
__device__ __forceinline__ void reduce(const Fused &f, const Reduction &r, double *partial,
                                       int *arrived) {
  if constexpr (Program::kByRank)
    if (f.rank <= 3) return reduce<Program, Index, 3>(f, r, partial, arrived);
  reduce<Program, Index, CHL_FUSED_RANK>(f, r, partial, arrived);
}

}  // namespace fused
