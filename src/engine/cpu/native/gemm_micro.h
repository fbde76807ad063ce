// The micro-kernels of the matrix product: M rows by NV vectors of C held in registers while k runs. A is read element by element
// with any strides, so it needs no packing; B is read in rows of whole vectors. Each element of C is one chain of
// multiply-adds over k, whatever the sizes of the blocks around it, so results do not depend on how work was cut.
#pragma once
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kMicroRows = 14;  // 14 x 2 sums, 2 vectors of B, 1 element of A: 31 of 32 registers
#elif defined(__AVX2__)
constexpr int kMicroRows = 6;   // 15 of 16
#elif defined(__aarch64__)
constexpr int kMicroRows = 8;   // 19 of 32
#else
constexpr int kMicroRows = 4;   // 11 of 16; without fused multiply-add the products need room too
#endif
constexpr int kMicroVectors = 2;

template <class T>
struct MicroArguments {
  int64_t k;
  const T* a;
  int64_t aRow, aCol;
  const T* b;
  int64_t bRow;
  T* c;
  int64_t cRow;
  int64_t columns;   // valid columns; fewer than whole vectors where C ends
  bool accumulate;   // add to what is in C
  bool spill;        // rows may be written whole, in order: what goes past a row is overwritten by the next
};

/// Rows that end where C does.
template <class T>
__attribute__((noinline)) void writeEdge(const MicroArguments<T>& x, const T* edge, int64_t rows, int64_t width) {
  T* to = x.c;
  for (int64_t i = 0; i < rows; i++, to += x.cRow, edge += width) {
    if (x.accumulate) {
      for (int64_t j = 0; j < x.columns; j++) to[j] += edge[j];
    } else {
      for (int64_t j = 0; j < x.columns; j++) to[j] = edge[j];
    }
  }
}

template <class T, int M, int NV>
void micro(const MicroArguments<T>& x) {
  constexpr int W = VectorOf<T>::lanes;
  typedef Vector<T> V;
  V sum[M][NV];
#pragma GCC unroll 16
  for (int i = 0; i < M; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) sum[i][j] = V{};
  }
  const int64_t aRow = x.aRow, aCol = x.aCol, bRow = x.bRow;
  // Rows are reached from every third one, which leaves registers for the loop.
  constexpr int kBases = (M + 2) / 3;
  const T* a[kBases];
#pragma GCC unroll 16
  for (int i = 0; i < kBases; i++) a[i] = x.a + 3 * i * aRow;
  const T* b = x.b;
  // C is often new memory, or was pushed out of the cache by other blocks: it comes while k runs.
  const char* line = reinterpret_cast<const char*>(x.c);
#pragma GCC unroll 16
  for (int i = 0; i < M; i++, line += x.cRow * int64_t(sizeof(T))) {
#pragma GCC unroll 4
    for (int64_t j = 0; j < int64_t(NV * sizeof(V)); j += 64) __builtin_prefetch(line + j, 1);
  }
  for (int64_t p = x.k; p > 0; p--) {
    V row[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) row[j] = loadVector(b + j * W);
#pragma GCC unroll 16
    for (int i = 0; i < M; i++) {
      const T element = a[i / 3][(i % 3) * aRow];
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sum[i][j] += row[j] * element;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kBases; i++) a[i] += aCol;
    b += bRow;
  }
  T* c = x.c;
  const int64_t cRow = x.cRow;
  if (x.spill || x.columns == NV * W) {
    if (x.accumulate) {
#pragma GCC unroll 16
      for (int i = 0; i < M; i++, c += cRow) {
#pragma GCC unroll 4
        for (int j = 0; j < NV; j++) storeVector(c + j * W, sum[i][j] + loadVector(c + j * W));
      }
    } else {
#pragma GCC unroll 16
      for (int i = 0; i < M; i++, c += cRow) {
#pragma GCC unroll 4
        for (int j = 0; j < NV; j++) storeVector(c + j * W, sum[i][j]);
      }
    }
    return;
  }
  T edge[M * NV * W];
#pragma GCC unroll 16
  for (int i = 0; i < M; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) storeVector(edge + (i * NV + j) * W, sum[i][j]);
  }
  writeEdge(x, edge, M, NV * W);
}

template <class T>
using MicroKernel = void (*)(const MicroArguments<T>&);

template <class T, int NV>
inline MicroKernel<T> microOf(int64_t rows) {
  switch (rows) {
    case 1: return micro<T, 1, NV>;
    case 2: return micro<T, 2, NV>;
    case 3: return micro<T, 3, NV>;
    case 4: return micro<T, 4, NV>;
#if !defined(__AVX512F__) && !defined(__AVX2__) && !defined(__aarch64__)
  }
#else
    case 5: return micro<T, 5, NV>;
    case 6: return micro<T, 6, NV>;
#if defined(__aarch64__) || defined(__AVX512F__)
    case 7: return micro<T, 7, NV>;
    case 8: return micro<T, 8, NV>;
#endif
#if defined(__AVX512F__)
    case 9: return micro<T, 9, NV>;
    case 10: return micro<T, 10, NV>;
    case 11: return micro<T, 11, NV>;
    case 12: return micro<T, 12, NV>;
    case 13: return micro<T, 13, NV>;
    case 14: return micro<T, 14, NV>;
#endif
  }
#endif
  return nullptr;
}

template <class T>
inline MicroKernel<T> microKernel(int64_t rows, int64_t vectors) {
  return vectors == 1 ? microOf<T, 1>(rows) : microOf<T, 2>(rows);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
