// What is read and written at positions along a dim: the shapes of a call, and what is made of two values that meet.
#pragma once
#include <type_traits>

#include "executable.h"
#include "scalar_math.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows after which a long loop looks whether the run is to stop.
constexpr int64_t kPollEvery = 65536;

/// Points [outer, count, inner] that are read from, or added to, a table [outer, rows, inner].
struct Indexed {
  int64_t outer, count, inner, rows;
  const CallView *index, *table, *points;
  int64_t indexStride[3], tableStride[3], pointStride[3];
};

template <class T>
inline T times(T a, T x) {
  if constexpr (std::is_same_v<T, Bool>) return bitAnd(a, x);
  else if constexpr (std::is_integral_v<T>) return mulInt(a, x);
  else return a * x;
}

/// What is made of what stands at a place and what comes there; each has `of(stands, comes, factor)`.
struct Add {
  template <class T>
  static inline T of(T stands, T comes, T factor) {
    if constexpr (std::is_same_v<T, Bool>) return bitOr(stands, times(factor, comes));
    else if constexpr (std::is_integral_v<T>) return addInt(stands, times(factor, comes));
    else return stands + times(factor, comes);
  }
};
struct Put {
  template <class T>
  static inline T of(T, T comes, T) { return comes; }
};
struct Mul {
  template <class T>
  static inline T of(T stands, T comes, T) { return times(stands, comes); }
};
struct Max {
  template <class T>
  static inline T of(T stands, T comes, T) {
    if constexpr (std::is_same_v<T, Bool>) return bitOr(stands, comes);
    else return maximum(stands, comes);
  }
};
struct Min {
  template <class T>
  static inline T of(T stands, T comes, T) {
    if constexpr (std::is_same_v<T, Bool>) return bitAnd(stands, comes);
    else return minimum(stands, comes);
  }
};

struct IndexTask {
  const Indexed* indexed;
  const Frame* frame;
  double alpha;
  int64_t perPiece;
};

/// The row that a position means, which may count from the end.
template <class I>
inline int64_t rowOf(I position, int64_t rows) { return int64_t(position) + (rows & -int64_t(position < 0)); }

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
