// Sums and maxima over any axes of a fused elementwise expression.
// A tile's sum is taken in FP32 over lanes (at most 512 terms), tiles are added in FP64, so the
// error is that of the tile: a few eps. The work is cut into chunks by its size alone and partial
// results are joined in a fixed order: the bits do not depend on the number of threads.
#include <omp.h>

#include "host/table.h"
#include "host/tile.h"

namespace CHLADNI_ISA {

static inline float lanes_sum(const float *v, long n) {
  float lane[16] = {0};
  long k = 0;
  for (; k + 16 <= n; k += 16)
    for (int j = 0; j < 16; ++j) lane[j] += v[k + j];
  for (int j = 0; k < n; ++k, ++j) lane[j] += v[k];
  for (int w = 8; w > 0; w /= 2)
    for (int j = 0; j < w; ++j) lane[j] += lane[j + w];
  return lane[0];
}

static inline float lanes_max(const float *v, long n) {
  float m = v[0];
  if (n >= 16) {
    float lane[16];
    for (int j = 0; j < 16; ++j) lane[j] = v[j];
    long k = 16;
    for (; k + 16 <= n; k += 16)
      for (int j = 0; j < 16; ++j) lane[j] = chl_max(v[k + j], lane[j]);
    for (; k < n; ++k) lane[0] = chl_max(v[k], lane[0]);
    m = lane[0];
    for (int j = 1; j < 16; ++j) m = chl_max(lane[j], m);
    return m;
  }
  for (long k = 1; k < n; ++k) m = chl_max(v[k], m);
  return m;
}

// acc: [tileKept]; v: rows x cols. first: acc holds nothing yet.
static inline void accumulate(const Vm &vm, double *acc, const float *v, long rows, long cols,
                              bool first) {
  const bool max = vm.isMax;
  if (vm.rowReduced && vm.colReduced) {
    double t = max ? lanes_max(v, rows * cols) : lanes_sum(v, rows * cols);
    acc[0] = first ? t : max ? (t > acc[0] || t != t ? t : acc[0]) : acc[0] + t;
  } else if (vm.rowReduced) {
    // Pairwise: the lower half of the rows is laid over the upper one, in vectors that do not care
    // how few columns there are.
    float t[CHL_TILE];
    const float *p = v;
    while (rows > 1) {
      const long half = rows / 2, n = half * cols;
      const float *q = p + n;
      if (max)
        for (long k = 0; k < n; ++k) t[k] = chl_max(q[k], p[k]);
      else
        for (long k = 0; k < n; ++k) t[k] = p[k] + q[k];
      if (rows % 2) {
        const float *last = q + n;
        if (max)
          for (long c = 0; c < cols; ++c) t[c] = chl_max(last[c], t[c]);
        else
          for (long c = 0; c < cols; ++c) t[c] += last[c];
      }
      p = t;
      rows = half;
    }
    if (p == v)
      for (long c = 0; c < cols; ++c) t[c] = v[c];
    if (first)
      for (long c = 0; c < cols; ++c) acc[c] = t[c];
    else if (max)
      for (long c = 0; c < cols; ++c) acc[c] = t[c] > acc[c] || t[c] != t[c] ? t[c] : acc[c];
    else
      for (long c = 0; c < cols; ++c) acc[c] += t[c];
  } else if (vm.colReduced) {
    for (long r = 0; r < rows; ++r) {
      double t = max ? lanes_max(v + r * cols, cols) : lanes_sum(v + r * cols, cols);
      acc[r] = first ? t : max ? (t > acc[r] || t != t ? t : acc[r]) : acc[r] + t;
    }
  } else {
    long n = rows * cols;
    if (first)
      for (long k = 0; k < n; ++k) acc[k] = v[k];
    else if (max)
      for (long k = 0; k < n; ++k) acc[k] = v[k] > acc[k] || v[k] != v[k] ? v[k] : acc[k];
    else
      for (long k = 0; k < n; ++k) acc[k] += v[k];
  }
}

struct Region {
  long rows, cols, r0, c0;  // kept part of the tile, or 0 where that axis is reduced
  long index[CHL_MAX_RANK];
};

static inline void split(const Vm &vm, long kept, long reduced, Region &g) {
  int cs = vm.rank - 1, rs = vm.rank - 2;
  long rowsDim = rs >= 0 ? vm.dims[rs] : 1;
  long ct, rt;
  long *from = vm.colReduced ? &reduced : &kept;
  ct = *from % vm.colTiles;
  *from /= vm.colTiles;
  from = vm.rowReduced ? &reduced : &kept;
  rt = *from % vm.rowTiles;
  *from /= vm.rowTiles;
  int outerRank = vm.rank > 2 ? vm.rank - 2 : 0;
  for (int a = outerRank - 1; a >= vm.keptOuter; --a) {
    g.index[a] = reduced % vm.dims[a];
    reduced /= vm.dims[a];
  }
  for (int a = vm.keptOuter - 1; a >= 0; --a) {
    g.index[a] = kept % vm.dims[a];
    kept /= vm.dims[a];
  }
  g.r0 = rt * vm.rowTile;
  g.c0 = ct * vm.colTile;
  g.rows = rowsDim - g.r0 < vm.rowTile ? rowsDim - g.r0 : vm.rowTile;
  g.cols = vm.dims[cs] - g.c0 < vm.colTile ? vm.dims[cs] - g.c0 : vm.colTile;
}

static inline void put(const Vm &vm, long kept, const double *acc) {
  int cs = vm.rank - 1, rs = vm.rank - 2;
  Region g;
  split(vm, kept, 0, g);
  long rows = vm.rowReduced ? 1 : g.rows, cols = vm.colReduced ? 1 : g.cols;
  for (int i = 0; i < vm.nstore; ++i) {
    const VmStore &st = vm.store[i];
    long sc = st.stride[cs], sr = rs >= 0 ? st.stride[rs] : 0;
    float *d = (float *)st.base;
    for (int a = 0; a < vm.keptOuter; ++a) d += g.index[a] * st.stride[a];
    if (!vm.rowReduced) d += g.r0 * sr;
    if (!vm.colReduced) d += g.c0 * sc;
    const double *v = acc + i * vm.tileKept;
    for (long r = 0; r < rows; ++r)
      for (long c = 0; c < cols; ++c) d[r * sr + c * sc] = (float)v[r * cols + c];
  }
}

// Reduces tiles [from, to) of one kept region into acc.
static void region(const Vm &vm, TileState &s, float *memory, long kept, long from, long to,
                   double *acc) {
  int cs = vm.rank - 1, rs = vm.rank - 2;
  int outerRank = vm.rank > 2 ? vm.rank - 2 : 0;
  for (long t = from; t < to; ++t) {
    Region g;
    split(vm, kept, t, g);
    long offset[CHL_MAX_LOADS];
    for (int i = 0; i < vm.nload; ++i) {
      long o = g.c0 * vm.load[i].stride[cs] + (rs >= 0 ? g.r0 * vm.load[i].stride[rs] : 0);
      for (int a = 0; a < outerRank; ++a) o += g.index[a] * vm.load[i].stride[a];
      offset[i] = o;
    }
    tile_load(vm, s, memory, offset, g.rows, g.cols);
    tile_compute(vm, s, g.rows * g.cols);
    for (int i = 0; i < vm.nstore; ++i)
      accumulate(vm, acc + i * vm.tileKept, s.reg[vm.store[i].reg], g.rows, g.cols, t == from);
  }
}

static void run_tasks(const Vm &vm, float *memory, long from, long to) {
  TileState s;
  tile_begin(vm, s, memory);
  double local[CHL_MAX_STORES * CHL_TILE];
  for (long task = from; task < to; ++task) {
    long kept = task / vm.chunks, chunk = task % vm.chunks;
    long t0 = vm.reducedTiles * chunk / vm.chunks, t1 = vm.reducedTiles * (chunk + 1) / vm.chunks;
    double *acc =
        vm.chunks > 1 ? vm.partial + (kept * vm.chunks + chunk) * vm.nstore * vm.tileKept : local;
    region(vm, s, memory, kept, t0, t1, acc);
    if (vm.chunks == 1) put(vm, kept, acc);
  }
}

void reduction(const Vm &vm) {
  long tasks = vm.kept * vm.chunks;
  if (vm.threads <= 1) {
    alignas(64) float memory[CHL_MAX_REGS * CHL_TILE];
    run_tasks(vm, memory, 0, tasks);
  } else {
#pragma omp parallel num_threads(vm.threads)
    {
      alignas(64) float memory[CHL_MAX_REGS * CHL_TILE];
      long n = omp_get_num_threads(), t = omp_get_thread_num();
      run_tasks(vm, memory, tasks * t / n, tasks * (t + 1) / n);
    }
  }
  if (vm.chunks == 1) return;
  long width = vm.nstore * vm.tileKept;
  for (long kept = 0; kept < vm.kept; ++kept) {
    double *acc = vm.partial + kept * vm.chunks * width;
    for (long chunk = 1; chunk < vm.chunks; ++chunk) {
      const double *p = acc + chunk * width;
      for (long k = 0; k < width; ++k)
        acc[k] = !vm.isMax ? acc[k] + p[k] : p[k] > acc[k] || p[k] != p[k] ? p[k] : acc[k];
    }
    put(vm, kept, acc);
  }
}

}  // namespace CHLADNI_ISA
