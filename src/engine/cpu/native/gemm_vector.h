// Products with one row: each element of B is used once, so nothing is packed and B is read in the order in which it lies.
#pragma once
#include "pool.h"
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Sum of x[i * stride] * y[i]. Chains run side by side; their number and order are fixed.
template <class T>
T dot(const T* x, int64_t stride, const T* y, int64_t n) {
  constexpr int W = VectorOf<T>::lanes;
  T total = T(0);
  int64_t i = 0;
  if (stride == 1 && n >= W) {
    Vector<T> sums[4] = {};
    for (; i + 4 * W <= n; i += 4 * W) {
      for (int j = 0; j < 4; j++) sums[j] += loadVector(x + i + j * W) * loadVector(y + i + j * W);
    }
    for (; i + W <= n; i += W) sums[0] += loadVector(x + i) * loadVector(y + i);
    const Vector<T> sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (int j = 0; j < W; j++) total += sum[j];
  }
  for (; i < n; i++) total += x[i * stride] * y[i];
  return total;
}

/// out[j] = sum over p of a[p * aStride] * b[p * bRow + j * bCol], for j in [0, n).
template <class T>
void vectorProduct(T* out, const T* a, int64_t aStride, const T* b, int64_t bRow, int64_t bCol, int64_t k, int64_t n) {
  if (bRow == 1 && k >= 16) {
    for (int64_t j = 0; j < n && !stopRequested(); j++) out[j] = dot(a, aStride, b + j * bCol, k);
    return;
  }
  for (int64_t j = 0; j < n; j++) out[j] = T(0);
  int64_t p = 0;
  if (bCol == 1) {
    for (; p + 4 <= k && !stopRequested(); p += 4) {
      const T a0 = a[p * aStride], a1 = a[(p + 1) * aStride], a2 = a[(p + 2) * aStride], a3 = a[(p + 3) * aStride];
      const T *b0 = b + p * bRow, *b1 = b0 + bRow, *b2 = b1 + bRow, *b3 = b2 + bRow;
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) out[j] = (((out[j] + a0 * b0[j]) + a1 * b1[j]) + a2 * b2[j]) + a3 * b3[j];
    }
    for (; p < k; p++) {
      const T x = a[p * aStride];
      const T* row = b + p * bRow;
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) out[j] += x * row[j];
    }
    return;
  }
  for (; p < k; p++) {
    const T x = a[p * aStride];
    const T* row = b + p * bRow;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) out[j] += x * row[j * bCol];
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
