// The arithmetic of single elements: what each operation means, special values included.
#pragma once
#include <math.h>
#include <stdint.h>

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
template <class T> inline uint8_t isNan(T x) { return x != x; }
template <class T> inline uint8_t isFinite(T x) { return absolute(x) <= (sizeof(T) == 4 ? T(3.40282346638528859812e+38) : T(1.79769313486231570815e+308)); }
template <class T> inline uint8_t isZero(T x) { return x == T(0); }
template <class T> inline uint8_t notZero(T x) { return x != T(0); }
template <class T> inline uint8_t never(T) { return 0; }
template <class T> inline uint8_t always(T) { return 1; }

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
  T r = sizeof(T) == 4 ? T(fmodf(float(x), float(y))) : T(fmod(double(x), double(y)));
  if (r != T(0)) {
    if ((r < T(0)) != (y < T(0))) r += y;
  } else {
    r = sizeof(T) == 4 ? T(__builtin_copysignf(0.0f, float(y))) : T(__builtin_copysign(0.0, double(y)));
  }
  return r;
}
template <class T> inline T arcTangent2(T y, T x) { return sizeof(T) == 4 ? T(atan2f(float(y), float(x))) : T(atan2(double(y), double(x))); }

template <class T> inline uint8_t equal(T x, T y) { return x == y; }
template <class T> inline uint8_t notEqual(T x, T y) { return x != y; }
template <class T> inline uint8_t less(T x, T y) { return x < y; }
template <class T> inline uint8_t lessEqual(T x, T y) { return x <= y; }
template <class T> inline uint8_t greater(T x, T y) { return x > y; }
template <class T> inline uint8_t greaterEqual(T x, T y) { return x >= y; }
template <class T> inline T bitAnd(T x, T y) { return x & y; }
template <class T> inline T bitOr(T x, T y) { return x | y; }
template <class T> inline T bitXor(T x, T y) { return x ^ y; }

// Integers wrap. Dividing by zero gives zero: a garbage lane of a padded tile must not trap, and neither should a cell.
inline int32_t negInt(int32_t x) { return int32_t(0u - uint32_t(x)); }
inline int32_t absInt(int32_t x) { return x < 0 ? negInt(x) : x; }
inline int32_t addInt(int32_t x, int32_t y) { return int32_t(uint32_t(x) + uint32_t(y)); }
inline int32_t subInt(int32_t x, int32_t y) { return int32_t(uint32_t(x) - uint32_t(y)); }
inline int32_t mulInt(int32_t x, int32_t y) { return int32_t(uint32_t(x) * uint32_t(y)); }
/// Truncates toward zero.
inline int32_t divInt(int32_t x, int32_t y) { return y == 0 ? 0 : y == -1 ? negInt(x) : x / y; }
inline int32_t modInt(int32_t x, int32_t y) {
  if (y == 0 || y == -1) return 0;
  const int32_t r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
inline int32_t powInt(int32_t base, int32_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
  uint32_t result = 1, square = uint32_t(base);
  for (uint32_t e = uint32_t(exponent); e; e >>= 1, square *= square) {
    if (e & 1) result *= square;
  }
  return int32_t(result);
}

template <class To, class From> inline To convert(From x) { return To(x); }
/// Truncates; what does not fit saturates and NaN gives 0, on every machine alike.
template <> inline int32_t convert<int32_t, float>(float x) {
  const float low = x < -2147483648.0f ? -2147483648.0f : x;
  const float inside = low > 2147483520.0f ? 2147483520.0f : low;
  const int32_t i = int32_t(inside == inside ? inside : 0.0f);
  return x >= 2147483648.0f ? 2147483647 : i;
}
template <> inline int32_t convert<int32_t, double>(double x) {
  const double low = x < -2147483648.0 ? -2147483648.0 : x;
  const double inside = low > 2147483647.0 ? 2147483647.0 : low;
  return int32_t(inside == inside ? inside : 0.0);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
