// Kernels that run along a dim and carry something from entry to entry. Columns beside each other are carried together, so that the
// compiler vectorises them. Floats are carried in float64, as PyTorch does on a CPU; whole numbers wrap.
#include <type_traits>

#include "call_views.h"
#include "rows.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Columns that are carried together.
constexpr int64_t kColumns = 512;
/// Points after which a long loop looks whether the run is to stop.
constexpr int64_t kPollEvery = 1 << 16;

template <class T>
using Carried = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

struct ScanTask {
  const CallKernel* call;
  const Frame* frame;
  Rows rows;
  int64_t width;   // columns of a chunk
  int64_t chunks;  // of the columns of one outer index
  int64_t perPiece;
};

/// Calls f(first element, columns) for the chunks of a piece.
template <class F>
void eachChunk(const ScanTask& task, int64_t piece, F f) {
  const int64_t all = task.rows.outer * task.chunks;
  for (int64_t chunk = piece * task.perPiece; chunk < (piece + 1) * task.perPiece && chunk < all && !stopRequested(); chunk++) {
    const int64_t column = chunk % task.chunks * task.width, rest = task.rows.inner - column;
    f(chunk / task.chunks * task.rows.length * task.rows.inner + column, rest < task.width ? rest : task.width);
  }
}

void runScan(const CallKernel& call, const Frame& frame, void (*fn)(void*, int64_t, char*)) {
  ScanTask task{&call, &frame, Rows(call.operands[0].dims, call.attributes[0]), 0, 0, 0};
  const int64_t points = call.operands[0].dims.points();
  if (points == 0) return;
  task.width = task.rows.inner < kColumns ? task.rows.inner : kColumns;
  task.chunks = (task.rows.inner + task.width - 1) / task.width;
  const int64_t units = task.rows.outer * task.chunks, pieces = piecesFor(units, double(points) * 1.5);
  task.perPiece = (units + pieces - 1) / pieces;
  if (pieces == 1) fn(&task, 0, callerScratch());
  else parallel((units + task.perPiece - 1) / task.perPiece, fn, &task);
}

template <class T>
T* pointer(const ScanTask& task, const CallView& view) {
  return view.wanted ? reinterpret_cast<T*>(at(*task.frame, view.place)) : nullptr;
}

/// Goes along the entries of a chunk: f(offset of the entry's columns).
template <class F>
void along(const Rows& rows, int64_t first, bool reversed, F f) {
  for (int64_t k = 0; k < rows.length; k++) {
    if (k % kPollEvery == 0 && stopRequested()) return;
    f(first + (reversed ? rows.length - 1 - k : k) * rows.inner);
  }
}

template <class T, bool product>
void cumulativePiece(void* context, int64_t piece, char* scratch) {
  const ScanTask& task = *static_cast<ScanTask*>(context);
  using A = Carried<T>;
  const T* x = pointer<const T>(task, task.call->operands[0]);
  T* y = pointer<T>(task, task.call->results[0]);
  A* carried = reinterpret_cast<A*>(scratch);
  eachChunk(task, piece, [&](int64_t first, int64_t columns) {
    for (int64_t c = 0; c < columns; c++) carried[c] = product;
    along(task.rows, first, false, [&](int64_t at) {
      for (int64_t c = 0; c < columns; c++) {
        carried[c] = product ? A(carried[c] * A(x[at + c])) : A(carried[c] + A(x[at + c]));
        y[at + c] = T(carried[c]);
      }
    });
  });
}

template <class T, bool largest>
void extremePiece(void* context, int64_t piece, char* scratch) {
  const ScanTask& task = *static_cast<ScanTask*>(context);
  const T* x = pointer<const T>(task, task.call->operands[0]);
  T* values = pointer<T>(task, task.call->results[0]);
  int32_t* positions = pointer<int32_t>(task, task.call->results[1]);
  T* best = reinterpret_cast<T*>(scratch);
  int32_t* where = reinterpret_cast<int32_t*>(scratch + kColumns * 8);
  eachChunk(task, piece, [&](int64_t first, int64_t columns) {
    for (int64_t c = 0; c < columns; c++) {
      best[c] = x[first + c];
      where[c] = 0;
    }
    int32_t entry = 0;
    along(task.rows, first, false, [&](int64_t at) {
      for (int64_t c = 0; c < columns; c++) {
        const T value = x[at + c];
        // NaN stays once it has come, and of equal ones the last counts.
        const bool better = value != value || (best[c] == best[c] && (largest ? value >= best[c] : value <= best[c]));
        if (better) best[c] = value, where[c] = entry;
      }
      if (values) for (int64_t c = 0; c < columns; c++) values[at + c] = best[c];
      if (positions) for (int64_t c = 0; c < columns; c++) positions[at + c] = where[c];
      entry++;
    });
  });
}

template <class T>
void recurrencePiece(void* context, int64_t piece, char* scratch) {
  const ScanTask& task = *static_cast<ScanTask*>(context);
  const T* a = pointer<const T>(task, task.call->operands[0]);
  const T* b = pointer<const T>(task, task.call->operands[1]);
  T* y = pointer<T>(task, task.call->results[0]);
  double* carried = reinterpret_cast<double*>(scratch);
  eachChunk(task, piece, [&](int64_t first, int64_t columns) {
    for (int64_t c = 0; c < columns; c++) carried[c] = 0;
    along(task.rows, first, task.call->attributes[1] != 0, [&](int64_t at) {
      for (int64_t c = 0; c < columns; c++) {
        carried[c] = double(a[at + c]) * carried[c] + double(b[at + c]);
        y[at + c] = T(carried[c]);
      }
    });
  });
}

}  // namespace

/// All values have one shape; of two results the second is positions.
const char* checkScan(const CallKernel& call) {
  const CallRow& row = kCallRows[int32_t(call.op)];
  const CallView& x = call.operands[0];
  if (!hasDim(call)) return "a scan names a dim that its operand does not have";
  for (int32_t i = 1; i < row.operands; i++) {
    if (!sameDims(call.operands[i].dims, x.dims) || call.operands[i].dtype != x.dtype) return "a scan's operands differ in shape or dtype";
  }
  for (int32_t i = 0; i < row.results; i++) {
    const CallView& y = call.results[i];
    if (y.wanted && (!sameDims(y.dims, x.dims) || y.dtype != (i == 0 ? x.dtype : kInt32))) return "a scan's result has another shape or dtype than it gives";
  }
  if (row.results == 1 && !call.results[0].wanted) return "a scan lacks its result";
  return nullptr;
}

int64_t scanScratch(const CallKernel&) { return kColumns * 12; }

void cumulativeSum(const CallKernel& call, const Frame& frame) {
  withNumber(call.operands[0].dtype, [&](auto zero) { runScan(call, frame, cumulativePiece<decltype(zero), false>); });
}
void cumulativeProduct(const CallKernel& call, const Frame& frame) {
  withNumber(call.operands[0].dtype, [&](auto zero) { runScan(call, frame, cumulativePiece<decltype(zero), true>); });
}
void cumulativeMaximum(const CallKernel& call, const Frame& frame) {
  withNumber(call.operands[0].dtype, [&](auto zero) { runScan(call, frame, extremePiece<decltype(zero), true>); });
}
void cumulativeMinimum(const CallKernel& call, const Frame& frame) {
  withNumber(call.operands[0].dtype, [&](auto zero) { runScan(call, frame, extremePiece<decltype(zero), false>); });
}
void linearRecurrence(const CallKernel& call, const Frame& frame) {
  withNumber(call.operands[0].dtype, [&](auto zero) { runScan(call, frame, recurrencePiece<decltype(zero)>); });
}

}  // namespace CG_ISA
}  // namespace cellgrad
