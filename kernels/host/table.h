// The kernels of one instruction set, as a table of function pointers.
#pragma once
#include "host/vm.h"

// Pooling over a dense channels-last tensor. index 0: rows, 1: columns.
struct Pool {
  long n, c, h, w, oh, ow, kh, kw, strideH, strideW, padTop, padLeft;
  int threads;
  const float *src, *dOut;
  float *dst;
};

// Rows of x - log(sum(e^x)): rows = outer x inner, element k of a row at stride inner.
struct Rows {
  long outer, length, inner;
  int threads;
  const float *src;
  float *dst;
};

// Dropout over (n, c, plane), c contiguous when channelsLast, else plane contiguous.
struct Mask {
  long n, c, plane;
  bool channelsLast;
  unsigned threshold;  // kept where the upper 24 bits of a word reach it
  float scale;
  unsigned seedLow, seedHigh, stream;
  int threads;
  const float *src;
  const int *counter;
  float *dst;
};

struct KernelTable {
  const char *name;
  void (*elementwise)(const Vm &);
  void (*reduction)(const Vm &);
  void (*maxPool)(const Pool &);
  void (*maxPoolGrad)(const Pool &);
  void (*logSoftmax)(const Rows &);
  void (*dropout)(const Mask &);
};

#define CHL_DECLARE(isa)            \
  namespace isa {                   \
  void elementwise(const Vm &);     \
  void reduction(const Vm &);       \
  void maxPool(const Pool &);       \
  void maxPoolGrad(const Pool &);   \
  void logSoftmax(const Rows &);    \
  void dropout(const Mask &);       \
  extern const KernelTable kernels; \
  }
CHL_DECLARE(baseline)
CHL_DECLARE(avx2)
CHL_DECLARE(avx512)
