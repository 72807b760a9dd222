// Fused elementwise kernels.
// Space of up to 8 axes, any strides (0 broadcasts), tiles of at most 512 elements of the two
// innermost axes, whose registers stay in L1. A store of 32 bits may overwrite a load of the
// same index; one of 16 bits is rounded to bfloat16 on the way and overwrites nothing.
// Threads take equal runs of tiles; the result does not depend on their number.
#include <omp.h>

#include "host/table.h"
#include "host/tile.h"

namespace CHLADNI_ISA {

static void run_tiles(const Vm &vm, float *memory, long from, long to) {
  if (from >= to) return;
  TileState s;
  tile_begin(vm, s, memory);
  int outerRank = vm.rank > 2 ? vm.rank - 2 : 0;
  int cs = vm.rank - 1, rs = vm.rank - 2;
  long rowsDim = rs >= 0 ? vm.dims[rs] : 1, colsDim = vm.dims[cs];
  long index[CHL_MAX_RANK];
  long ct = from % vm.colTiles, rest = from / vm.colTiles;
  long rt = rest % vm.rowTiles;
  rest /= vm.rowTiles;
  for (int a = outerRank - 1; a >= 0; --a) {
    index[a] = rest % vm.dims[a];
    rest /= vm.dims[a];
  }
  long loadBase[CHL_MAX_LOADS], storeBase[CHL_MAX_STORES], offset[CHL_MAX_LOADS];
  bool fresh = true;
  for (long tile = from; tile < to; ++tile) {
    if (fresh) {
      for (int i = 0; i < vm.nload; ++i) {
        long o = 0;
        for (int a = 0; a < outerRank; ++a) o += index[a] * vm.load[i].stride[a];
        loadBase[i] = o;
      }
      for (int i = 0; i < vm.nstore; ++i) {
        long o = 0;
        for (int a = 0; a < outerRank; ++a) o += index[a] * vm.store[i].stride[a];
        storeBase[i] = o;
      }
      fresh = false;
    }
    long r0 = rt * vm.rowTile, c0 = ct * vm.colTile;
    long rows = rowsDim - r0 < vm.rowTile ? rowsDim - r0 : vm.rowTile;
    long cols = colsDim - c0 < vm.colTile ? colsDim - c0 : vm.colTile;
    for (int i = 0; i < vm.nload; ++i)
      offset[i] =
          loadBase[i] + c0 * vm.load[i].stride[cs] + (rs >= 0 ? r0 * vm.load[i].stride[rs] : 0);
    tile_load(vm, s, memory, offset, rows, cols);
    long at[CHL_MAX_STORES];
    bool placed[CHL_MAX_STORES];
    for (int i = 0; i < vm.nstore; ++i) {
      const VmStore &st = vm.store[i];
      long sr = rs >= 0 ? st.stride[rs] : 0;
      at[i] = storeBase[i] + c0 * st.stride[cs] + r0 * sr;
      placed[i] = st.direct && tile_dense(rows, cols, sr, st.stride[cs]);
      if (st.direct)
        s.reg[st.reg] =
            placed[i] ? (float *)st.base + at[i] : memory + (long)vm.slot[st.reg] * CHL_TILE;
    }
    tile_compute(vm, s, rows * cols);
    for (int i = 0; i < vm.nstore; ++i) {
      if (placed[i]) continue;
      const VmStore &st = vm.store[i];
      const float *v = s.reg[st.reg];
      long sr = rs >= 0 ? st.stride[rs] : 0, sc = st.stride[cs];
      if (st.bfloat16)
        tile_scatter((unsigned short *)st.base + at[i], v, rows, cols, sr, sc);
      else
        tile_scatter((float *)st.base + at[i], v, rows, cols, sr, sc);
    }
    if (++ct == vm.colTiles) {
      ct = 0;
      if (++rt == vm.rowTiles) {
        rt = 0;
        fresh = true;
        for (int a = outerRank - 1; a >= 0; --a) {
          if (++index[a] < vm.dims[a]) break;
          index[a] = 0;
        }
      }
    }
  }
}

void elementwise(const Vm &vm) {
  if (vm.threads <= 1) {
    alignas(64) float memory[CHL_MAX_REGS * CHL_TILE];
    run_tiles(vm, memory, 0, vm.tiles);
    return;
  }
#pragma omp parallel num_threads(vm.threads)
  {
    alignas(64) float memory[CHL_MAX_REGS * CHL_TILE];
    long n = omp_get_num_threads(), t = omp_get_thread_num();
    run_tiles(vm, memory, vm.tiles * t / n, vm.tiles * (t + 1) / n);
  }
}

}  // namespace CHLADNI_ISA
