// Reductions: the body runs tile by tile and each tile is folded while it is hot. Two orders of the iteration space:
// [outer, reduced] folds runs of neighbouring points to one number; [outer, reduced, inner] folds whole rows onto a row.
// What is added in which order depends on the shapes only: points are folded in spans whose length the body's tile does not change, which
// are cut apart neither between pieces nor between batches; where each row is folded by itself it does not matter where its columns are cut.
#include <math.h>
#include <string.h>

#include <limits>
#include <type_traits>

#include "scalar_math.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// A fold's running value, of floats in float64, of integers and bool in int64; and the position of an extreme.
struct Accumulator {
  union {
    double real;
    int64_t whole;
  };
  int64_t position;
};

template <class T>
constexpr bool kIsReal = std::is_floating_point_v<T>;

/// In which of both a fold of values of type T runs.
template <class T>
using Running = std::conditional_t<kIsReal<T>, double, int64_t>;

inline double& running(Accumulator& total, double) { return total.real; }
inline int64_t& running(Accumulator& total, int64_t) { return total.whole; }
template <class T>
inline Running<T>& running(Accumulator& total) { return running(total, Running<T>()); }

template <class T>
constexpr Running<T> lowest() {
  if constexpr (kIsReal<T>) return -HUGE_VAL;
  else if constexpr (std::is_same_v<T, Bool>) return 0;
  else return std::numeric_limits<T>::min();
}
template <class T>
constexpr Running<T> highest() {
  if constexpr (kIsReal<T>) return HUGE_VAL;
  else if constexpr (std::is_same_v<T, Bool>) return 1;
  else return std::numeric_limits<T>::max();
}

inline double plus(double x, double y) { return x + y; }
inline int64_t plus(int64_t x, int64_t y) { return addInt(x, y); }
inline double times(double x, double y) { return x * y; }
inline int64_t times(int64_t x, int64_t y) { return mulInt(x, y); }

template <class T>
Accumulator identityOf(Fold op) {
  Accumulator start{};
  Running<T>& value = running<T>(start);
  switch (op) {
    case Fold::sum: break;
    case Fold::any: start.whole = 0; break;
    case Fold::prod: value = 1; break;
    case Fold::all: start.whole = 1; break;
    case Fold::max: value = lowest<T>(); break;
    case Fold::min: value = highest<T>(); break;
    case Fold::argmax:
    case Fold::argmin: start.position = -1; break;
  }
  return start;
}

Accumulator identity(const FoldStep& fold) {
  return withNumber(fold.valueType, [&](auto zero) { return identityOf<decltype(zero)>(fold.op); });
}

template <bool largest, class R>
inline bool better(R candidate, R best) {
  return (largest ? candidate > best : candidate < best) || (candidate != candidate && best == best);
}

template <class T>
void mergeOf(Fold op, Accumulator& into, Accumulator from) {
  Running<T>& value = running<T>(into);
  const Running<T> next = running<T>(from);
  switch (op) {
    case Fold::sum: value = plus(value, next); break;
    case Fold::prod: value = times(value, next); break;
    case Fold::max: value = maximum(value, next); break;
    case Fold::min: value = minimum(value, next); break;
    case Fold::any: into.whole |= from.whole; break;
    case Fold::all: into.whole &= from.whole; break;
    case Fold::argmax:
      if (from.position >= 0 && (into.position < 0 || better<true>(next, value))) into = from;
      break;
    case Fold::argmin:
      if (from.position >= 0 && (into.position < 0 || better<false>(next, value))) into = from;
      break;
  }
}

/// Folds `from`, which comes after `into`, into it.
void merge(const FoldStep& fold, Accumulator& into, const Accumulator& from) {
  withNumber(fold.valueType, [&](auto zero) { mergeOf<decltype(zero)>(fold.op, into, from); });
}

constexpr int kWide = 64;  // parallel chains inside one run; they also bound how many float32 additions follow each other

template <class T>
double sumRun(const T* x, int64_t n) {
  if (n < kWide) {
    double total = 0;
    for (int64_t i = 0; i < n; i++) total += double(x[i]);
    return total;
  }
  T lanes[kWide];
  for (int j = 0; j < kWide; j++) lanes[j] = x[j];
  int64_t i = kWide;
  for (; i + kWide <= n; i += kWide) {
    for (int j = 0; j < kWide; j++) lanes[j] += x[i + j];
  }
  for (int64_t j = 0; i < n; i++, j++) lanes[j] += x[i];
  double total = 0;
  for (int j = 0; j < kWide; j++) total += double(lanes[j]);
  return total;
}

template <class T, T (*F)(T, T)>
T extremumRun(const T* x, int64_t n, T start) {
  T best = start;
  int64_t i = 0;
  if (n >= kWide) {
    T lanes[kWide];
    for (int j = 0; j < kWide; j++) lanes[j] = x[j];
    for (i = kWide; i + kWide <= n; i += kWide) {
      for (int j = 0; j < kWide; j++) lanes[j] = F(lanes[j], x[i + j]);
    }
    for (int j = 0; j < kWide; j++) best = F(best, lanes[j]);
  }
  for (; i < n; i++) best = F(best, x[i]);
  return best;
}

template <class T, bool largest>
void positionRun(Accumulator& into, const T* x, int64_t n, int64_t stride, int64_t position) {
  Running<T> best = running<T>(into);
  int64_t where = into.position;
  for (int64_t i = 0; i < n; i++) {
    const Running<T> candidate = Running<T>(x[i * stride]);
    if (where < 0 || better<largest>(candidate, best)) {
      best = candidate;
      where = position + i;
    }
  }
  running<T>(into) = best;
  into.position = where;
}

/// Folds n neighbouring values; `position` is the number of the first along the reduced dims.
template <class T>
void foldRun(const FoldStep& fold, Accumulator& into, const T* x, int64_t n, int64_t position) {
  Running<T>& value = running<T>(into);
  switch (fold.op) {
    case Fold::sum:
      if constexpr (kIsReal<T>) {
        value += sumRun(x, n);
      } else {
        int64_t total = value;
        for (int64_t i = 0; i < n; i++) total = plus(total, int64_t(x[i]));
        value = total;
      }
      break;
    case Fold::prod: {
      Running<T> product = value;
      for (int64_t i = 0; i < n; i++) product = times(product, Running<T>(x[i]));
      value = product;
      break;
    }
    case Fold::max: value = maximum(value, Running<T>(extremumRun<T, maximum<T>>(x, n, x[0]))); break;
    case Fold::min: value = minimum(value, Running<T>(extremumRun<T, minimum<T>>(x, n, x[0]))); break;
    case Fold::any: {
      int64_t found = 0;
      for (int64_t i = 0; i < n; i++) found |= x[i] != T(0);
      into.whole |= found;
      break;
    }
    case Fold::all: {
      int64_t held = 1;
      for (int64_t i = 0; i < n; i++) held &= x[i] != T(0);
      into.whole &= held;
      break;
    }
    case Fold::argmax: positionRun<T, true>(into, x, n, 1, position); break;
    case Fold::argmin: positionRun<T, false>(into, x, n, 1, position); break;
  }
}

void foldValues(const FoldStep& fold, Accumulator& into, const char* x, int64_t n, int64_t position) {
  withNumber(fold.valueType, [&](auto zero) { foldRun(fold, into, reinterpret_cast<const decltype(zero)*>(x), n, position); });
}

/// Folds `rows` rows of `width` values onto `width` accumulators.
template <class T>
void foldRows(const FoldStep& fold, Accumulator* into, const T* x, T* work, int64_t rows, int64_t width, int64_t position) {
  if constexpr (kIsReal<T>) {
    if (fold.op == Fold::sum || fold.op == Fold::max || fold.op == Fold::min) {
      // Halving: long vectors even where rows are short, and the exactness of pairwise summation.
      const T* from = x;
      while (rows > 1) {
        const int64_t half = rows / 2, n = half * width, shift = (rows - half) * width;
        const T* other = from + shift;
        if (fold.op == Fold::sum) for (int64_t i = 0; i < n; i++) work[i] = from[i] + other[i];
        else if (fold.op == Fold::max) for (int64_t i = 0; i < n; i++) work[i] = maximum(from[i], other[i]);
        else for (int64_t i = 0; i < n; i++) work[i] = minimum(from[i], other[i]);
        if (from != work && rows % 2) memcpy(work + n, from + n, size_t(width) * sizeof(T));
        from = work;
        rows -= half;
      }
      if (fold.op == Fold::sum) for (int64_t j = 0; j < width; j++) into[j].real += double(from[j]);
      else if (fold.op == Fold::max) for (int64_t j = 0; j < width; j++) into[j].real = maximum(into[j].real, double(from[j]));
      else for (int64_t j = 0; j < width; j++) into[j].real = minimum(into[j].real, double(from[j]));
      return;
    }
  }
  for (int64_t j = 0; j < width; j++) {
    for (int64_t r = 0; r < rows; r++) foldRun(fold, into[j], x + r * width + j, 1, position + r);
  }
}

void foldRowValues(const FoldStep& fold, Accumulator* into, const char* x, char* work, int64_t rows, int64_t width, int64_t position) {
  withNumber(fold.valueType, [&](auto zero) {
    using T = decltype(zero);
    foldRows(fold, into, reinterpret_cast<const T*>(x), reinterpret_cast<T*>(work), rows, width, position);
  });
}

/// Writes a result as `T`; the positions of extremes of nothing are 0.
template <class T>
void finishAs(const FoldStep& fold, const Accumulator& total, T* result) {
  switch (fold.op) {
    case Fold::any:
    case Fold::all: *result = convert<T>(total.whole); return;
    case Fold::argmax:
    case Fold::argmin: *result = convert<T>(total.position < 0 ? 0 : total.position); return;
    case Fold::sum:
    case Fold::prod:
    case Fold::max:
    case Fold::min: *result = isFloat(fold.valueType) ? convert<T>(total.real) : convert<T>(total.whole);
  }
}

void finish(const FoldStep& fold, const Accumulator& total, char* results, int64_t i) {
  withNumber(fold.dtype, [&](auto zero) { finishAs(fold, total, reinterpret_cast<decltype(zero)*>(results) + i); });
}

struct ReduceTask {
  const ReduceKernel* kernel;
  const Frame* frame;
  int64_t keptPerPiece;
  int64_t blockRows;
  Accumulator* partial;   // [kept, blocks, folds] where the reduction is cut
};

int64_t keptCount(const ReduceKernel& kernel) { return kernel.outer * kernel.inner; }

/// Points that are folded at once, in float32 where that is their type. A tile of the body may be shorter: its length depends on what else
/// the body computes, and the order of additions must not.
constexpr int64_t kSpan = 1024;

/// Rows of `inner` columns that are folded together. More than one: all columns of a row have to be in one span.
int64_t rowsTogether(const ReduceKernel& kernel) { return kernel.inner < kSpan ? kSpan / kernel.inner : 1; }

/// Columns that may be folded at once.
int64_t columnsTogether(const ReduceKernel& kernel) { return rowsTogether(kernel) > 1 ? kernel.inner : kernel.body.tile; }

/// Kept points whose results are finished at once.
int64_t batchPoints(const ReduceKernel& kernel) { return kernel.epilogue.tile > kSpan ? kernel.epilogue.tile : kSpan; }

/// Working memory of one piece: a span for `foldRows`, the accumulators, and the values of spans that are longer than a tile.
struct Working {
  char* work;
  Accumulator* totals;
  char* staged;

  static int64_t bytes(const ReduceKernel& kernel) {
    const int64_t stagedBytes = kernel.body.tile < kSpan ? kernel.foldCount * kSpan * 8 : 0;
    return kSpan * 8 + 128 + kernel.foldCount * kSpan * int64_t(sizeof(Accumulator)) + stagedBytes;
  }

  Working(const ReduceKernel& kernel, char* memory) : work(memory) {
    totals = reinterpret_cast<Accumulator*>(memory + kSpan * 8 + 128);
    staged = reinterpret_cast<char*>(totals + kernel.foldCount * kSpan);
  }
};

/// Computes points [first, first + count) of the body, at most a span; `valuesOf` gives each fold's values.
void runSpan(TileRunner& body, const ReduceKernel& kernel, const Working& working, int64_t first, int64_t count) {
  const int64_t tile = kernel.body.tile;
  if (count <= tile) return body.run(first, count);
  for (int64_t done = 0; done < count; done += tile) {
    const int64_t points = count - done < tile ? count - done : tile;
    body.run(first + done, points);
    for (int32_t f = 0; f < kernel.foldCount; f++) {
      const int64_t bytes = bytesOf(kernel.folds[f].valueType);
      memcpy(working.staged + f * kSpan * 8 + done * bytes, body.values[kernel.folds[f].value], size_t(points * bytes));
    }
  }
}

const char* valuesOf(const TileRunner& body, const ReduceKernel& kernel, const Working& working, int32_t fold, int64_t count) {
  return count <= kernel.body.tile ? body.values[kernel.folds[fold].value] : working.staged + fold * kSpan * 8;
}

/// Folds rows [r0, r1) of kept columns [c0, c0 + width) under outer index `o` into the totals ([folds][width]).
void foldColumns(TileRunner& body, const ReduceKernel& kernel, const Working& working, int64_t o, int64_t r0, int64_t r1, int64_t c0, int64_t width) {
  Accumulator* into = working.totals;
  for (int32_t f = 0; f < kernel.foldCount; f++) {
    for (int64_t j = 0; j < width; j++) into[f * width + j] = identity(kernel.folds[f]);
  }
  const int64_t together = rowsTogether(kernel);
  for (int64_t r = r0; r < r1 && !stopRequested(); r += together) {
    const int64_t rows = r1 - r < together ? r1 - r : together;
    runSpan(body, kernel, working, (o * kernel.reduced + r) * kernel.inner + c0, rows * width);
    for (int32_t f = 0; f < kernel.foldCount; f++) {
      const char* values = valuesOf(body, kernel, working, f, rows * width);
      if (kernel.inner == 1) foldValues(kernel.folds[f], into[f], values, rows, r);
      else foldRowValues(kernel.folds[f], into + f * width, values, working.work, rows, width, r);
    }
  }
}

/// Scratch beside the two runners: result tiles and working memory.
int64_t extraScratch(const ReduceKernel& kernel) {
  return kernel.foldCount * (batchPoints(kernel) + kLanes) * 8 + Working::bytes(kernel);
}

void reducePiece(void* context, int64_t piece, char* scratch) {
  const ReduceTask& task = *static_cast<ReduceTask*>(context);
  const ReduceKernel& kernel = *task.kernel;
  const int64_t kept = keptCount(kernel), folds = kernel.foldCount;
  int64_t first = piece * task.keptPerPiece, end = first + task.keptPerPiece;
  if (end > kept) end = kept;

  TileRunner body, epilogue;
  char* free = scratch;
  if (kernel.body.points) free = body.begin(kernel.body, *task.frame, free, kernel.body.tile);
  free = epilogue.begin(kernel.epilogue, *task.frame, free, end - first);
  char* results = free;
  const int64_t resultBytes = (batchPoints(kernel) + kLanes) * 8;
  const Working working(kernel, results + folds * resultBytes);
  const Accumulator* totals = working.totals;

  int64_t batch = batchPoints(kernel);
  if (kernel.inner < batch) batch -= batch % kernel.inner;
  const int64_t tile = kernel.epilogue.tile;
  for (int64_t k = first; k < end;) {
    const int64_t count = end - k < batch ? end - k : batch;
    if (task.partial) {
      for (int64_t i = 0; i < count; i++) {
        for (int64_t f = 0; f < folds; f++) {
          Accumulator total = identity(kernel.folds[f]);
          for (int64_t b = 0; b < kernel.blocks; b++) merge(kernel.folds[f], total, task.partial[((k + i) * kernel.blocks + b) * folds + f]);
          finish(kernel.folds[f], total, results + f * resultBytes, i);
        }
      }
    } else if (kernel.inner == 1 && kernel.reduced > 0 && kernel.reduced <= kernel.body.tile / 2) {
      // Several short reductions share a tile of the body.
      const int64_t perTile = kernel.body.tile / kernel.reduced;
      for (int64_t i = 0; i < count; i += perTile) {
        const int64_t points = count - i < perTile ? count - i : perTile;
        body.run((k + i) * kernel.reduced, points * kernel.reduced);
        for (int64_t f = 0; f < folds; f++) {
          const FoldStep& fold = kernel.folds[f];
          const char* values = body.values[fold.value];
          const int64_t bytes = kernel.reduced * bytesOf(fold.valueType);
          for (int64_t j = 0; j < points; j++) {
            Accumulator total = identity(fold);
            foldValues(fold, total, values + j * bytes, kernel.reduced, 0);
            finish(fold, total, results + f * resultBytes, i + j);
          }
        }
      }
    } else {
      for (int64_t i = 0; i < count;) {
        const int64_t o = (k + i) / kernel.inner, c = (k + i) % kernel.inner;
        int64_t width = kernel.inner - c;
        if (width > count - i) width = count - i;
        if (width > columnsTogether(kernel)) width = columnsTogether(kernel);
        foldColumns(body, kernel, working, o, 0, kernel.reduced, c, width);
        for (int64_t f = 0; f < folds; f++) {
          for (int64_t j = 0; j < width; j++) finish(kernel.folds[f], totals[f * width + j], results + f * resultBytes, i + j);
        }
        i += width;
      }
    }
    // The epilogue works on whole vectors: give their last lanes a value.
    for (int64_t f = 0; f < folds; f++) {
      const int64_t size = bytesOf(kernel.folds[f].dtype);
      memset(results + f * resultBytes + count * size, 0, size_t((roundUp(count, kLanes) - count) * size));
    }
    for (int64_t j = 0; j < count; j += tile) {
      for (int32_t i = 0; i < kernel.epilogue.results; i++) {
        const int32_t f = kernel.epilogue.resultValue[i];
        epilogue.values[i] = results + f * resultBytes + j * bytesOf(kernel.folds[f].dtype);
      }
      epilogue.run(k + j, count - j < tile ? count - j : tile);
    }
    k += count;
  }
}

/// One block of a long reduction: folds its rows for all kept columns of one outer index.
void blockPiece(void* context, int64_t piece, char* scratch) {
  const ReduceTask& task = *static_cast<ReduceTask*>(context);
  const ReduceKernel& kernel = *task.kernel;
  const int64_t o = piece / kernel.blocks, block = piece % kernel.blocks, folds = kernel.foldCount;
  const int64_t r0 = block * task.blockRows;
  int64_t r1 = r0 + task.blockRows;
  if (r1 > kernel.reduced) r1 = kernel.reduced;
  TileRunner body;
  const Working working(kernel, body.begin(kernel.body, *task.frame, scratch, kernel.body.tile));
  const Accumulator* totals = working.totals;
  const int64_t columns = columnsTogether(kernel);
  for (int64_t c = 0; c < kernel.inner; c += columns) {
    const int64_t width = kernel.inner - c < columns ? kernel.inner - c : columns;
    foldColumns(body, kernel, working, o, r0, r1, c, width);
    for (int64_t j = 0; j < width; j++) {
      for (int64_t f = 0; f < folds; f++) {
        task.partial[((o * kernel.inner + c + j) * kernel.blocks + block) * folds + f] = totals[f * width + j];
      }
    }
  }
}

}  // namespace

int64_t reduceShared(const ReduceKernel& kernel) {
  return kernel.blocks > 1 ? keptCount(kernel) * kernel.blocks * kernel.foldCount * int64_t(sizeof(Accumulator)) : 0;
}

int64_t reduceScratch(const ReduceKernel& kernel) {
  return tileScratch(kernel.body) + tileScratch(kernel.epilogue) + extraScratch(kernel);
}

void runReduce(const ReduceKernel& kernel, const Frame& frame) {
  const int64_t kept = keptCount(kernel);
  if (kept == 0) return;
  const double bodyCost = double(kept) * double(kernel.reduced) * kernel.body.cost;
  ReduceTask task{&kernel, &frame, kept, kernel.reduced, nullptr};
  if (kernel.blocks > 1) {
    task.partial = reinterpret_cast<Accumulator*>(frame.shared);
    task.blockRows = (kernel.reduced + kernel.blocks - 1) / kernel.blocks;
    const int64_t blocks = kernel.outer * kernel.blocks;
    if (piecesFor(blocks, bodyCost) > 1) parallel(blocks, blockPiece, &task);
    else
      for (int64_t i = 0; i < blocks; i++) blockPiece(&task, i, callerScratch());
    reducePiece(&task, 0, callerScratch());
    return;
  }
  const int64_t unit = rowsTogether(kernel) > 1 ? kernel.inner : kLanes;
  const int64_t units = (kept + unit - 1) / unit, pieces = piecesFor(units, bodyCost);
  task.keptPerPiece = units / pieces * unit;
  if (pieces == 1) task.keptPerPiece = kept;
  if (pieces == 1) reducePiece(&task, 0, callerScratch());
  else parallel((kept + task.keptPerPiece - 1) / task.keptPerPiece, reducePiece, &task);
}

}  // namespace CG_ISA
}  // namespace cellgrad
