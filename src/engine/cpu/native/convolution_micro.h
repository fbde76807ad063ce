// The inner loops of convolutions. `sums` is a product of matrices whose left one is never made: element (i, p) is read at rows[i] + inner[p],
// so that what windows of an image see is multiplied where it lies. `windows` computes neighbouring outputs of one channel.
#pragma once
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kConvRows = 12;
#elif defined(__AVX2__)
constexpr int kConvRows = 6;
#elif defined(__aarch64__)
constexpr int kConvRows = 8;
#else
constexpr int kConvRows = 4;
#endif
constexpr int kConvVectors = 2;
/// Terms that are added up before the sums are stored: so many rows of the right matrix stay in the first-level cache.
constexpr int64_t kConvBlock = 16384 / (kConvVectors * kVectorBytes);

template <class T>
struct SumArguments {
  int64_t k;
  const T* source;
  const int64_t* rows;
  const int64_t* inner;
  const T* b;      // k rows of whole vectors, one after the other
  T* c;
  int64_t cRow;
  bool accumulate;
};

template <class T, int M, int NV>
void sums(const SumArguments<T>& x) {
  constexpr int W = VectorOf<T>::lanes;
  typedef Vector<T> V;
  V sum[M][NV];
  int64_t row[M];
#pragma GCC unroll 16
  for (int i = 0; i < M; i++) {
    row[i] = x.rows[i];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) sum[i][j] = V{};
  }
  const T* b = x.b;
  const int64_t* inner = x.inner;
  for (int64_t p = x.k; p > 0; p--, b += NV * W) {
    const T* from = x.source + *inner++;
    V right[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) right[j] = loadVector(b + j * W);
#pragma GCC unroll 16
    for (int i = 0; i < M; i++) {
      const T element = from[row[i]];
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sum[i][j] += right[j] * element;
    }
  }
  T* c = x.c;
#pragma GCC unroll 16
  for (int i = 0; i < M; i++, c += x.cRow) {
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) storeVector(c + j * W, x.accumulate ? sum[i][j] + loadVector(c + j * W) : sum[i][j]);
  }
}

template <class T, int M>
void sumsOf(const SumArguments<T>& x, int64_t rows, int64_t vectors) {
  if constexpr (M > 1) {
    if (rows < M) return sumsOf<T, M - 1>(x, rows, vectors);
  }
  if (vectors == 1) sums<T, M, 1>(x);
  else sums<T, M, 2>(x);
}

/// c[i][j] = sum over p of source[rows[i] + inner[p]] * b[p][j] for `rows` rows and so many vectors of columns.
template <class T>
void allSums(SumArguments<T> x, int64_t rows, int64_t vectors) {
  for (; rows > 0; rows -= kConvRows, x.rows += kConvRows, x.c += kConvRows * x.cRow) sumsOf<T, kConvRows>(x, rows, vectors);
}

/// out[i][j] = sum over p of source[j + inner[p]] * weights[i][p] for L channels and NV vectors of neighbours.
template <class T, int L, int NV>
void windows(T* out, int64_t outRow, const T* source, const int64_t* inner, const T* weights, int64_t k) {
  constexpr int W = VectorOf<T>::lanes;
  Vector<T> sum[L][NV];
#pragma GCC unroll 8
  for (int i = 0; i < L; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < NV; j++) sum[i][j] = Vector<T>{};
  }
  for (int64_t p = 0; p < k; p++) {
    const T* from = source + inner[p];
    Vector<T> seen[NV];
#pragma GCC unroll 8
    for (int j = 0; j < NV; j++) seen[j] = loadVector(from + j * W);
#pragma GCC unroll 8
    for (int i = 0; i < L; i++) {
      const T weight = weights[i * k + p];
#pragma GCC unroll 8
      for (int j = 0; j < NV; j++) sum[i][j] += seen[j] * weight;
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < L; i++, out += outRow) {
#pragma GCC unroll 8
    for (int j = 0; j < NV; j++) storeVector(out + j * W, sum[i][j]);
  }
}

/// out[i] += sum over j of source[j + inner[i]] * g[j] for M rows; what is left of whole vectors is added one by one.
template <class T, int M>
void correlate(Vector<T>* sum, T* rest, const T* source, const int64_t* inner, const T* g, int64_t n) {
  constexpr int W = VectorOf<T>::lanes;
  int64_t j = 0;
  for (; j + W <= n; j += W) {
    const Vector<T> factor = loadVector(g + j);
#pragma GCC unroll 8
    for (int i = 0; i < M; i++) sum[i] += loadVector(source + inner[i] + j) * factor;
  }
  for (; j < n; j++) {
    for (int i = 0; i < M; i++) rest[i] += source[inner[i] + j] * g[j];
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
