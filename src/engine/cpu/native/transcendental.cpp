// Functions that the hardware has no instruction for: float32 by float_math.h, float64 and the rarer ones by the C library.
#include <string.h>

#include "float_math.h"
#include "loops.h"
#include "special_functions.h"
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

}  // namespace

#include "math_dispatch.h"

}  // namespace CG_ISA
}  // namespace cellgrad
