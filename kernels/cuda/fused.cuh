// The loops of fused elementwise kernels, for a program that is read at run time or one that is
// compiled. Both do the same to each point, in the same order, so their results have the same bits.
// fused_reduce.cuh has those of reductions.
//
// A thread has W points along the innermost axis: loads and stores of 16 bytes where the operand
// lies so, and one computation of the index, one decoding of an instruction for all of them.
// Indices have 32 bits wherever they fit, and are divided by multiplication.
#pragma once
#include <utility>

#include "cuda/fused.h"
#include "cuda/fused_op.cuh"

namespace fused {

// The threads of every block.
constexpr int kBlock = 128;

// What a program without a compiled kernel may use: registers lie in shared memory, 48 KiB for a
// block, since an array that is indexed at run time would lie in local memory.
constexpr int kQuadRegisters = 24;
constexpr int kRegisters = CHL_FUSED_LOADS + CHL_FUSED_INSTRS;

// A register at the points of a thread.
template <int W>
struct alignas(4 * W) Value {
  float at[W];
};

// The place of a thread's first point.
template <class Index, int R>
struct Place {
  Index axis[R] = {};

  // Splits a position among the axes from..to - 1.
  __device__ __forceinline__ void unravel(const Fused &f, int from, int to, Index position) {
#pragma unroll
    for (int a = 0; a < R; ++a) {
      if (a < from || a >= to) continue;
      if (a + 1 == to) {
        axis[a] = position;
        continue;
      }
      const FusedAxis &x = f.axis[a];
      Index outer;
      if constexpr (sizeof(Index) == 4)
        outer = (Index)(((unsigned)((unsigned long long)position * x.magic >> 32) +
                         (unsigned)position) >>
                        x.shift);
      else
        outer = position / x.steps;
      axis[a] = position - outer * (Index)x.steps;
      position = outer;
    }
  }

  __device__ __forceinline__ Index of(const long long *stride) const {
    Index at = 0;
#pragma unroll
    for (int a = 0; a < R; ++a) at += axis[a] * (Index)stride[a];
    return at;
  }
};

// count: the points that are in the space, W but at the end of the innermost axis.
template <int W, class Index, int R>
__device__ __forceinline__ Value<W> load(const FusedLoad &l, const Place<Index, R> &place,
                                         int count) {
  Value<W> v;
  const float *from = l.base + place.of(l.stride);
  if (W == 4 && l.vector && count == W) {
    v = *reinterpret_cast<const Value<W> *>(from);
  } else if (!l.base || l.stride[0] == 0) {
    const float one = l.base ? *from : l.constant;
#pragma unroll
    for (int j = 0; j < W; ++j) v.at[j] = one;
  } else {
#pragma unroll
    for (int j = 0; j < W; ++j) v.at[j] = j < count ? from[j * (Index)l.stride[0]] : 0.f;
  }
  return v;
}

template <int W, class Index, int R>
__device__ __forceinline__ void store(const FusedStore &s, const Place<Index, R> &place, int count,
                                      const Value<W> &v) {
  const Index at = place.of(s.stride);
  if (s.bfloat16) {
    struct alignas(2 * W) Halves {
      unsigned short at[W];
    } h;
#pragma unroll
    for (int j = 0; j < W; ++j) h.at[j] = chl_bfloat16(v.at[j]);
    auto *to = static_cast<unsigned short *>(s.base) + at;
    if (W == 4 && s.vector && count == W) {
      *reinterpret_cast<Halves *>(to) = h;
    } else {
#pragma unroll
      for (int j = 0; j < W; ++j)
        if (j < count) to[j * (Index)s.stride[0]] = h.at[j];
    }
    return;
  }
  auto *to = static_cast<float *>(s.base) + at;
  if (W == 4 && s.vector && count == W) {
    *reinterpret_cast<Value<W> *>(to) = v;
  } else {
#pragma unroll
    for (int j = 0; j < W; ++j)
      if (j < count) to[j * (Index)s.stride[0]] = v.at[j];
  }
}

// The registers of this thread, [number][0]. A thread has a column of its own, so nobody waits.
template <int W>
__device__ __forceinline__ Value<W> (*registers())[kBlock] {
  __shared__ Value<W> all[W == 1 ? kRegisters : kQuadRegisters][kBlock];
  return reinterpret_cast<Value<W>(*)[kBlock]>(&all[0][threadIdx.x]);
}

// A program that is read from its struct.
template <int W>
struct Interpreted {
  static constexpr int kStores = CHL_FUSED_STORES;
  static constexpr bool kByRank = false;  // the index is the least of its work

  __device__ __forceinline__ static int stores(const Fused &f) { return f.stores; }

  // Gives each value that is stored to sink(number, value).
  template <class Index, int R, class Sink>
  __device__ __forceinline__ static void run(const Fused &f, const Place<Index, R> &place,
                                             int count, Sink sink) {
    Value<W>(*r)[kBlock] = registers<W>();
    for (int i = 0; i < f.loads; ++i) r[i][0] = load<W>(f.load[i], place, count);
    for (int i = 0; i < f.instrs; ++i) {
      const FusedInstr &n = f.instr[i];
      const Value<W> a = r[n.a][0], b = r[n.b < 0 ? n.a : n.b][0], c = r[n.c < 0 ? n.a : n.c][0];
      Value<W> d;
      switch (n.op) {
#define CHL_CASE(op)                                                                             \
  case op:                                                                                       \
    for (int j = 0; j < W; ++j) d.at[j] = chl_apply<op>(a.at[j], b.at[j], c.at[j], n.immediate); \
    break;
        CHL_FUSED_OPS(CHL_CASE)
#undef CHL_CASE
      }
      r[n.dst][0] = d;
    }
#pragma unroll
    for (int s = 0; s < kStores; ++s)
      if (s < f.stores) sink(s, r[f.store[s].reg][0]);
  }
};

// ---- programs that are compiled -----------------------------------------------------------------

struct Op {
  int op = -1, a = -1, b = -1, c = -1;
};

struct Target {
  int reg = -1;
};

// Instructions write the registers behind the loads in turn; unused ones have no operation.
struct Source {
  int loads;
  Target store[CHL_FUSED_STORES];
  Op instr[CHL_FUSED_INSTRS];

  constexpr int instrs() const {
    int n = 0;
    while (n < CHL_FUSED_INSTRS && instr[n].op >= 0) ++n;
    return n;
  }
  constexpr int stores() const {
    int n = 0;
    while (n < CHL_FUSED_STORES && store[n].reg >= 0) ++n;
    return n;
  }

  // FNV-1a over all numbers, as chladni.cuda.FusedProgram has it: a part of the kernel's name.
  constexpr unsigned long long id() const {
    unsigned long long h = mixed(0xcbf29ce484222325, loads);
    for (int i = 0; i < instrs(); ++i)
      h = mixed(mixed(mixed(mixed(h, instr[i].op), instr[i].a), instr[i].b), instr[i].c);
    for (int i = 0; i < stores(); ++i) h = mixed(h, store[i].reg);
    return h;
  }
  static constexpr unsigned long long mixed(unsigned long long h, int number) {
    return (h ^ (unsigned)(number + 1)) * 0x100000001b3;
  }
};

// Registers, operands and operations are known, so values stay in registers of the machine. What
// belongs to an instruction itself, such as a slope, is still read from the struct.
template <const Source &S>
struct Compiled {
  static constexpr int kLoads = S.loads, kInstrs = S.instrs(), kStores = S.stores();
  static constexpr bool kByRank = true;

  __device__ __forceinline__ static constexpr int stores(const Fused &) { return kStores; }

  template <class Index, int R, class Sink>
  __device__ __forceinline__ static void run(const Fused &f, const Place<Index, R> &place,
                                             int count, Sink sink) {
    constexpr int W = Sink::kWidth;
    Value<W> r[kLoads + kInstrs];
#pragma unroll
    for (int i = 0; i < kLoads; ++i) r[i] = load<W>(f.load[i], place, count);
    execute(f, r, std::make_integer_sequence<int, kInstrs>());
    give(r, sink, std::make_integer_sequence<int, kStores>());
  }

  template <int W, int... I>
  __device__ __forceinline__ static void execute(const Fused &f, Value<W> *r,
                                                 std::integer_sequence<int, I...>) {
    (one<I>(f, r), ...);
  }

  template <int I, int W>
  __device__ __forceinline__ static void one(const Fused &f, Value<W> *r) {
    constexpr Op n = S.instr[I];
    constexpr int b = n.b < 0 ? n.a : n.b, c = n.c < 0 ? n.a : n.c;
#pragma unroll
    for (int j = 0; j < W; ++j)
      r[kLoads + I].at[j] =
          chl_apply<n.op>(r[n.a].at[j], r[b].at[j], r[c].at[j], f.instr[I].immediate);
  }

  template <int W, class Sink, int... I>
  __device__ __forceinline__ static void give(const Value<W> *r, const Sink &sink,
                                              std::integer_sequence<int, I...>) {
    (sink(I, r[S.store[I].reg]), ...);
  }
};

// ---- elementwise --------------------------------------------------------------------------------

template <int W, class Index, int R>
struct Stores {
  static constexpr int kWidth = W;
  const Fused &f;
  const Place<Index, R> &place;
  int count;

  __device__ __forceinline__ void operator()(int s, const Value<W> &v) const {
    store<W>(f.store[s], place, count, v);
  }
};

template <class Program, int W, class Index, int R>
__device__ __forceinline__ void points(const Fused &f, Index block, Index blocks) {
  Index steps = 1;
#pragma unroll
  for (int a = 0; a < R; ++a) steps *= (Index)f.axis[a].steps;
  for (Index p = block * kBlock + (Index)threadIdx.x; p < steps; p += blocks * kBlock) {
    Place<Index, R> place;
    place.unravel(f, 0, f.rank, p);
    place.axis[0] *= W;
    const Index rest = (Index)f.axis[0].extent - place.axis[0];
    const int count = rest < W ? (int)rest : W;
    Program::run(f, place, count, Stores<W, Index, R>{f, place, count});
  }
}

// The part of one block of many that share a space. Most spaces are dense or have an operand for
// each channel: their index has fewer terms.
template <class Program, int W, class Index>
__device__ __forceinline__ void elementwise(const Fused &f, Index block, Index blocks) {
  if constexpr (Program::kByRank) {
    if (f.rank <= 1) return points<Program, W, Index, 1>(f, block, blocks);
    if (f.rank <= 3) return points<Program, W, Index, 3>(f, block, blocks);
  }
  points<Program, W, Index, CHL_FUSED_RANK>(f, block, blocks);
}

// Blocks first[i] to first[i + 1] belong to table[i]. Spaces have one axis: what a loop keeps of an
// operand is then its address and stride, and few enough registers for many threads.
template <class Program, int W>
__device__ __forceinline__ void elementwise(const Fused *table, const int *first, int entries) {
  const int block = (int)blockIdx.x;
  int at = 0, end = entries;
  while (end - at > 1) {
    const int middle = (at + end) / 2;
    (first[middle] <= block ? at : end) = middle;
  }
  points<Program, W, int, 1>(table[at], block - first[at], first[at + 1] - first[at]);
}

}  // namespace fused
