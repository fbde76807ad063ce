// What the checks of calls ask of their values.
#pragma once
#include <initializer_list>

#include "executable.h"

namespace cellgrad {
// Each file has functions of its own: those of another may be compiled for another instruction set.
namespace {

inline bool sameDims(const Dims& a, const Dims& b) {
  bool same = a.count == b.count;
  for (int32_t d = 0; same && d < a.count; d++) same = a.size[d] == b.size[d];
  return same;
}

/// Row-major without gaps.
inline bool isDense(const CallView& view) {
  int64_t stride = 1;
  for (int32_t d = view.dims.count - 1; d >= 0; d--) {
    if (view.dims.size[d] != 1 && view.strides[d] != stride) return view.dims.points() == 0;
    stride *= view.dims.size[d];
  }
  return true;
}

/// Dims [first, end) as one that is walked with one stride; false where there is none.
inline bool asOne(const CallView& view, int32_t first, int32_t end, Axis& axis) {
  axis = {1, 0};
  for (int32_t d = (end < view.dims.count ? end : view.dims.count) - 1; d >= first; d--) {
    if (view.dims.size[d] == 1) continue;
    if (axis.size == 1) axis.stride = view.strides[d];
    else if (view.strides[d] != axis.stride * axis.size) return false;
    axis.size *= view.dims.size[d];
  }
  return true;
}

/// The first byte of a view in its buffer, and that after its last.
inline void reachOf(const CallView& view, int64_t& first, int64_t& end) {
  first = end = view.place.offset;
  if (view.dims.points() == 0) return;
  const int64_t size = bytesOf(view.dtype);
  for (int32_t d = 0; d < view.dims.count; d++) (view.strides[d] < 0 ? first : end) += view.strides[d] * (view.dims.size[d] - 1) * size;
  end += size;
}

inline bool overlap(const CallView& a, const CallView& b) {
  int64_t firstA, endA, firstB, endB;
  reachOf(a, firstA, endA);
  reachOf(b, firstB, endB);
  return a.place.base == b.place.base && firstA < endB && firstB < endA;
}

/// The first attribute of a call, a dim of its first operand; a number has one dim.
inline bool hasDim(const CallKernel& call) {
  const int64_t dim = call.attributes[0], count = call.operands[0].dims.count;
  return dim >= 0 && dim < (count ? count : 1);
}

/// Of this dtype and these sizes.
inline bool hasDims(const CallView& view, DType dtype, std::initializer_list<int64_t> sizes) {
  if (view.dtype != dtype || view.dims.count != int32_t(sizes.size())) return false;
  int32_t d = 0;
  for (const int64_t size : sizes)
    if (view.dims.size[d++] != size) return false;
  return true;
}

/// Whether one of the first results lies over one of the first operands.
inline bool overwrites(const CallKernel& call, int operands, int results) {
  for (int i = 0; i < results; i++)
    for (int j = 0; j < operands && call.results[i].wanted; j++)
      if (overlap(call.results[i], call.operands[j])) return true;
  return false;
}

template <class T>
T* dataOf(const Frame& frame, const CallView& view) { return view.wanted ? reinterpret_cast<T*>(at(frame, view.place)) : nullptr; }

/// Calls f with a zero of a dtype that is float32 or float64.
template <class F>
auto withFloat(DType dtype, F f) { return dtype == kFloat64 ? f(0.0) : f(0.0f); }

}  // namespace
}  // namespace cellgrad
