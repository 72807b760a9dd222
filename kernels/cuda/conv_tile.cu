// Convolutions as products of matrices that are gathered while they are multiplied, for the layers
// where a general library is weak: few channels on one side, pictures of a few pixels, taps that
// only ever meet padding. Formats and orders are those of conv.cuh, without groups; conv.cu has the
// scalar twins.
//
//              rows (m)                 columns (n)      summed over (k)
//   forward    pixels of small          O                live taps, C
//   data       pixels of large that     C                taps that reach them, O
//              have one remainder
//   weight     O                        taps, C          pixels of small
//
// data: pixels of large whose coordinates leave the same remainders by the stride are reached by
// the same taps, so each such class (grid z) is a convolution of stride 1. With stride 2 and 4 x 4
// taps these are four with 2 x 2, and no product with a zero between pixels is made.
//
// taps: for each class, where its live taps begin in the list behind, and once more where the last
// end; weight: 1 for a live tap, 0 for one whose gradient is 0 without looking.
//
// Grid x: tiles of rows, then of columns; grid y: parts of k, whose sums are joined in their order
// by the block of a tile that is last. partial: (classes, tiles, parts, rows x columns of a tile)
// f32; arrived: (classes, tiles), 0 before and after. Sums are f32, by k. Tensors have less than
// 2^31 elements.
#include "cuda/conv.cuh"

namespace conv {

constexpr int kThreads = 128;
constexpr int kDepth = 16;  // of k, between two barriers

struct Row {
  int at, y, x;
};
struct Column {
  int at, y, x;
};
struct Step {
  int a, b, y, x;
};

// One class of a problem.
struct Forward {
  static constexpr bool kRowsMeetEdges = true;  // a row and a step give a pixel, perhaps outside
  static constexpr bool kStepsFastA = true, kStepsFastB = true;  // what lies innermost in memory
  const Conv &p;
  const int *taps;
  int count;

  __device__ Forward(const Conv &conv, const int *table, int)
      : p(conv), taps(table + 2 + table[0]), count(table[1] - table[0]) {}
  __device__ int m() const { return p.n * p.oh * p.ow; }
  __device__ int n() const { return p.o; }
  __device__ int k() const { return count * p.c; }
  __device__ int height() const { return p.h; }
  __device__ int width() const { return p.w; }
  __device__ bool live(int, int) const { return true; }
  __device__ Row row(int i) const {
    const int x = i % p.ow * p.strideW - p.padLeft, y = i / p.ow % p.oh * p.strideH - p.padTop;
    return {((i / p.ow / p.oh * p.h + y) * p.w + x) * p.c, y, x};
  }
  __device__ Column column(int i) const { return {i * p.kh * p.kw * p.c, 0, 0}; }
  __device__ Step step(int i) const {
    const int tap = taps[i / p.c], c = i % p.c;
    const int y = tap / p.kw * p.dilationH, x = tap % p.kw * p.dilationW;
    return {(y * p.w + x) * p.c + c, tap * p.c + c, y, x};
  }
  __device__ long long result(int i, int j) const { return (long long)i * p.o + j; }
};

struct Data {
  static constexpr bool kRowsMeetEdges = true;
  static constexpr bool kStepsFastA = true, kStepsFastB = false;
  const Conv &p;
  const int *taps;
  int count, top, left, rows, columns;

  __device__ Data(const Conv &conv, const int *table, int c)
      : p(conv),
        taps(table + 1 + conv.strideH * conv.strideW + table[c]),
        count(table[c + 1] - table[c]),
        top(c / conv.strideW),
        left(c % conv.strideW),
        rows((conv.h - top + conv.strideH - 1) / conv.strideH),
        columns((conv.w - left + conv.strideW - 1) / conv.strideW) {}
  __device__ int m() const { return p.n * rows * columns; }
  __device__ int n() const { return p.c; }
  __device__ int k() const { return count * p.o; }
  __device__ int height() const { return p.oh; }
  __device__ int width() const { return p.ow; }
  __device__ bool live(int, int) const { return true; }
  __device__ Row row(int i) const {
    const int x = i % columns, y = i / columns % rows;
    return {((i / columns / rows * p.oh + y) * p.ow + x) * p.o, y, x};
  }
  __device__ Column column(int i) const { return {i, 0, 0}; }
  __device__ Step step(int i) const {
    const int tap = taps[i / p.o], o = i % p.o;
    const int y = (top + p.padTop - tap / p.kw * p.dilationH) / p.strideH;
    const int x = (left + p.padLeft - tap % p.kw * p.dilationW) / p.strideW;
    return {(y * p.ow + x) * p.o + o, (o * p.kh * p.kw + tap) * p.c, y, x};
  }
  __device__ long long result(int i, int j) const {
    const int x = left + i % columns * p.strideW, y = top + i / columns % rows * p.strideH;
    return (((long long)(i / columns / rows) * p.h + y) * p.w + x) * p.c + j;
  }
};

struct Weight {
  static constexpr bool kRowsMeetEdges = false;  // a column and a step do
  static constexpr bool kStepsFastA = false, kStepsFastB = false;
  const Conv &p;
  const int *taps;

  __device__ Weight(const Conv &conv, const int *table, int) : p(conv), taps(table) {}
  __device__ int m() const { return p.o; }
  __device__ int n() const { return p.kh * p.kw * p.c; }
  __device__ int k() const { return p.n * p.oh * p.ow; }
  __device__ int height() const { return p.h; }
  __device__ int width() const { return p.w; }
  // Whether any of these columns has a product at all.
  __device__ bool live(int from, int to) const {
    for (int tap = from / p.c; tap <= (to - 1) / p.c; ++tap)
      if (taps[tap]) return true;
    return false;
  }
  __device__ Row row(int i) const { return {i, 0, 0}; }
  __device__ Column column(int i) const {
    const int tap = i / p.c, y = tap / p.kw * p.dilationH, x = tap % p.kw * p.dilationW;
    return {(y * p.w + x) * p.c + i % p.c, y, x};
  }
  __device__ Step step(int i) const {
    const int x = i % p.ow * p.strideW - p.padLeft, y = i / p.ow % p.oh * p.strideH - p.padTop;
    return {i * p.o, ((i / p.ow / p.oh * p.h + y) * p.w + x) * p.c, y, x};
  }
  __device__ long long result(int i, int j) const { return (long long)i * n() + j; }
};

// A block has BM x BN results, a thread TM x TN of them: rows ty, ty + BM / TM, ...; TN columns
// side by side.
template <class Problem, int BM, int BN, int TM, int TN>
__device__ __forceinline__ void tile(const Conv &conv, const int *table, const void *left,
                                     int halfLeft, const void *right, int halfRight, void *result,
                                     int halfResult, float *partial, int *arrived) {
  static_assert(BM / TM * (BN / TN) == kThreads, "a thread for each part of the tile");
  // Another word in each row of a, four in one of b, which is read by fours: threads that write a
  // column of steps then do not meet in one bank.
  __shared__ float a[kDepth][BM + 1];
  alignas(16) __shared__ float b[kDepth][BN + 4];
  __shared__ Step steps[2][kDepth];
  __shared__ bool last;

  const Problem p(conv, table, (int)blockIdx.z);
  const int t = (int)threadIdx.x, m = p.m(), n = p.n();
  const int tilesM = (m + BM - 1) / BM;
  const int m0 = (int)blockIdx.x % tilesM * BM, n0 = (int)blockIdx.x / tilesM * BN;
  const int part = (int)blockIdx.y, parts = (int)gridDim.y;
  if (n0 >= n) return;  // a class with fewer rows than the largest

  const int k = p.live(n0, min(n0 + BN, n)) ? p.k() : 0;
  const int chunks = (k + kDepth - 1) / kDepth;
  const auto start = [&](int q) { return (int)((long long)chunks * q / parts) * kDepth; };
  const int from = start(part), to = min(start(part + 1), k);

  // The rows and columns that this thread brings in: always the same ones.
  constexpr int kRows = Problem::kStepsFastA ? BM * kDepth / kThreads : 1;
  constexpr int kColumns = Problem::kStepsFastB ? (BN * kDepth - 1) / kThreads + 1 : 1;
  Row rows[kRows];
  Column columns[kColumns];
  constexpr int kLanesM = BM < kThreads ? BM : kThreads, kLanesN = BN < kThreads ? BN : kThreads;
#pragma unroll
  for (int i = 0; i < kRows; ++i) {
    const int at = Problem::kStepsFastA ? t / kDepth + i * (kThreads / kDepth) : t % kLanesM;
    rows[i] = m0 + at < m ? p.row(m0 + at) : Row{-1, -(1 << 29), 0};
  }
#pragma unroll
  for (int i = 0; i < kColumns; ++i) {
    const int at = Problem::kStepsFastB ? t / kDepth + i * (kThreads / kDepth) : t % kLanesN;
    columns[i] = n0 + at < n ? p.column(n0 + at) : Column{-1, -(1 << 29), 0};
  }

  const auto inside = [&](int y, int x) {
    return (unsigned)y < (unsigned)p.height() && (unsigned)x < (unsigned)p.width();
  };
  const auto fetchA = [&](const Row &r, const Step &s, bool there) {
    const bool in = Problem::kRowsMeetEdges ? inside(r.y + s.y, r.x + s.x) : r.at >= 0;
    return there && in ? load(left, halfLeft, r.at + s.a) : 0.f;
  };
  const auto fetchB = [&](const Column &c, const Step &s, bool there) {
    const bool in = Problem::kRowsMeetEdges ? c.at >= 0 : inside(c.y + s.y, c.x + s.x);
    return there && in ? load(right, halfRight, c.at + s.b) : 0.f;
  };

  float sum[TM][TN] = {};
  const int tx = t % (BN / TN), ty = t / (BN / TN);
  if (t < kDepth && from + t < to) steps[0][t] = p.step(from + t);
  __syncthreads();
  for (int k0 = from, turn = 0; k0 < to; k0 += kDepth, turn ^= 1) {
    if (Problem::kStepsFastA) {
      const int s = t % kDepth;
#pragma unroll
      for (int i = 0; i < kRows; ++i)
        a[s][t / kDepth + i * (kThreads / kDepth)] = fetchA(rows[i], steps[turn][s], k0 + s < to);
    } else {
      for (int s = t / kLanesM; s < kDepth; s += kThreads / kLanesM)
        a[s][t % kLanesM] = fetchA(rows[0], steps[turn][s], k0 + s < to);
    }
    if (Problem::kStepsFastB) {
      const int s = t % kDepth;
#pragma unroll
      for (int i = 0; i < kColumns; ++i) {
        const int at = t / kDepth + i * (kThreads / kDepth);
        if (BN * kDepth >= kThreads || at < BN)
          b[s][at] = fetchB(columns[i], steps[turn][s], k0 + s < to);
      }
    } else {
      for (int s = t / kLanesN; s < kDepth; s += kThreads / kLanesN)
        b[s][t % kLanesN] = fetchB(columns[0], steps[turn][s], k0 + s < to);
    }
    const int next = k0 + kDepth + t;
    if (t < kDepth && next < to) steps[turn ^ 1][t] = p.step(next);
    __syncthreads();
#pragma unroll
    for (int s = 0; s < kDepth; ++s) {
      float x[TM], y[TN];
#pragma unroll
      for (int i = 0; i < TM; ++i) x[i] = a[s][ty + i * (BM / TM)];
#pragma unroll
      for (int j = 0; j < TN; ++j) y[j] = b[s][tx * TN + j];
#pragma unroll
      for (int i = 0; i < TM; ++i)
#pragma unroll
        for (int j = 0; j < TN; ++j) sum[i][j] += x[i] * y[j];
    }
    __syncthreads();
  }

  const long long cell = ((long long)blockIdx.z * gridDim.x + blockIdx.x) * parts;
  if (parts > 1) {
    float *mine = partial + (cell + part) * BM * BN;
#pragma unroll
    for (int i = 0; i < TM * TN; ++i) mine[i * kThreads + t] = sum[i / TN][i % TN];
    __threadfence();
    __syncthreads();
    int *counter = arrived + (long long)blockIdx.z * gridDim.x + blockIdx.x;
    if (t == 0) last = atomicAdd(counter, 1) == parts - 1;
    __syncthreads();
    if (!last) return;
    __threadfence();
    if (t == 0) *counter = 0;
#pragma unroll
    for (int i = 0; i < TM * TN; ++i) {
      float all = 0;
      for (int q = 0; q < parts; ++q)
        all += *(volatile float *)(partial + (cell + q) * BM * BN + i * kThreads + t);
      sum[i / TN][i % TN] = all;
    }
  }
#pragma unroll
  for (int i = 0; i < TM; ++i)
#pragma unroll
    for (int j = 0; j < TN; ++j) {
      const int r = m0 + ty + i * (BM / TM), c = n0 + tx * TN + j;
      if (r < m && c < n) store(result, halfResult, p.result(r, c), sum[i][j]);
    }
}

}  // namespace conv

// 64 x 64: the general one; 16 x 64: few rows, so many parts of k read the weights; 128 x 4: one to
// four columns, as a last layer has.
#define CHL_CONV_TILES(BM, BN, TM, TN)                                                           \
  extern "C" __global__ void __launch_bounds__(conv::kThreads)                                   \
      conv_forward_##BM##x##BN(Conv p, const int *taps, const void *large, void *small,          \
                               const void *weight, float *partial, int *arrived) {               \
    conv::tile<conv::Forward, BM, BN, TM, TN>(p, taps, large, p.halfLarge, weight, p.halfWeight, \
                                              small, p.halfSmall, partial, arrived);             \
  }                                                                                              \
  CHL_KERNEL(conv_forward_##BM##x##BN)                                                           \
  extern "C" __global__ void __launch_bounds__(conv::kThreads)                                   \
      conv_data_##BM##x##BN(Conv p, const int *taps, void *large, const void *small,             \
                            const void *weight, float *partial, int *arrived) {                  \
    conv::tile<conv::Data, BM, BN, TM, TN>(p, taps, small, p.halfSmall, weight, p.halfWeight,    \
                                           large, p.halfLarge, partial, arrived);                \
  }                                                                                              \
  CHL_KERNEL(conv_data_##BM##x##BN)                                                              \
  extern "C" __global__ void __launch_bounds__(conv::kThreads)                                   \
      conv_weight_##BM##x##BN(Conv p, const int *taps, const void *large, const void *small,     \
                              void *weight, float *partial, int *arrived) {                      \
    conv::tile<conv::Weight, BM, BN, TM, TN>(p, taps, small, p.halfSmall, large, p.halfLarge,    \
                                             weight, p.halfWeight, partial, arrived);            \
  }                                                                                              \
  CHL_KERNEL(conv_weight_##BM##x##BN)

CHL_CONV_TILES(64, 64, 8, 4)
CHL_CONV_TILES(16, 64, 2, 4)
CHL_CONV_TILES(128, 4, 1, 4)
