// The kernels of one instruction set, as a table of function pointers.
#pragma once
#include "host/vm.h"

// Max pooling of dense channels-last pictures: src (N, H, W, C) decides; values are (N, oH, oW, C)
// for the gradient and (N, H, W, C) for the pick.
struct Pool {
  long n, c, h, w, oh, ow, kh, kw, strideH, strideW, padTop, padLeft, dilationH, dilationW;
  long pixel, channel;  // strides of the smaller side
  int threads;
  const float *src, *values;
  float *dst;
};

// A sparse matrix along one axis: element i of the result is summed from the elements at[k] times
// weight[k] of the operand, from[i] <= k < from[i + 1].
struct Taps {
  const int *from, *at;
  const float *weight;
};

// Such a map along rows and one along columns: (N, H, W, C) to (N, oH, oW, C), all dense.
// row: for each thread one of the operand's, W * C, rowStride apart.
struct Separable {
  long n, c, h, w, oh, ow, rowStride;
  int threads;
  Taps rows, columns;
  const float *src;
  float *dst, *row;
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
  void (*maxPoolPick)(const Pool &);
  void (*separable)(const Separable &);
  void (*logSoftmax)(const Rows &);
  void (*dropout)(const Mask &);
};

#define CHL_DECLARE(isa)             \
  namespace isa {                    \
  void elementwise(const Vm &);      \
  void reduction(const Vm &);        \
  void maxPool(const Pool &);        \
  void maxPoolGrad(const Pool &);    \
  void maxPoolPick(const Pool &);    \
  void separable(const Separable &); \
  void logSoftmax(const Rows &);     \
  void dropout(const Mask &);        \
  extern const KernelTable kernels;  \
  }
CHL_DECLARE(baseline)
CHL_DECLARE(avx2)
CHL_DECLARE(avx512)
