// One tile of a fused kernel: bring loads to registers, run the instructions, put stores back.
// Included by each variant's translation units; everything is static.
#pragma once
#include "formulas.h"
#include "host/vm.h"

namespace CHLADNI_ISA {

struct TileState {
  float *reg[CHL_MAX_REGS];
  const float *held[CHL_MAX_LOADS];  // source of the copy in the load's slot
  long heldRows[CHL_MAX_LOADS], heldCols[CHL_MAX_LOADS];
};

// memory: nslot tiles, 64-byte aligned.
static inline void tile_begin(const Vm &vm, TileState &s, float *memory) {
  for (int i = 0; i < vm.nload; ++i) s.held[i] = nullptr;
  for (int i = 0; i < CHL_MAX_REGS; ++i) s.reg[i] = nullptr;
  for (int i = 0; i < vm.nload; ++i) {
    float *t = memory + (long)vm.slot[i] * CHL_TILE;
    s.reg[i] = t;
    if (!vm.load[i].base) {
      long n = vm.rowTile * vm.colTile;
      float v = vm.load[i].constant;
      for (long k = 0; k < n; ++k) t[k] = v;
    }
  }
  for (int i = 0; i < vm.ninstr; ++i) {
    int r = vm.instr[i].dst;
    s.reg[r] = memory + (long)vm.slot[r] * CHL_TILE;
  }
}

static inline void tile_gather(float *d, const float *p, long rows, long cols, long sr, long sc) {
  if (sc == 1) {
    for (long r = 0; r < rows; ++r, d += cols, p += sr)
      for (long c = 0; c < cols; ++c) d[c] = p[c];
  } else if (sc == -1) {
    for (long r = 0; r < rows; ++r, d += cols, p += sr)
      for (long c = 0; c < cols; ++c) d[c] = p[-c];
  } else if (sc == 0) {
    for (long r = 0; r < rows; ++r, d += cols, p += sr) {
      float v = *p;
      for (long c = 0; c < cols; ++c) d[c] = v;
    }
  } else if (rows > 1 && sr == 1) {
    for (long c = 0; c < cols; ++c)
      for (long r = 0; r < rows; ++r) d[r * cols + c] = p[c * sc + r];
  } else {
    for (long r = 0; r < rows; ++r, d += cols, p += sr)
      for (long c = 0; c < cols; ++c) d[c] = p[c * sc];
  }
}

static inline void tile_put(float *d, float v) { *d = v; }
static inline void tile_put(unsigned short *d, float v) { *d = chl_bfloat16(v); }

template <class T>
static inline void tile_scatter(T *d, const float *p, long rows, long cols, long sr, long sc) {
  if (sc == 1) {
    for (long r = 0; r < rows; ++r, d += sr, p += cols)
      for (long c = 0; c < cols; ++c) tile_put(d + c, p[c]);
  } else if (rows > 1 && sr == 1) {
    for (long c = 0; c < cols; ++c)
      for (long r = 0; r < rows; ++r) tile_put(d + c * sc + r, p[r * cols + c]);
  } else {
    for (long r = 0; r < rows; ++r, d += sr, p += cols)
      for (long c = 0; c < cols; ++c) tile_put(d + c * sc, p[c]);
  }
}

static inline bool tile_dense(long rows, long cols, long sr, long sc) {
  return (sc == 1 || cols == 1) && (rows == 1 || sr == cols);
}

// offset[i]: element offset of load i for this tile; rs, cs: axes of rows (-1: none) and columns.
static inline void tile_load(const Vm &vm, TileState &s, float *memory, const long *offset,
                             long rows, long cols) {
  int cs = vm.rank - 1, rs = vm.rank - 2;
  for (int i = 0; i < vm.nload; ++i) {
    const VmLoad &l = vm.load[i];
    if (!l.base) continue;
    const float *p = l.base + offset[i];
    long sc = l.stride[cs], sr = rs >= 0 ? l.stride[rs] : 0;
    if (tile_dense(rows, cols, sr, sc)) {
      s.reg[i] = const_cast<float *>(p);
      continue;
    }
    float *t = memory + (long)vm.slot[i] * CHL_TILE;
    s.reg[i] = t;
    if (s.held[i] == p && s.heldRows[i] == rows && s.heldCols[i] == cols) continue;
    tile_gather(t, p, rows, cols, sr, sc);
    s.held[i] = p;
    s.heldRows[i] = rows;
    s.heldCols[i] = cols;
  }
}

#define CHL_LOOP(expr)                                        \
  _Pragma("GCC ivdep") for (long k = 0; k < n; ++k) { expr; } \
  break

static inline void tile_compute(const Vm &vm, TileState &s, long n) {
  for (int i = 0; i < vm.ninstr; ++i) {
    const VmInstr &in = vm.instr[i];
    float *d = s.reg[in.dst];
    const float *a = s.reg[in.a];
    const float *b = in.b >= 0 ? s.reg[in.b] : nullptr;
    const float *c = in.c >= 0 ? s.reg[in.c] : nullptr;
    const float imm = in.imm;
    switch (in.op) {
      case CHL_ABS:
        CHL_LOOP(d[k] = chl_abs(a[k]));
      case CHL_ADD:
        CHL_LOOP(d[k] = a[k] + b[k]);
      case CHL_DIV:
        CHL_LOOP(d[k] = a[k] / b[k]);
      case CHL_EQUAL:
        CHL_LOOP(d[k] = a[k] == b[k] ? 1.f : 0.f);
      case CHL_EXP:
        CHL_LOOP(d[k] = chl_exp(a[k]));
      case CHL_EXPM1:
        CHL_LOOP(d[k] = chl_expm1(a[k]));
      case CHL_GREATER:
        CHL_LOOP(d[k] = a[k] > b[k] ? 1.f : 0.f);
      case CHL_IS_FINITE:
        CHL_LOOP(d[k] = chl_is_finite(a[k]));
      case CHL_LEAKY_RELU:
        // 0 times minus infinity would be NaN.
        if (imm == 0.f) {
          CHL_LOOP(d[k] = chl_max(a[k], 0.f));
        }
        CHL_LOOP(d[k] = a[k] > 0.f ? a[k] : imm * a[k]);
      case CHL_LEAKY_STEP:
        CHL_LOOP(d[k] = a[k] > 0.f ? 1.f : imm);
      case CHL_LOG:
        CHL_LOOP(d[k] = chl_log(a[k]));
      case CHL_MAXIMUM:
        CHL_LOOP(d[k] = chl_max(a[k], b[k]));
      case CHL_MINIMUM:
        CHL_LOOP(d[k] = chl_min(a[k], b[k]));
      case CHL_MUL:
        CHL_LOOP(d[k] = a[k] * b[k]);
      case CHL_NEG:
        CHL_LOOP(d[k] = -a[k]);
      case CHL_RECIPROCAL:
        CHL_LOOP(d[k] = 1.f / a[k]);
      case CHL_SCALE:
        CHL_LOOP(d[k] = imm * a[k]);
      case CHL_SHIFT:
        CHL_LOOP(d[k] = a[k] + imm);
      case CHL_SIGMOID:
        CHL_LOOP(d[k] = chl_sigmoid(a[k]));
      case CHL_SIGN:
        CHL_LOOP(d[k] = chl_sign(a[k]));
      case CHL_SOFTPLUS:
        CHL_LOOP(d[k] = chl_softplus(a[k]));
      case CHL_SQRT:
        CHL_LOOP(d[k] = __builtin_sqrtf(a[k]));
      case CHL_COPY:
        CHL_LOOP(d[k] = a[k]);
      case CHL_SUB:
        CHL_LOOP(d[k] = a[k] - b[k]);
      case CHL_TANH:
        CHL_LOOP(d[k] = chl_tanh(a[k]));
      case CHL_WHERE:
        CHL_LOOP(d[k] = a[k] != 0.f ? b[k] : c[k]);
      case CHL_MULADD:
        CHL_LOOP(d[k] = a[k] * b[k] + c[k]);
      case CHL_ERF:
        CHL_LOOP(d[k] = chl_erf(a[k]));
      case CHL_POW:
        CHL_LOOP(d[k] = chl_pow(a[k], b[k]));
    }
  }
}
#undef CHL_LOOP

}  // namespace CHLADNI_ISA
