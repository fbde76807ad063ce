// What calls about matrices ask of their values, and how they reach them.
#pragma once
#include "call_views.h"
#include "matrix_update.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T>
T* matrixAt(const CallView& view, const Frame& frame, int64_t entry, int64_t size) {
  return view.wanted ? reinterpret_cast<T*>(at(frame, view.place)) + entry * size : nullptr;
}

inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/// Calls f with a zero of the floating dtype.
template <class F>
void withFloat(DType dtype, F f) {
  if (dtype == kFloat32) f(float(0));
  else f(double(0));
}

inline bool isMatrix(const CallView& view) { return view.dims.count >= 2 && isFloat(view.dtype); }

/// Whether a result, if it is wanted, has the dims of `like` but for its last `dropped` ones, which are `sizes`.
inline bool hasSizes(const CallView& result, DType dtype, const Dims& like, int32_t dropped, const int64_t* sizes, int32_t count) {
  if (!result.wanted) return true;
  Dims expected = like;
  expected.count -= dropped;
  for (int32_t i = 0; i < count; i++) expected.size[expected.count++] = sizes[i];
  return result.dtype == dtype && sameDims(result.dims, expected);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
