// Scalar formulas of the elementwise operations, branch-free so that a compiler turns a loop over
// them into vector code. Single precision, at most about 2 ulp from the exact value over the whole
// range, with IEEE results for infinities and NaN. Shared by host and CUDA kernels.
#pragma once

#if defined(__CUDACC__)
#define CHL_FN __host__ __device__ __forceinline__
#else
#define CHL_FN static inline __attribute__((always_inline))
#endif

CHL_FN int chl_bits(float x) {
  int i;
  __builtin_memcpy(&i, &x, 4);
  return i;
}
CHL_FN float chl_float(int i) {
  float x;
  __builtin_memcpy(&x, &i, 4);
  return x;
}
// Wrapping around as machines do, which C++17 promises for unsigned numbers alone.
CHL_FN int chl_minus(int a, int b) { return (int)((unsigned)a - (unsigned)b); }
CHL_FN int chl_shift(int a, int by) { return (int)((unsigned)a << by); }
CHL_FN long long chl_shift(long long a, int by) { return (long long)((unsigned long long)a << by); }

// The upper half of the bits, rounded to nearest, ties to even; NaN stays NaN.
CHL_FN unsigned short chl_bfloat16(float x) {
  unsigned u = (unsigned)chl_bits(x);
  unsigned rounded = u + 0x7fffu + ((u >> 16) & 1u);
  return (unsigned short)(((u & 0x7fffffffu) > 0x7f800000u ? u | 0x400000u : rounded) >> 16);
}

CHL_FN float chl_abs(float x) { return chl_float(chl_bits(x) & 0x7fffffff); }
CHL_FN float chl_copysign(float magnitude, float sign) {
  return chl_float((chl_bits(magnitude) & 0x7fffffff) | (chl_bits(sign) & (int)0x80000000));
}

// The nearest integer for |x| < 2^22, without an instruction that older machines lack.
CHL_FN float chl_round(float x) {
  const float shift = 12582912.f;
  return (x + shift) - shift;
}

// e^r - 1 - r for |r| <= ln(2) / 2 (Taylor to r^7; the next term is below 2^-27).
CHL_FN float chl_exp_tail(float r) {
  float p = 1.9841270e-4f;
  p = p * r + 1.3888889e-3f;
  p = p * r + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  return p * r * r;
}

// x = n ln 2 + r; ln 2 in two parts so that n times the first is exact.
CHL_FN float chl_reduce(float x, float *n) {
  *n = chl_round(x * 1.44269504f);
  float r = x - *n * 0.693359375f;
  return r + *n * 2.12194440e-4f;
}
CHL_FN float chl_pow2(int n) { return chl_float(chl_shift(n + 127, 23)); }

CHL_FN float chl_exp(float x) {
  float c = x < -104.f ? -104.f : x;
  c = c > 89.f ? 89.f : c;
  float n;
  float r = chl_reduce(c, &n);
  float y = 1.f + (r + chl_exp_tail(r));
  // Two factors: 2^n alone is not a normal number at either end.
  int i = (int)n, half = i >> 1;
  y = y * chl_pow2(half) * chl_pow2(i - half);
  return x != x ? x : y;
}

CHL_FN float chl_expm1(float x) {
  float c = x < -25.f ? -25.f : x;
  c = c > 89.f ? 89.f : c;
  float n;
  float r = chl_reduce(c, &n);
  float p = r + chl_exp_tail(r);
  int i = (int)n, half = i >> 1;
  float a = chl_pow2(half), b = chl_pow2(i - half);
  // 2^n p + (2^n - 1); at n = 128 the one no longer counts and both factors are applied late.
  float s = a * b;
  float y = i > 126 ? (p + 1.f) * a * b : s * p + (s - 1.f);
  return x != x ? x : y;
}

CHL_FN float chl_log(float x) {
  // Subnormal numbers are scaled up first.
  bool tiny = x < 1.17549435e-38f;
  float v = tiny ? x * 8388608.f : x;
  int bits = chl_bits(v);
  int e = chl_minus(bits, 0x3f3504f3) >> 23;  // m in [sqrt(1/2), sqrt(2))
  float m = chl_float(chl_minus(bits, chl_shift(e, 23))) - 1.f;
  float k = (float)(e - (tiny ? 23 : 0));
  float p = 7.0376836292e-2f;  // Cephes logf
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float m2 = m * m;
  float y = p * m * m2;
  y += k * -2.12194440e-4f;
  y -= 0.5f * m2;
  y = m + y;
  y += k * 0.693359375f;
  const float inf = __builtin_inff();
  y = x == 0.f ? -inf : y;
  y = x == inf ? inf : y;
  y = x < 0.f ? __builtin_nanf("") : y;
  return x != x ? x : y;
}

// log(1 + e) for 0 <= e <= 1, exact for small e.
CHL_FN float chl_log1p_unit(float e) {
  float u = 1.f + e;
  return chl_log(u) + (e - (u - 1.f)) / u;
}

CHL_FN float chl_tanh(float x) {
  float t = chl_expm1(-2.f * chl_abs(x));
  return chl_copysign(-t / (t + 2.f), x) + (x != x ? x : 0.f);
}

CHL_FN float chl_sigmoid(float x) {
  float e = chl_exp(-chl_abs(x));
  return (x >= 0.f ? 1.f : e) / (1.f + e) + (x != x ? x : 0.f);
}

CHL_FN float chl_softplus(float x) {
  float e = chl_exp(-chl_abs(x));
  return (x > 0.f ? x : 0.f) + chl_log1p_unit(e) + (x != x ? x : 0.f);
}

// Near zero x + x P(x^2), so that small x lose nothing; then 1 - e^-Q(|x|), Q = -log(1 - erf),
// which rounds to 1 from 3.92 on. Both polynomials are minimax fits of the relative error of erf.
CHL_FN float chl_erf(float x) {
  float s = x * x;
  float p = 8.3700883e-5f;
  p = p * s - 8.1427012e-4f;
  p = p * s + 5.2010321e-3f;
  p = p * s - 2.6859399e-2f;
  p = p * s + 1.1283696e-1f;
  p = p * s - 3.7612635e-1f;
  p = p * s + 1.2837917e-1f;
  float t = chl_abs(x);
  t = t > 4.f ? 4.f : t;
  float q = -2.1392297e-4f;
  q = q * t + 3.2144438e-3f;
  q = q * t - 2.2888321e-2f;
  q = q * t + 1.0525927e-1f;
  q = q * t + 6.3572025e-1f;
  q = q * t + 1.2851378e-1f;
  float far = chl_copysign(1.f - chl_exp(-(t + t * q)), x);
  float y = t < 0.921875f ? x + x * p : far;
  return x != x ? x : y;
}

// a^b as C's pow: exact cases for zeros, infinities, ones and NaN; negative a for whole b alone.
// Doubles inside: the logarithm is multiplied by up to 2^7, so floats would lose those bits. Its
// series and that of 2^f stop below 2^-37.
CHL_FN float chl_pow(float a, float b) {
  const double inf = __builtin_inf(), x = a, y = b;
  const double size = x < 0 ? -x : x;
  // |a| = 2^e m, m in [sqrt(1/2), sqrt(2)); e + 1023 is taken from the bits as it stands.
  long long bits;
  __builtin_memcpy(&bits, &size, 8);
  long long e = ((unsigned long long)bits + 0x00095f619980c433) >> 52;
  bits -= chl_shift(e - 1023, 52);
  double m, k;
  __builtin_memcpy(&m, &bits, 8);
  bits = e | 0x4330000000000000;  // 2^52 + e
  __builtin_memcpy(&k, &bits, 8);
  k -= 4503599627370496. + 1023.;
  const double s = (m - 1) / (m + 1), s2 = s * s;  // log m = 2 (s + s^3/3 + s^5/5 + ...)
  double p = 1. / 13;
  p = p * s2 + 1. / 11;
  p = p * s2 + 1. / 9;
  p = p * s2 + 1. / 7;
  p = p * s2 + 1. / 5;
  p = p * s2 + 1. / 3;
  double log2 = k + (s + s * s2 * p) * 2.885390081777926815;
  log2 = size == 0 ? -inf : log2;
  log2 = size == inf ? inf : log2;
  // 1^b is 1 for infinite b too; beyond 200 nothing but 0 and infinity follows.
  double z = log2 == 0 ? 0 : y * log2;
  z = z < -200 ? -200 : z;
  z = z > 200 ? 200 : z;
  const double round = 6755399441055744.;  // 1.5 2^52: the sum's last bits are the whole number
  const double shifted = z + round;
  const double r = (z - (shifted - round)) * 0.6931471805599453094;
  double w = 1. / 362880;
  w = w * r + 1. / 40320;
  w = w * r + 1. / 5040;
  w = w * r + 1. / 720;
  w = w * r + 1. / 120;
  w = w * r + 1. / 24;
  w = w * r + 1. / 6;
  w = w * r + 0.5;
  w = w * r * r + r + 1;
  __builtin_memcpy(&bits, &shifted, 8);
  bits = chl_shift(bits + 1023, 52);
  double scale;
  __builtin_memcpy(&scale, &bits, 8);
  // The sign of a power of a negative number: -1 for odd b, NaN between whole numbers, where zeros
  // and infinities have none. Floats from 2^24 on are even.
  double t = y > 16777216. ? 16777216. : y;
  t = t < -16777216. ? -16777216. : t;
  const double half = t * 0.5;
  double between = size == 0 ? 1 : __builtin_nan("");
  between = size == inf ? 1 : between;
  double sign = (half + round) - round != half ? -1 : 1;
  sign = (t + round) - round != t ? between : sign;
  sign = __builtin_copysign(1., x) < 0 ? sign : 1;
  double power = w * scale * sign;
  power = x != x ? x : power;
  power = y != y ? y : power;
  power = y == 0 ? 1 : power;
  power = x == 1 ? 1 : power;
  return (float)power;
}

// NaN wins, as in Math.max and in PyTorch.
CHL_FN float chl_max(float a, float b) { return (a > b) | (a != a) ? a : b; }
CHL_FN float chl_min(float a, float b) { return (a < b) | (a != a) ? a : b; }
CHL_FN float chl_sign(float x) {
  float s = x > 0.f ? 1.f : x;
  return x < 0.f ? -1.f : s;
}
CHL_FN float chl_is_finite(float x) { return chl_abs(x) < __builtin_inff() ? 1.f : 0.f; }
