// Matrix products by their definition, one thread for each element of the result: what every shape
// has, and what cuBLAS is held against.
//
// a: (batch, M, K) or (batch, K, M), b: (batch, K, N) or (batch, N, K), c: (batch, M, N), dense
// row-major f32. Sums are double.
#include "cuda/device.cuh"

extern "C" __global__ void __launch_bounds__(256)
    matmul(const float *a, const float *b, float *c, long long batch, long long m, long long k,
           long long n, int transposeA, int transposeB) {
  const long long aRow = transposeA ? 1 : k, aInner = transposeA ? m : 1;
  const long long bColumn = transposeB ? k : 1, bInner = transposeB ? 1 : n;
  for (long long i = CHL_FIRST; i < batch * m * n; i += CHL_STEP) {
    const long long column = i % n, row = i / n % m, sheet = i / n / m;
    const float *x = a + sheet * m * k + row * aRow;
    const float *y = b + sheet * k * n + column * bColumn;
    double sum = 0;
    for (long long j = 0; j < k; ++j) sum += (double)x[j * aInner] * y[j * bInner];
    c[i] = (float)sum;
  }
}
CHL_INDEPENDENT(matmul)
