// Factors of matrices that solve systems: LU with partial pivoting, Cholesky, and solving with a triangle. Blocks of columns are factored one
// element at a time, what lies to their right is updated by products (matrix_update.h).
#include <math.h>
#include <string.h>

#include "matrix_calls.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Columns that are factored one by one before the rest is updated.
constexpr int64_t kBlock = 32;
/// Columns, or rows, that a thread takes at once.
constexpr int64_t kChunk = 256;

/// Calls f(first, end) for chunks of [begin, end).
template <class F>
void inChunks(const Workspace& work, int64_t begin, int64_t end, double nanoseconds, F f) {
  if (begin >= end) return;
  inPieces(work, (end - begin + kChunk - 1) / kChunk, nanoseconds, [&](int64_t piece) { f(begin + piece * kChunk, least(begin + (piece + 1) * kChunk, end)); });
}

/// The row at or below `row` whose magnitude in the column is greatest; NaN counts as greatest.
template <class T>
int64_t pivotRow(const T* a, int64_t ld, int64_t row, int64_t end, int64_t column) {
  int64_t best = row;
  T most = fabs(a[row * ld + column]);
  for (int64_t i = row + 1; i < end && most == most; i++) {
    const T value = fabs(a[i * ld + column]);
    if (!(value <= most)) most = value, best = i;
  }
  return best;
}

template <class T>
int32_t luMatrix(T* a, int64_t m, int64_t n, int32_t* pivots, Workspace work) {
  const int64_t k = least(m, n);
  int32_t info = 0;
  for (int64_t j0 = 0; j0 < k && !stopRequested(); j0 += kBlock) {
    const int64_t j1 = least(j0 + kBlock, k);
    for (int64_t j = j0; j < j1; j++) {
      const int64_t pivot = pivotRow(a, n, j, m, j);
      pivots[j] = int32_t(pivot + 1);
      if (pivot != j) {
        T *x = a + j * n, *y = a + pivot * n;
        for (int64_t c = 0; c < n; c++) {
          const T swapped = x[c];
          x[c] = y[c];
          y[c] = swapped;
        }
      }
      const T* row = a + j * n;
      if (row[j] == T(0)) {
        if (info == 0) info = int32_t(j + 1);
        continue;
      }
      for (int64_t i = j + 1; i < m; i++) {
        T* other = a + i * n;
        other[j] /= row[j];
        addScaled(other + j + 1, row + j + 1, -other[j], j1 - j - 1);
      }
    }
    inChunks(work, j1, n, double(n - j1) * double((j1 - j0) * (j1 - j0)) * 0.1, [&](int64_t first, int64_t end) {
      for (int64_t i = j0 + 1; i < j1; i++)
        for (int64_t l = j0; l < i; l++) addScaled(a + i * n + first, a + l * n + first, -a[i * n + l], end - first);
    });
    addProduct(Update<T>{m - j1, n - j1, j1 - j0, a + j1 * n + j0, n, 1, a + j0 * n + j1, n, 1, a + j1 * n + j1, n, true}, work);
  }
  return info;
}

/// Rows from `j1` on are divided by the triangle of the block, whose transpose is copied so that it is read in order.
template <class T>
void belowCholesky(T* a, int64_t n, int64_t j0, int64_t j1, const Workspace& work) {
  T triangle[kBlock * kBlock];
  const int64_t width = j1 - j0;
  for (int64_t i = 0; i < width; i++)
    for (int64_t l = 0; l < width; l++) triangle[l * width + i] = a[(j0 + i) * n + j0 + l];
  inChunks(work, j1, n, double(n - j1) * double(width * width) * 0.1, [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i++) {
      T* row = a + i * n + j0;
      for (int64_t c = 0; c < width; c++) {
        row[c] /= triangle[c * width + c];
        addScaled(row + c + 1, triangle + c * width + c + 1, -row[c], width - c - 1);
      }
    }
  });
}

/// The lower triangle becomes L, what is above it 0. Where a leading minor is not positive its order is returned, and only what precedes it stays.
template <class T>
int32_t choleskyMatrix(T* a, int64_t n, Workspace work) {
  int32_t info = 0;
  for (int64_t j0 = 0; j0 < n && info == 0 && !stopRequested(); j0 += kBlock) {
    const int64_t j1 = least(j0 + kBlock, n);
    for (int64_t j = j0; j < j1; j++) {
      T* row = a + j * n;
      for (int64_t l = j0; l < j; l++) {
        T sum = row[l];
        for (int64_t c = j0; c < l; c++) sum -= row[c] * a[l * n + c];
        row[l] = sum / a[l * n + l];
      }
      T rest = row[j];
      for (int64_t c = j0; c < j; c++) rest -= row[c] * row[c];
      if (!(rest > T(0))) {
        info = int32_t(j + 1);
        break;
      }
      row[j] = sqrt(rest);
    }
    if (info != 0) break;
    belowCholesky(a, n, j0, j1, work);
    // Only the lower triangle is needed: strips of columns, each from its diagonal down.
    constexpr int64_t strip = 512;
    for (int64_t c = j1; c < n; c += strip) {
      addProduct(Update<T>{n - c, least(strip, n - c), j1 - j0, a + c * n + j0, n, 1, a + c * n + j0, 1, n, a + c * n + c, n, true}, work);
    }
  }
  const int64_t kept = info == 0 ? n : info - 1;
  for (int64_t i = 0; i < n; i++) {
    const int64_t filled = i < kept ? i + 1 : 0;
    memset(static_cast<void*>(a + i * n + filled), 0, size_t(n - filled) * sizeof(T));
  }
  return info;
}

/// x [n, m] becomes the solution of A X = x.
template <class T>
void solveMatrix(const T* a, T* x, int64_t n, int64_t m, bool upper, bool unit, Workspace work) {
  const int64_t blocks = (n + kBlock - 1) / kBlock;
  for (int64_t number = 0; number < blocks && !stopRequested(); number++) {
    const int64_t block = upper ? blocks - 1 - number : number;
    const int64_t i0 = block * kBlock, i1 = least(i0 + kBlock, n);
    inChunks(work, 0, m, double(m) * double((i1 - i0) * (i1 - i0)) * 0.1, [&](int64_t first, int64_t end) {
      for (int64_t step = 0; step < i1 - i0; step++) {
        const int64_t i = upper ? i1 - 1 - step : i0 + step;
        T* row = x + i * m + first;
        for (int64_t l = upper ? i + 1 : i0; l < (upper ? i1 : i); l++) addScaled(row, x + l * m + first, -a[i * n + l], end - first);
        if (!unit) for (int64_t c = 0; c < end - first; c++) row[c] /= a[i * n + i];
      }
    });
    if (upper) addProduct(Update<T>{i0, m, i1 - i0, a + i0, n, 1, x + i0 * m, m, 1, x, m, true}, work);
    else addProduct(Update<T>{n - i1, m, i1 - i0, a + i1 * n + i0, n, 1, x + i0 * m, m, 1, x + i1 * m, m, true}, work);
  }
}

}  // namespace

const char* checkLu(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x)) return "a call that factors takes floating matrices";
  const Matrices of(x.dims);
  const int64_t k = least(of.rows, of.columns);
  if (!hasSizes(call.results[0], x.dtype, x.dims, 0, nullptr, 0) || !hasSizes(call.results[1], kInt32, x.dims, 2, &k, 1) || !hasSizes(call.results[2], kInt32, x.dims, 2, nullptr, 0))
    return "a call that factors gives other shapes or dtypes than it has";
  return nullptr;
}

int64_t luBytes(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = bytesOf(call.operands[0].dtype);
  const int64_t own = (call.results[0].wanted ? 0 : roundUp(of.rows * of.columns * size, 64)) + (call.results[1].wanted ? 0 : roundUp(least(of.rows, of.columns) * 4, 64));
  return own + addProductBytes(of.rows, of.columns, kBlock, size);
}
int64_t luScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, luBytes(call)); }
int64_t luShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, luBytes(call)); }

void luFactor(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = of.rows * of.columns, k = least(of.rows, of.columns);
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, luBytes(call), double(size) * double(k) * 0.2, frame, [&](int64_t entry, Workspace work) {
      // What nobody wants is computed in memory of the call's own.
      T* a = matrixAt<T>(call.results[0], frame, entry, size);
      int32_t* pivots = matrixAt<int32_t>(call.results[1], frame, entry, k);
      int32_t* info = matrixAt<int32_t>(call.results[2], frame, entry, 1);
      if (!a) a = work.take<T>(size);
      if (!pivots) pivots = work.take<int32_t>(k);
      memcpy(static_cast<void*>(a), matrixAt<T>(call.operands[0], frame, entry, size), size_t(size) * sizeof(T));
      const int32_t found = luMatrix(a, of.rows, of.columns, pivots, work);
      if (info) *info = found;
    });
  });
}

const char* checkPivotOrder(const CallKernel& call) {
  const CallView &pivots = call.operands[0], &order = call.results[0];
  const int64_t rows = call.attributes[0];
  if (pivots.dims.count < 1 || (pivots.dtype != kInt32 && pivots.dtype != kInt64) || rows < 0) return "a call about pivots takes positions";
  if (!order.wanted || !hasSizes(order, kInt32, pivots.dims, 1, &rows, 1)) return "a call about pivots gives another shape or dtype than it has";
  if (overlap(pivots, order)) return "a call about pivots overwrites them";
  return nullptr;
}

void orderOfPivots(const CallKernel& call, const Frame& frame) {
  const CallView& view = call.operands[0];
  const int64_t rows = call.attributes[0], k = view.dims.size[view.dims.count - 1];
  const int64_t batch = rows == 0 ? 0 : call.results[0].dims.points() / rows;
  const auto run = [&](auto zero) {
    using I = decltype(zero);
    for (int64_t entry = 0; entry < batch && !stopRequested(); entry++) {
      const I* pivots = matrixAt<I>(view, frame, entry, k);
      int32_t* order = matrixAt<int32_t>(call.results[0], frame, entry, rows);
      for (int64_t i = 0; i < rows; i++) order[i] = int32_t(i);
      for (int64_t j = 0; j < k && j < rows; j++) {
        const int64_t other = int64_t(pivots[j]) - 1;
        if (other < 0 || other >= rows) continue;
        const int32_t swapped = order[j];
        order[j] = order[other];
        order[other] = swapped;
      }
    }
  };
  if (view.dtype == kInt64) run(int64_t(0));
  else run(int32_t(0));
}

const char* checkCholesky(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x) || x.dims.size[x.dims.count - 1] != x.dims.size[x.dims.count - 2]) return "a call that factors takes floating square matrices";
  if (!hasSizes(call.results[0], x.dtype, x.dims, 0, nullptr, 0) || !hasSizes(call.results[1], kInt32, x.dims, 2, nullptr, 0)) return "a call that factors gives other shapes or dtypes than it has";
  return nullptr;
}

int64_t choleskyBytes(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  const int64_t size = bytesOf(call.operands[0].dtype);
  return (call.results[0].wanted ? 0 : roundUp(of.rows * of.columns * size, 64)) + addProductBytes(of.rows, of.columns, kBlock, size);
}
int64_t choleskyScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[0].dims).batch, choleskyBytes(call)); }
int64_t choleskyShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[0].dims).batch, choleskyBytes(call)); }

void choleskyFactor(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t n = of.rows, size = n * n;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, choleskyBytes(call), double(size) * double(n) * 0.1, frame, [&](int64_t entry, Workspace work) {
      T* a = matrixAt<T>(call.results[0], frame, entry, size);
      int32_t* info = matrixAt<int32_t>(call.results[1], frame, entry, 1);
      if (!a) a = work.take<T>(size);
      memcpy(static_cast<void*>(a), matrixAt<T>(call.operands[0], frame, entry, size), size_t(size) * sizeof(T));
      const int32_t found = choleskyMatrix(a, n, work);
      if (info) *info = found;
    });
  });
}

const char* checkTriangular(const CallKernel& call) {
  const CallView &a = call.operands[0], &b = call.operands[1], &x = call.results[0];
  if (!isMatrix(a) || !isMatrix(b) || a.dtype != b.dtype || a.dims.count != b.dims.count) return "a call that solves takes floating matrices of one dtype";
  for (int32_t d = 0; d < a.dims.count - 1; d++)
    if (a.dims.size[d] != b.dims.size[d]) return "a call that solves takes as many rows as its triangle has";
  if (a.dims.size[a.dims.count - 1] != a.dims.size[a.dims.count - 2]) return "a call that solves takes a square triangle";
  if (!x.wanted || !hasSizes(x, b.dtype, b.dims, 0, nullptr, 0)) return "a call that solves gives another shape or dtype than it has";
  if (overlap(a, x)) return "a call that solves overwrites its triangle";
  return nullptr;
}

int64_t triangularBytes(const CallKernel& call) {
  const Matrices of(call.operands[1].dims);
  return addProductBytes(of.rows, of.columns, kBlock, bytesOf(call.operands[1].dtype));
}
int64_t triangularScratch(const CallKernel& call) { return matrixScratch(Matrices(call.operands[1].dims).batch, triangularBytes(call)); }
int64_t triangularShared(const CallKernel& call) { return matrixShared(Matrices(call.operands[1].dims).batch, triangularBytes(call)); }

void triangularSolve(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[1].dims);
  const int64_t n = of.rows, m = of.columns;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, triangularBytes(call), double(n) * double(n) * double(m) * 0.1, frame, [&](int64_t entry, Workspace work) {
      const T* b = matrixAt<T>(call.operands[1], frame, entry, n * m);
      T* x = matrixAt<T>(call.results[0], frame, entry, n * m);
      if (b != x) memmove(static_cast<void*>(x), b, size_t(n * m) * sizeof(T));
      solveMatrix(static_cast<const T*>(matrixAt<T>(call.operands[0], frame, entry, n * n)), x, n, m, call.attributes[0] != 0, call.attributes[1] != 0, work);
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
