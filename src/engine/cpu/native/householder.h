// Reflections I − tau v vᵀ, for what factors matrices by them.
#pragma once
#include <math.h>

#include "matrix_update.h"

namespace cellgrad {
namespace CG_ISA {

/// Reflection j has its vector in places (i, j) for i > j, through strides, and 1 in place j; vectors have `rows` places.
template <class T>
struct Reflections {
  const T* v;
  int64_t row, column;
  const T* tau;
  int64_t rows;
};

/// a [m, n] becomes R on and above the diagonal and the vectors below it.
void factorHouseholder(float* a, int64_t m, int64_t n, float* tau, Workspace work);
void factorHouseholder(double* a, int64_t m, int64_t n, double* tau, Workspace work);
/// q [rows, columns] becomes the first columns of the product of the first `count` reflections; count ≤ columns.
void multiplyHouseholder(const Reflections<float>& from, int64_t count, float* q, int64_t columns, Workspace work);
void multiplyHouseholder(const Reflections<double>& from, int64_t count, double* q, int64_t columns, Workspace work);
/// Bytes that either needs of the workspace for m rows and n columns.
int64_t householderBytes(int64_t m, int64_t n, int64_t elementBytes);

namespace {

/// Of x [n], `stride` apart, its first place becomes ± its length and the others the vector that reflects it there; returns tau (LAPACK's larfg).
template <class T>
T reflectionOf(T* x, int64_t stride, int64_t n) {
  double most = 0;
  for (int64_t i = 1; i < n; i++) {
    const double size = fabs(double(x[i * stride]));
    if (!(size <= most)) most = size;
  }
  if (most == 0) return T(0);
  double sum = 0;
  for (int64_t i = 1; i < n; i++) {
    const double scaled = double(x[i * stride]) / most;
    sum += scaled * scaled;
  }
  const double alpha = double(x[0]), length = hypot(alpha, most * sqrt(sum)), beta = alpha < 0 ? length : -length;
  const double scale = 1 / (alpha - beta);
  for (int64_t i = 1; i < n; i++) x[i * stride] = T(double(x[i * stride]) * scale);
  x[0] = T(beta);
  return T((beta - alpha) / beta);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
