// Convolutions by their definition, one thread for each element of the result: what every shape
// has, and what faster ones are held against.
//
// large (N, H, W, C), small (N, oH, oW, O), channels last, f32; weight (O, C / groups, kH, kW)
// row-major f32. ih = oh * strideH - padTop + kh * dilationH, iw alike. Sums are double.
#include "cuda/device.cuh"

struct Conv {
  int n, c, h, w, o, oh, ow, kh, kw, groups;
  int strideH, strideW, dilationH, dilationW, padTop, padLeft;
};

extern "C" __global__ void __launch_bounds__(256)
    conv_forward(Conv p, const float *large, const float *weight, float *small) {
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
        const float *src = large + (((long long)n * p.h + ih) * p.w + iw) * p.c + o / og * cg;
        const float *tap = weight + (((long long)o * cg) * p.kh + kh) * p.kw + kw;
        for (int c = 0; c < cg; ++c) sum += (double)src[c] * tap[(long long)c * p.kh * p.kw];
      }
    }
    small[i] = (float)sum;
  }
}
CHL_INDEPENDENT(conv_forward)

// The transpose: a transposed convolution, and a convolution's gradient by its input.
extern "C" __global__ void __launch_bounds__(256)
    conv_data(Conv p, const float *small, const float *weight, float *large) {
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
        const float *src =
            small + (((long long)n * p.oh + y / p.strideH) * p.ow + x / p.strideW) * p.o + g * og;
        const float *tap = weight + (((long long)g * og * cg + c % cg) * p.kh + kh) * p.kw + kw;
        for (int o = 0; o < og; ++o) sum += (double)src[o] * tap[(long long)o * cg * p.kh * p.kw];
      }
    }
    large[i] = (float)sum;
  }
}
CHL_INDEPENDENT(conv_data)

extern "C" __global__ void __launch_bounds__(256)
    conv_weight(Conv p, const float *large, const float *small, float *weight) {
  const int cg = p.c / p.groups, og = p.o / p.groups;
  const long long total = (long long)p.o * cg * p.kh * p.kw;
  for (long long i = CHL_FIRST; i < total; i += CHL_STEP) {
    const int kw = (int)(i % p.kw);
    long long rest = i / p.kw;
    const int kh = (int)(rest % p.kh);
    rest /= p.kh;
    const int o = (int)(rest / cg), c = o / og * cg + (int)(rest % cg);
    double sum = 0;
    for (int n = 0; n < p.n; ++n)
      for (int y = 0; y < p.oh; ++y) {
        const int ih = y * p.strideH - p.padTop + kh * p.dilationH;
        if (ih < 0 || ih >= p.h) continue;
        for (int x = 0; x < p.ow; ++x) {
          const int iw = x * p.strideW - p.padLeft + kw * p.dilationW;
          if (iw < 0 || iw >= p.w) continue;
          sum += (double)large[(((long long)n * p.h + ih) * p.w + iw) * p.c + c] *
                 small[(((long long)n * p.oh + y) * p.ow + x) * p.o + o];
        }
      }
    weight[i] = (float)sum;
  }
}
CHL_INDEPENDENT(conv_weight)
