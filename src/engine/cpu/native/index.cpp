// Reading and writing at positions along a dim (src/primitives/indexed.ts). Positions are checked before anything is written.
#include <string.h>

#include "call_views.h"
#include "indexed_beside.h"
#include "indexed_runs.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// @param whole the shape of the index takes the dim's place; otherwise there is a position for each element
/// @return what is wrong with shapes, dtypes or strides, or null
const char* indexedOf(const CallKernel& call, bool whole, const CallView& table, const CallView& points, Indexed& indexed) {
  const CallView& index = call.operands[1];
  if (!hasDim(call)) return "an indexed call names a dim that its operand does not have";
  if (!points.wanted) return "an indexed call lacks its result";
  if (index.dtype != kInt32 && index.dtype != kInt64) return "positions are int32 or int64";
  if (table.dtype != points.dtype) return "an indexed call reads one dtype and writes another";
  const int32_t dim = int32_t(call.attributes[0]), after = whole ? dim + index.dims.count : dim + 1;
  Dims expected = table.dims;
  if (!whole) {
    if (index.dims.count != table.dims.count) return "an index has another number of dims than its table";
    if (table.dims.count) expected.size[dim] = index.dims.size[dim];
    if (!sameDims(index.dims, expected)) return "an index has another shape than its table apart from the dim";
  } else {
    if (!table.dims.count) return "a table has no dims";
    if (table.dims.count - 1 + index.dims.count > kMaxAxes) return "an indexed call has too many dims";
    expected.count = dim;
    for (int32_t d = 0; d < index.dims.count; d++) expected.size[expected.count++] = index.dims.size[d];
    for (int32_t d = dim + 1; d < table.dims.count; d++) expected.size[expected.count++] = table.dims.size[d];
  }
  if (!sameDims(points.dims, expected)) return "an indexed call's values do not fit its index";
  Axis of[3][3];
  const CallView* views[3] = {&table, &points, &index};
  for (int i = 0; i < 3; i++) {
    const bool all = whole && i == 2;
    const int32_t from = all ? 0 : dim, to = all ? index.dims.count : i == 1 ? after : dim + 1;
    if (!asOne(*views[i], 0, from, of[i][0]) || !asOne(*views[i], from, to, of[i][1]) || !asOne(*views[i], to, views[i]->dims.count, of[i][2]))
      return "an indexed call's values have strides that it cannot walk";
  }
  // Positions that change after they were checked would lead anywhere.
  if (overlap(index, call.results[0])) return "an indexed call overwrites its index";
  indexed = {of[0][0].size, of[1][1].size, of[0][2].size, of[0][1].size, &index, &table, &points, {}, {}, {}};
  for (int d = 0; d < 3; d++) {
    indexed.tableStride[d] = of[0][d].stride;
    indexed.pointStride[d] = of[1][d].stride;
    indexed.indexStride[d] = of[2][d].stride;
  }
  return nullptr;
}

/// Checks every index once, also where the index view repeats itself (stride 0).
template <class I>
bool checkIndices(const Indexed& k, const Frame& frame, RunStatus& status) {
  const I* index = reinterpret_cast<const I*>(at(frame, k.index->place));
  const int64_t outer = k.indexStride[0] ? k.outer : 1, inner = k.indexStride[2] ? k.inner : 1;
  if (k.outer == 0 || k.inner == 0) return true;
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < k.count; i++) {
      if (i % kPollEvery == 0 && stopRequested()) return true;
      for (int64_t n = 0; n < inner; n++) {
        const int64_t row = index[o * k.indexStride[0] + i * k.indexStride[1] + n * k.indexStride[2]];
        if (row < -k.rows || row >= k.rows) {
          status.index = row;
          status.rows = k.rows;
          return false;
        }
      }
    }
  }
  return true;
}

/// Gathers points [first, first + perPiece) of [outer, count].
template <class T, class I>
void gatherPiece(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const Indexed& k = *task.indexed;
  const T* table = reinterpret_cast<const T*>(at(*task.frame, k.table->place));
  const I* index = reinterpret_cast<const I*>(at(*task.frame, k.index->place));
  T* out = reinterpret_cast<T*>(at(*task.frame, k.points->place));
  const bool areRows = k.indexStride[2] == 0 && k.tableStride[2] == 1 && k.pointStride[2] == 1;
  const int64_t all = k.outer * k.count, byRow = k.tableStride[1];
  int64_t p = piece * task.perPiece;
  const int64_t end = p + task.perPiece < all ? p + task.perPiece : all;
  while (p < end) {
    const int64_t o = p / k.count, i0 = p % k.count, n = k.count - i0 < end - p ? k.count - i0 : end - p;
    const int64_t byPoint = k.pointStride[1], byIndex = k.indexStride[1];
    T* to = out + o * k.pointStride[0] + i0 * byPoint;
    const I* rows = index + o * k.indexStride[0] + i0 * byIndex;
    const T* from = table + o * k.tableStride[0];
    p += n;
    if (k.inner == 1) {
      for (int64_t i = 0; i < n; i++) to[i * byPoint] = from[rowOf(rows[i * byIndex], k.rows) * byRow];
      continue;
    }
    for (int64_t i = 0; i < n; i++, to += byPoint, rows += byIndex) {
      if (areRows) {
        copyRow(to, from + rowOf(rows[0], k.rows) * byRow, k.inner);
        continue;
      }
      for (int64_t j = 0; j < k.inner; j++) to[j * k.pointStride[2]] = from[rowOf(rows[j * k.indexStride[2]], k.rows) * byRow + j * k.tableStride[2]];
    }
  }
}

/// Combines columns [first, first + perPiece) of [outer, inner]: every target element belongs to one piece, and `i` runs in order.
template <class T, class I, class How>
void scatterPiece(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const Indexed& k = *task.indexed;
  const T* source = reinterpret_cast<const T*>(at(*task.frame, k.points->place));
  const I* index = reinterpret_cast<const I*>(at(*task.frame, k.index->place));
  T* target = reinterpret_cast<T*>(at(*task.frame, k.table->place));
  const T factor = convert<T>(task.alpha);
  const int64_t first = piece * task.perPiece, all = k.outer * k.inner;
  const int64_t end = first + task.perPiece < all ? first + task.perPiece : all;
  if (k.inner == 1) {
    for (int64_t o = first; o < end; o++) {
      const I* rows = index + o * k.indexStride[0];
      const T* from = source + o * k.pointStride[0];
      T* to = target + o * k.tableStride[0];
      for (int64_t i = 0; i < k.count; i++) {
        if (i % kPollEvery == 0 && stopRequested()) return;
        T& place = to[rowOf(rows[i * k.indexStride[1]], k.rows) * k.tableStride[1]];
        place = How::of(place, from[i * k.pointStride[1]], factor);
      }
    }
    return;
  }
  for (int64_t p = first; p < end;) {
    const int64_t o = p / k.inner, n0 = p % k.inner;
    const int64_t n1 = k.inner - n0 < end - p ? k.inner : n0 + (end - p);
    for (int64_t i = 0; i < k.count; i++) {
      if (i % kPollEvery == 0 && stopRequested()) return;
      const I* rows = index + o * k.indexStride[0] + i * k.indexStride[1];
      const T* from = source + o * k.pointStride[0] + i * k.pointStride[1];
      T* to = target + o * k.tableStride[0];
      if (k.indexStride[2] == 0 && k.pointStride[2] == 1 && k.tableStride[2] == 1) {
        to += rowOf(rows[0], k.rows) * k.tableStride[1];
        for (int64_t n = n0; n < n1; n++) to[n] = How::of(to[n], from[n], factor);
        continue;
      }
      for (int64_t n = n0; n < n1; n++) {
        T& place = to[rowOf(rows[n * k.indexStride[2]], k.rows) * k.tableStride[1] + n * k.tableStride[2]];
        place = How::of(place, from[n * k.pointStride[2]], factor);
      }
    }
    p += n1 - n0;
  }
}

void runPieces(IndexTask& task, int64_t units, void (*fn)(void*, int64_t, char*)) {
  const Indexed& k = *task.indexed;
  const int64_t points = k.outer * k.count * k.inner;
  if (points == 0) return;
  const int64_t pieces = piecesFor(units, double(points) * 0.4);
  task.perPiece = (units + pieces - 1) / pieces;
  if (pieces == 1) fn(&task, 0, nullptr);
  else parallel((units + task.perPiece - 1) / task.perPiece, fn, &task);
}

const char* readingOf(const CallKernel& call, bool whole, Indexed& indexed) { return indexedOf(call, whole, call.operands[0], call.results[0], indexed); }
const char* addingOf(const CallKernel& call, bool whole, Indexed& indexed) { return indexedOf(call, whole, call.results[0], call.operands[2], indexed); }

/// Calls f with a zero of the type of the positions, which have been checked.
template <class F>
bool withIndex(const Indexed& indexed, const Frame& frame, RunStatus& status, F f) {
  const auto run = [&](auto zero) {
    if (!checkIndices<decltype(zero)>(indexed, frame, status)) return false;
    f(zero);
    return true;
  };
  return indexed.index->dtype == kInt64 ? run(int64_t(0)) : run(int32_t(0));
}

bool read(const CallKernel& call, bool whole, const Frame& frame, RunStatus& status) {
  Indexed indexed;
  readingOf(call, whole, indexed);
  IndexTask task{&indexed, &frame, 1, 0};
  return withIndex(indexed, frame, status, [&](auto index) {
    using I = decltype(index);
    withBytes(bytesOf(indexed.table->dtype), [&](auto bits) {
      using T = decltype(bits);
      RunsTask runs{task, {}, 0};
      if (findRuns<I>(indexed, frame, runs)) runPieces(runs, indexed.outer, gatherRuns<T>);
      else if (areBeside<T>(indexed)) runPieces(task, blocksBeside(indexed), gatherBeside<T, I>);
      else runPieces(task, indexed.outer * indexed.count, gatherPiece<T, I>);
    });
  });
}

template <class How>
bool write(const CallKernel& call, bool whole, double alpha, const Frame& frame, RunStatus& status) {
  Indexed indexed;
  addingOf(call, whole, indexed);
  IndexTask task{&indexed, &frame, alpha, 0};
  return withIndex(indexed, frame, status, [&](auto index) {
    using I = decltype(index);
    withNumber(indexed.table->dtype, [&](auto zero) {
      using T = decltype(zero);
      // Gradients of what is gathered so.
      if constexpr (std::is_same_v<How, Add> && std::is_floating_point_v<T>) {
        if (areBeside<T>(indexed)) return runPieces(task, blocksBeside(indexed), addBeside<T, I>);
      }
      runPieces(task, indexed.outer * indexed.inner, scatterPiece<T, I, How>);
    });
  });
}

/// As `into` in src/primitives/indexed.ts.
bool writeInto(const CallKernel& call, bool whole, const Frame& frame, RunStatus& status) {
  switch (call.attributes[1]) {
    case 0: return write<Put>(call, whole, 1, frame, status);
    case 1: return write<Mul>(call, whole, 1, frame, status);
    case 2: return write<Max>(call, whole, 1, frame, status);
    default: return write<Min>(call, whole, 1, frame, status);
  }
}

const char* checkReading(const CallKernel& call, bool whole) {
  Indexed indexed;
  return readingOf(call, whole, indexed);
}

const char* checkAdding(const CallKernel& call, bool whole) {
  Indexed indexed;
  return addingOf(call, whole, indexed);
}

const char* checkWriting(const CallKernel& call, bool whole) {
  if (call.attributes[1] < 0 || call.attributes[1] > 3) return "an indexed call puts, multiplies, or takes the greater or the lesser";
  return checkAdding(call, whole);
}

template <class Index>
struct PositionsTask {
  const Index* index;
  Index* out;
  int64_t rows, points, perPiece;

  static void run(void* context, int64_t piece, char*) {
    const PositionsTask& task = *static_cast<PositionsTask*>(context);
    const int64_t first = piece * task.perPiece, end = first + task.perPiece < task.points ? first + task.perPiece : task.points;
    for (int64_t i = first; i < end; i++) task.out[i] = task.index[i] < 0 ? Index(task.index[i] + task.rows) : task.index[i];
  }
};

}  // namespace

const char* checkPositions(const CallKernel& call) {
  const CallView &index = call.operands[0], &out = call.results[0];
  if (!out.wanted || (index.dtype != kInt32 && index.dtype != kInt64) || out.dtype != index.dtype || !sameDims(index.dims, out.dims)) return "positions have the shape and dtype of their index";
  if (call.attributes[0] < 0) return "positions are of a dim whose size is not negative";
  return nullptr;
}

bool positionsFromFront(const CallKernel& call, const Frame& frame, RunStatus& status) {
  const CallView& index = call.operands[0];
  const int64_t points = index.dims.points(), rows = call.attributes[0];
  Indexed all{1, points, 1, rows, &index, nullptr, nullptr, {0, 1, 0}, {}, {}};
  return withIndex(all, frame, status, [&](auto zero) {
    using I = decltype(zero);
    if (points == 0) return;
    const int64_t pieces = piecesFor(points, double(points) * 0.4);
    PositionsTask<I> task{reinterpret_cast<const I*>(at(frame, index.place)), reinterpret_cast<I*>(at(frame, call.results[0].place)), rows, points, (points + pieces - 1) / pieces};
    if (pieces == 1) task.run(&task, 0, nullptr);
    else parallel((points + task.perPiece - 1) / task.perPiece, task.run, &task);
  });
}

const char* checkGather(const CallKernel& call) { return checkReading(call, false); }
const char* checkTake(const CallKernel& call) { return checkReading(call, true); }
const char* checkScatterAdd(const CallKernel& call) { return checkAdding(call, false); }
const char* checkTakeAdd(const CallKernel& call) { return checkAdding(call, true); }

bool gatherElements(const CallKernel& call, const Frame& frame, RunStatus& status) { return read(call, false, frame, status); }
bool takeEntries(const CallKernel& call, const Frame& frame, RunStatus& status) { return read(call, true, frame, status); }
bool scatterAddElements(const CallKernel& call, const Frame& frame, RunStatus& status) { return write<Add>(call, false, 1, frame, status); }
bool takeAddEntries(const CallKernel& call, const Frame& frame, RunStatus& status) { return write<Add>(call, true, frame.scalars[call.scalars[0]], frame, status); }

const char* checkScatterInto(const CallKernel& call) { return checkWriting(call, false); }
const char* checkTakeInto(const CallKernel& call) { return checkWriting(call, true); }
bool scatterIntoElements(const CallKernel& call, const Frame& frame, RunStatus& status) { return writeInto(call, false, frame, status); }
bool takeIntoEntries(const CallKernel& call, const Frame& frame, RunStatus& status) { return writeInto(call, true, frame, status); }

}  // namespace CG_ISA
}  // namespace cellgrad
