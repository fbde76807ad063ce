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

template <class T>
OpFn floatUnary(Unary op) {
  switch (op) {
    case Unary::neg: return map1<T, T, neg<T>>;
    case Unary::abs: return map1<T, T, absolute<T>>;
    case Unary::sign: return map1<T, T, sign<T>>;
    case Unary::sqrt: return map1<T, T, squareRoot<T>>;
    case Unary::rsqrt: return map1<T, T, rsqrt<T>>;
    case Unary::reciprocal: return map1<T, T, reciprocal<T>>;
    case Unary::floor: return map1<T, T, floorOf<T>>;
    case Unary::ceil: return map1<T, T, ceilOf<T>>;
    case Unary::round: return map1<T, T, roundOf<T>>;
    case Unary::trunc: return map1<T, T, truncOf<T>>;
    case Unary::isnan: return map1<uint8_t, T, isNan<T>>;
    case Unary::isfinite: return map1<uint8_t, T, isFinite<T>>;
    case Unary::logicalNot: return map1<uint8_t, T, isZero<T>>;
    default: return transcendentalOp(op, sizeof(T) == 4 ? F32 : F64);
  }
}

template <class T>
OpFn comparison(Binary op, Uniform uniform) {
  switch (op) {
    case Binary::eq: return pair<uint8_t, T, equal<T>>(uniform);
    case Binary::ne: return pair<uint8_t, T, notEqual<T>>(uniform);
    case Binary::lt: return pair<uint8_t, T, less<T>>(uniform);
    case Binary::le: return pair<uint8_t, T, lessEqual<T>>(uniform);
    case Binary::gt: return pair<uint8_t, T, greater<T>>(uniform);
    case Binary::ge: return pair<uint8_t, T, greaterEqual<T>>(uniform);
    default: return nullptr;
  }
}

template <class T>
OpFn floatBinary(Binary op, Uniform uniform) {
  const DType type = sizeof(T) == 4 ? F32 : F64;
  switch (op) {
    case Binary::add: return pair<T, T, add<T>>(uniform);
    case Binary::sub: return pair<T, T, sub<T>>(uniform);
    case Binary::mul: return pair<T, T, mul<T>>(uniform);
    case Binary::div: return pair<T, T, divide<T>>(uniform);
    case Binary::max: return pair<T, T, maximum<T>>(uniform);
    case Binary::min: return pair<T, T, minimum<T>>(uniform);
    case Binary::pow: return uniform == Uniform::none ? powerOp(type) : nullptr;
    case Binary::mod: return uniform == Uniform::none ? moduloOp(type) : nullptr;
    case Binary::atan2: return uniform == Uniform::none ? arcTangent2Op(type) : nullptr;
    default: return comparison<T>(op, uniform);
  }
}

OpFn intUnary(Unary op) {
  switch (op) {
    case Unary::neg: return map1<int32_t, int32_t, negInt>;
    case Unary::abs: return map1<int32_t, int32_t, absInt>;
    case Unary::sign: return map1<int32_t, int32_t, sign<int32_t>>;
    case Unary::floor:
    case Unary::ceil:
    case Unary::round:
    case Unary::trunc: return castOp(I32, I32);
    case Unary::isnan: return map1<uint8_t, int32_t, never<int32_t>>;
    case Unary::isfinite: return map1<uint8_t, int32_t, always<int32_t>>;
    case Unary::logicalNot: return map1<int32_t, int32_t, complement>;
    default: return nullptr;
  }
}

OpFn intBinary(Binary op, Uniform uniform) {
  if (op >= Binary::eq && op <= Binary::ge) return comparison<int32_t>(op, uniform);
  if (uniform != Uniform::none) return nullptr;
  switch (op) {
    case Binary::add: return map2<int32_t, int32_t, addInt>;
    case Binary::sub: return map2<int32_t, int32_t, subInt>;
    case Binary::mul: return map2<int32_t, int32_t, mulInt>;
    case Binary::div: return map2<int32_t, int32_t, divInt>;
    case Binary::mod: return map2<int32_t, int32_t, modInt>;
    case Binary::pow: return map2<int32_t, int32_t, powInt>;
    case Binary::max: return map2<int32_t, int32_t, maxInteger<int32_t>>;
    case Binary::min: return map2<int32_t, int32_t, minInteger<int32_t>>;
    case Binary::bitAnd: return map2<int32_t, int32_t, bitAnd<int32_t>>;
    case Binary::bitOr: return map2<int32_t, int32_t, bitOr<int32_t>>;
    case Binary::bitXor: return map2<int32_t, int32_t, bitXor<int32_t>>;
    default: return nullptr;
  }
}

OpFn boolUnary(Unary op) {
  switch (op) {
    case Unary::logicalNot: return map1<uint8_t, uint8_t, isZero<uint8_t>>;
    case Unary::isnan: return map1<uint8_t, uint8_t, never<uint8_t>>;
    case Unary::isfinite: return map1<uint8_t, uint8_t, always<uint8_t>>;
    default: return nullptr;
  }
}

OpFn boolBinary(Binary op) {
  switch (op) {
    case Binary::add:
    case Binary::max:
    case Binary::bitOr: return map2<uint8_t, uint8_t, bitOr<uint8_t>>;
    case Binary::mul:
    case Binary::min:
    case Binary::bitAnd: return map2<uint8_t, uint8_t, bitAnd<uint8_t>>;
    case Binary::bitXor: return map2<uint8_t, uint8_t, bitXor<uint8_t>>;
    default: return comparison<uint8_t>(op, Uniform::none);
  }
}

template <class From>
OpFn castFrom(DType to) {
  switch (to) {
    case F32: return map1<float, From, convert<float, From>>;
    case F64: return map1<double, From, convert<double, From>>;
    case I32: return map1<int32_t, From, convert<int32_t, From>>;
    case B8: return map1<uint8_t, From, notZero<From>>;
  }
  return nullptr;
}

}  // namespace

OpFn unaryOp(Unary op, DType operand) {
  switch (operand) {
    case F32: return floatUnary<float>(op);
    case F64: return floatUnary<double>(op);
    case I32: return intUnary(op);
    case B8: return boolUnary(op);
  }
  return nullptr;
}

OpFn binaryOp(Binary op, DType operands, Uniform uniform) {
  switch (operands) {
    case F32: return floatBinary<float>(op, uniform);
    case F64: return floatBinary<double>(op, uniform);
    case I32: return intBinary(op, uniform);
    case B8: return uniform == Uniform::none ? boolBinary(op) : nullptr;
  }
  return nullptr;
}

template <class T>
OpFn selectOf(Uniform uniform) {
  switch (uniform) {
    case Uniform::first: return select<T, true, false>;
    case Uniform::second: return select<T, false, true>;
    default: return select<T, false, false>;
  }
}

OpFn selectOp(DType dtype, Uniform uniform) {
  switch (dtype) {
    case F32: return selectOf<float>(uniform);
    case F64: return selectOf<double>(uniform);
    case I32: return selectOf<int32_t>(uniform);
    case B8: return selectOf<uint8_t>(uniform);
  }
  return nullptr;
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
  if (dtype != F32) return nullptr;
  switch (op) {
    case Fused::add: return fusedOf<float, Fused::add>(uniform);
    case Fused::subtract: return fusedOf<float, Fused::subtract>(uniform);
    case Fused::subtractFrom: return fusedOf<float, Fused::subtractFrom>(uniform);
  }
  return nullptr;
}

OpFn castOp(DType from, DType to) {
  switch (from) {
    case F32: return castFrom<float>(to);
    case F64: return castFrom<double>(to);
    case I32: return castFrom<int32_t>(to);
    case B8: return castFrom<uint8_t>(to);
  }
  return nullptr;
}

}  // namespace CG_ISA
}  // namespace cellgrad
