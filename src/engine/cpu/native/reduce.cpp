// Reductions: the body runs tile by tile and each tile is folded while it is hot; where there is nothing to compute, values are folded where they
// lie. Two orders of the iteration space: [outer, reduced, inner] with inner = 1 folds runs of neighbouring points to one number, otherwise rows
// are folded onto a row. What is added in which order depends on the shapes only: neither on the length of the body's tile, nor on where points are
// cut between pieces and batches.
#include "fold_columns.h"
#include "fold_runs.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

struct ReduceTask {
  const ReduceKernel* kernel;
  const Frame* frame;
  int64_t perPiece;  // kept points, or units of blocks
  char* partial;     // where the reduction is cut: [blocks, folds] of all kept points' totals
};

int64_t keptCount(const ReduceKernel& kernel) { return kernel.outer * kernel.inner; }

/// Points of a run that are folded at once, columns at most that are folded side by side, and kept points whose results are finished at once.
constexpr int64_t kSpan = 1024;
/// Spans of values in memory that are folded before looking whether the run is to stop.
constexpr int64_t kSpansInPlace = 64;
/// Columns for which the body computes a group of rows, so that they stay in the first-level cache, and points of short rows side by side.
constexpr int64_t kComputed = 512;
/// Points at least, where rows are put side by side.
constexpr int64_t kLeastBeside = 64;

/// Whether rows are so short that several may be put side by side: then all columns are folded together.
bool isNarrow(const ReduceKernel& kernel) { return kernel.inner <= kComputed / 2; }

/// Rows that are put side by side, of `rows` in all: so many that vectors are full, but that there are groups to fold onto one another.
int64_t rowsBeside(const ReduceKernel& kernel, int64_t rows) {
  if (!isNarrow(kernel)) return 1;
  const int64_t most = kComputed / kernel.inner, least = (kLeastBeside + kernel.inner - 1) / kernel.inner;
  int64_t beside = rows / kGroup;
  if (beside < least) beside = least;
  if (beside > most) beside = most;
  return beside < rows ? beside : rows;
}

/// Whether there is nothing to compute: the values of all folds lie in memory as the points do.
bool isPlain(const ReduceKernel& kernel) {
  const TileProgram& body = kernel.body;
  if (body.stepCount || body.directStoreCount || body.storeCount) return false;
  for (int32_t f = 0; f < kernel.foldCount; f++) {
    bool isLoad = false;
    for (int32_t l = 0; l < body.loadCount; l++) isLoad = isLoad || body.loads[l].value == kernel.folds[f].value;
    if (!isLoad) return false;
  }
  return true;
}

/// Columns that are folded at once.
int64_t columnsTogether(const ReduceKernel& kernel) {
  if (isNarrow(kernel)) return kernel.inner;
  return isPlain(kernel) ? kSpan : kernel.body.tile < kComputed ? kernel.body.tile : kComputed;
}

/// The values of a reduction's folds at its points, and the working memory of one piece: for each fold running values, and what the body computes.
struct Values {
  static constexpr int64_t kStaged = kGroup * kComputed * 8;
  static constexpr int64_t kPerFold = kSpan * 24;

  const ReduceKernel& kernel;
  bool plain;
  TileRunner body;
  char *memory, *staged;
  int64_t start = 0;      // of what has been computed last
  bool isStaged = false;  // more of it than a tile

  static int64_t bytes(const ReduceKernel& kernel) { return kernel.foldCount * (kPerFold + (isPlain(kernel) ? 0 : kStaged)); }

  Values(const ReduceKernel& reduceKernel, const Frame& frame, char* scratch) : kernel(reduceKernel), plain(isPlain(kernel)) {
    memory = kernel.body.points ? body.begin(kernel.body, frame, scratch, kernel.body.tile) : scratch;
    staged = memory + kernel.foldCount * kPerFold;
  }
  char* end() const { return memory + bytes(kernel); }

  Columns columns(int32_t fold) const {
    char* own = memory + fold * kPerFold;
    return {{reinterpret_cast<Value*>(own), reinterpret_cast<int64_t*>(own + kSpan * 8)}, own + kSpan * 16};
  }
  Totals totals(int32_t fold) const { return columns(fold).totals; }

  /// Computes `rows` rows of n points each, between which `gap` points are left out, unless there is nothing to compute; the first point is `first`.
  void compute(int64_t first, int64_t rows, int64_t n, int64_t gap) {
    const int64_t tile = kernel.body.tile;
    start = first;
    if (plain) return;
    if (gap == 0) {
      n *= rows;
      rows = 1;
    }
    isStaged = rows > 1 || n > tile;
    if (!isStaged) return body.run(first, n);
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t done = 0; done < n; done += tile) {
        const int64_t points = n - done < tile ? n - done : tile;
        body.run(first + r * (n + gap) + done, points);
        for (int32_t f = 0; f < kernel.foldCount; f++) {
          const int64_t size = bytesOf(kernel.folds[f].valueType);
          memcpy(staged + f * kStaged + (r * n + done) * size, body.values[kernel.folds[f].value], size_t(points * size));
        }
      }
    }
  }

  const char* valuesAt(int32_t fold) const {
    const FoldStep& step = kernel.folds[fold];
    if (isStaged) return staged + fold * kStaged;
    if (!plain) return body.values[step.value];
    int32_t load = 0;
    while (kernel.body.loads[load].value != step.value) load++;
    return body.loadBases[load] + start * bytesOf(step.valueType);
  }

  /// Folds `runs` runs of n points each, one after the other from point `first` on, into the totals from the `into`-th on, or all into that one.
  void foldRunsAt(int64_t first, int64_t runs, int64_t n, int64_t position, int64_t into, bool isOne) {
    compute(first, runs, n, 0);
    for (int32_t f = 0; f < kernel.foldCount; f++) foldRuns(kernel.folds[f], totals(f).from(into), isOne, valuesAt(f), n, runs, n, position);
  }

  /// Folds rows [r0, r1) of outer index `o` to one number, the `into`-th of the totals.
  void foldLongRun(int64_t o, int64_t r0, int64_t r1, int64_t into) {
    for (int64_t r = r0; r < r1 && !stopRequested();) {
      const int64_t most = plain ? kSpansInPlace : 1, left = (r1 - r) / kSpan;
      const int64_t spans = left > most ? most : left > 1 ? left : 1, n = left ? kSpan : r1 - r;
      foldRunsAt(o * kernel.reduced + r, spans, n, r, into, true);
      r += spans * n;
    }
  }

  /// Folds rows [r0, r1) of kept columns [c0, c0 + width) under outer index `o`.
  void foldColumns(int64_t o, int64_t r0, int64_t r1, int64_t c0, int64_t width) {
    const int64_t beside = r1 > r0 ? rowsBeside(kernel, r1 - r0) : 1;
    for (int32_t f = 0; f < kernel.foldCount; f++) begin(kernel.folds[f], totals(f), beside * width);
    int64_t number = 0;
    for (int64_t r = r0; r < r1 && !stopRequested();) {
      const int64_t left = (r1 - r) / beside, rows = left >= kGroup ? kGroup : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      // In the end there may be fewer beside one another than before.
      const int64_t points = (left ? beside : r1 - r) * width, gap = isNarrow(kernel) ? 0 : kernel.inner - width;
      compute((o * kernel.reduced + r) * kernel.inner + c0, rows, points, gap);
      for (int32_t f = 0; f < kernel.foldCount; f++) foldGroup(kernel.folds[f], columns(f), valuesAt(f), plain ? points + gap : points, rows, points, number);
      number += rows;
      r += rows * beside;
    }
    if (r1 <= r0) return;
    for (int32_t f = 0; f < kernel.foldCount; f++) endColumns(kernel.folds[f], columns(f), beside, width, r0);
  }
};

/// Scratch beside the two runners: result tiles and working memory.
int64_t extraScratch(const ReduceKernel& kernel) { return kernel.foldCount * (kSpan + kLanes) * 8 + Values::bytes(kernel); }

/// What a block of a cut reduction has for one fold.
Totals partialOf(const ReduceTask& task, int64_t block, int32_t fold) {
  const int64_t kept = keptCount(*task.kernel);
  char* own = task.partial + (block * task.kernel->foldCount + fold) * kept * 16;
  return {reinterpret_cast<Value*>(own), reinterpret_cast<int64_t*>(own + kept * 8)};
}

/// Folds for kept points [k, k + count), at most a span: their totals are the first ones.
void foldPoints(const ReduceTask& task, Values& values, int64_t k, int64_t count, char* results, int64_t resultBytes) {
  const ReduceKernel& kernel = *task.kernel;
  const auto finishAll = [&](int64_t at, int64_t n) {
    for (int32_t f = 0; f < kernel.foldCount; f++) finish(kernel.folds[f], values.totals(f), results + f * resultBytes + at * bytesOf(kernel.folds[f].dtype), n);
  };
  const auto beginAll = [&](int64_t n) {
    for (int32_t f = 0; f < kernel.foldCount; f++) begin(kernel.folds[f], values.totals(f), n);
  };
  if (task.partial) {
    beginAll(count);
    for (int64_t b = 0; b < kernel.blocks; b++) {
      for (int32_t f = 0; f < kernel.foldCount; f++) merge(kernel.folds[f], values.totals(f), partialOf(task, b, f).from(k), count);
    }
    return finishAll(0, count);
  }
  if (kernel.inner == 1) {
    beginAll(count);
    // Several short runs share a tile of the body, or all of them the folds' loops.
    const int64_t together = values.plain || kernel.reduced == 0 ? count : kernel.body.tile / kernel.reduced;
    if (kernel.reduced > kSpan || together < 2) {
      for (int64_t i = 0; i < count; i++) values.foldLongRun(k + i, 0, kernel.reduced, i);
    } else if (kernel.reduced) {
      for (int64_t i = 0; i < count; i += together) {
        values.foldRunsAt((k + i) * kernel.reduced, count - i < together ? count - i : together, kernel.reduced, 0, i, false);
      }
    }
    return finishAll(0, count);
  }
  for (int64_t i = 0, width; i < count; i += width) {
    const int64_t o = (k + i) / kernel.inner, c = (k + i) % kernel.inner, most = columnsTogether(kernel);
    width = kernel.inner - c;
    if (width > count - i) width = count - i;
    if (width > most) width = most;
    values.foldColumns(o, 0, kernel.reduced, c, width);
    finishAll(i, width);
  }
}

void reducePiece(void* context, int64_t piece, char* scratch) {
  const ReduceTask& task = *static_cast<ReduceTask*>(context);
  const ReduceKernel& kernel = *task.kernel;
  const int64_t kept = keptCount(kernel), folds = kernel.foldCount;
  int64_t first = piece * task.perPiece, end = first + task.perPiece;
  if (end > kept) end = kept;

  Values values(kernel, *task.frame, scratch);
  TileRunner epilogue;
  char* results = epilogue.begin(kernel.epilogue, *task.frame, values.end(), end - first);
  const int64_t resultBytes = (kSpan + kLanes) * 8;

  const int64_t batch = isNarrow(kernel) ? kSpan - kSpan % kernel.inner : kSpan;
  const int64_t tile = kernel.epilogue.tile;
  for (int64_t k = first; k < end;) {
    const int64_t count = end - k < batch ? end - k : batch;
    foldPoints(task, values, k, count, results, resultBytes);
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

/// Blocks of long reductions: of each the rows for all kept columns of one outer index after the other, as they may lie in memory.
void blockPiece(void* context, int64_t piece, char* scratch) {
  const ReduceTask& task = *static_cast<ReduceTask*>(context);
  const ReduceKernel& kernel = *task.kernel;
  Values values(kernel, *task.frame, scratch);
  const int64_t units = kernel.blocks * kernel.outer, columns = columnsTogether(kernel);
  const int64_t end = (piece + 1) * task.perPiece < units ? (piece + 1) * task.perPiece : units;
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const int64_t block = unit / kernel.outer, o = unit % kernel.outer, r0 = block * kernel.blockRows;
    const int64_t r1 = kernel.reduced - r0 < kernel.blockRows ? kernel.reduced : r0 + kernel.blockRows;
    for (int64_t c = 0; c < kernel.inner; c += columns) {
      const int64_t width = kernel.inner - c < columns ? kernel.inner - c : columns;
      if (kernel.inner == 1) {
        for (int32_t f = 0; f < kernel.foldCount; f++) begin(kernel.folds[f], values.totals(f), 1);
        values.foldLongRun(o, r0, r1, 0);
      } else {
        values.foldColumns(o, r0, r1, c, width);
      }
      for (int32_t f = 0; f < kernel.foldCount; f++) {
        const Totals from = values.totals(f), to = partialOf(task, block, f).from(o * kernel.inner + c);
        memcpy(to.values, from.values, size_t(width) * sizeof(Value));
        if (hasPosition(kernel.folds[f].op)) memcpy(to.positions, from.positions, size_t(width) * sizeof(int64_t));
      }
    }
  }
}

}  // namespace

int64_t reduceShared(const ReduceKernel& kernel) {
  return kernel.blocks > 1 ? keptCount(kernel) * kernel.blocks * kernel.foldCount * 16 : 0;
}

int64_t reduceScratch(const ReduceKernel& kernel) {
  return tileScratch(kernel.body) + tileScratch(kernel.epilogue) + extraScratch(kernel);
}

void runReduce(const ReduceKernel& kernel, const Frame& frame) {
  const int64_t kept = keptCount(kernel);
  if (kept == 0) return;
  const double bodyCost = double(kept) * double(kernel.reduced) * kernel.body.cost;
  ReduceTask task{&kernel, &frame, kept, nullptr};
  if (kernel.blocks > 1) {
    task.partial = frame.shared;
    const int64_t units = kernel.outer * kernel.blocks, pieces = piecesFor(units, bodyCost);
    task.perPiece = (units + pieces - 1) / pieces;
    if (pieces == 1) blockPiece(&task, 0, callerScratch());
    else parallel((units + task.perPiece - 1) / task.perPiece, blockPiece, &task);
    task.perPiece = kept;
    return reducePiece(&task, 0, callerScratch());
  }
  const int64_t unit = isNarrow(kernel) ? kernel.inner : kLanes;
  const int64_t units = (kept + unit - 1) / unit, pieces = piecesFor(units, bodyCost);
  if (pieces == 1) return reducePiece(&task, 0, callerScratch());
  task.perPiece = units / pieces * unit;
  parallel((kept + task.perPiece - 1) / task.perPiece, reducePiece, &task);
}

}  // namespace CG_ISA
}  // namespace cellgrad
