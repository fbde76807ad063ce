// Householder reflections: factoring a matrix into them, and multiplying them out. Blocks of reflections are applied together as
// I − V T Vᵀ, by products (matrix_update.h).
#include "householder.h"

#include <math.h>
#include <string.h>

#include "matrix_calls.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kBlock = 32;

/// The vectors of a block as a matrix [rows, count] of their own, with the ones and zeros that are not stored, and T [count, count], an upper triangle.
template <class T>
void blockOf(const Reflections<T>& from, int64_t j0, int64_t count, T* v, T* triangle, Workspace work) {
  const int64_t rows = from.rows - j0;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < count; j++) v[i * count + j] = i < j ? T(0) : i == j ? T(1) : from.v[(j0 + i) * from.row + (j0 + j) * from.column];
  T products[kBlock * kBlock] = {};
  addProduct(Update<T>{count, count, rows, v, 1, count, v, count, 1, products, count, false}, work);
  for (int64_t j = 0; j < count; j++) {
    const T tau = from.tau[j0 + j];
    for (int64_t i = 0; i < count; i++) triangle[i * count + j] = T(0);
    for (int64_t i = 0; i < j; i++) {
      T sum = T(0);
      for (int64_t l = i; l < j; l++) sum += triangle[i * count + l] * products[l * count + j];
      triangle[i * count + j] = -tau * sum;
    }
    triangle[j * count + j] = tau;
  }
}

/// c [rows, columns] −= V · op(T) · (Vᵀ · c), with T transposed where the reflections come in rising order.
template <class T>
void applyBlock(const T* v, const T* triangle, int64_t rows, int64_t count, bool transposed, T* c, int64_t columns, int64_t cRow, T* along, Workspace work) {
  T* turned = along + count * columns;
  memset(static_cast<void*>(along), 0, size_t(2 * count * columns) * sizeof(T));
  addProduct(Update<T>{count, columns, rows, v, 1, count, c, cRow, 1, along, columns, false}, work);
  for (int64_t i = 0; i < count; i++) {
    const int64_t first = transposed ? 0 : i, end = transposed ? i + 1 : count;
    for (int64_t l = first; l < end; l++) addScaled(turned + i * columns, along + l * columns, transposed ? triangle[l * count + i] : triangle[i * count + l], columns);
  }
  addProduct(Update<T>{rows, columns, count, v, count, 1, turned, columns, 1, c, cRow, true}, work);
}

/// Factors columns [j0, j1) one by one, applied to these columns alone.
template <class T>
void factorPanel(T* a, int64_t m, int64_t n, int64_t j0, int64_t j1, T* tau) {
  T along[kBlock];
  for (int64_t j = j0; j < j1; j++) {
    tau[j] = reflectionOf(a + j * n + j, n, m - j);
    if (tau[j] == T(0)) continue;
    const int64_t width = j1 - j - 1;
    for (int64_t c = 0; c < width; c++) along[c] = a[j * n + j + 1 + c];
    for (int64_t i = j + 1; i < m; i++) addScaled(along, a + i * n + j + 1, a[i * n + j], width);
    addScaled(a + j * n + j + 1, along, -tau[j], width);
    for (int64_t i = j + 1; i < m; i++) addScaled(a + i * n + j + 1, along, -tau[j] * a[i * n + j], width);
  }
}

template <class T>
void factorTyped(T* a, int64_t m, int64_t n, T* tau, Workspace work) {
  const int64_t k = least(m, n);
  T* v = work.take<T>(m * kBlock);
  T* along = work.take<T>(2 * kBlock * n);
  T triangle[kBlock * kBlock];
  for (int64_t j0 = 0; j0 < k && !stopRequested(); j0 += kBlock) {
    const int64_t j1 = least(j0 + kBlock, k), count = j1 - j0;
    factorPanel(a, m, n, j0, j1, tau);
    if (j1 == n) break;
    blockOf(Reflections<T>{a, n, 1, tau, m}, j0, count, v, triangle, work);
    applyBlock(v, triangle, m - j0, count, true, a + j0 * n + j1, n - j1, n, along, work);
  }
}

template <class T>
void multiplyTyped(const Reflections<T>& from, int64_t count, T* q, int64_t columns, Workspace work) {
  T* v = work.take<T>(from.rows * kBlock);
  T* along = work.take<T>(2 * kBlock * columns);
  T triangle[kBlock * kBlock];
  memset(static_cast<void*>(q), 0, size_t(from.rows * columns) * sizeof(T));
  for (int64_t i = 0; i < from.rows && i < columns; i++) q[i * columns + i] = T(1);
  for (int64_t block = (count + kBlock - 1) / kBlock - 1; block >= 0 && !stopRequested(); block--) {
    const int64_t j0 = block * kBlock, width = least(kBlock, count - j0);
    blockOf(from, j0, width, v, triangle, work);
    // What stands before column j0 is still the identity, which has nothing in these rows.
    applyBlock(v, triangle, from.rows - j0, width, false, q + j0 * columns + j0, columns - j0, columns, along, work);
  }
}

}  // namespace

void factorHouseholder(float* a, int64_t m, int64_t n, float* tau, Workspace work) { factorTyped(a, m, n, tau, work); }
void factorHouseholder(double* a, int64_t m, int64_t n, double* tau, Workspace work) { factorTyped(a, m, n, tau, work); }
void multiplyHouseholder(const Reflections<float>& from, int64_t count, float* q, int64_t columns, Workspace work) { multiplyTyped(from, count, q, columns, work); }
void multiplyHouseholder(const Reflections<double>& from, int64_t count, double* q, int64_t columns, Workspace work) { multiplyTyped(from, count, q, columns, work); }

int64_t householderBytes(int64_t m, int64_t n, int64_t elementBytes) {
  return roundUp(m * kBlock * elementBytes, 64) + roundUp(2 * kBlock * n * elementBytes, 64) +
         addProductBytes(m > kBlock ? m : kBlock, n > kBlock ? n : kBlock, m > kBlock ? m : kBlock, elementBytes);
}

const char* checkHouseholderQr(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x)) return "a call that factors takes floating matrices";
  const Matrices of(x.dims);
  const int64_t k = least(of.rows, of.columns);
  if (!hasSizes(call.results[0], x.dtype, x.dims, 0, nullptr, 0) || !hasSizes(call.results[1], x.dtype, x.dims, 2, &k, 1)) return "a call that factors gives other shapes or dtypes than it has";
  return nullptr;
}

int64_t householderQrBytes(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = bytesOf(call.operands[0].dtype);
  return (call.results[0].wanted ? 0 : roundUp(of.rows * of.columns * size, 64)) + (call.results[1].wanted ? 0 : roundUp(least(of.rows, of.columns) * size, 64)) + householderBytes(of.rows, of.columns, size);
}
int64_t householderQrScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, householderQrBytes(call)); }
int64_t householderQrShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, householderQrBytes(call)); }

void householderFactor(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = of.rows * of.columns, k = least(of.rows, of.columns);
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, householderQrBytes(call), double(size) * double(k) * 0.5, frame, [&](int64_t entry, Workspace work) {
      T* a = matrixAt<T>(call.results[0], frame, entry, size);
      T* tau = matrixAt<T>(call.results[1], frame, entry, k);
      if (!a) a = work.take<T>(size);
      if (!tau) tau = work.take<T>(k);
      memcpy(static_cast<void*>(a), matrixAt<T>(call.operands[0], frame, entry, size), size_t(size) * sizeof(T));
      factorHouseholder(a, of.rows, of.columns, tau, work);
    });
  });
}

const char* checkHouseholderProduct(const CallKernel& call) {
  const CallView &a = call.operands[0], &tau = call.operands[1], &q = call.results[0];
  if (!isMatrix(a) || tau.dtype != a.dtype || tau.dims.count != a.dims.count - 1) return "a call about reflections takes floating matrices and their factors";
  const Matrices of(a.dims);
  for (int32_t d = 0; d < a.dims.count - 2; d++)
    if (tau.dims.size[d] != a.dims.size[d]) return "a call about reflections takes factors for each matrix";
  const int64_t columns = call.attributes[0], sizes[2] = {of.rows, columns}, k = tau.dims.size[tau.dims.count - 1];
  if (k > of.columns || k > of.rows || columns < k || columns > of.rows) return "a call about reflections takes as many columns as there are rows at most, and a factor for each at most";
  if (!q.wanted || !hasSizes(q, a.dtype, a.dims, 2, sizes, 2)) return "a call about reflections gives another shape or dtype than it has";
  if (overlap(a, q) || overlap(tau, q)) return "a call about reflections overwrites them";
  return nullptr;
}

int64_t householderProductBytes(const CallKernel& call) { return householderBytes(Matrices(call.operands[0].dims).rows, call.attributes[0], bytesOf(call.operands[0].dtype)); }
int64_t householderProductScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, householderProductBytes(call)); }
int64_t householderProductShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, householderProductBytes(call)); }

void householderColumns(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const CallView& tau = call.operands[1];
  const int64_t k = tau.dims.size[tau.dims.count - 1], columns = call.attributes[0];
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, householderProductBytes(call), double(of.rows) * double(columns) * double(k) * 0.5, frame, [&](int64_t entry, Workspace work) {
      const Reflections<T> from{matrixAt<T>(call.operands[0], frame, entry, of.rows * of.columns), of.columns, 1, matrixAt<T>(tau, frame, entry, k), of.rows};
      multiplyHouseholder(from, k, matrixAt<T>(call.results[0], frame, entry, of.rows * columns), columns, work);
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
