// What a fused kernel is after binding; passed to its kernels by value. Java writes these bytes
// (chladni.cuda.FusedArgument), so the order of fields is a contract.
#pragma once

enum {
  CHL_FUSED_RANK = 6,
  CHL_FUSED_LOADS = 16,
  CHL_FUSED_INSTRS = 48,
  CHL_FUSED_STORES = 8,
};

struct FusedLoad {
  const float *base;  // null: the constant
  float constant;
  int unused;
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
  int bfloat16;  // 0: f32
  long long stride[CHL_FUSED_RANK];
};

struct Fused {
  int rank, loads, instrs, stores;
  long long dims[CHL_FUSED_RANK];
  FusedLoad load[CHL_FUSED_LOADS];
  FusedInstr instr[CHL_FUSED_INSTRS];
  FusedStore store[CHL_FUSED_STORES];
};

static_assert(sizeof(FusedLoad) == 64 && sizeof(FusedInstr) == 16 && sizeof(FusedStore) == 64,
              "chladni.cuda.FusedArgument writes these sizes");
static_assert(sizeof(Fused) == 16 + 48 + 16 * 64 + 48 * 16 + 8 * 64,
              "chladni.cuda.FusedArgument writes these sizes");
