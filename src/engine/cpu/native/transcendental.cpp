// Functions that the hardware has no instruction for: float32 by float_math.h, float64 and the rarer ones by the C library.
#include <string.h>

#include "float_math.h"
#include "loops.h"
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

/// A function of angles: the vector version, and the C library for angles beyond its range.
template <float (*F)(float), float (*Exact)(float)>
void eachAngle(char* out, const char* a, const char*, const char*, int64_t n) {
  float* r = reinterpret_cast<float*>(out);
  const float* from = reinterpret_cast<const float*>(a);
  for (int64_t start = 0; start < n; start += kLanes) {
    float x[kLanes];
    memcpy(x, from + start, sizeof x);
    bool beyond = false;
    for (int64_t i = 0; i < kLanes; i++) beyond |= !(absolute(x[i]) <= kLargestAngle);
    for (int64_t i = 0; i < kLanes; i++) r[start + i] = F(x[i]);
    if (!beyond) continue;
    // One by one: what an element gives must not depend on its neighbours.
    for (int64_t i = 0; i < kLanes; i++) {
      if (!(absolute(x[i]) <= kLargestAngle)) r[start + i] = Exact(x[i]);
    }
  }
}

inline double sigmoidOf(double x) {
  const double e = ::exp(-fabs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

OpFn transcendental(Unary op, double) {
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

OpFn transcendental(Unary op, float) {
  switch (op) {
    case Unary::exp: return map1<float, float, expOf>;
    case Unary::expm1: return map1<float, float, expm1Of>;
    case Unary::log: return map1<float, float, logOf>;
    case Unary::log1p: return map1<float, float, log1pOf>;
    case Unary::tanh: return map1<float, float, tanhOf>;
    case Unary::sigmoid: return map1<float, float, sigmoidOf>;
    case Unary::erf: return map1<float, float, erfOf>;
    case Unary::sin: return eachAngle<sinOf, ::sinf>;
    case Unary::cos: return eachAngle<cosOf, ::cosf>;
    case Unary::tan: return eachAngle<tanOf, ::tanf>;
    case Unary::asin: return each<float, ::asinf>;
    case Unary::acos: return each<float, ::acosf>;
    case Unary::atan: return each<float, ::atanf>;
    case Unary::sinh: return each<float, ::sinhf>;
    case Unary::cosh: return each<float, ::coshf>;
    default: return nullptr;
  }
}

}  // namespace

OpFn transcendentalOp(Unary op, DType operand) { return operand == F32 ? transcendental(op, 0.0f) : transcendental(op, 0.0); }
OpFn powerOp(DType operands) { return operands == F32 ? map2<float, float, powOf> : static_cast<OpFn>(each2<double, ::pow>); }
OpFn arcTangent2Op(DType operands) { return operands == F32 ? each2<float, arcTangent2<float>> : static_cast<OpFn>(each2<double, arcTangent2<double>>); }
OpFn moduloOp(DType operands) { return operands == F32 ? each2<float, modulo<float>> : static_cast<OpFn>(each2<double, modulo<double>>); }

}  // namespace CG_ISA
}  // namespace cellgrad
