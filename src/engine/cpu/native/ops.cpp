// The vector operations of the tile machine, one small loop each, and the tables by which the decoder finds them.
// The compiler vectorises the loops; counts are multiples of kLanes, so there are no tails.
#include "loops.h"
#include "scalar_math.h"
#include "tile.h"
#include "transcendental.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T>
void select(char* out, const char* condition, const char* a, const char* b, int64_t n) {
  T* r = reinterpret_cast<T*>(out);
  const uint8_t* c = reinterpret_cast<const uint8_t*>(condition);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const T p = x[i], q = y[i];
    r[i] = c[i] ? p : q;
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
    default: return transcendental(op, T());
  }
}

template <class T>
OpFn floatBinary(Binary op) {
  switch (op) {
    case Binary::add: return map2<T, T, add<T>>;
    case Binary::sub: return map2<T, T, sub<T>>;
    case Binary::mul: return map2<T, T, mul<T>>;
    case Binary::div: return map2<T, T, divide<T>>;
    case Binary::max: return map2<T, T, maximum<T>>;
    case Binary::min: return map2<T, T, minimum<T>>;
    case Binary::mod: return map2<T, T, modulo<T>>;
    case Binary::pow: return power(T());
    case Binary::atan2: return map2<T, T, arcTangent2<T>>;
    default: return nullptr;
  }
}

template <class T>
OpFn comparison(Binary op) {
  switch (op) {
    case Binary::eq: return map2<uint8_t, T, equal<T>>;
    case Binary::ne: return map2<uint8_t, T, notEqual<T>>;
    case Binary::lt: return map2<uint8_t, T, less<T>>;
    case Binary::le: return map2<uint8_t, T, lessEqual<T>>;
    case Binary::gt: return map2<uint8_t, T, greater<T>>;
    case Binary::ge: return map2<uint8_t, T, greaterEqual<T>>;
    default: return nullptr;
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

OpFn intBinary(Binary op) {
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
    default: return comparison<int32_t>(op);
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
    default: return comparison<uint8_t>(op);
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

OpFn binaryOp(Binary op, DType operands) {
  switch (operands) {
    case F32: {
      const OpFn fn = floatBinary<float>(op);
      return fn ? fn : comparison<float>(op);
    }
    case F64: {
      const OpFn fn = floatBinary<double>(op);
      return fn ? fn : comparison<double>(op);
    }
    case I32: return intBinary(op);
    case B8: return boolBinary(op);
  }
  return nullptr;
}

OpFn selectOp(DType dtype) {
  switch (dtype) {
    case F32: return select<float>;
    case F64: return select<double>;
    case I32: return select<int32_t>;
    case B8: return select<uint8_t>;
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
