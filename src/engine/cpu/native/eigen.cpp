// Eigenvalues and eigenvectors of symmetric matrices: reflections make them tridiagonal (LAPACK's sytrd), the implicit QL method finds the
// values of that (EISPACK's tql2) while its rotations turn the vectors.
#include <float.h>
#include <math.h>
#include <string.h>

#include "householder.h"
#include "matrix_calls.h"
#include "rotations.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kRows = 64;

/// A symmetric a [n, n] becomes tridiagonal: d and e[i], beside d[i] and d[i + 1]. Reflection j has its vector in row j, from place j + 2 on, and 1 in place j + 1.
template <class T>
void tridiagonalize(T* a, int64_t n, double* d, double* e, T* tau, T* v, T* w, const Workspace& work) {
  // Row j holds the vector of step j; each step's update of the rest is made in one pass with the product by the next vector.
  for (int64_t j = 0; j + 1 < n && !stopRequested(); j++) {
    T* row = a + j * n;
    d[j] = double(row[j]);
    const int64_t rest = n - j - 1;
    tau[j] = reflectionOf(row + j + 1, 1, rest);
    e[j] = double(row[j + 1]);
    if (tau[j] == T(0)) continue;
    v[0] = T(1);
    for (int64_t i = 1; i < rest; i++) v[i] = row[j + 1 + i];
    T* block = a + (j + 1) * n + j + 1;
    const int64_t pieces = (rest + kRows - 1) / kRows;
    const double cost = double(rest) * double(rest) * 0.3;
    inPieces(work, pieces, cost, [&](int64_t piece) {
      for (int64_t i = piece * kRows; i < (piece + 1) * kRows && i < rest; i++) w[i] = tau[j] * dotOf(block + i * n, v, rest);
    });
    const T half = T(-0.5) * tau[j] * dotOf(w, v, rest);
    addScaled(w, v, half, rest);
    inPieces(work, pieces, cost, [&](int64_t piece) {
      for (int64_t i = piece * kRows; i < (piece + 1) * kRows && i < rest; i++) {
        T* __restrict own = block + i * n;
        const T p = v[i], q = w[i];
        for (int64_t c = 0; c < rest; c++) own[c] -= p * w[c] + q * v[c];
      }
    });
  }
  if (n > 0) d[n - 1] = double(a[n * n - 1]);
}

/// The eigenvalues of the tridiagonal matrix in d; its rotations are noted. False where it does not end.
template <class T>
bool solveTridiagonal(double* d, double* e, int64_t n, Rotations<T>& rotations) {
  if (n == 0) return true;
  e[n - 1] = 0;
  double f = 0, most = 0;
  for (int64_t l = 0; l < n && !stopRequested(); l++) {
    const double size = fabs(d[l]) + fabs(e[l]);
    if (size > most) most = size;
    int64_t m = l;
    while (m < n - 1 && fabs(e[m]) > DBL_EPSILON * most) m++;
    for (int tries = 0; m > l; tries++) {
      if (tries == 100) return false;
      double g = d[l], p = (d[l + 1] - g) / (2 * e[l]), r = hypot(p, 1.0);
      if (p < 0) r = -r;
      d[l] = e[l] / (p + r);
      d[l + 1] = e[l] * (p + r);
      const double next = d[l + 1];
      double h = g - d[l];
      for (int64_t i = l + 2; i < n; i++) d[i] -= h;
      f += h;
      p = d[m];
      double c = 1, c2 = c, c3 = c, s = 0, s2 = 0;
      const double beside = e[l + 1];
      for (int64_t i = m - 1; i >= l; i--) {
        c3 = c2;
        c2 = c;
        s2 = s;
        g = c * e[i];
        h = c * p;
        r = hypot(p, e[i]);
        e[i + 1] = s * r;
        s = e[i] / r;
        c = p / r;
        p = c * d[i] - s * g;
        d[i + 1] = h + s * (c * g + s * d[i]);
        rotations.add(i, i + 1, c, s);
      }
      p = -s * s2 * c3 * beside * e[l] / next;
      e[l] = s * p;
      d[l] = c * p;
      if (!(fabs(e[l]) > DBL_EPSILON * most)) break;
    }
    d[l] += f;
    e[l] = 0;
  }
  return true;
}

/// @return whether there are any: not of what is not finite
template <class T>
bool eigenTyped(const T* x, T* values, T* vectors, int64_t n, Workspace work) {
  T* a = work.take<T>(n * n);
  T* turned = work.take<T>(n * n);
  T* tau = work.take<T>(n);
  T* v = work.take<T>(n);
  T* w = work.take<T>(n);
  double* d = work.take<double>(n);
  double* e = work.take<double>(n);
  int32_t* order = work.take<int32_t>(n);
  const int64_t capacity = vectors ? rotationCapacity(n) : 0;
  Rotation* noted = work.take<Rotation>(capacity);
  // Only the lower triangle is read.
  bool finite = true;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j <= i; j++) {
      const T value = x[i * n + j];
      a[i * n + j] = a[j * n + i] = value;
      finite = finite && value - value == T(0);
    }
  bool done = finite;
  if (finite) {
    tridiagonalize(a, n, d, e, tau, v, w, work);
    if (vectors && n > 0) {
      // The reflections leave the first place alone.
      memset(static_cast<void*>(turned), 0, size_t(n * n) * sizeof(T));
      turned[0] = T(1);
      T* q = vectors;
      if (n > 1) {
        multiplyHouseholder(Reflections<T>{a + 1, 1, n, tau, n - 1}, n - 1, q, n - 1, work);
        for (int64_t i = 1; i < n; i++)
          for (int64_t j = 1; j < n; j++) turned[j * n + i] = q[(i - 1) * (n - 1) + j - 1];
      }
    }
    Rotations<T> rotations(vectors ? turned : nullptr, n, n, noted, capacity, work);
    done = solveTridiagonal(d, e, n, rotations);
    rotations.apply();
  }
  if (!done) {
    for (int64_t i = 0; i < n; i++) values[i] = T(NAN);
    if (vectors) for (int64_t i = 0; i < n * n; i++) vectors[i] = T(NAN);
    return false;
  }
  orderOf(d, order, n, false);
  for (int64_t i = 0; i < n; i++) values[i] = T(d[order[i]]);
  if (!vectors) return true;
  for (int64_t k = 0; k < n; k++) {
    T* from = turned + order[k] * n;
    if (isTurned(from, 1, n)) for (int64_t i = 0; i < n; i++) from[i] = -from[i];
  }
  for (int64_t i0 = 0; i0 < n; i0 += 32)
    for (int64_t k = 0; k < n; k++)
      for (int64_t i = i0; i < i0 + 32 && i < n; i++) vectors[i * n + k] = turned[order[k] * n + i];
  return true;
}

}  // namespace

const char* checkEigh(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x) || x.dims.size[x.dims.count - 1] != x.dims.size[x.dims.count - 2]) return "a call for eigenvalues takes floating square matrices";
  const int64_t n = x.dims.size[x.dims.count - 1];
  if (!hasSizes(call.results[0], x.dtype, x.dims, 2, &n, 1) || !hasSizes(call.results[1], x.dtype, x.dims, 0, nullptr, 0) || !hasSizes(call.results[2], kInt32, x.dims, 2, nullptr, 0)) return "a call for eigenvalues gives other shapes or dtypes than it has";
  for (int32_t i = 0; i < 3; i++)
    if (call.results[i].wanted && overlap(x, call.results[i])) return "a call for eigenvalues overwrites its matrix";
  return nullptr;
}

int64_t eighBytes(const CallKernel& call) {
  const int64_t n = Matrices(call.operands[0].dims).rows, size = bytesOf(call.operands[0].dtype);
  const bool vectors = call.results[1].wanted;
  return 2 * roundUp(n * n * size, 64) + 4 * roundUp(n * size, 64) + 2 * roundUp(n * 8, 64) + roundUp(n * 4, 64) +
         (vectors ? roundUp(rotationCapacity(n) * int64_t(sizeof(Rotation)), 64) + householderBytes(n, n, size) : 64);
}
int64_t eighScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, eighBytes(call)); }
int64_t eighShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, eighBytes(call)); }

void symmetricEigen(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t n = of.rows;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, eighBytes(call), double(n) * double(n) * double(n) * 3, frame, [&](int64_t entry, Workspace work) {
      T* values = matrixAt<T>(call.results[0], frame, entry, n);
      if (!values) values = work.take<T>(n);
      int32_t* info = matrixAt<int32_t>(call.results[2], frame, entry, 1);
      const bool found = eigenTyped(static_cast<const T*>(matrixAt<T>(call.operands[0], frame, entry, n * n)), values, matrixAt<T>(call.results[1], frame, entry, n * n), n, work);
      if (info) *info = found ? 0 : 1;
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
