// float32 functions without branches or table look-ups, so that loops over them become vector code on every instruction set.
// Polynomials were fitted for this file (weighted minimax); errors stay under 3 units in the last place.
#pragma once
#include "scalar_math.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

inline uint64_t bitsOf(double x) {
  uint64_t u;
  __builtin_memcpy(&u, &x, 8);
  return u;
}
inline double doubleOf(uint64_t u) {
  double x;
  __builtin_memcpy(&x, &u, 8);
  return x;
}
inline float withSign(float magnitude, float sign) { return __builtin_copysignf(magnitude, sign); }

// Adding this rounds to the nearest integer, which then stands in the low bits.
constexpr float kRound = 12582912.0f;
constexpr double kRoundDouble = 6755399441055744.0;

/// x = k ln 2 + r with |r| <= ln 2 / 2: gives e^r - 1 and the integer k.
inline float reduceExp(float x, int32_t& k) {
  const float t = x * 1.44269504f + kRound;
  k = int32_t(bitsOf(t) - bitsOf(kRound));
  const float n = t - kRound;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float q = 0.00139516695694f;
  q = q * r + 0.0083696029939f;
  q = q * r + 0.0416661879514f;
  q = q * r + 0.166665128381f;
  q = q * r + 0.500000010083f;
  return r + r * r * q;
}

inline float expOf(float x) {
  const float low = x < -104.5f ? -104.5f : x;
  int32_t k;
  const float p = 1.0f + reduceExp(low > 89.0f ? 89.0f : low, k);
  // Two steps, since 2^k alone may be infinite or denormal.
  const int32_t half = k >> 1;
  return p * floatOf(uint32_t(half + 127) << 23) * floatOf(uint32_t(k - half + 127) << 23);
}

inline float expm1Of(float x) {
  const float low = x < -18.0f ? -18.0f : x;
  int32_t k;
  const float q = reduceExp(low > 88.9f ? 88.9f : low, k);
  const float s = floatOf(uint32_t(k - 1 + 127) << 23);
  const float result = 2.0f * (s * q + (s - 0.5f));
  return absolute(x) < 1e-8f ? x : result;
}

inline float logOf(float x) {
  const bool denormal = x < 1.17549435e-38f;
  const uint32_t u = bitsOf(denormal ? x * 8388608.0f : x) - 0x3f3504f3u;
  const float e = float(int32_t(u) >> 23) - (denormal ? 23.0f : 0.0f);
  const float f = floatOf((u & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  float p = -0.0785791374317f;
  p = p * f + 0.12880990441f;
  p = p * f + -0.131290836462f;
  p = p * f + 0.141813012398f;
  p = p * f + -0.166245312153f;
  p = p * f + 0.20002281267f;
  p = p * f + -0.250008109833f;
  p = p * f + 0.333333167696f;
  const float z = f * f;
  const float y = (f * z * p + e * -2.12194440e-4f) - 0.5f * z;
  const float result = (f + y) + e * 0.693359375f;
  const float finite = x > 3.40282346638528859812e+38f ? x : result;
  const float positive = x > 0.0f ? finite : __builtin_nanf("");
  return x == 0.0f ? -__builtin_inff() : positive;
}

inline float log1pOf(float x) {
  const float u = 1.0f + x;
  // What rounding 1 + x lost.
  const float lost = (x - (u - 1.0f)) / u;
  const float result = logOf(u) + lost;
  const float finite = x > 3.40282346638528859812e+38f ? x : result;
  const float inside = x == -1.0f ? -__builtin_inff() : finite;
  return absolute(x) < 1e-8f ? x : inside;
}

inline float tanhOf(float x) {
  const float e = expm1Of(-2.0f * absolute(x));
  return withSign(-e / (2.0f + e), x);
}

inline float sigmoidOf(float x) {
  const float e = expOf(-absolute(x));
  const float r = 1.0f / (1.0f + e);
  return x >= 0.0f ? r : e * r;
}

inline float erfOf(float x) {
  const float a = absolute(x), t = x * x;
  float p = 7.88903807339e-05f;
  p = p * t + -0.000802081689871f;
  p = p * t + 0.00518953260423f;
  p = p * t + -0.0268544431787f;
  p = p * t + 0.112836001433f;
  p = p * t + -0.376126271332f;
  p = p * t + 1.12837916591f;
  // -log(1 - erf(b))
  const float b = a > 4.0f ? 4.0f : a;
  float g = 2.16885164795e-05f;
  g = g * b + -0.000441356581771f;
  g = g * b + 0.0042046644981f;
  g = g * b + -0.0252085398298f;
  g = g * b + 0.108419035433f;
  g = g * b + 0.633219458149f;
  g = g * b + 1.12957864866f;
  g = g * b + -0.000188088777173f;
  const float large = withSign(1.0f - expOf(-g), x);
  return a < 1.0f ? x * p : a == a ? large : x;
}

/// sin and cos of d - k pi/2 as exact as float32 results need, for |d| up to kLargestAngle.
struct Angle {
  double sine, cosine;
  uint64_t quadrant;
};
constexpr float kLargestAngle = 1e6f;

inline Angle reduceAngle(double d) {
  const double t = d * 0.63661977236758134308 + kRoundDouble;
  const double k = t - kRoundDouble;
  const double r = (d - k * 1.57079632673412561417) - k * 6.07710050650619224932e-11, z = r * r;
  double s = 2.71823516128e-06, c = -2.72095131597e-07;
  s = s * z + -0.00019839326869;
  c = c * z + 2.47995112854e-05;
  s = s * z + 0.00833332936123;
  c = c * z + -0.00138888837205;
  s = s * z + -0.166666666414;
  c = c * z + 0.0416666666224;
  return {r + r * z * s, 1.0 - 0.5 * z + z * z * c, bitsOf(t)};
}

inline float sinOf(float x) {
  const Angle angle = reduceAngle(double(x));
  const double value = angle.quadrant & 1 ? angle.cosine : angle.sine;
  return float(angle.quadrant & 2 ? -value : value);
}
inline float cosOf(float x) {
  const Angle angle = reduceAngle(double(x));
  const double value = angle.quadrant & 1 ? angle.sine : angle.cosine;
  return float((angle.quadrant + 1) & 2 ? -value : value);
}
inline float tanOf(float x) {
  const Angle angle = reduceAngle(double(x));
  return float(angle.quadrant & 1 ? -angle.cosine / angle.sine : angle.sine / angle.cosine);
}

/// x^y by logarithm and exponential in float64, with C's rules for signs, zeros and infinities.
inline float powOf(float x, float y) {
  const float a = absolute(x);
  const double d = double(a);  // every float32, denormals too, is a normal float64
  const uint64_t u = bitsOf(d) - 0x3fe6a09e00000000ull;
  const double m = doubleOf((u & 0x000fffffffffffffull) + 0x3fe6a09e00000000ull);
  // The exponent without a 64-bit conversion, which few instruction sets have.
  const double e = doubleOf(0x4330000000000000ull + (((u >> 52) + 1024) & 2047)) - (4503599627370496.0 + 1024.0);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 0.168390873819;
  p = p * z + 0.181218084102;
  p = p * z + 0.222234387195;
  p = p * z + 0.285714159575;
  p = p * z + 0.400000000622;
  p = p * z + 0.666666666666;
  p = p * z + 2.0;
  const double logarithm = s * p + e * 0.69314718055994530942;
  const double exact = double(y) * logarithm;
  const double product = a == 0.0f ? (y > 0.0f ? -200.0 : 200.0) : a > 3.40282346638528859812e+38f ? (y > 0.0f ? 200.0 : -200.0) : exact;
  const double low = product < -200.0 ? -200.0 : product, power = low > 200.0 ? 200.0 : low;
  const double t = power * 1.44269504088896340736 + kRoundDouble, n = t - kRoundDouble;
  const double r = power - n * 0.69314718055994530942;
  double q = 2.76419521678e-06;
  q = q * r + 2.48839899351e-05;
  q = q * r + 0.000198411681516;
  q = q * r + 0.00138888040418;
  q = q * r + 0.00833333338394;
  q = q * r + 0.0416666670108;
  q = q * r + 0.166666666666;
  q = q * r + 0.499999999996;
  const double scale = doubleOf((bitsOf(t) - bitsOf(kRoundDouble) + 1023) << 52);
  const float magnitude = float(scale + scale * (r + r * r * q));
  const float half = y * 0.5f;
  const bool integer = __builtin_truncf(y) == y, odd = integer && __builtin_truncf(half) != half;
  const bool negative = bitsOf(x) >> 31;
  const float signedValue = negative && odd ? -magnitude : magnitude;
  const float known = negative && !integer && a > 0.0f && a <= 3.40282346638528859812e+38f ? __builtin_nanf("") : signedValue;
  const float number = x != x ? x : y != y ? y : known;
  const bool infinite = absolute(y) > 3.40282346638528859812e+38f;
  return y == 0.0f || x == 1.0f || (infinite && a == 1.0f) ? 1.0f : number;
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
