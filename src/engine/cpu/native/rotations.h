// Rotations of pairs of rows, as iterations for eigenvalues and singular values make them by the thousand: they are noted down
// and applied to a few columns at a time, which stay in the cache, on all threads.
#pragma once
#include <math.h>

#include "matrix_update.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows x and y become c·x − s·y and s·x + c·y.
struct Rotation {
  int32_t x, y;
  double c, s;
};

constexpr int64_t kRotationColumns = 64;

template <class T>
class Rotations {
 public:
  /// `count` columns of a row-major matrix whose rows are `stride` apart; null where nobody wants it turned.
  Rotations(T* matrix, int64_t stride, int64_t count, Rotation* memory, int64_t capacity, const Workspace& work)
      : matrix(matrix), stride(stride), columns(count), noted(memory), capacity(capacity), work(work) {}

  void add(int64_t x, int64_t y, double c, double s) {
    if (!matrix || (c == 1 && s == 0)) return;
    if (used == capacity) apply();
    noted[used++] = Rotation{int32_t(x), int32_t(y), c, s};
  }

  void apply() {
    if (used == 0) return;
    const int64_t pieces = (columns + kRotationColumns - 1) / kRotationColumns;
    inPieces(work, pieces, double(used) * double(columns) * 0.5, [&](int64_t piece) {
      const int64_t first = piece * kRotationColumns, count = columns - first < kRotationColumns ? columns - first : kRotationColumns;
      for (int64_t i = 0; i < used; i++) {
        T* __restrict x = matrix + noted[i].x * stride + first;
        T* __restrict y = matrix + noted[i].y * stride + first;
        const T c = T(noted[i].c), s = T(noted[i].s);
        for (int64_t j = 0; j < count; j++) {
          const T h = y[j];
          y[j] = s * x[j] + c * h;
          x[j] = c * x[j] - s * h;
        }
      }
    });
    used = 0;
  }

 private:
  T* matrix;
  int64_t stride, columns;
  Rotation* noted;
  int64_t capacity, used = 0;
  Workspace work;
};

/// Rotations that are noted before they are applied, for a matrix of n rows.
inline int64_t rotationCapacity(int64_t n) { return n * 32 < 4096 ? 4096 : n * 32; }

/// to [columns, rows] = from [rows, columns] transposed, through tiles that stay in the cache.
template <class T>
void transposeInto(T* to, const T* from, int64_t rows, int64_t columns) {
  constexpr int64_t tile = 32;
  for (int64_t i0 = 0; i0 < rows; i0 += tile)
    for (int64_t j0 = 0; j0 < columns; j0 += tile)
      for (int64_t i = i0; i < i0 + tile && i < rows; i++)
        for (int64_t j = j0; j < j0 + tile && j < columns; j++) to[j * rows + i] = from[i * columns + j];
}

/// The order of the values, rising or falling. A heap sort, so that it takes no memory.
inline void orderOf(const double* values, int32_t* order, int64_t n, bool falling) {
  const auto after = [&](int32_t i, int32_t j) { return falling ? values[i] < values[j] : values[i] > values[j]; };
  const auto swap = [&](int64_t i, int64_t j) {
    const int32_t swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  };
  const auto sift = [&](int64_t from, int64_t end) {
    for (int64_t i = from;;) {
      int64_t child = 2 * i + 1;
      if (child >= end) return;
      if (child + 1 < end && after(order[child + 1], order[child])) child++;
      if (!after(order[child], order[i])) return;
      swap(i, child);
      i = child;
    }
  };
  for (int64_t i = 0; i < n; i++) order[i] = int32_t(i);
  for (int64_t i = n / 2 - 1; i >= 0; i--) sift(i, n);
  for (int64_t end = n - 1; end > 0; end--) {
    swap(0, end);
    sift(0, end);
  }
}

/// Of vectors that are only determined up to their sign: whether the first of their greatest elements is negative.
template <class T>
bool isTurned(const T* x, int64_t stride, int64_t n) {
  T most = T(0);
  bool negative = false;
  for (int64_t i = 0; i < n; i++) {
    const T value = x[i * stride], size = fabs(value);
    // What differs by rounding alone does not decide.
    if (size > most * T(1.001)) most = size, negative = value < T(0);
  }
  return negative;
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
