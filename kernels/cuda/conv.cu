// Convolutions by their definition, one thread for each element of the result: what every shape
// and format has, and what faster ones are held against.
//
// Formats and orders are those of conv.cuh. Sums are double, rounded to f32 and from there to bf16
// where the result is that.
#include "cuda/conv.cuh"

namespace conv {

// Where the weight has the channels of output o under a tap.
__device__ __forceinline__ long long tap(const Conv &p, int o, int kh, int kw) {
  return (((long long)o * p.kh + kh) * p.kw + kw) * (p.c / p.groups);
}

}  // namespace conv

extern "C" __global__ void __launch_bounds__(256)
    conv_forward(Conv p, const void *large, void *small, const void *weight) {
  const long long total = (long long)p.n * p.oh * p.ow * p.o;
  const int cg = p.c / p.groups, og = p.o / p.groups;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int o = (int)(i % p.o);
    long long rest = i / p.o;
    const int x = (int)(rest % p.ow);
    rest /= p.ow;
    const int y = (int)(rest % p.oh), n = (int)(rest / p.oh);
    double sum = 0;
    for (int kh = 0; kh < p.kh; ++kh) {
      const int ih = y * p.strideH - p.padTop + kh * p.dilationH;
      if (ih < 0 || ih >= p.h) continue;
      for (int kw = 0; kw < p.kw; ++kw) {
        const int iw = x * p.strideW - p.padLeft + kw * p.dilationW;
        if (iw < 0 || iw >= p.w) continue;
        const long long src = (((long long)n * p.h + ih) * p.w + iw) * p.c + o / og * cg;
        const long long first = conv::tap(p, o, kh, kw);
        for (int c = 0; c < cg; ++c)
          sum += (double)conv::load(large, p.halfLarge, src + c) *
                 conv::load(weight, p.halfWeight, first + c);
      }
    }
    conv::store(small, p.halfSmall, i, (float)sum);
  }
}
CHL_INDEPENDENT(conv_forward)

// The transpose: a transposed convolution, and a convolution's gradient by its input.
extern "C" __global__ void __launch_bounds__(256)
    conv_data(Conv p, void *large, const void *small, const void *weight) {
  const long long total = (long long)p.n * p.h * p.w * p.c;
  const int cg = p.c / p.groups, og = p.o / p.groups;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int c = (int)(i % p.c), g = c / cg;
    long long rest = i / p.c;
    const int iw = (int)(rest % p.w);
    rest /= p.w;
    const int ih = (int)(rest % p.h), n = (int)(rest / p.h);
    double sum = 0;
    for (int kh = 0; kh < p.kh; ++kh) {
      const int y = ih + p.padTop - kh * p.dilationH;
      if (y < 0 || y % p.strideH || y / p.strideH >= p.oh) continue;
      for (int kw = 0; kw < p.kw; ++kw) {
        const int x = iw + p.padLeft - kw * p.dilationW;
        if (x < 0 || x % p.strideW || x / p.strideW >= p.ow) continue;
        const long long src =
            (((long long)n * p.oh + y / p.strideH) * p.ow + x / p.strideW) * p.o + g * og;
        const long long first = conv::tap(p, g * og, kh, kw) + c % cg;
        for (int o = 0; o < og; ++o)
          sum += (double)conv::load(small, p.halfSmall, src + o) *
                 conv::load(weight, p.halfWeight, first + (long long)o * cg * p.kh * p.kw);
      }
    }
    conv::store(large, p.halfLarge, i, (float)sum);
  }
}
CHL_INDEPENDENT(conv_data)

extern "C" __global__ void __launch_bounds__(256)
    conv_weight(Conv p, const void *large, const void *small, void *weight) {
  const int cg = p.c / p.groups, og = p.o / p.groups;
  const long long total = (long long)p.o * cg * p.kh * p.kw;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int k = (int)(i % cg);
    long long rest = i / cg;
    const int kw = (int)(rest % p.kw);
    rest /= p.kw;
    const int kh = (int)(rest % p.kh), o = (int)(rest / p.kh), c = o / og * cg + k;
    double sum = 0;
    for (int n = 0; n < p.n; ++n)
      for (int y = 0; y < p.oh; ++y) {
        const int ih = y * p.strideH - p.padTop + kh * p.dilationH;
        if (ih < 0 || ih >= p.h) continue;
        for (int x = 0; x < p.ow; ++x) {
          const int iw = x * p.strideW - p.padLeft + kw * p.dilationW;
          if (iw < 0 || iw >= p.w) continue;
          sum += (double)conv::load(large, p.halfLarge,
                                    (((long long)n * p.h + ih) * p.w + iw) * p.c + c) *
                 conv::load(small, p.halfSmall, (((long long)n * p.oh + y) * p.ow + x) * p.o + o);
        }
      }
    conv::store(weight, p.halfWeight, i, (float)sum);
  }
}
CHL_INDEPENDENT(conv_weight)
