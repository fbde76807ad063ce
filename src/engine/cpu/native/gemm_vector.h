// Products with one row: each element of B is used once, so nothing is packed and B is read in the order in which it lies. In which order
// the terms are added follows from their number alone, so that a transposed B gives the bits of a stored one.
#pragma once
#include "pool.h"
#include "vector.h"

// In WebAssembly single numbers, such as the rest of a row, are never multiplied and added at once; so vectors are not either here, where it
// follows from how B lies which numbers are a rest.
#ifdef __wasm__
#pragma clang fp contract(off)
#endif

namespace cellgrad {
namespace CG_ISA {
namespace {

/// From `kLongSum` terms on term p belongs to chain p % kChains, and the chains are added in a fixed tree; fewer are added one after another.
constexpr int kChains = 8;
constexpr int64_t kLongSum = 128;

/// Adds the chains that lie `stride` apart, for each of n columns.
template <class T>
void addChains(T* out, T* chains, int64_t stride, int64_t n) {
  for (int half = kChains / 2; half > 0; half /= 2) {
    for (int c = 0; c < half; c++) {
      T* left = chains + c * stride;
      const T* right = left + half * stride;
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) left[j] += right[j];
    }
  }
  for (int64_t j = 0; j < n; j++) out[j] = chains[j];
}

/// out[j] = sum over p of a[p * aStride] * b[p + j * bCol], for `Columns` columns at a time: their chains hide each other's latency.
template <int Columns, class T>
void dots(T* out, const T* a, int64_t aStride, const T* b, int64_t bCol, int64_t k) {
  constexpr int W = VectorOf<T>::lanes < kChains ? VectorOf<T>::lanes : kChains;
  constexpr int parts = kChains / W;
  typedef T Part __attribute__((vector_size(W * sizeof(T))));
  Part sums[Columns][parts] = {};
  int64_t p = 0;
  for (; p + kChains <= k; p += kChains) {
    for (int i = 0; i < parts; i++) {
      Part x;
      if (aStride == 1) __builtin_memcpy(&x, a + p + i * W, sizeof x);
      else
        for (int lane = 0; lane < W; lane++) x[lane] = a[(p + i * W + lane) * aStride];
      for (int j = 0; j < Columns; j++) {
        Part y;
        __builtin_memcpy(&y, b + j * bCol + p + i * W, sizeof y);
        sums[j][i] += x * y;
      }
    }
  }
  for (int j = 0; j < Columns; j++) {
    T chains[kChains];
    __builtin_memcpy(chains, sums[j], sizeof chains);
    for (int64_t q = p; q < k; q++) chains[q - p] += a[q * aStride] * b[j * bCol + q];
    addChains(out + j, chains, 1, 1);
  }
}

/// The same for a B whose rows follow one another, of which a block of columns at a time is added to `chains` rows of sums.
template <bool Dense, class T>
void chainedRows(T* out, const T* a, int64_t aStride, const T* b, int64_t bRow, int64_t bCol, int64_t k, int64_t n) {
  constexpr int64_t columns = 4096 / sizeof(T);
  alignas(64) T sums[kChains][columns];
  if (Dense) bCol = 1;
  for (int64_t j0 = 0; j0 < n && !stopRequested(); j0 += columns) {
    const int64_t m = n - j0 < columns ? n - j0 : columns;
    for (int c = 0; c < kChains; c++)
      for (int64_t j = 0; j < m; j++) sums[c][j] = T(0);
    const T* block = b + j0 * bCol;
    int64_t p = 0;
    for (; p + 4 * kChains <= k && !stopRequested(); p += 4 * kChains) {
      for (int c = 0; c < kChains; c++) {
        const T* x = a + (p + c) * aStride;
        const int64_t next = kChains * aStride;
        const T a0 = x[0], a1 = x[next], a2 = x[2 * next], a3 = x[3 * next];
        const T *b0 = block + (p + c) * bRow, *b1 = b0 + kChains * bRow, *b2 = b1 + kChains * bRow, *b3 = b2 + kChains * bRow;
        T* sum = sums[c];
#pragma GCC ivdep
        for (int64_t j = 0; j < m; j++)
          sum[j] = (((sum[j] + a0 * b0[j * bCol]) + a1 * b1[j * bCol]) + a2 * b2[j * bCol]) + a3 * b3[j * bCol];
      }
    }
    for (; p < k; p++) {
      const T x = a[p * aStride];
      const T* row = block + p * bRow;
      T* sum = sums[p % kChains];
#pragma GCC ivdep
      for (int64_t j = 0; j < m; j++) sum[j] += x * row[j * bCol];
    }
    addChains(out + j0, sums[0], columns, m);
  }
}

/// A few terms, added one after another.
template <bool Dense, class T>
void shortSums(T* out, const T* a, int64_t aStride, const T* b, int64_t bRow, int64_t bCol, int64_t k, int64_t n) {
  if (Dense) bCol = 1;
  for (int64_t j = 0; j < n; j++) out[j] = T(0);
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) {
    const T a0 = a[p * aStride], a1 = a[(p + 1) * aStride], a2 = a[(p + 2) * aStride], a3 = a[(p + 3) * aStride];
    const T *b0 = b + p * bRow, *b1 = b0 + bRow, *b2 = b1 + bRow, *b3 = b2 + bRow;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++)
      out[j] = (((out[j] + a0 * b0[j * bCol]) + a1 * b1[j * bCol]) + a2 * b2[j * bCol]) + a3 * b3[j * bCol];
  }
  for (; p < k; p++) {
    const T x = a[p * aStride];
    const T* row = b + p * bRow;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) out[j] += x * row[j * bCol];
  }
}

/// out[j] = sum over p of a[p * aStride] * b[p * bRow + j * bCol], for j in [0, n).
template <class T>
void vectorProduct(T* out, const T* a, int64_t aStride, const T* b, int64_t bRow, int64_t bCol, int64_t k, int64_t n) {
  if (k < kLongSum) {
    if (bCol == 1) return shortSums<true>(out, a, aStride, b, bRow, bCol, k, n);
    return shortSums<false>(out, a, aStride, b, bRow, bCol, k, n);
  }
  if (bRow == 1) {
    int64_t j = 0;
    for (; j + 4 <= n && !stopRequested(); j += 4) dots<4>(out + j, a, aStride, b + j * bCol, bCol, k);
    for (; j < n && !stopRequested(); j++) dots<1>(out + j, a, aStride, b + j * bCol, bCol, k);
    return;
  }
  if (bCol == 1) return chainedRows<true>(out, a, aStride, b, bRow, bCol, k, n);
  chainedRows<false>(out, a, aStride, b, bRow, bCol, k, n);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad

#ifdef __wasm__
#pragma clang fp contract(fast)
#endif
