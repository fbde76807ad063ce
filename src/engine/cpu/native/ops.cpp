// The vector operations of the tile machine, one small loop each, and the tables by which the decoder finds them.
// Compiled without contraction to fused multiply-adds: a result does not depend on which operations share a loop.
#include "loops.h"
#include "scalar_math.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T, bool uniformA, bool uniformB>
void select(char* out, const char* condition, const char* a, const char* b, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const Bool* c = reinterpret_cast<const Bool*>(condition);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  const T x0 = *x, y0 = *y;
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const T p = uniformA ? x0 : x[i], q = uniformB ? y0 : y[i];
    r[i] = c[i] != Bool::no ? p : q;
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

}  // namespace

OpFn castOp(DType from, DType to) {
  return withType(from, [&](auto source) {
    return withType(to, [](auto target) { return static_cast<OpFn>(map1<decltype(target), decltype(source), convert<decltype(target), decltype(source)>>); });
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
  return withBytes(bytesOf(dtype), [&](auto bits) { return selectOf<decltype(bits)>(uniform); });
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
