// Rows brought to mean 0 and variance 1, and the way back (src/primitives/normalization.ts). A row is read several times while it is in the cache.
#include <math.h>

#include "call_views.h"
#include "pool.h"
#include "row_writes.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// How rows have their weights.
struct RowWeights {
  DType dtype;
  int64_t rows, n, count, inner, segments, period;

  /// Each row has all weights, one for each element.
  bool areWhole() const { return inner == 1 && period == 1; }
};

const char* weightsOf(const CallKernel& call, const CallView& weight, RowWeights& w) {
  const CallView& x = call.operands[0];
  if (x.dims.count != 2 || weight.dims.count != 1) return "a normalization's call has rows of two dims and weights of one";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a normalization's call has an unknown dtype";
  w = {x.dtype, x.dims.size[0], x.dims.size[1], weight.dims.size[0], call.attributes[0], 0, 0};
  if (w.inner < 1 || w.n < 1 || w.count < 1 || w.n % w.inner) return "a normalization's call has weights that do not fit its rows";
  w.segments = w.n / w.inner;
  w.period = w.count / w.segments;
  if (w.count % w.segments || w.rows % w.period) return "a normalization's call has weights that do not fit its rows";
  return nullptr;
}

template <class T>
bool isPast(const RowWeights& w) { return w.rows * w.n * int64_t(sizeof(T)) >= kPastCaches; }

template <class T>
struct ForwardTask {
  const RowWeights* w;
  const T *x, *weight, *bias;
  T *y, *mean, *rstd;
  double eps;
  bool past;
  int64_t perPiece;
};

template <class T>
void forwardPiece(void* context, int64_t piece, char*) {
  const ForwardTask<T>& task = *static_cast<ForwardTask<T>*>(context);
  const RowWeights& w = *task.w;
  const int64_t end = (piece + 1) * task.perPiece < w.rows ? (piece + 1) * task.perPiece : w.rows;
  for (int64_t r = piece * task.perPiece; r < end && !stopRequested(); r++) {
    const T* x = task.x + r * w.n;
    double mean, squares;
    momentsOf(x, w.n, mean, squares);
    const double rstd = 1 / sqrt(squares / double(w.n) + task.eps);
    if (task.mean) task.mean[r] = T(mean);
    if (task.rstd) task.rstd[r] = T(rstd);
    if (!task.y) continue;
    T* y = task.y + r * w.n;
    const T *weight = task.weight + r % w.period * w.segments, *bias = task.bias + r % w.period * w.segments;
    const T m = T(mean), s = T(rstd);
    if (w.inner == 1) {
      writeRow(y, w.n, task.past, [=](auto how, int64_t i) { return (how.load(x + i) - m) * s * how.load(weight + i) + how.load(bias + i); });
      continue;
    }
    for (int64_t k = 0; k < w.segments; k++, x += w.inner, y += w.inner) {
      const T a = s * weight[k], b = bias[k];
      writeRow(y, w.inner, task.past, [=](auto how, int64_t i) { return (how.load(x + i) - m) * a + b; });
    }
  }
  endPast();
}

/// Rows whose shares in the weights' gradients are added in the operands' dtype.
constexpr int64_t kRowsTogether = 32;

/// Pieces of the way back: each has sums of its own, so their number follows from the shapes alone.
int64_t backwardPieces(const RowWeights& w) {
  const int64_t most = w.rows / kRowsTogether, worth = w.rows * w.n >> 16, pieces = worth < most ? worth : most;
  return pieces < 1 ? 1 : pieces > 32 ? 32 : pieces;
}

template <class T>
int64_t backwardBytes(const RowWeights& w) {
  return backwardPieces(w) * 2 * w.count * int64_t(sizeof(double)) + (w.areWhole() ? backwardPieces(w) * 2 * w.n * int64_t(sizeof(T)) : 0);
}

template <class T>
struct BackwardTask {
  const RowWeights* w;
  const T *g, *x, *mean, *rstd, *weight;
  T* dx;
  double* sums;  // [pieces, 2, count]
  T* near;       // [pieces, 2, n]: of the last rows, where each row has all weights
  bool past;
  int64_t pieces;
};

/// A row with a weight for each element: what comes back to it, and its shares in the weights' gradients.
template <class T>
void backwardRow(const BackwardTask<T>& task, int64_t r, T* dweight, T* dbias) {
  const int64_t n = task.w->n;
  const T *g = task.g + r * n, *x = task.x + r * n, *weight = task.weight, m = task.mean[r], s = task.rstd[r];
  if (task.dx) {
    double both[2] = {0, 0};
    addUp<2, T>(n, both, [=](auto how, int64_t i, auto* terms) {
      terms[0] = how.load(g + i) * how.load(weight + i);
      terms[1] = terms[0] * ((how.load(x + i) - m) * s);
    });
    T* dx = task.dx + r * n;
    const T c = T(both[0] / double(n)), d = T(both[1] / double(n));
    writeRow(dx, n, task.past, [=](auto how, int64_t i) {
      const auto gradient = how.load(g + i), normal = (how.load(x + i) - m) * s;
      how.store(dweight + i, how.load(dweight + i) + gradient * normal);
      how.store(dbias + i, how.load(dbias + i) + gradient);
      return (gradient * how.load(weight + i) - c - normal * d) * s;
    });
    return;
  }
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    dweight[i] += g[i] * ((x[i] - m) * s);
    dbias[i] += g[i];
  }
}

/// The same where neighbouring elements share a weight.
template <class T>
void backwardSegments(const BackwardTask<T>& task, int64_t r, double* dweight, double* dbias) {
  const RowWeights& w = *task.w;
  const int64_t first = r % w.period * w.segments;
  const T *weight = task.weight + first, m = task.mean[r], s = task.rstd[r];
  double sum = 0, along = 0;
  for (int64_t k = 0; k < w.segments; k++) {
    const T *g = task.g + r * w.n + k * w.inner, *x = task.x + r * w.n + k * w.inner;
    double both[2] = {0, 0};
    addUp<2, T>(w.inner, both, [=](auto how, int64_t i, auto* terms) {
      terms[0] = how.load(g + i);
      terms[1] = terms[0] * ((how.load(x + i) - m) * s);
    });
    dbias[first + k] += both[0];
    dweight[first + k] += both[1];
    sum += both[0] * double(weight[k]);
    along += both[1] * double(weight[k]);
  }
  if (!task.dx) return;
  const T c = T(sum / double(w.n)), d = T(along / double(w.n));
  for (int64_t k = 0; k < w.segments; k++) {
    const int64_t start = r * w.n + k * w.inner;
    const T *g = task.g + start, *x = task.x + start, a = weight[k];
    T* dx = task.dx + start;
    writeRow(dx, w.inner, task.past, [=](auto how, int64_t i) { return (how.load(g + i) * a - c - (how.load(x + i) - m) * s * d) * s; });
  }
}

template <class T>
void backwardPiece(void* context, int64_t piece, char*) {
  const BackwardTask<T>& task = *static_cast<BackwardTask<T>*>(context);
  const RowWeights& w = *task.w;
  double *dweight = task.sums + piece * 2 * w.count, *dbias = dweight + w.count;
  for (int64_t i = 0; i < 2 * w.count; i++) dweight[i] = 0;
  const int64_t end = w.rows * (piece + 1) / task.pieces;
  int64_t r = w.rows * piece / task.pieces;
  if (!w.areWhole()) {
    for (; r < end && !stopRequested(); r++) backwardSegments(task, r, dweight, dbias);
    endPast();
    return;
  }
  T *near = task.near + piece * 2 * w.n, *nearBias = near + w.n;
  while (r < end && !stopRequested()) {
    for (int64_t i = 0; i < 2 * w.n; i++) near[i] = T(0);
    for (const int64_t stop = r + kRowsTogether; r < end && r < stop; r++) backwardRow(task, r, near, nearBias);
#pragma GCC ivdep
    for (int64_t i = 0; i < 2 * w.n; i++) dweight[i] += double(near[i]);
  }
  endPast();
}

}  // namespace

const char* checkLayerNorm(const CallKernel& call) {
  RowWeights w;
  if (const char* wrong = weightsOf(call, call.operands[1], w)) return wrong;
  bool fits = hasDims(call.operands[1], w.dtype, {w.count}) && hasDims(call.operands[2], w.dtype, {w.count});
  fits = fits && (!call.results[0].wanted || hasDims(call.results[0], w.dtype, {w.rows, w.n}));
  for (int i = 1; i < 3; i++) fits = fits && (!call.results[i].wanted || hasDims(call.results[i], w.dtype, {w.rows}));
  return !fits || overwrites(call, 3, 3) ? "a normalization's call has values that do not fit" : nullptr;
}

void layerNorm(const CallKernel& call, const Frame& frame) {
  RowWeights w;
  weightsOf(call, call.operands[1], w);
  if (w.rows == 0) return;
  withFloat(w.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView *in = call.operands, *out = call.results;
    ForwardTask<T> task{&w, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<T>(frame, in[2]), dataOf<T>(frame, out[0]), dataOf<T>(frame, out[1]), dataOf<T>(frame, out[2]), frame.scalars[call.scalars[0]], isPast<T>(w), 0};
    const int64_t pieces = piecesFor(w.rows, double(w.rows) * double(w.n) * 0.5);
    task.perPiece = (w.rows + pieces - 1) / pieces;
    if (pieces == 1) forwardPiece<T>(&task, 0, nullptr);
    else parallel((w.rows + task.perPiece - 1) / task.perPiece, forwardPiece<T>, &task);
    return 0;
  });
}

const char* checkLayerNormBackward(const CallKernel& call) {
  RowWeights w;
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = weightsOf(call, in[4], w)) return wrong;
  bool fits = hasDims(in[1], w.dtype, {w.rows, w.n}) && hasDims(in[2], w.dtype, {w.rows}) && hasDims(in[3], w.dtype, {w.rows}) && hasDims(in[4], w.dtype, {w.count});
  fits = fits && (!out[0].wanted || hasDims(out[0], w.dtype, {w.rows, w.n}));
  for (int i = 1; i < 3; i++) fits = fits && (!out[i].wanted || hasDims(out[i], w.dtype, {w.count}));
  return !fits || overwrites(call, 5, 3) ? "a normalization's call has values that do not fit" : nullptr;
}

int64_t layerNormBackwardShared(const CallKernel& call) {
  RowWeights w;
  if (weightsOf(call, call.operands[4], w)) return 0;
  return withFloat(w.dtype, [&](auto zero) { return backwardBytes<decltype(zero)>(w); });
}

void layerNormBackward(const CallKernel& call, const Frame& frame) {
  RowWeights w;
  weightsOf(call, call.operands[4], w);
  withFloat(w.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView *in = call.operands, *out = call.results;
    const int64_t pieces = backwardPieces(w);
    double* sums = reinterpret_cast<double*>(frame.shared);
    T* near = reinterpret_cast<T*>(sums + pieces * 2 * w.count);
    BackwardTask<T> task{&w, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<T>(frame, in[2]), dataOf<T>(frame, in[3]), dataOf<T>(frame, in[4]), dataOf<T>(frame, out[0]), sums, near, isPast<T>(w), pieces};
    if (piecesFor(pieces, double(w.rows) * double(w.n)) > 1) parallel(pieces, backwardPiece<T>, &task);
    else
      for (int64_t i = 0; i < pieces; i++) backwardPiece<T>(&task, i, nullptr);
    for (int k = 0; k < 2; k++) {
      T* result = dataOf<T>(frame, out[1 + k]);
      if (!result) continue;
      for (int64_t i = 0; i < w.count; i++) {
        double total = 0;
        for (int64_t p = 0; p < pieces; p++) total += sums[(p * 2 + k) * w.count + i];
        result[i] = T(total);
      }
    }
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
