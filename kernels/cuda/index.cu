// Elements by their index along an axis, and indices by their element.
// A tensor is (outer, extent, inner) around the axis, dense f32; indices are dense i32 of any
// value: out of range, gather gives a stated number and scatter adds nothing. Nothing is added by
// two threads, and each adds in the order of the indices.
#include "cuda/device.cuh"

// src (outer, extent, inner), indices (count), dst (outer, count, inner).
extern "C" __global__ void __launch_bounds__(256)
    gather(const float *src, const int *indices, float *dst, long long outer, long long extent,
           long long inner, long long count, float outside) {
  for (long long i = CHL_FIRST; i < outer * count * inner; i += CHL_STEP) {
    const long long c = i % inner, k = i / inner % count, o = i / inner / count;
    const int at = indices[k];
    dst[i] = at >= 0 && at < extent ? src[(o * extent + at) * inner + c] : outside;
  }
}
CHL_INDEPENDENT(gather)

// src (outer, extent, inner), indices and dst (outer, count, inner).
extern "C" __global__ void __launch_bounds__(256)
    gather_along(const float *src, const int *indices, float *dst, long long outer,
                 long long extent, long long inner, long long count, float outside) {
  for (long long i = CHL_FIRST; i < outer * count * inner; i += CHL_STEP) {
    const long long c = i % inner, o = i / inner / count;
    const int at = indices[i];
    dst[i] = at >= 0 && at < extent ? src[(o * extent + at) * inner + c] : outside;
  }
}
CHL_INDEPENDENT(gather_along)

// src (outer, count, inner), dst (outer, extent, inner): each element of dst collects what is its
// own. indices (count), or one for each element of src when along.
extern "C" __global__ void __launch_bounds__(256)
    scatter_add(const float *src, const int *indices, float *dst, long long outer, long long extent,
                long long inner, long long count, int along) {
  for (long long i = CHL_FIRST; i < outer * extent * inner; i += CHL_STEP) {
    const long long c = i % inner, e = i / inner % extent, o = i / inner / extent;
    float sum = 0;
    for (long long k = 0; k < count; ++k) {
      const long long at = (o * count + k) * inner + c;
      if (indices[along ? at : k] == e) sum += src[at];
    }
    dst[i] = sum;
  }
}
CHL_INDEPENDENT(scatter_add)

namespace {

// Whether v at a later index comes before the best so far: NaN is largest, a tie changes nothing.
__device__ __forceinline__ bool larger(float v, float best) {
  return v > best || (v != v && best == best);
}

}  // namespace

// src (outer, extent, inner), dst (outer, inner).
extern "C" __global__ void __launch_bounds__(256)
    arg_max(const float *src, int *dst, long long outer, long long extent, long long inner) {
  for (long long i = CHL_FIRST; i < outer * inner; i += CHL_STEP) {
    const float *x = src + i / inner * extent * inner + i % inner;
    int at = 0;
    for (long long e = 1; e < extent; ++e)
      if (larger(x[e * inner], x[at * inner])) at = (int)e;
    dst[i] = at;
  }
}
CHL_INDEPENDENT(arg_max)

// dst (outer, count, inner): by selection, since count is small; the largest that comes after what
// was found last, in the order of value and then index.
extern "C" __global__ void __launch_bounds__(256)
    top_k(const float *src, int *dst, long long outer, long long extent, long long inner,
          long long count) {
  for (long long i = CHL_FIRST; i < outer * inner; i += CHL_STEP) {
    const float *x = src + i / inner * extent * inner + i % inner;
    int *out = dst + i / inner * count * inner + i % inner;
    int last = -1;
    for (long long k = 0; k < count; ++k) {
      int best = -1;
      for (int e = 0; e < extent; ++e) {
        const float v = x[e * inner];
        if (last >= 0) {
          const float l = x[last * inner];
          const bool equal = v == l || (v != v && l != l);
          if (larger(v, l) || (equal && e <= last)) continue;
        }
        if (best < 0 || larger(v, x[best * inner])) best = e;
      }
      out[k * inner] = last = best;
    }
  }
}
CHL_INDEPENDENT(top_k)
