// Singular values and vectors: reflections from both sides make a matrix bidiagonal (LAPACK's gebrd), implicit QR steps (LINPACK's svdc) make
// that diagonal while their rotations turn the vectors. A matrix much taller than wide is factored into Q R first.
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

constexpr int64_t kRows = 64, kColumns = 256;

/// a [p, q] becomes bidiagonal: d and, beside it, e. Reflections of columns lie below the diagonal, those of rows to the right of the one beside it.
template <class T>
void bidiagonalize(T* a, int64_t p, int64_t q, double* d, double* e, T* left, T* right, T* along, T* across, const Workspace& work) {
  for (int64_t j = 0; j < q && !stopRequested(); j++) {
    left[j] = reflectionOf(a + j * q + j, q, p - j);
    d[j] = double(a[j * q + j]);
    e[j] = 0;
    const int64_t rest = q - j - 1;
    if (rest == 0) break;
    const T tau = left[j];
    T* row = a + j * q + j + 1;
    const double cost = double(rest) * double(p - j) * 0.3;
    // along = vᵀ · rest, and the own row, of which the next reflection is made.
    inPieces(work, (rest + kColumns - 1) / kColumns, cost, [&](int64_t piece) {
      const int64_t first = piece * kColumns, count = least(kColumns, rest - first);
      for (int64_t c = first; c < first + count; c++) along[c] = row[c];
      for (int64_t i = j + 1; i < p; i++) addScaled(along + first, a + i * q + j + 1 + first, a[i * q + j], count);
      addScaled(row + first, along + first, -tau, count);
    });
    right[j] = reflectionOf(row, 1, rest);
    e[j] = double(row[0]);
    const T turn = right[j];
    across[0] = T(1);
    for (int64_t c = 1; c < rest; c++) across[c] = row[c];
    inPieces(work, (p - j - 1 + kRows - 1) / kRows, cost, [&](int64_t piece) {
      for (int64_t i = j + 1 + piece * kRows; i < j + 1 + (piece + 1) * kRows && i < p; i++) {
        T* own = a + i * q + j + 1;
        addScaled(own, along, -tau * a[i * q + j], rest);
        if (turn != T(0)) addScaled(own, across, -turn * dotOf(own, across, rest), rest);
      }
    });
  }
}

/// Makes the bidiagonal matrix diagonal; s then holds the singular values in no order. False where that does not end.
template <class T>
bool solveBidiagonal(double* s, double* e, int64_t n, Rotations<T>& left, Rotations<T>& right, T* rightRows, int64_t width) {
  constexpr double tiny = DBL_MIN;
  int64_t p = n;
  int64_t tries = 0;
  while (p > 0 && !stopRequested()) {
    int64_t k = p - 2;
    for (; k >= 0; k--) {
      if (fabs(e[k]) <= tiny + DBL_EPSILON * (fabs(s[k]) + fabs(s[k + 1]))) {
        e[k] = 0;
        break;
      }
    }
    if (k == p - 2) {
      // Converged: singular values are not negative.
      if (s[p - 1] < 0) {
        s[p - 1] = -s[p - 1];
        right.apply();
        if (rightRows) for (int64_t i = 0; i < width; i++) rightRows[(p - 1) * width + i] = -rightRows[(p - 1) * width + i];
      } else if (s[p - 1] == 0) {
        s[p - 1] = 0;
      }
      p--;
      tries = 0;
      continue;
    }
    if (++tries > 200) return false;
    int64_t ks = p - 1;
    for (; ks > k; ks--) {
      const double near = (ks != p - 1 ? fabs(e[ks]) : 0) + (ks != k + 1 ? fabs(e[ks - 1]) : 0);
      if (fabs(s[ks]) <= tiny + DBL_EPSILON * near) {
        s[ks] = 0;
        break;
      }
    }
    if (ks == p - 1) {
      // The last value is 0: what stands beside it is turned away.
      const int64_t first = k + 1;
      double f = e[p - 2];
      e[p - 2] = 0;
      for (int64_t j = p - 2; j >= first; j--) {
        const double t = hypot(s[j], f), c = s[j] / t, sine = f / t;
        s[j] = t;
        if (j != first) {
          f = -sine * e[j - 1];
          e[j - 1] = c * e[j - 1];
        }
        right.add(j, p - 1, c, -sine);
      }
    } else if (ks > k) {
      // A value in between is 0: the matrix falls into two there.
      double f = e[ks];
      e[ks] = 0;
      for (int64_t j = ks + 1; j < p; j++) {
        const double t = hypot(s[j], f), c = s[j] / t, sine = f / t;
        s[j] = t;
        f = -sine * e[j];
        e[j] = c * e[j];
        left.add(j, ks, c, -sine);
      }
    } else {
      const int64_t first = k + 1;
      double scale = fabs(s[p - 1]);
      const double others[] = {s[p - 2], e[p - 2], s[first], e[first]};
      for (const double x : others)
        if (fabs(x) > scale) scale = fabs(x);
      const double sp = s[p - 1] / scale, before = s[p - 2] / scale, beside = e[p - 2] / scale, sk = s[first] / scale, ek = e[first] / scale;
      const double b = ((before + sp) * (before - sp) + beside * beside) / 2, c2 = sp * beside * (sp * beside);
      double shift = 0;
      if (b != 0 || c2 != 0) {
        shift = sqrt(b * b + c2);
        if (b < 0) shift = -shift;
        shift = c2 / (b + shift);
      }
      double f = (sk + sp) * (sk - sp) + shift, g = sk * ek;
      for (int64_t j = first; j < p - 1; j++) {
        double t = hypot(f, g), c = t == 0 ? 1 : f / t, sine = t == 0 ? 0 : g / t;
        if (j != first) e[j - 1] = t;
        f = c * s[j] + sine * e[j];
        e[j] = c * e[j] - sine * s[j];
        g = sine * s[j + 1];
        s[j + 1] = c * s[j + 1];
        right.add(j, j + 1, c, -sine);
        t = hypot(f, g);
        c = t == 0 ? 1 : f / t;
        sine = t == 0 ? 0 : g / t;
        s[j] = t;
        f = c * e[j] + sine * s[j + 1];
        s[j + 1] = -sine * e[j] + c * s[j + 1];
        g = sine * e[j + 1];
        e[j + 1] = c * e[j + 1];
        left.add(j, j + 1, c, -sine);
      }
      e[p - 2] = f;
    }
  }
  left.apply();
  right.apply();
  return true;
}

struct SvdSizes {
  int64_t p, q, lefts;  // the longer and the shorter side, and how many vectors the longer one gets
  bool wide, first;     // wider than tall; factored into Q R first
  SvdSizes(int64_t m, int64_t n, bool full) : p(m > n ? m : n), q(m > n ? n : m), lefts(full ? p : q), wide(m < n), first(!full && p > q + q / 2) {}
  int64_t square() const { return first ? q : p; }
};

int64_t svdBytesOf(int64_t m, int64_t n, bool full, bool vectors, int64_t size) {
  const SvdSizes z(m, n, full);
  int64_t bytes = roundUp(z.p * z.q * size, 64) + 5 * roundUp(z.p * size, 64) + 2 * roundUp(z.q * 8, 64) + roundUp(z.q * 4, 64) + 64;
  if (z.first) bytes += roundUp(z.q * z.q * size, 64);
  bytes += householderBytes(z.p, z.lefts > z.q ? z.lefts : z.q, size);
  if (!vectors) return bytes;
  const int64_t capacity = rotationCapacity(z.q);
  bytes += 2 * roundUp(z.p * z.lefts * size, 64) + 2 * roundUp(z.q * z.q * size, 64) + 2 * roundUp(capacity * int64_t(sizeof(Rotation)), 64);
  return bytes + addProductBytes(z.q, z.p, z.q, size);
}

/// @return whether there are any: not of what is not finite
template <class T>
bool svdTyped(const T* x, int64_t m, int64_t n, T* u, T* values, T* vh, bool full, Workspace work) {
  const SvdSizes z(m, n, full);
  const int64_t p = z.p, q = z.q, lefts = z.lefts;
  const bool vectors = u || vh;
  bool finite = true;
  for (int64_t i = 0; i < m * n; i++) finite = finite && x[i] - x[i] == T(0);
  bool done = finite;
  T* a = work.take<T>(p * q);
  T *firstTau = work.take<T>(p), *left = work.take<T>(p), *right = work.take<T>(p), *along = work.take<T>(p), *across = work.take<T>(p);
  double *d = work.take<double>(q), *e = work.take<double>(q);
  int32_t* order = work.take<int32_t>(q);
  T* lefters = vectors ? work.take<T>(p * lefts) : nullptr;  // rows that the rotations turn: left vectors
  T* righters = vectors ? work.take<T>(q * q) : nullptr;
  if (finite) {
    if (z.wide) transposeInto(a, x, m, n);
    else memcpy(static_cast<void*>(a), x, size_t(p * q) * sizeof(T));
    T* core = a;
    if (z.first) {
      factorHouseholder(a, p, q, firstTau, work);
      core = work.take<T>(q * q);
      for (int64_t i = 0; i < q; i++)
        for (int64_t j = 0; j < q; j++) core[i * q + j] = j < i ? T(0) : a[i * q + j];
    }
    const int64_t rows = z.square(), columns = z.first ? q : lefts;
    bidiagonalize(core, rows, q, d, e, left, right, along, across, work);
    const int64_t capacity = vectors ? rotationCapacity(q) : 0;
    T* other = vectors ? work.take<T>(p * lefts) : nullptr;
    T* small = vectors ? work.take<T>(q * q) : nullptr;
    Rotation *forLeft = work.take<Rotation>(capacity), *forRight = work.take<Rotation>(capacity);
    T* turned = z.first ? small : lefters;
    if (vectors) {
      multiplyHouseholder(Reflections<T>{core, q, 1, left, rows}, q, other, columns, work);
      // The reflections of rows leave the first place alone.
      memset(static_cast<void*>(righters), 0, size_t(q * q) * sizeof(T));
      if (q > 0) righters[0] = T(1);
      if (q > 1) {
        multiplyHouseholder(Reflections<T>{core + 1, 1, q, right, q - 1}, q - 1, small, q - 1, work);
        for (int64_t i = 1; i < q; i++)
          for (int64_t j = 1; j < q; j++) righters[j * q + i] = small[(i - 1) * (q - 1) + j - 1];
      }
      transposeInto(turned, other, rows, columns);
    }
    Rotations<T> turnLeft(vectors ? turned : nullptr, rows, rows, forLeft, capacity, work), turnRight(righters, q, q, forRight, capacity, work);
    done = solveBidiagonal(d, e, q, turnLeft, turnRight, righters, q);
    if (done && vectors && z.first) {
      multiplyHouseholder(Reflections<T>{a, q, 1, firstTau, p}, q, other, q, work);
      memset(static_cast<void*>(lefters), 0, size_t(q * p) * sizeof(T));
      addProduct(Update<T>{q, p, q, turned, q, 1, other, 1, q, lefters, p, false}, work);
    }
  }
  if (!done) {
    const int64_t uSize = m * (full ? m : q), vSize = n * (full ? n : q);
    for (int64_t i = 0; i < q; i++) values[i] = T(NAN);
    if (u) for (int64_t i = 0; i < uSize; i++) u[i] = T(NAN);
    if (vh) for (int64_t i = 0; i < vSize; i++) vh[i] = T(NAN);
    return false;
  }
  orderOf(d, order, q, true);
  for (int64_t i = 0; i < q; i++) values[i] = T(d[order[i]]);
  if (!vectors) return true;
  const T* uRows = z.wide ? righters : lefters;
  for (int64_t k = 0; k < q; k++) {
    if (!isTurned(uRows + order[k] * m, 1, m)) continue;
    T *x1 = lefters + order[k] * p, *x2 = righters + order[k] * q;
    for (int64_t i = 0; i < p; i++) x1[i] = -x1[i];
    for (int64_t i = 0; i < q; i++) x2[i] = -x2[i];
  }
  const T* vRows = z.wide ? lefters : righters;
  const int64_t us = z.wide ? q : lefts, vs = z.wide ? lefts : q;
  if (u)
    for (int64_t i0 = 0; i0 < m; i0 += 32)
      for (int64_t k = 0; k < us; k++)
        for (int64_t i = i0; i < i0 + 32 && i < m; i++) u[i * us + k] = uRows[(k < q ? order[k] : k) * m + i];
  if (vh)
    for (int64_t k = 0; k < vs; k++) memcpy(static_cast<void*>(vh + k * n), vRows + (k < q ? order[k] : k) * n, size_t(n) * sizeof(T));
  return true;
}

}  // namespace

const char* checkSvd(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x)) return "a call for singular values takes floating matrices";
  const Matrices of(x.dims);
  const int64_t k = least(of.rows, of.columns);
  const bool full = call.attributes[0] != 0;
  const int64_t u[2] = {of.rows, full ? of.rows : k}, vh[2] = {full ? of.columns : k, of.columns};
  if (!hasSizes(call.results[0], x.dtype, x.dims, 2, u, 2) || !hasSizes(call.results[1], x.dtype, x.dims, 2, &k, 1) || !hasSizes(call.results[2], x.dtype, x.dims, 2, vh, 2) || !hasSizes(call.results[3], kInt32, x.dims, 2, nullptr, 0))
    return "a call for singular values gives other shapes or dtypes than it has";
  for (int32_t i = 0; i < 4; i++)
    if (call.results[i].wanted && overlap(x, call.results[i])) return "a call for singular values overwrites its matrix";
  return nullptr;
}

int64_t svdBytes(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = bytesOf(call.operands[0].dtype);
  return roundUp(least(of.rows, of.columns) * size, 64) + svdBytesOf(of.rows, of.columns, call.attributes[0] != 0, call.results[0].wanted || call.results[2].wanted, size);
}
int64_t svdScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, svdBytes(call)); }
int64_t svdShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, svdBytes(call)); }

void singularValues(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t m = of.rows, n = of.columns, k = least(m, n);
  const bool full = call.attributes[0] != 0;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, svdBytes(call), double(m) * double(n) * double(k) * 5, frame, [&](int64_t entry, Workspace work) {
      T* values = matrixAt<T>(call.results[1], frame, entry, k);
      int32_t* info = matrixAt<int32_t>(call.results[3], frame, entry, 1);
      if (!values) values = work.take<T>(k);
      const bool found = svdTyped(static_cast<const T*>(matrixAt<T>(call.operands[0], frame, entry, m * n)), m, n, matrixAt<T>(call.results[0], frame, entry, m * (full ? m : k)), values,
                                  matrixAt<T>(call.results[2], frame, entry, (full ? n : k) * n), full, work);
      if (info) *info = found ? 0 : 1;
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
