// The elementwise machine: what a fused kernel is after binding. Plain data: filled by program.cpp,
// run by elementwise.cpp and reduction.cpp, each compiled once per instruction set.
#pragma once

enum {
  CHL_ABS,
  CHL_ADD,
  CHL_DIV,
  CHL_EQUAL,
  CHL_EXP,
  CHL_EXPM1,
  CHL_GREATER,
  CHL_IS_FINITE,
  CHL_LEAKY_RELU,
  CHL_LEAKY_STEP,
  CHL_LOG,
  CHL_MAXIMUM,
  CHL_MINIMUM,
  CHL_MUL,
  CHL_NEG,
  CHL_RECIPROCAL,
  CHL_SCALE,
  CHL_SHIFT,
  CHL_SIGMOID,
  CHL_SIGN,
  CHL_SOFTPLUS,
  CHL_SQRT,
  CHL_COPY,
  CHL_SUB,
  CHL_TANH,
  CHL_WHERE,
  CHL_MULADD,
  CHL_ERF,
  CHL_POW,
  CHL_OP_COUNT
};

enum {
  CHL_TILE = 512,  // floats of one register: a dozen registers fit into 32 KiB of L1
  CHL_MAX_RANK = 8,
  CHL_MAX_LOADS = 24,
  CHL_MAX_INSTRS = 96,
  CHL_MAX_STORES = 12,
  CHL_MAX_REGS = CHL_MAX_LOADS + CHL_MAX_INSTRS
};

struct VmLoad {
  const float *base;  // null: the constant
  float constant;
  long stride[CHL_MAX_RANK];
};
struct VmInstr {
  int op, dst, a, b, c;
  float imm;
};
struct VmStore {
  void *base;
  int reg;
  bool bfloat16;  // elements of 16 bits, rounded here
  bool direct;    // the register may live in the destination itself
  long stride[CHL_MAX_RANK];
};

struct Vm {
  int rank;
  long dims[CHL_MAX_RANK];
  int nload, ninstr, nstore, nslot;
  int slot[CHL_MAX_REGS];  // where a register's tile lies when it is not read or written in place
  VmLoad load[CHL_MAX_LOADS];
  VmInstr instr[CHL_MAX_INSTRS];
  VmStore store[CHL_MAX_STORES];
  int threads;
  // Tiles: rowTile x colTile elements of the two innermost axes.
  long rowTile, colTile, rowTiles, colTiles, outer, tiles;
  // Reductions only. Axes are ordered: kept outer, reduced outer, rows, columns.
  bool isMax;
  int keptOuter;
  bool rowReduced, colReduced;
  long kept, reducedTiles, chunks;
  double *partial;  // chunks x kept x nstore x tileKept, when chunks > 1
  long tileKept;
};
