// Channels brought to mean 0 and variance 1 by statistics that are given, and the way back (src/primitives/normalization.ts). Channels of long
// runs are gone through one after the other; where neighbours belong to several channels, the row [channels, inner] has numbers for each column.
#include <math.h>

#include "call_views.h"
#include "channels.h"
#include "pool.h"
#include "row_writes.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows whose shares in sums of columns are added in the operands' dtype.
constexpr int64_t kRowsTogether = 32;

/// y = (x - mean) * scale + shift, and back dx = g * scale + (x - mean) * along + shift; each for a channel or a column.
template <class T>
struct Factors {
  T *mean, *scale, *along, *shift;

  Factors(char* memory, int64_t count) : mean(reinterpret_cast<T*>(memory)), scale(mean + count), along(scale + count), shift(along + count) {}
};

/// Whether channels are gone through one after the other, and how many factors of each kind there are.
bool hasRuns(const Channels& c) { return c.inner >= kShortRun; }
int64_t factorsOf(const Channels& c) { return hasRuns(c) ? c.channels : c.channels * c.inner; }

template <class T>
struct ApplyTask {
  const Channels* c;
  const T *g, *x;  // without x only g * scale
  T* result;
  const Factors<T>* factors;
  bool back, past;
  int64_t units, perPiece;  // runs of a channel, or rows of all
};

template <class T>
void applyPiece(void* context, int64_t piece, char*) {
  const ApplyTask<T>& task = *static_cast<ApplyTask<T>*>(context);
  const Channels& c = *task.c;
  const Factors<T>& f = *task.factors;
  const int64_t n = hasRuns(c) ? c.inner : c.channels * c.inner;
  const int64_t end = (piece + 1) * task.perPiece < task.units ? (piece + 1) * task.perPiece : task.units;
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const T *x = task.x + unit * n, *g = task.g + unit * n;
    T* result = task.result + unit * n;
    if (hasRuns(c)) {
      const int64_t k = unit % c.channels;
      const T mean = f.mean[k], scale = f.scale[k], along = f.along[k], shift = f.shift[k];
      if (!task.back) writeRow(result, n, task.past, [=](auto how, int64_t i) { return (how.load(x + i) - mean) * scale + shift; });
      else if (task.x) writeRow(result, n, task.past, [=](auto how, int64_t i) { return how.load(g + i) * scale + ((how.load(x + i) - mean) * along + shift); });
      else writeRow(result, n, task.past, [=](auto how, int64_t i) { return how.load(g + i) * scale; });
    } else {
      if (!task.back) writeRow(result, n, task.past, [=](auto how, int64_t i) { return (how.load(x + i) - how.load(f.mean + i)) * how.load(f.scale + i) + how.load(f.shift + i); });
      else if (task.x) writeRow(result, n, task.past, [=](auto how, int64_t i) { return how.load(g + i) * how.load(f.scale + i) + ((how.load(x + i) - how.load(f.mean + i)) * how.load(f.along + i) + how.load(f.shift + i)); });
      else writeRow(result, n, task.past, [=](auto how, int64_t i) { return how.load(g + i) * how.load(f.scale + i); });
    }
  }
  endPast();
}

template <class T>
void apply(const Channels& c, const Factors<T>& factors, const T* g, const T* x, T* result, bool back) {
  const int64_t points = c.points() * c.channels;
  ApplyTask<T> task{&c, g, x, result, &factors, back, points * int64_t(sizeof(T)) >= kPastCaches, hasRuns(c) ? c.outer * c.channels : c.outer, 0};
  const int64_t pieces = piecesFor(task.units, double(points) * 0.3);
  task.perPiece = (task.units + pieces - 1) / pieces;
  if (pieces == 1) applyPiece<T>(&task, 0, nullptr);
  else parallel((task.units + task.perPiece - 1) / task.perPiece, applyPiece<T>, &task);
}

/// Sums of g and of g * (x - mean): of each channel, or for pieces of rows of each column.
template <class T>
struct SumsTask {
  const Channels* c;
  const T *g, *x, *mean;  // the means of what is summed
  double* sums;           // [pieces, 2, factors]
  T* near;                // [pieces, 2, factors], of a few rows
  int64_t pieces;
};

/// Pieces of rows: their number follows from the shapes alone.
int64_t sumPieces(const Channels& c) {
  if (hasRuns(c)) return 1;
  const int64_t most = c.outer / kRowsTogether, worth = c.points() * c.channels >> 16, pieces = worth < most ? worth : most;
  return pieces < 1 ? 1 : pieces > 32 ? 32 : pieces;
}

template <class T>
void channelSums(void* context, int64_t k, char*) {
  const SumsTask<T>& task = *static_cast<SumsTask<T>*>(context);
  const Channels& c = *task.c;
  const T mean = task.mean[k];
  double both[2] = {0, 0};
  for (int64_t o = 0; o < c.outer && !stopRequested(); o++) {
    const T *g = task.g + (o * c.channels + k) * c.inner, *x = task.x + (o * c.channels + k) * c.inner;
    addUp<2, T>(c.inner, both, [=](auto how, int64_t i, auto* terms) {
      terms[0] = how.load(g + i);
      terms[1] = terms[0] * (how.load(x + i) - mean);
    });
  }
  for (int i = 0; i < 2; i++) task.sums[i * c.channels + k] = both[i];
}

template <class T>
void columnSums(void* context, int64_t piece, char*) {
  const SumsTask<T>& task = *static_cast<SumsTask<T>*>(context);
  const Channels& c = *task.c;
  const int64_t n = factorsOf(c), end = c.outer * (piece + 1) / task.pieces;
  double* sums = task.sums + piece * 2 * n;
  T *near = task.near + piece * 2 * n, *nearAlong = near + n;
  const T* mean = task.mean;
  for (int64_t i = 0; i < 2 * n; i++) sums[i] = 0;
  for (int64_t r = c.outer * piece / task.pieces; r < end && !stopRequested();) {
    for (int64_t i = 0; i < 2 * n; i++) near[i] = T(0);
    for (const int64_t stop = r + kRowsTogether; r < end && r < stop; r++) {
      const T *g = task.g + r * n, *x = task.x + r * n;
#pragma GCC ivdep
      for (int64_t i = 0; i < n; i++) {
        near[i] += g[i];
        nearAlong[i] += g[i] * (x[i] - mean[i]);
      }
    }
#pragma GCC ivdep
    for (int64_t i = 0; i < 2 * n; i++) sums[i] += double(near[i]);
  }
}

/// The sums of each channel [2, channels], at the front of `sums`.
template <class T>
void addUpChannels(SumsTask<T>& task) {
  const Channels& c = *task.c;
  const bool runs = hasRuns(c);
  const int64_t units = runs ? c.channels : task.pieces, n = factorsOf(c);
  const auto fn = runs ? channelSums<T> : columnSums<T>;
  if (piecesFor(units, double(c.points()) * double(c.channels) * 0.4) > 1) parallel(units, fn, &task);
  else
    for (int64_t i = 0; i < units; i++) fn(&task, i, nullptr);
  if (runs) return;
  for (int64_t i = 0; i < 2 * n; i++)
    for (int64_t p = 1; p < task.pieces; p++) task.sums[i] += task.sums[p * 2 * n + i];
  for (int64_t k = 0; k < 2 * c.channels; k++) {
    double total = 0;
    for (int64_t i = 0; i < c.inner; i++) total += task.sums[k * c.inner + i];
    task.sums[k] = total;
  }
}

/// Factors of channels, one for each column where those are gone through: from the last, so that nothing is overwritten that is to be read.
template <class T>
void spread(const Channels& c, T* factors) {
  if (hasRuns(c) || c.inner == 1) return;
  for (int64_t i = factorsOf(c) - 1; i >= 0; i--) factors[i] = factors[i / c.inner];
}

const char* channelsOf(const CallView& x, int vectors, Channels& c) {
  if (x.dims.count != 3) return "a call of batchNorm has a value of three dims";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a call of batchNorm has an unknown dtype";
  c = {x.dtype, x.dims.size[0], x.dims.size[1], x.dims.size[2]};
  for (int i = 0; i < vectors; i++)
    if (!hasDims((&x)[1 + i], c.dtype, {c.channels})) return "a call of batchNorm has statistics that do not fit";
  return nullptr;
}

template <class T>
int64_t backBytes(const Channels& c) {
  const int64_t n = factorsOf(c), pieces = sumPieces(c);
  return pieces * 2 * n * int64_t(sizeof(double)) + (4 * n + (hasRuns(c) ? 0 : pieces * 2 * n)) * int64_t(sizeof(T));
}

}  // namespace

const char* checkBatchNorm(const CallKernel& call) {
  Channels c{};
  const CallView *in = call.operands, &out = call.results[0];
  if (const char* wrong = channelsOf(in[0], 4, c)) return wrong;
  const bool fits = out.wanted && hasDims(out, c.dtype, {c.outer, c.channels, c.inner});
  return !fits || overwrites(call, 5, 1) ? "a call of batchNorm has values that do not fit" : nullptr;
}

int64_t batchNormShared(const CallKernel& call) {
  Channels c{};
  if (channelsOf(call.operands[0], 4, c)) return 0;
  return 4 * factorsOf(c) * bytesOf(c.dtype);
}

void batchNorm(const CallKernel& call, const Frame& frame) {
  Channels c{};
  channelsOf(call.operands[0], 4, c);
  if (c.points() == 0 || c.channels == 0) return;
  withFloat(c.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView* in = call.operands;
    const T *mean = dataOf<T>(frame, in[1]), *variance = dataOf<T>(frame, in[2]), *weight = dataOf<T>(frame, in[3]), *bias = dataOf<T>(frame, in[4]);
    const double eps = frame.scalars[call.scalars[0]];
    const Factors<T> factors(frame.shared, factorsOf(c));
    for (int64_t k = 0; k < c.channels; k++) {
      factors.mean[k] = mean[k];
      factors.scale[k] = T(double(weight[k]) / sqrt(double(variance[k]) + eps));
      factors.along[k] = T(0);
      factors.shift[k] = bias[k];
    }
    for (T* each : {factors.mean, factors.scale, factors.shift}) spread(c, each);
    const T* x = dataOf<T>(frame, in[0]);
    apply<T>(c, factors, x, x, dataOf<T>(frame, call.results[0]), false);
    return 0;
  });
}

const char* checkBatchNormBackward(const CallKernel& call) {
  Channels c{};
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = channelsOf(in[1], 3, c)) return wrong;
  bool fits = hasDims(in[0], c.dtype, {c.outer, c.channels, c.inner});
  fits = fits && (!out[0].wanted || hasDims(out[0], c.dtype, {c.outer, c.channels, c.inner}));
  for (int i = 1; i < 3; i++) fits = fits && (!out[i].wanted || hasDims(out[i], c.dtype, {c.channels}));
  return !fits || overwrites(call, 5, 3) ? "a call of batchNorm has values that do not fit" : nullptr;
}

int64_t batchNormBackwardShared(const CallKernel& call) {
  Channels c{};
  if (channelsOf(call.operands[1], 3, c)) return 0;
  return withFloat(c.dtype, [&](auto zero) { return backBytes<decltype(zero)>(c); });
}

void batchNormBackward(const CallKernel& call, const Frame& frame) {
  Channels c{};
  channelsOf(call.operands[1], 3, c);
  const bool ofBatch = call.attributes[0] == 1;
  withFloat(c.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView* in = call.operands;
    T *dx = dataOf<T>(frame, call.results[0]), *dweight = dataOf<T>(frame, call.results[1]), *dbias = dataOf<T>(frame, call.results[2]);
    const T *g = dataOf<T>(frame, in[0]), *x = dataOf<T>(frame, in[1]), *mean = dataOf<T>(frame, in[2]), *variance = dataOf<T>(frame, in[3]), *weight = dataOf<T>(frame, in[4]);
    const double eps = frame.scalars[call.scalars[0]], count = double(c.points());
    const int64_t n = factorsOf(c), pieces = sumPieces(c);
    double* sums = reinterpret_cast<double*>(frame.shared);
    const Factors<T> factors(reinterpret_cast<char*>(sums + pieces * 2 * n), n);
    for (int64_t k = 0; k < c.channels; k++) factors.mean[k] = mean[k];
    spread(c, factors.mean);
    for (int64_t k = 0; k < 2 * c.channels; k++) sums[k] = 0;
    if (count > 0 && (ofBatch || dweight || dbias)) {
      SumsTask<T> task{&c, g, x, factors.mean, sums, factors.shift + n, pieces};
      addUpChannels(task);
    }
    for (int64_t k = 0; k < c.channels; k++) {
      const double rstd = 1 / sqrt(double(variance[k]) + eps), scale = double(weight[k]) * rstd, sum = sums[k], along = sums[c.channels + k];
      if (dbias) dbias[k] = T(sum);
      if (dweight) dweight[k] = T(along * rstd);
      factors.scale[k] = T(scale);
      factors.along[k] = T(-scale * rstd * rstd * along / count);
      factors.shift[k] = T(-scale * sum / count);
    }
    if (!dx || count == 0) return 0;
    for (T* each : {factors.scale, factors.along, factors.shift}) spread(c, each);
    apply<T>(c, factors, g, ofBatch ? x : nullptr, dx, true);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
