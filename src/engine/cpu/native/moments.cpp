// Mean and variance of channels (src/primitives/normalization.ts): runs of neighbours, or columns, whose moments are put together in float64.
#include <math.h>

#include "call_views.h"
#include "channels.h"
#include "pool.h"
#include "row_sums.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

const char* channelsOf(const CallKernel& call, Channels& c) {
  const CallView& x = call.operands[0];
  if (x.dims.count != 3) return "a call of moments has a value of three dims";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a call of moments has an unknown dtype";
  c = {x.dtype, x.dims.size[0], x.dims.size[1], x.dims.size[2]};
  for (int i = 0; i < 2; i++)
    if (call.results[i].wanted && !hasDims(call.results[i], c.dtype, {c.channels})) return "a call of moments has a result that does not fit";
  return overwrites(call, 1, 2) ? "a call of moments has a result that does not fit" : nullptr;
}

/// Takes `count` more numbers with this mean and sum of squared distances from it to those there are.
inline void merge(double& seen, double& mean, double& squares, double count, double otherMean, double otherSquares) {
  const double all = seen + count, delta = otherMean - mean;
  mean += delta * (count / all);
  squares += otherSquares + delta * delta * (seen * count / all);
  seen = all;
}

/// Columns that are carried together, and rows of them that are in the cache at once.
constexpr int64_t kColumns = 256;
constexpr int64_t kRows = 32;

template <class T>
struct MomentsTask {
  const Channels* c;
  const T* x;
  T *mean, *variance;
  int64_t perPiece;
};

template <class T>
void runsPiece(void* context, int64_t piece, char*) {
  const MomentsTask<T>& task = *static_cast<MomentsTask<T>*>(context);
  const Channels& c = *task.c;
  const int64_t end = (piece + 1) * task.perPiece < c.channels ? (piece + 1) * task.perPiece : c.channels;
  for (int64_t k = piece * task.perPiece; k < end && !stopRequested(); k++) {
    double seen = 0, mean = 0, squares = 0;
    for (int64_t o = 0; o < c.outer; o++) {
      const T* run = task.x + (o * c.channels + k) * c.inner;
      // A long run is read twice from the cache, not from memory.
      for (int64_t i = 0; i < c.inner; i += kSpan) {
        double m, s;
        const int64_t n = c.inner - i < kSpan ? c.inner - i : kSpan;
        momentsOf(run + i, n, m, s);
        merge(seen, mean, squares, double(n), m, s);
      }
    }
    if (task.mean) task.mean[k] = T(mean);
    if (task.variance) task.variance[k] = T(squares / seen);
  }
}

/// Pieces are blocks of whole channels, of `perPiece` columns at most (or one channel).
template <class T>
void columnsPiece(void* context, int64_t piece, char*) {
  const MomentsTask<T>& task = *static_cast<MomentsTask<T>*>(context);
  const Channels& c = *task.c;
  const int64_t width = c.channels * c.inner, first = piece * task.perPiece;
  const int64_t n = width - first < task.perPiece ? width - first : task.perPiece;
  double means[kColumns], squares[kColumns];
  T sums[kColumns], near[kColumns], rest[kColumns], seconds[kColumns];
  for (int64_t j = 0; j < n; j++) means[j] = squares[j] = 0;
  for (int64_t o = 0; o < c.outer && !stopRequested(); o += kRows) {
    const int64_t rows = c.outer - o < kRows ? c.outer - o : kRows;
    const T* block = task.x + o * width + first;
    for (int64_t j = 0; j < n; j++) sums[j] = rest[j] = seconds[j] = T(0);
    for (int64_t r = 0; r < rows; r++) {
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) sums[j] += block[r * width + j];
    }
    for (int64_t j = 0; j < n; j++) near[j] = sums[j] / T(rows);
    for (int64_t r = 0; r < rows; r++) {
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) {
        const T d = block[r * width + j] - near[j];
        rest[j] += d;
        seconds[j] += d * d;
      }
    }
    const double count = double(rows), all = double(o + rows), share = count / all, weight = double(o) * count / all;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) {
      const double left = double(rest[j]) / count, delta = double(near[j]) + left - means[j];
      means[j] += delta * share;
      squares[j] += double(seconds[j]) - left * left * count + delta * delta * weight;
    }
  }
  for (int64_t j = 0; j < n; j += c.inner) {
    double seen = 0, mean = 0, square = 0;
    for (int64_t i = 0; i < c.inner; i++) merge(seen, mean, square, double(c.outer), means[j + i], squares[j + i]);
    const int64_t k = (first + j) / c.inner;
    if (task.mean) task.mean[k] = T(mean);
    if (task.variance) task.variance[k] = T(square < 0 ? 0 : square / seen);
  }
}

}  // namespace

const char* checkMoments(const CallKernel& call) {
  Channels c;
  return channelsOf(call, c);
}

void moments(const CallKernel& call, const Frame& frame) {
  Channels c;
  channelsOf(call, c);
  withFloat(c.dtype, [&](auto zero) {
    using T = decltype(zero);
    MomentsTask<T> task{&c, dataOf<T>(frame, call.operands[0]), dataOf<T>(frame, call.results[0]), dataOf<T>(frame, call.results[1]), 0};
    for (T* result : {task.mean, task.variance})
      for (int64_t k = 0; k < c.channels && result && c.points() == 0; k++) result[k] = T(NAN);
    if (c.points() == 0 || c.channels == 0) return 0;
    const double nanoseconds = double(c.points()) * double(c.channels) * 0.4;
    if (c.inner >= kShortRun) {
      const int64_t pieces = piecesFor(c.channels, nanoseconds);
      task.perPiece = (c.channels + pieces - 1) / pieces;
      if (pieces == 1) runsPiece<T>(&task, 0, nullptr);
      else parallel((c.channels + task.perPiece - 1) / task.perPiece, runsPiece<T>, &task);
      return 0;
    }
    task.perPiece = kColumns / c.inner * c.inner;
    const int64_t blocks = (c.channels * c.inner + task.perPiece - 1) / task.perPiece;
    if (piecesFor(blocks, nanoseconds) > 1) parallel(blocks, columnsPiece<T>, &task);
    else
      for (int64_t i = 0; i < blocks; i++) columnsPiece<T>(&task, i, nullptr);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
