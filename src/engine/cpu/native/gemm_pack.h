// Packing for the matrix product: B into panels of whole vectors, so that the micro-kernel reads memory in order, and A
// where its rows lie so far apart that they would push each other out of the cache.
#pragma once
#include <string.h>

#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

#if defined(__clang__)
#define CG_SHUFFLE4(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int32_t Int4 __attribute__((vector_size(16)));
#define CG_SHUFFLE4(a, b, i, j, k, l) __builtin_shuffle(a, b, Int4{i, j, k, l})
#endif

/// to[j * toStride + i] = from[i * fromStride + j] for i, j in [0, 4).
inline void transpose4(uint32_t* to, int64_t toStride, const uint32_t* from, int64_t fromStride) {
  typedef uint32_t V4 __attribute__((vector_size(16)));
  V4 r[4];
  for (int i = 0; i < 4; i++) memcpy(&r[i], from + i * fromStride, 16);
  const V4 a = CG_SHUFFLE4(r[0], r[1], 0, 4, 1, 5), b = CG_SHUFFLE4(r[0], r[1], 2, 6, 3, 7);
  const V4 c = CG_SHUFFLE4(r[2], r[3], 0, 4, 1, 5), d = CG_SHUFFLE4(r[2], r[3], 2, 6, 3, 7);
  const V4 out[4] = {CG_SHUFFLE4(a, c, 0, 1, 4, 5), CG_SHUFFLE4(a, c, 2, 3, 6, 7), CG_SHUFFLE4(b, d, 0, 1, 4, 5), CG_SHUFFLE4(b, d, 2, 3, 6, 7)};
  for (int j = 0; j < 4; j++) memcpy(to + j * toStride, &out[j], 16);
}

/// to[j * toStride + i] = from[i * fromStride + j] for i in [0, rows), j in [0, columns).
template <class T>
void transpose(T* to, int64_t toStride, const T* from, int64_t fromStride, int64_t rows, int64_t columns) {
  int64_t i = 0;
  if (sizeof(T) == 4) {
    for (; i + 4 <= rows; i += 4) {
      int64_t j = 0;
      for (; j + 4 <= columns; j += 4) {
        transpose4(reinterpret_cast<uint32_t*>(to + j * toStride + i), toStride, reinterpret_cast<const uint32_t*>(from + i * fromStride + j), fromStride);
      }
      for (; j < columns; j++) {
        for (int64_t r = i; r < i + 4; r++) to[j * toStride + r] = from[r * fromStride + j];
      }
    }
  }
  for (; i < rows; i++) {
    for (int64_t j = 0; j < columns; j++) to[j * toStride + i] = from[i * fromStride + j];
  }
}

/// One panel of B: `k` rows of `columns` elements, padded with zeros to `width`.
template <class T>
void packPanel(T* to, const T* from, int64_t fromRow, int64_t fromColumn, int64_t k, int64_t columns, int64_t width) {
  if (fromColumn == 1) {
    if (columns == width) {
      constexpr int W = VectorOf<T>::lanes;
      for (int64_t p = 0; p < k; p++, to += width, from += fromRow) {
        for (int64_t j = 0; j < width; j += W) storeVector(to + j, loadVector(from + j));
      }
      return;
    }
    memset(to, 0, size_t(k * width) * sizeof(T));
    for (int64_t p = 0; p < k; p++, to += width, from += fromRow) {
      for (int64_t j = 0; j < columns; j++) to[j] = from[j];
    }
    return;
  }
  if (columns < width) memset(to, 0, size_t(k * width) * sizeof(T));
  if (fromRow == 1) {
    transpose(to, width, from, fromColumn, columns, k);
    return;
  }
  for (int64_t p = 0; p < k; p++, to += width, from += fromRow) {
    for (int64_t j = 0; j < columns; j++) to[j] = from[j * fromColumn];
  }
}

/// One panel of A: element (i, p) goes to to[p * rows + i]. `readable` rows exist from the first on. May write one vector past the end.
template <class T>
void packRows(T* to, const T* from, int64_t fromRow, int64_t fromColumn, int64_t rows, int64_t k, int64_t readable) {
  if (fromColumn == 1) {
    transpose(to, rows, from, fromRow, rows, k);
    return;
  }
  constexpr int W = VectorOf<T>::lanes;
  const int64_t whole = (rows + W - 1) / W * W;
  if (fromRow == 1 && whole <= readable) {
    for (int64_t p = 0; p < k; p++, to += rows, from += fromColumn) {
      for (int64_t i = 0; i < whole; i += W) storeVector(to + i, loadVector(from + i));
    }
    return;
  }
  for (int64_t p = 0; p < k; p++, to += rows, from += fromColumn) {
    for (int64_t i = 0; i < rows; i++) to[i] = from[i * fromRow];
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
