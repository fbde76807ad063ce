// The arithmetic of single elements: what each operation means, special values included.
#pragma once
#include <math.h>
#include <stdint.h>

#include <type_traits>

#include "numbers.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T> inline T neg(T x) { return -x; }
template <class T> inline T absolute(T x) { return __builtin_fabs(x); }
template <> inline float absolute<float>(float x) { return __builtin_fabsf(x); }
/// 0 for NaN, as in PyTorch.
template <class T> inline T sign(T x) { return T(x > T(0)) - T(x < T(0)); }
template <class T> inline T squareRoot(T x) { return __builtin_sqrt(x); }
template <> inline float squareRoot<float>(float x) { return __builtin_sqrtf(x); }
template <class T> inline T rsqrt(T x) { return T(1) / squareRoot(x); }
template <class T> inline T reciprocal(T x) { return T(1) / x; }
template <class T> inline T floorOf(T x) { return __builtin_floor(x); }
template <> inline float floorOf<float>(float x) { return __builtin_floorf(x); }
template <class T> inline T ceilOf(T x) { return __builtin_ceil(x); }
template <> inline float ceilOf<float>(float x) { return __builtin_ceilf(x); }
/// Half to even.
template <class T> inline T roundOf(T x) { return __builtin_rint(x); }
template <> inline float roundOf<float>(float x) { return __builtin_rintf(x); }
template <class T> inline T truncOf(T x) { return __builtin_trunc(x); }
template <> inline float truncOf<float>(float x) { return __builtin_truncf(x); }
template <class T> inline Bool isNan(T x) { return Bool(x != x); }
template <class T> constexpr T kGreatest = std::is_same_v<T, float> ? T(3.40282346638528859812e+38) : T(1.79769313486231570815e+308);
template <class T> inline Bool isFinite(T x) { return Bool(absolute(x) <= kGreatest<T>); }
template <class T> inline Bool isZero(T x) { return Bool(x == T(0)); }
template <class T> inline Bool never(T) { return Bool::no; }
template <class T> inline Bool always(T) { return Bool::yes; }

template <class T> inline T add(T x, T y) { return x + y; }
template <class T> inline T sub(T x, T y) { return x - y; }
template <class T> inline T mul(T x, T y) { return x * y; }
template <class T> inline T divide(T x, T y) { return x / y; }
/// NaN passes on, from either side.
template <class T> inline T maximum(T x, T y) {
  const T larger = x > y ? x : y;
  return x != x ? x : larger;
}
template <class T> inline T minimum(T x, T y) {
  const T smaller = x < y ? x : y;
  return x != x ? x : smaller;
}
template <class T> inline T maxInteger(T x, T y) { return x > y ? x : y; }
template <class T> inline T minInteger(T x, T y) { return x < y ? x : y; }
/// The sign of the divisor, as in Python.
template <class T> inline T modulo(T x, T y) {
  T r;
  if constexpr (std::is_same_v<T, float>) r = fmodf(x, y);
  else r = fmod(x, y);
  if (r != T(0)) {
    if ((r < T(0)) != (y < T(0))) r += y;
  } else {
    r = T(__builtin_copysign(0.0, double(y)));
  }
  return r;
}
template <class T> inline T arcTangent2(T y, T x) {
  if constexpr (std::is_same_v<T, float>) return atan2f(y, x);
  else return atan2(y, x);
}

template <class T> inline Bool equal(T x, T y) { return Bool(x == y); }
template <class T> inline Bool notEqual(T x, T y) { return Bool(x != y); }
template <class T> inline Bool less(T x, T y) { return Bool(x < y); }
template <class T> inline Bool lessEqual(T x, T y) { return Bool(x <= y); }
template <class T> inline Bool greater(T x, T y) { return Bool(x > y); }
template <class T> inline Bool greaterEqual(T x, T y) { return Bool(x >= y); }
template <class T> inline T bitAnd(T x, T y) { return x & y; }
template <> inline Bool bitAnd<Bool>(Bool x, Bool y) { return Bool(uint8_t(x) & uint8_t(y)); }
template <class T> inline T bitOr(T x, T y) { return x | y; }
template <> inline Bool bitOr<Bool>(Bool x, Bool y) { return Bool(uint8_t(x) | uint8_t(y)); }
template <class T> inline T bitXor(T x, T y) { return x ^ y; }
template <> inline Bool bitXor<Bool>(Bool x, Bool y) { return Bool(uint8_t(x) ^ uint8_t(y)); }

// Integers wrap. Dividing by zero gives zero: a garbage lane of a padded tile must not trap, and neither should a cell.
template <class T> using Unsigned = std::make_unsigned_t<T>;
template <class T> inline T negInt(T x) { return T(Unsigned<T>(0) - Unsigned<T>(x)); }
template <class T> inline T absInt(T x) { return x < 0 ? negInt(x) : x; }
template <class T> inline T addInt(T x, T y) { return T(Unsigned<T>(x) + Unsigned<T>(y)); }
template <class T> inline T subInt(T x, T y) { return T(Unsigned<T>(x) - Unsigned<T>(y)); }
template <class T> inline T mulInt(T x, T y) { return T(Unsigned<T>(x) * Unsigned<T>(y)); }
/// Truncates toward zero.
template <class T> inline T divInt(T x, T y) { return y == 0 ? 0 : y == -1 ? negInt(x) : x / y; }
template <class T> inline T modInt(T x, T y) {
  if (y == 0 || y == -1) return 0;
  const T r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
template <class T> inline T powInt(T base, T exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
  Unsigned<T> result = 1, square = Unsigned<T>(base);
  for (Unsigned<T> e = Unsigned<T>(exponent); e; e >>= 1, square *= square) {
    if (e & 1) result *= square;
  }
  return T(result);
}

inline uint32_t bitsOf(float x) {
  uint32_t u;
  __builtin_memcpy(&u, &x, 4);
  return u;
}
inline float floatOf(uint32_t u) {
  float x;
  __builtin_memcpy(&x, &u, 4);
  return x;
}

/// Exact. Without branches, so that loops over it become vector code: a subnormal is made by subtracting the bias that it was put beside.
inline float widen(Float16 x) {
  const uint32_t word = uint32_t(x.bits) << 16, twice = word + word;
  const float normal = floatOf((twice >> 4) + 0x70000000u) * 0x1p-112f;
  const float subnormal = floatOf((twice >> 17) | 0x3f000000u) - 0.5f;
  return floatOf((word & 0x80000000u) | bitsOf(twice < 0x08000000u ? subnormal : normal));
}
inline float widen(BFloat16 x) { return floatOf(uint32_t(x.bits) << 16); }

/// To the nearest, halves to even; what is too large becomes infinite, NaN stays NaN. Adding the right power of two rounds where float16 ends.
template <class To> inline To narrow(float x);
template <> inline Float16 narrow<Float16>(float x) {
  const uint32_t word = bitsOf(x), twice = word + word, exponent = twice & 0xff000000u;
  const float scaled = (__builtin_fabsf(x) * 0x1p+112f) * 0x1p-110f;
  const uint32_t bias = exponent < 0x71000000u ? 0x71000000u : exponent;
  const uint32_t rounded = bitsOf(floatOf((bias >> 1) + 0x07800000u) + scaled);
  const uint32_t magnitude = ((rounded >> 13) & 0x7c00u) + (rounded & 0x0fffu);
  return {uint16_t((word >> 16 & 0x8000u) | (twice > 0xff000000u ? 0x7e00u : magnitude))};
}
template <> inline BFloat16 narrow<BFloat16>(float x) {
  const uint32_t word = bitsOf(x);
  const uint32_t rounded = word + 0x7fffu + (word >> 16 & 1u);
  return {uint16_t(x == x ? rounded >> 16 : 0x7fc0u)};
}

template <class T> constexpr bool isNarrowFloat = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

/// Truncates; what does not fit saturates and NaN gives 0, on every machine alike.
inline int32_t saturated32(float x) {
  const float low = x < -2147483648.0f ? -2147483648.0f : x;
  const float inside = low > 2147483520.0f ? 2147483520.0f : low;
  const int32_t i = int32_t(inside == inside ? inside : 0.0f);
  return x >= 2147483648.0f ? 2147483647 : i;
}
inline int32_t saturated32(double x) {
  const double low = x < -2147483648.0 ? -2147483648.0 : x;
  const double inside = low > 2147483647.0 ? 2147483647.0 : low;
  return int32_t(inside == inside ? inside : 0.0);
}
inline int64_t saturated64(double x) {
  const double low = x < -0x1p63 ? -0x1p63 : x;
  const double inside = low > 0x1.fffffffffffffp62 ? 0x1.fffffffffffffp62 : low;
  const int64_t i = int64_t(inside == inside ? inside : 0.0);
  return x >= 0x1p63 ? INT64_MAX : i;
}

/// A value as another type: integers wrap, floats are rounded to the nearest, float64 to a narrow float by way of float32 as in PyTorch. From
/// a float to an integer see above; a small one has the low bits of the int64, and 0 of what does not fit there.
template <class To, class From>
inline To convert(From x) {
  if constexpr (std::is_same_v<From, Bool>) return convert<To>(uint8_t(x));
  else if constexpr (isNarrowFloat<From>) return convert<To>(widen(x));
  else if constexpr (std::is_same_v<To, Bool>) return Bool(x != From(0));
  else if constexpr (isNarrowFloat<To>) return narrow<To>(float(x));
  else if constexpr (std::is_floating_point_v<From> && std::is_same_v<To, int32_t>) return saturated32(x);
  else if constexpr (std::is_floating_point_v<From> && std::is_same_v<To, int64_t>) return saturated64(double(x));
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) return To(int64_t(__builtin_fabs(double(x)) < 0x1p63 ? double(x) : 0.0));
  else return To(x);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
