// What the checks of calls ask of their values.
#pragma once
#include "executable.h"

namespace cellgrad {

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

}  // namespace cellgrad
