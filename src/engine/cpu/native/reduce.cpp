// Reductions: the body runs tile by tile and each tile is folded while it is hot. Two orders of the iteration space:
// [outer, reduced] folds runs of neighbouring points to one number; [outer, reduced, inner] folds whole rows onto a row.
// What is added in which order depends on the shapes only: points are folded in spans whose length the body's tile does not change, which
// are cut apart neither between pieces nor between batches; where each row is folded by itself it does not matter where its columns are cut.
#include "fold.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

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

/// Long rows of floats are summed so many at a time in their own dtype, before they are added to sums in float64.
constexpr int64_t kRowsNear = 8;
bool isSummedNear(const ReduceKernel& kernel, const FoldStep& fold) {
  return fold.op == Fold::sum && isFloat(fold.valueType) && kernel.inner > 1 && rowsTogether(kernel) == 1;
}

/// Working memory of one piece: a span for `foldRows`, the accumulators, sums of a few rows and of all for each fold, and the values of spans that
/// are longer than a tile.
struct Working {
  char* work;
  Accumulator* totals;
  char* near;
  double* sums;
  char* staged;

  static int64_t bytes(const ReduceKernel& kernel) {
    const int64_t stagedBytes = kernel.body.tile < kSpan ? kernel.foldCount * kSpan * 8 : 0;
    return kSpan * 8 + 128 + kernel.foldCount * kSpan * (int64_t(sizeof(Accumulator)) + 16) + stagedBytes;
  }

  Working(const ReduceKernel& kernel, char* memory) : work(memory) {
    totals = reinterpret_cast<Accumulator*>(memory + kSpan * 8 + 128);
    near = reinterpret_cast<char*>(totals + kernel.foldCount * kSpan);
    sums = reinterpret_cast<double*>(near + kernel.foldCount * kSpan * 8);
    staged = near + kernel.foldCount * kSpan * 16;
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

/// Adds a row to the sums of the few rows before it, and with the last of them those to the sums of all.
template <class T>
void sumNear(double* sums, T* near, const T* x, int64_t width, bool isFirst, bool isLast) {
  if (isFirst) memcpy(static_cast<void*>(near), x, size_t(width) * sizeof(T));
  else {
#pragma GCC ivdep
    for (int64_t j = 0; j < width; j++) near[j] += x[j];
  }
  if (isLast) {
#pragma GCC ivdep
    for (int64_t j = 0; j < width; j++) sums[j] += double(near[j]);
  }
}

void sumRowNear(const FoldStep& fold, double* sums, char* near, const char* x, int64_t width, bool isFirst, bool isLast) {
  if (fold.valueType == kFloat64) sumNear(sums, reinterpret_cast<double*>(near), reinterpret_cast<const double*>(x), width, isFirst, isLast);
  else sumNear(sums, reinterpret_cast<float*>(near), reinterpret_cast<const float*>(x), width, isFirst, isLast);
}

/// Whether all there is to do is one sum of floats that lie in memory as the points do: then they are read where they are.
bool isPlainSum(const ReduceKernel& kernel) {
  const TileProgram& body = kernel.body;
  if (kernel.foldCount != 1 || body.loadCount != 1 || body.stepCount || body.directStoreCount || body.storeCount) return false;
  const FoldStep& fold = kernel.folds[0];
  return fold.value == body.loads[0].value && (isSummedNear(kernel, fold) || (kernel.inner == 1 && fold.op == Fold::sum && isFloat(fold.valueType)));
}

/// The sums of a few rows, added as `sumNear` adds them.
template <class T>
void sumRows(double* sums, const T* x, int64_t stride, int64_t rows, int64_t width) {
  if (rows == kRowsNear) {
#pragma GCC ivdep
    for (int64_t j = 0; j < width; j++) {
      T near = x[j];
#pragma GCC unroll 8
      for (int64_t r = 1; r < kRowsNear; r++) near += x[r * stride + j];
      sums[j] += double(near);
    }
    return;
  }
  for (int64_t j = 0; j < width; j++) {
    T near = x[j];
    for (int64_t r = 1; r < rows; r++) near += x[r * stride + j];
    sums[j] += double(near);
  }
}

/// A plain sum of `rows` rows of columns from point `first` on, or of as many neighbours; the same bits as where values are computed on the way.
template <class T>
void sumInPlace(const ReduceKernel& kernel, const Working& working, const T* x, int64_t rows, int64_t width) {
  if (kernel.inner == 1) {
    double total = 0;
    for (int64_t r = 0; r < rows && !stopRequested(); r += kSpan) total += sumRun(x + r, rows - r < kSpan ? rows - r : kSpan);
    working.totals[0].real = total;
    return;
  }
  for (int64_t j = 0; j < width; j++) working.sums[j] = 0;
  for (int64_t r = 0; r < rows && !stopRequested(); r += kRowsNear) {
    sumRows(working.sums, x + r * kernel.inner, kernel.inner, rows - r < kRowsNear ? rows - r : kRowsNear, width);
  }
  for (int64_t j = 0; j < width; j++) working.totals[j].real = working.sums[j];
}

/// Folds rows [r0, r1) of kept columns [c0, c0 + width) under outer index `o` into the totals ([folds][width]).
void foldColumns(TileRunner& body, const ReduceKernel& kernel, const Working& working, int64_t o, int64_t r0, int64_t r1, int64_t c0, int64_t width) {
  if (r1 > r0 && isPlainSum(kernel)) {
    const int64_t first = (o * kernel.reduced + r0) * kernel.inner + c0;
    if (kernel.folds[0].valueType == kFloat64) return sumInPlace(kernel, working, reinterpret_cast<const double*>(body.loadBases[0]) + first, r1 - r0, width);
    return sumInPlace(kernel, working, reinterpret_cast<const float*>(body.loadBases[0]) + first, r1 - r0, width);
  }
  Accumulator* into = working.totals;
  for (int32_t f = 0; f < kernel.foldCount; f++) {
    for (int64_t j = 0; j < width; j++) into[f * width + j] = identity(kernel.folds[f]);
    if (isSummedNear(kernel, kernel.folds[f])) memset(working.sums + f * kSpan, 0, size_t(width) * sizeof(double));
  }
  const int64_t together = rowsTogether(kernel);
  for (int64_t r = r0; r < r1 && !stopRequested(); r += together) {
    const int64_t rows = r1 - r < together ? r1 - r : together;
    runSpan(body, kernel, working, (o * kernel.reduced + r) * kernel.inner + c0, rows * width);
    for (int32_t f = 0; f < kernel.foldCount; f++) {
      const char* values = valuesOf(body, kernel, working, f, rows * width);
      if (isSummedNear(kernel, kernel.folds[f])) {
        const int64_t number = (r - r0) % kRowsNear;
        sumRowNear(kernel.folds[f], working.sums + f * kSpan, working.near + f * kSpan * 8, values, width, number == 0, number == kRowsNear - 1 || r + 1 == r1);
      } else if (kernel.inner == 1) foldValues(kernel.folds[f], into[f], values, rows, r);
      else foldRowValues(kernel.folds[f], into + f * width, values, working.work, rows, width, r);
    }
  }
  for (int32_t f = 0; f < kernel.foldCount; f++) {
    if (!isSummedNear(kernel, kernel.folds[f])) continue;
    for (int64_t j = 0; j < width; j++) into[f * width + j].real = working.sums[f * kSpan + j];
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
