// A stand-in for libcublas.so.12: matrix products by their definition, put on the stream of the
// stand-in driver. Names that it does not have answer CUBLAS_STATUS_NOT_SUPPORTED.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "../driver/driver.h"

#ifndef SOFTGPU_CUBLAS
#define SOFTGPU_CUBLAS 120600
#endif

namespace {

enum : int {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_NOT_SUPPORTED = 15,
};

enum : int { CUDA_R_32F = 0, CUDA_R_16BF = 14 };
enum : int { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };
// The computations: the last one rounds 32-bit operands to TF32.
enum : int {
  CUBLAS_COMPUTE_32F = 68,
  CUBLAS_COMPUTE_32F_PEDANTIC = 69,
  CUBLAS_COMPUTE_32F_FAST_TF32 = 77
};

struct Handle {
  unsigned alive = 0xC0B1A5;
  void *stream = nullptr;
};

bool is_handle(const void *h) { return h && static_cast<const Handle *>(h)->alive == 0xC0B1A5; }

// Column-major: C (m, n) = alpha * op(A) (m, k) * op(B) (k, n) + beta * C.
struct Gemm {
  int m, n, k, transA, transB, lda, ldb, ldc, batch, typeA, typeB, typeC, compute;
  long long strideA, strideB, strideC;
  float alpha, beta;
  const void *a, *b;
  void *c;
};

float load(const void *base, int type, long long i) {
  if (type == CUDA_R_32F) return static_cast<const float *>(base)[i];
  unsigned bits = static_cast<unsigned>(static_cast<const unsigned short *>(base)[i]) << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

// TF32 keeps 10 bits behind the point, here rounded to nearest, ties to even.
float operand(float value, int compute) {
  if (compute != CUBLAS_COMPUTE_32F_FAST_TF32 || !std::isfinite(value)) return value;
  unsigned bits;
  memcpy(&bits, &value, 4);
  bits = (bits + 0xFFF + (bits >> 13 & 1)) & ~0x1FFFu;
  memcpy(&value, &bits, 4);
  return value;
}

void store(void *base, int type, long long i, float value) {
  if (type == CUDA_R_32F) {
    static_cast<float *>(base)[i] = value;
    return;
  }
  unsigned bits;
  memcpy(&bits, &value, 4);
  // To nearest, ties to even; a NaN stays one.
  unsigned short rounded =
      value != value ? 0x7FC0
                     : static_cast<unsigned short>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
  static_cast<unsigned short *>(base)[i] = rounded;
}

int multiply(void *argument) {
  const Gemm &g = *static_cast<Gemm *>(argument);
  for (int s = 0; s < g.batch; ++s)
    for (int j = 0; j < g.n; ++j)
      for (int i = 0; i < g.m; ++i) {
        double sum = 0;
        for (long long p = 0; p < g.k; ++p) {
          const long long at =
              s * g.strideA + (g.transA ? i * (long long)g.lda + p : p * g.lda + i);
          const long long bt =
              s * g.strideB + (g.transB ? p * g.ldb + j : j * (long long)g.ldb + p);
          sum += (double)operand(load(g.a, g.typeA, at), g.compute) *
                 operand(load(g.b, g.typeB, bt), g.compute);
        }
        const long long ct = s * g.strideC + j * (long long)g.ldc + i;
        // beta 0 must not read C, which may hold a NaN.
        const float old = g.beta == 0.f ? 0.f : g.beta * load(g.c, g.typeC, ct);
        store(g.c, g.typeC, ct, static_cast<float>(g.alpha * sum) + old);
      }
  return 0;
}

size_t width(int type) { return type == CUDA_R_16BF ? 2 : 4; }

long long extent(int rows, int columns, int ld, long long stride, int batch) {
  return stride * (batch - 1) + (long long)ld * (columns - 1) + rows;
}

int enqueue(void *handle, const Gemm &g) {
  if (!is_handle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  const int rowsA = g.transA ? g.k : g.m, rowsB = g.transB ? g.n : g.k;
  if (g.m < 0 || g.n < 0 || g.k < 0 || g.lda < rowsA || g.ldb < rowsB || g.ldc < g.m || g.batch < 0)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!g.m || !g.n || !g.batch) return CUBLAS_STATUS_SUCCESS;
  const int columnsA = g.transA ? g.m : g.k, columnsB = g.transB ? g.k : g.n;
  if (softgpu_check(g.a, extent(rowsA, columnsA, g.lda, g.strideA, g.batch) * width(g.typeA),
                    "gemm A") ||
      softgpu_check(g.b, extent(rowsB, columnsB, g.ldb, g.strideB, g.batch) * width(g.typeB),
                    "gemm B") ||
      softgpu_check(g.c, extent(g.m, g.n, g.ldc, g.strideC, g.batch) * width(g.typeC), "gemm C"))
    return CUBLAS_STATUS_EXECUTION_FAILED;
  const std::string kind = "the first gemm of cuBLAS from type " + std::to_string(g.typeA) +
                           " to " + std::to_string(g.typeC);
  return softgpu_enqueue(static_cast<Handle *>(handle)->stream, kind.c_str(), multiply, new Gemm(g),
                         [](void *p) { delete static_cast<Gemm *>(p); })
             ? CUBLAS_STATUS_EXECUTION_FAILED
             : CUBLAS_STATUS_SUCCESS;
}

}  // namespace

SOFTGPU_API int cublasCreate_v2(void **handle) {
  *handle = new Handle();
  return CUBLAS_STATUS_SUCCESS;
}
SOFTGPU_API int cublasDestroy_v2(void *handle) {
  if (!is_handle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  static_cast<Handle *>(handle)->alive = 0;
  delete static_cast<Handle *>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
SOFTGPU_API int cublasGetVersion_v2(void *, int *version) {
  *version = SOFTGPU_CUBLAS;
  return CUBLAS_STATUS_SUCCESS;
}
SOFTGPU_API int cublasSetStream_v2(void *handle, void *stream) {
  if (!is_handle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  static_cast<Handle *>(handle)->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}
SOFTGPU_API int cublasSetWorkspace_v2(void *handle, void *at, size_t bytes) {
  if (!is_handle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (reinterpret_cast<uintptr_t>(at) % 256 || softgpu_check(at, bytes, "cuBLAS workspace"))
    return CUBLAS_STATUS_INVALID_VALUE;
  return CUBLAS_STATUS_SUCCESS;
}
SOFTGPU_API int cublasSetMathMode(void *handle, int) {
  return is_handle(handle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}
SOFTGPU_API int cublasSetPointerMode_v2(void *handle, int mode) {
  if (!is_handle(handle)) return CUBLAS_STATUS_NOT_INITIALIZED;
  return mode == 0 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

SOFTGPU_API int cublasGemmStridedBatchedEx(void *handle, int transA, int transB, int m, int n,
                                           int k, const void *alpha, const void *a, int typeA,
                                           int lda, long long strideA, const void *b, int typeB,
                                           int ldb, long long strideB, const void *beta, void *c,
                                           int typeC, int ldc, long long strideC, int batch,
                                           int compute, int) {
  const bool types = (typeA == CUDA_R_32F || typeA == CUDA_R_16BF) && typeB == typeA &&
                     (typeC == CUDA_R_32F || typeC == typeA);
  const bool computes = compute == CUBLAS_COMPUTE_32F || compute == CUBLAS_COMPUTE_32F_PEDANTIC ||
                        (compute == CUBLAS_COMPUTE_32F_FAST_TF32 && typeA == CUDA_R_32F);
  if (!types || !computes) return CUBLAS_STATUS_NOT_SUPPORTED;
  return enqueue(handle, {m,
                          n,
                          k,
                          transA != CUBLAS_OP_N,
                          transB != CUBLAS_OP_N,
                          lda,
                          ldb,
                          ldc,
                          batch,
                          typeA,
                          typeB,
                          typeC,
                          compute,
                          strideA,
                          strideB,
                          strideC,
                          *static_cast<const float *>(alpha),
                          *static_cast<const float *>(beta),
                          a,
                          b,
                          c});
}

SOFTGPU_API int cublasGemmEx(void *handle, int transA, int transB, int m, int n, int k,
                             const void *alpha, const void *a, int typeA, int lda, const void *b,
                             int typeB, int ldb, const void *beta, void *c, int typeC, int ldc,
                             int compute, int algorithm) {
  return cublasGemmStridedBatchedEx(handle, transA, transB, m, n, k, alpha, a, typeA, lda, 0, b,
                                    typeB, ldb, 0, beta, c, typeC, ldc, 0, 1, compute, algorithm);
}
