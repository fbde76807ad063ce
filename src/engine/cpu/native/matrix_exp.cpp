// The exponential of a matrix: the Taylor polynomial of degree 18 of the matrix divided by a power of two, squared as often.
#include <math.h>
#include <string.h>

#include "matrix_calls.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Of columns the greatest sum of magnitudes.
template <class T>
double columnNorm(const T* a, int64_t n) {
  double most = 0;
  for (int64_t j = 0; j < n; j++) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += fabs(double(a[i * n + j]));
    if (!(sum <= most)) most = sum;
  }
  return most;
}

template <class T>
void product(T* out, const T* a, const T* b, int64_t n, const Workspace& work) {
  memset(static_cast<void*>(out), 0, size_t(n * n) * sizeof(T));
  addProduct(Update<T>{n, n, n, a, n, 1, b, n, 1, out, n, false}, work);
}

template <class T>
void exponential(const T* x, T* y, int64_t n, Workspace work) {
  const int64_t size = n * n;
  T* powers[4] = {nullptr, work.take<T>(size), work.take<T>(size), work.take<T>(size)};
  T* other = work.take<T>(size);
  const double norm = columnNorm(x, n);
  int squarings = norm > 1 && norm < HUGE_VAL ? int(ceil(log2(norm))) : 0;
  const T scale = T(ldexp(1, -squarings));
  for (int64_t i = 0; i < size; i++) powers[1][i] = x[i] * scale;
  product(powers[2], powers[1], powers[1], n, work);
  product(powers[3], powers[2], powers[1], n, work);
  // Horner's rule in powers of the cube: groups of three terms, the highest of which is that of degree 18 alone.
  double factorial[19] = {1};
  for (int i = 1; i < 19; i++) factorial[i] = factorial[i - 1] * i;
  T *sum = y, *next = other;
  for (int64_t i = 0; i < size; i++) sum[i] = T(0);
  for (int64_t i = 0; i < n; i++) sum[i * n + i] = T(1 / factorial[18]);
  for (int group = 5; group >= 0 && !stopRequested(); group--) {
    product(next, sum, powers[3], n, work);
    const T c0 = T(1 / factorial[3 * group]), c1 = T(1 / factorial[3 * group + 1]), c2 = T(1 / factorial[3 * group + 2]);
    for (int64_t i = 0; i < size; i++) next[i] += c1 * powers[1][i] + c2 * powers[2][i];
    for (int64_t i = 0; i < n; i++) next[i * n + i] += c0;
    T* swapped = sum;
    sum = next;
    next = swapped;
  }
  for (; squarings > 0 && !stopRequested(); squarings--) {
    product(next, sum, sum, n, work);
    T* swapped = sum;
    sum = next;
    next = swapped;
  }
  if (sum != y) memcpy(static_cast<void*>(y), sum, size_t(size) * sizeof(T));
}

}  // namespace

const char* checkMatrixExp(const CallKernel& call) {
  const CallView &x = call.operands[0], &y = call.results[0];
  if (!isMatrix(x) || x.dims.size[x.dims.count - 1] != x.dims.size[x.dims.count - 2]) return "a call for an exponential takes floating square matrices";
  if (!y.wanted || !hasSizes(y, x.dtype, x.dims, 0, nullptr, 0)) return "a call for an exponential gives another shape or dtype than it has";
  if (overlap(x, y)) return "a call for an exponential overwrites its matrix";
  return nullptr;
}

int64_t matrixExpBytes(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = bytesOf(call.operands[0].dtype), n = of.rows;
  return 4 * roundUp(n * n * size, 64) + addProductBytes(n, n, n, size);
}
int64_t matrixExpScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, matrixExpBytes(call)); }
int64_t matrixExpShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, matrixExpBytes(call)); }

void matrixExponential(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t n = of.rows;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, matrixExpBytes(call), double(n) * double(n) * double(n), frame, [&](int64_t entry, Workspace work) {
      exponential(static_cast<const T*>(matrixAt<T>(call.operands[0], frame, entry, n * n)), matrixAt<T>(call.results[0], frame, entry, n * n), n, work);
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
