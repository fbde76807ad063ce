// Sums along a row in the cache, and its mean and spread. How terms are added follows from their number alone.
#pragma once
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Vectors of sums that are added to in turn.
constexpr int kSums = 4;
/// Terms that are added in the operands' dtype.
constexpr int64_t kSpan = 4096;

/// How a term reads its elements: one, or as many as a vector has.
struct One {
  template <class T>
  static T load(const T* x) { return *x; }
};
struct Many {
  template <class T>
  static Vector<T> load(const T* x) { return loadVector(x); }
};

/// Adds to N totals what term(how, i, terms) says for each i in [0, n).
template <int N, class T, class F>
inline void addUp(int64_t n, double* totals, F term) {
  constexpr int64_t W = VectorOf<T>::lanes;
  for (int64_t start = 0; start < n; start += kSpan) {
    const int64_t end = n - start < kSpan ? n : start + kSpan;
    int64_t i = start;
    if (end - start >= kSums * W) {
      Vector<T> sums[kSums][N] = {};
      for (; i + kSums * W <= end; i += kSums * W) {
        for (int j = 0; j < kSums; j++) {
          Vector<T> terms[N];
          term(Many(), i + j * W, terms);
          for (int k = 0; k < N; k++) sums[j][k] += terms[k];
        }
      }
      for (int k = 0; k < N; k++) {
        const Vector<T> all = (sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]);
        double total = 0;
        for (int lane = 0; lane < W; lane++) total += double(all[lane]);
        totals[k] += total;
      }
    }
    for (; i < end; i++) {
      T terms[N];
      term(One(), i, terms);
      for (int k = 0; k < N; k++) totals[k] += double(terms[k]);
    }
  }
}

/// Mean and sum of squared distances from it of n numbers.
template <class T>
inline void momentsOf(const T* x, int64_t n, double& mean, double& squares) {
  double sum = 0, both[2] = {0, 0};
  addUp<1, T>(n, &sum, [x](auto how, int64_t i, auto* terms) { terms[0] = how.load(x + i); });
  mean = sum / double(n);
  const T m = T(mean);
  addUp<2, T>(n, both, [x, m](auto how, int64_t i, auto* terms) {
    terms[1] = how.load(x + i) - m;
    terms[0] = terms[1] * terms[1];
  });
  // What rounding has left over.
  const double rest = both[1] / double(n);
  mean = double(m) + rest;
  squares = both[0] - rest * both[1];
  if (squares < 0) squares = 0;
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
