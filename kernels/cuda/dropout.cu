// Dropout. src, dst: dense f32 in one layout, (n, c, plane) logically, c innermost when
// channelsLast; in place is safe. The mask follows the logical index (n, c, plane) whatever the
// layout, as chladni.engine.graph.Dropout states it.
#include "cuda/device.cuh"
#include "philox.h"

extern "C" __global__ void __launch_bounds__(256)
    dropout(const float *src, const int *counter, float *dst, long long n, long long c,
            long long plane, int channelsLast, unsigned threshold, float scale, unsigned seedLow,
            unsigned seedHigh, unsigned stream) {
  for (long long i = CHL_FIRST; i < n * c * plane; i += CHL_STEP) {
    long long logical = i;
    if (channelsLast) {
      const long long channel = i % c, pixel = i / c % plane;
      logical = (i / (c * plane) * c + channel) * plane + pixel;
    }
    const unsigned long long quad = (unsigned long long)logical / 4;
    unsigned word[4] = {(unsigned)quad, (unsigned)(quad >> 32), (unsigned)*counter, stream};
    chl_philox4x32_10(word[0], word[1], word[2], word[3], seedLow, seedHigh);
    dst[i] = word[logical % 4] >> 8 >= threshold ? src[i] * scale : 0.f;
  }
}
CHL_INDEPENDENT(dropout)
