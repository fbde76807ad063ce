// The vector operations of the tile machine, one small loop each, and the tables by which the decoder finds them.
// Compiled without contraction to fused multiply-adds: a result does not depend on which operations share a loop.
#include <type_traits>

#include "loops.h"
#include "scalar_math.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T, bool uniformA, bool uniformB>
void select(char* out, const char* condition, const char* a, const char* b, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const uint8_t* c = reinterpret_cast<const uint8_t*>(condition);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  const T x0 = *x, y0 = *y;
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const T p = uniformA ? x0 : x[i], q = uniformB ? y0 : y[i];
    r[i] = c[i] ? p : q;
  }
}

template <class T, Fused op, bool uniformA, bool uniformB>
void fused(char* out, const char* a, const char* b, const char* c, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  const T* z = reinterpret_cast<const T*>(c);
  const T x0 = *x, y0 = *y;
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const T product = (uniformA ? x0 : x[i]) * (uniformB ? y0 : y[i]);
    r[i] = op == Fused::add ? product + z[i] : op == Fused::subtract ? product - z[i] : z[i] - product;
  }
}

/// The loop for an operation of two operands, of which one may be uniform.
template <class R, class T, R (*F)(T, T)>
OpFn pair(Uniform uniform) {
  switch (uniform) {
    case Uniform::first: return map2<R, T, F, true, false>;
    case Uniform::second: return map2<R, T, F, false, true>;
    default: return map2<R, T, F>;
  }
}

template <class To, class From>
OpFn castTo() {
  if constexpr (std::is_same_v<To, uint8_t>) return map1<uint8_t, From, notZero<From>>;
  else return map1<To, From, convert<To, From>>;
}

}  // namespace

OpFn castOp(DType from, DType to) {
  return withType(from, [&](auto source) {
    return withType(to, [](auto target) { return castTo<decltype(target), decltype(source)>(); });
  });
}

#include "arithmetic_dispatch.h"

template <class T>
OpFn selectOf(Uniform uniform) {
  switch (uniform) {
    case Uniform::first: return select<T, true, false>;
    case Uniform::second: return select<T, false, true>;
    default: return select<T, false, false>;
  }
}

OpFn selectOp(DType dtype, Uniform uniform) {
  return withType(dtype, [&](auto zero) { return selectOf<decltype(zero)>(uniform); });
}

template <class T, Fused op>
OpFn fusedOf(Uniform uniform) {
  switch (uniform) {
    case Uniform::first: return fused<T, op, true, false>;
    case Uniform::second: return fused<T, op, false, true>;
    default: return fused<T, op, false, false>;
  }
}

OpFn fusedOp(Fused op, DType dtype, Uniform uniform) {
  if (dtype != kFloat32) return nullptr;
  switch (op) {
    case Fused::add: return fusedOf<float, Fused::add>(uniform);
    case Fused::subtract: return fusedOf<float, Fused::subtract>(uniform);
    case Fused::subtractFrom: return fusedOf<float, Fused::subtractFrom>(uniform);
  }
  return nullptr;
}

}  // namespace CG_ISA
}  // namespace cellgrad
