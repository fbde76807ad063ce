// Packing for the matrix product: B into panels of whole vectors, so that the micro-kernel reads memory in order, and A
// where its rows lie so far apart that they would push each other out of the cache.
#pragma once
#include <string.h>

#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

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
