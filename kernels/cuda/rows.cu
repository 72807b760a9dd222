// The logarithm of softmax along rows. src, dst: (outer, length, inner) f32, a row has stride
// inner; in place is safe. One thread for each row, which is read three times: rows of this
// project are short and many, or one.
#include "cuda/device.cuh"

extern "C" __global__ void __launch_bounds__(128)
    log_softmax(const float *src, float *dst, long long outer, long long length, long long inner) {
  for (long long row = CHL_FIRST; row < outer * inner; row += CHL_STEP) {
    const long long at = row / inner * length * inner + row % inner;
    const float *x = src + at;
    float *y = dst + at;
    float largest = x[0];
    for (long long k = 1; k < length; ++k) largest = chl_max(x[k * inner], largest);
    double sum = 0;
    for (long long k = 0; k < length; ++k) sum += chl_exp(x[k * inner] - largest);
    // The logarithm of a double that is at least 1: its float part and the rest.
    const float head = (float)sum;
    const float shift = chl_log(head) + (float)((sum - (double)head) / sum);
    for (long long k = 0; k < length; ++k) y[k * inner] = (x[k * inner] - largest) - shift;
  }
}
CHL_INDEPENDENT(log_softmax)
