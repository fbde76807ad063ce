// Loops that apply a function of single elements to whole tiles; the compiler vectorises them. Counts are multiples of kLanes, so
// there are no tails.
#pragma once
#include "plan.h"

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

template <class R, class T, R (*F)(T, T)>
void map2(char* out, const char* a, const char* b, const char*, int64_t n) {
  R* r = reinterpret_cast<R*>(out);
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  n &= -kLanes;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) r[i] = F(x[i], y[i]);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
