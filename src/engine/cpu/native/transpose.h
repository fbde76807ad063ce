// Matrices with their two dims exchanged: square blocks that fit in the registers of a vector unit, and what is left over by elements.
#pragma once
#include <string.h>

#include <type_traits>
#include <utility>

#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Whole numbers of as many bytes as an element has: only where elements go is looked at.
template <int bytes>
using WordOf = std::conditional_t<bytes == 8, uint64_t, std::conditional_t<bytes == 4, uint32_t, std::conditional_t<bytes == 2, uint16_t, uint8_t>>>;

/// Lane I of a and b put behind one another, for each I.
template <class V, class Word, int... I>
inline __attribute__((always_inline)) V shuffled(V a, V b) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, I...);
#else
  return __builtin_shuffle(a, b, V{Word(I)...});
#endif
}

/// Exchanges the two quarters of each square of 2 D rows that are not on its diagonal, for rows r and r + D.
template <int N, int D, class V, class Word, int... I>
inline __attribute__((always_inline)) void exchange(V* r, std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
  for (int i = 0; i < N; i++) {
    if (i & D) continue;
    const V a = r[i], b = r[i + D];
    r[i] = shuffled<V, Word, (I & D ? N + I - D : I)...>(a, b);
    r[i + D] = shuffled<V, Word, (I & D ? N + I : I + D)...>(a, b);
  }
}

/// Exchanges rows and lanes of N vectors of N words.
template <int N, class V, class Word>
inline __attribute__((always_inline)) void transposeRegisters(V* r) {
  using Lanes = std::make_integer_sequence<int, N>;
  if constexpr (N > 8) exchange<N, 8, V, Word>(r, Lanes());
  if constexpr (N > 4) exchange<N, 4, V, Word>(r, Lanes());
  if constexpr (N > 2) exchange<N, 2, V, Word>(r, Lanes());
  exchange<N, 1, V, Word>(r, Lanes());
}

template <int N, class Word>
inline void transposeBlock(Word* to, int64_t toStride, const Word* from, int64_t fromStride) {
  typedef Word V __attribute__((vector_size(N * sizeof(Word))));
  V r[N];
#pragma GCC unroll 16
  for (int i = 0; i < N; i++) memcpy(&r[i], from + i * fromStride, sizeof(V));
  transposeRegisters<N, V, Word>(r);
#pragma GCC unroll 16
  for (int i = 0; i < N; i++) memcpy(to + i * toStride, &r[i], sizeof(V));
}

/// By blocks of N, of which the last may lie over the ones before: there the same is written twice.
template <int N, class Word>
inline void transposeBlocks(Word* to, int64_t toStride, const Word* from, int64_t fromStride, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; i += N) {
    const int64_t row = i + N <= rows ? i : rows - N;
    for (int64_t j = 0; j < columns; j += N) {
      const int64_t column = j + N <= columns ? j : columns - N;
      transposeBlock<N>(to + column * toStride + row, toStride, from + row * fromStride + column, fromStride);
    }
  }
}

/// to[j * toStride + i] = from[i * fromStride + j] for i in [0, rows), j in [0, columns).
template <class T>
inline void transpose(T* toElements, int64_t toStride, const T* fromElements, int64_t fromStride, int64_t rows, int64_t columns) {
  using Word = WordOf<int(sizeof(T))>;
  Word* to = reinterpret_cast<Word*>(toElements);
  const Word* from = reinterpret_cast<const Word*>(fromElements);
  constexpr int lanes = kVectorBytes / int(sizeof(Word)), N = lanes > 16 ? 16 : lanes;
  const int64_t least = rows < columns ? rows : columns;
  if constexpr (N >= 16) {
    if (least >= 16) return transposeBlocks<16>(to, toStride, from, fromStride, rows, columns);
  }
  if constexpr (N >= 8) {
    if (least >= 8) return transposeBlocks<8>(to, toStride, from, fromStride, rows, columns);
  }
  if constexpr (N >= 4) {
    if (least >= 4) return transposeBlocks<4>(to, toStride, from, fromStride, rows, columns);
  }
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < columns; j++) to[j * toStride + i] = from[i * fromStride + j];
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
