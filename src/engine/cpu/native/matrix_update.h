// C += A B and C -= A B in place, for what factors matrices block by block, and how the matrices of a batch are dealt out to the threads.
#pragma once
#include "executable.h"
#include "pool.h"

namespace cellgrad {
namespace CG_ISA {

/// C [m, n] ± A [m, k] · B [k, n], each read through strides; rows of C lie cRow apart.
template <class T>
struct Update {
  int64_t m, n, k;
  const T* a;
  int64_t aRow, aCol;
  const T* b;
  int64_t bRow, bCol;
  T* c;
  int64_t cRow;
  bool subtract;
};

/// Memory that an algorithm works in, and whether it may use the threads, which it may not where it runs on one of them itself.
struct Workspace {
  char* memory;
  bool threads;

  template <class T>
  T* take(int64_t count) {
    T* taken = reinterpret_cast<T*>(memory);
    memory += roundUp(count * int64_t(sizeof(T)), 64);
    return taken;
  }
};

template <class T>
constexpr int64_t bytesFor(int64_t count) {
  return (count * int64_t(sizeof(T)) + 63) / 64 * 64;
}

/// Each element of C gets the blocks of k added in their order, so the bits do not depend on the threads.
void addProduct(const Update<float>& update, Workspace work);
void addProduct(const Update<double>& update, Workspace work);
/// Bytes that it needs of the workspace for sizes up to these.
int64_t addProductBytes(int64_t m, int64_t n, int64_t k, int64_t elementBytes);

namespace {

/// Runs f(piece) for each piece, on the threads where the workspace may use them and there is enough to do.
template <class F>
void inPieces(const Workspace& work, int64_t pieces, double nanoseconds, F f) {
  if (!work.threads || piecesFor(pieces, nanoseconds) == 1) {
    for (int64_t piece = 0; piece < pieces && !stopRequested(); piece++) f(piece);
    return;
  }
  parallel(pieces, [](void* context, int64_t piece, char*) { (*static_cast<F*>(context))(piece); }, &f);
}

/// Work of several matrices on a thread each needs memory there; that of large ones is done by all threads together, one after another.
constexpr int64_t kWholeOnThread = 512 * 1024;
inline bool onThreads(int64_t batch, int64_t bytes) { return batch > 1 && bytes <= kWholeOnThread; }
inline int64_t matrixScratch(int64_t batch, int64_t bytes) { return onThreads(batch, bytes) ? bytes : 0; }
inline int64_t matrixShared(int64_t batch, int64_t bytes) { return onThreads(batch, bytes) ? 0 : bytes; }

template <class F>
struct MatrixTask {
  F* f;
  int64_t batch, perPiece;
};

/// Calls f(entry, workspace) for each matrix of a batch; each needs so many bytes.
template <class F>
void eachMatrix(int64_t batch, int64_t bytes, double nanosecondsEach, const Frame& frame, F f) {
  if (!onThreads(batch, bytes)) {
    for (int64_t entry = 0; entry < batch && !stopRequested(); entry++) f(entry, Workspace{frame.shared, true});
    return;
  }
  const int64_t pieces = piecesFor(batch, nanosecondsEach * double(batch));
  MatrixTask<F> task{&f, batch, (batch + pieces - 1) / pieces};
  const auto piece = [](void* context, int64_t number, char* scratch) {
    MatrixTask<F>& own = *static_cast<MatrixTask<F>*>(context);
    for (int64_t entry = number * own.perPiece; entry < (number + 1) * own.perPiece && entry < own.batch && !stopRequested(); entry++) (*own.f)(entry, Workspace{scratch, false});
  };
  if (pieces == 1) piece(&task, 0, callerScratch());
  else parallel((batch + task.perPiece - 1) / task.perPiece, piece, &task);
}

/// The last two dims as a matrix, all before as a batch.
struct Matrices {
  int64_t batch, rows, columns;

  explicit Matrices(const Dims& dims) : batch(1), rows(dims.size[dims.count - 2]), columns(dims.size[dims.count - 1]) {
    for (int32_t d = 0; d < dims.count - 2; d++) batch *= dims.size[d];
  }
};

/// y[0 .. n) += factor * x[0 .. n).
template <class T>
inline void addScaled(T* __restrict y, const T* __restrict x, T factor, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] += factor * x[i];
}

/// The sum of x[i] * y[i], in chains that are added in a fixed order.
template <class T>
inline T dotOf(const T* __restrict x, const T* __restrict y, int64_t n) {
  constexpr int chains = 16;
  T sums[chains] = {};
  int64_t i = 0;
  for (; i + chains <= n; i += chains)
    for (int c = 0; c < chains; c++) sums[c] += x[i + c] * y[i + c];
  for (; i < n; i++) sums[i % chains] += x[i] * y[i];
  for (int half = chains / 2; half > 0; half /= 2)
    for (int c = 0; c < half; c++) sums[c] += sums[c + half];
  return sums[0];
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
