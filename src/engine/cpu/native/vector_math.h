// Functions that the hardware has no instruction for: exp, log, tanh and their family.
#pragma once
#include "scalar_math.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T, T (*F)(T)>
void each(char* out, const char* a, const char*, const char*, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  for (int64_t i = 0; i < n; i++) r[i] = F(x[i]);
}

template <class T, T (*F)(T, T)>
void each2(char* out, const char* a, const char* b, const char*, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  for (int64_t i = 0; i < n; i++) r[i] = F(x[i], y[i]);
}

inline double sigmoidOf(double x) {
  const double e = ::exp(-fabs(x));
  return x >= 0 ? 1 / (1 + e) : x < 0 ? e / (1 + e) : x != x ? x : 0.5;
}
inline float sigmoidOf(float x) { return float(sigmoidOf(double(x))); }

inline OpFn transcendental(Unary op, double) {
  switch (op) {
    case Unary::exp: return each<double, ::exp>;
    case Unary::expm1: return each<double, ::expm1>;
    case Unary::log: return each<double, ::log>;
    case Unary::log1p: return each<double, ::log1p>;
    case Unary::sin: return each<double, ::sin>;
    case Unary::cos: return each<double, ::cos>;
    case Unary::tan: return each<double, ::tan>;
    case Unary::asin: return each<double, ::asin>;
    case Unary::acos: return each<double, ::acos>;
    case Unary::atan: return each<double, ::atan>;
    case Unary::sinh: return each<double, ::sinh>;
    case Unary::cosh: return each<double, ::cosh>;
    case Unary::tanh: return each<double, ::tanh>;
    case Unary::erf: return each<double, ::erf>;
    case Unary::sigmoid: return each<double, sigmoidOf>;
    default: return nullptr;
  }
}

inline OpFn transcendental(Unary op, float) {
  switch (op) {
    case Unary::exp: return each<float, ::expf>;
    case Unary::expm1: return each<float, ::expm1f>;
    case Unary::log: return each<float, ::logf>;
    case Unary::log1p: return each<float, ::log1pf>;
    case Unary::sin: return each<float, ::sinf>;
    case Unary::cos: return each<float, ::cosf>;
    case Unary::tan: return each<float, ::tanf>;
    case Unary::asin: return each<float, ::asinf>;
    case Unary::acos: return each<float, ::acosf>;
    case Unary::atan: return each<float, ::atanf>;
    case Unary::sinh: return each<float, ::sinhf>;
    case Unary::cosh: return each<float, ::coshf>;
    case Unary::tanh: return each<float, ::tanhf>;
    case Unary::erf: return each<float, ::erff>;
    case Unary::sigmoid: return each<float, sigmoidOf>;
    default: return nullptr;
  }
}

inline OpFn power(double) { return each2<double, ::pow>; }
inline OpFn power(float) { return each2<float, ::powf>; }

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
