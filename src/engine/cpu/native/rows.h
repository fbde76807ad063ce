// The rows of a dense value along one dim: [outer, length, inner].
#pragma once
#include "executable.h"

namespace cellgrad {

struct Rows {
  int64_t outer, length, inner;

  Rows(const Dims& dims, int64_t dim) : outer(1), length(dims.count ? dims.size[dim] : 1), inner(1) {
    for (int32_t d = 0; d < dims.count; d++) {
      if (d < dim) outer *= dims.size[d];
      if (d > dim) inner *= dims.size[d];
    }
  }
  /// Position of the first element of row o * inner + i.
  int64_t first(int64_t row) const { return row / inner * length * inner + row % inner; }
};

}  // namespace cellgrad
