// Loops that apply a function of single elements to whole tiles; the compiler vectorises them. Counts are multiples of kLanes, so
// there are no tails.
#pragma once
#include "executable.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class R, class T, R (*F)(T)>
void map1(char* out, const char* a, const char*, const char*, int64_t n) {
  R* r = reinterpret_cast<R*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) r[i] = F(x[i]);
}

/// Operands may be uniform: the same number in every lane, read once.
template <class R, class T, R (*F)(T, T), bool uniformA = false, bool uniformB = false>
void map2(char* out, const char* a, const char* b, const char*, int64_t n) {
  R* r = reinterpret_cast<R*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  const T x0 = *x, y0 = *y;
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) r[i] = F(uniformA ? x0 : x[i], uniformB ? y0 : y[i]);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
