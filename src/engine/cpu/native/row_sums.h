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

/// How a term reads and writes its elements: one, or as many as a vector has.
struct One {
  template <class T>
  static T load(const T* x) { return *x; }
  template <class T>
  static void store(T* to, T x) { *to = x; }
};
struct Many {
  template <class T>
  static Vector<T> load(const T* x) { return loadVector(x); }
  template <class T>
  static void store(T* to, Vector<T> x) { storeVector(to, x); }
};

/// The sum of a vector's lanes, in float64.
template <class T>
inline double totalOf(Vector<T> v) {
  constexpr int W = VectorOf<T>::lanes;
  T lanes[W];
  storeVector(lanes, v);
  if constexpr (W < 4) {
    return double(lanes[0]) + double(lanes[1]);
  } else {
    double quarters[W / 4];
    for (int i = 0; i < W / 4; i++) quarters[i] = (double(lanes[i]) + double(lanes[i + W / 4])) + (double(lanes[i + W / 2]) + double(lanes[i + 3 * W / 4]));
    double total = quarters[0];
    for (int i = 1; i < W / 4; i++) total += quarters[i];
    return total;
  }
}

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
        totals[k] += totalOf<T>((sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]));
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
