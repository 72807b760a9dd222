// What a fused kernel is after binding. Java writes these bytes (chladni.cuda.FusedArgument), so
// the order of fields is a contract.
#pragma once

enum {
  CHL_FUSED_RANK = 6,
  CHL_FUSED_LOADS = 16,
  CHL_FUSED_INSTRS = 48,
  CHL_FUSED_STORES = 8,
};

// An axis of the space. A thread of an elementwise kernel has several points along axis 0, so
// that one has fewer steps than points.
struct FusedAxis {
  long long extent, steps;
  unsigned magic, shift;  // n / steps for 0 <= n < 2^31 is (high word of n * magic + n) >> shift
};

struct FusedLoad {
  const float *base;  // null: the constant
  float constant;
  int vector;                        // four points along axis 0 are 16 aligned bytes
  long long stride[CHL_FUSED_RANK];  // in elements, one per axis
};

struct FusedInstr {
  int op;  // as kernels/host/vm.h numbers them
  short dst, a, b, c;
  float immediate;
};

struct FusedStore {
  void *base;
  int reg;
  short bfloat16;  // 0: f32
  short vector;    // as of a load; 8 bytes of bfloat16
  long long stride[CHL_FUSED_RANK];
};

// Axes go from the innermost outwards, in a reduction first those that are kept and then those
// that are reduced; behind them strides are 0 and extents 1.
struct Fused {
  int rank, kept, loads, instrs, stores, unused;
  FusedAxis axis[CHL_FUSED_RANK];
  FusedLoad load[CHL_FUSED_LOADS];
  FusedInstr instr[CHL_FUSED_INSTRS];
  FusedStore store[CHL_FUSED_STORES];
};

static_assert(sizeof(FusedAxis) == 24 && sizeof(FusedLoad) == 64 && sizeof(FusedInstr) == 16 &&
                  sizeof(FusedStore) == 64,
              "chladni.cuda.FusedArgument writes these sizes");
static_assert(sizeof(Fused) == 24 + 6 * 24 + 16 * 64 + 48 * 16 + 8 * 64,
              "chladni.cuda.FusedArgument writes these sizes");
