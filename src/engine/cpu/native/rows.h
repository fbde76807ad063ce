// The rows of a dense value along one dim: [outer, length, inner].
#pragma once
#include "plan.h"

namespace cellgrad {

struct Rows {
  int64_t outer, length, inner;

  Rows(const DenseView& view, int64_t dim) : outer(1), length(view.rank ? view.size[dim] : 1), inner(1) {
    for (int32_t d = 0; d < view.rank; d++) {
      if (d < dim) outer *= view.size[d];
      if (d > dim) inner *= view.size[d];
    }
  }
  /// Position of the first element of row o * inner + i.
  int64_t first(int64_t row) const { return row / inner * length * inner + row % inner; }
};

}  // namespace cellgrad
