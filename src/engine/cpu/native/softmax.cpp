// Softmax and its logarithm along a dim, and the ways back (src/primitives/softmax.ts). A row is read from memory once, and then from the cache;
// where rows do not lie dense, columns that lie beside each other go together.
#include <math.h>

#include "call_views.h"
#include "exponentials.h"
#include "pool.h"
#include "row_writes.h"
#include "rows.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Columns that go together.
constexpr int64_t kColumns = 256;
/// Rows whose columns are added in the operands' dtype.
constexpr int64_t kRowsNear = 32;

/// Units are rows, or blocks of columns.
template <class T>
struct SoftmaxTask {
  Rows rows;
  const T *a, *b;
  T* result;
  bool past;
  int64_t units, perPiece;

  int64_t blocks() const { return (rows.inner + kColumns - 1) / kColumns; }
};

template <class T>
void softmaxRow(const T* x, T* y, int64_t n, bool past, T* exps) {
  const T total = T(exponentials(x, n, greatestOf(x, n), exps)), share = T(1) / total;
  writeRow(y, n, past, [=](auto how, int64_t i) { return how.load(exps + i) * share; });
}

template <class T>
void logSoftmaxRow(const T* x, T* y, int64_t n, bool past, T* exps) {
  const T greatest = greatestOf(x, n), total = T(::log(exponentials(x, n, greatest, exps)));
  writeRow(y, n, past, [=](auto how, int64_t i) { return (how.load(x + i) - greatest) - total; });
}

template <class T>
void softmaxBackRow(const T* g, const T* y, T* dx, int64_t n, bool past) {
  double along = 0;
  addUp<1, T>(n, &along, [=](auto how, int64_t i, auto* terms) { terms[0] = how.load(g + i) * how.load(y + i); });
  const T mean = T(along);
  writeRow(dx, n, past, [=](auto how, int64_t i) { return (how.load(g + i) - mean) * how.load(y + i); });
}

template <class T>
void logSoftmaxBackRow(const T* g, const T* y, T* dx, int64_t n, bool past, T* exps) {
  double sum = 0;
  addUp<1, T>(n, &sum, [=](auto how, int64_t i, auto* terms) { terms[0] = how.load(g + i); });
  const T total = T(sum);
  exponentials(y, n, T(0), exps);
  writeRow(dx, n, past, [=](auto how, int64_t i) { return how.load(g + i) - how.load(exps + i) * total; });
}

enum class Way { softmax, logSoftmax, softmaxBack, logSoftmaxBack };

template <class T, Way way>
void rowsPiece(void* context, int64_t piece, char* scratch) {
  const SoftmaxTask<T>& task = *static_cast<SoftmaxTask<T>*>(context);
  const int64_t n = task.rows.length, end = (piece + 1) * task.perPiece < task.units ? (piece + 1) * task.perPiece : task.units;
  T* exps = reinterpret_cast<T*>(scratch);
  for (int64_t r = piece * task.perPiece; r < end && !stopRequested(); r++) {
    const T *a = task.a + r * n, *b = task.b + r * n;
    T* result = task.result + r * n;
    if constexpr (way == Way::softmax) softmaxRow(a, result, n, task.past, exps);
    if constexpr (way == Way::logSoftmax) logSoftmaxRow(a, result, n, task.past, exps);
    if constexpr (way == Way::softmaxBack) softmaxBackRow(a, b, result, n, task.past);
    if constexpr (way == Way::logSoftmaxBack) logSoftmaxBackRow(a, b, result, n, task.past, exps);
  }
  endPast();
}

/// Adds up the columns of what term(how, row, column) says for n rows: of some rows in their own dtype, and these in float64.
template <class T, class F>
void addColumns(int64_t n, int64_t width, double* totals, F term) {
  T near[kColumns];
  for (int64_t j = 0; j < width; j++) totals[j] = 0;
  for (int64_t k = 0; k < n;) {
    for (int64_t j = 0; j < width; j++) near[j] = T(0);
    for (const int64_t stop = k + kRowsNear; k < n && k < stop; k++) {
      writeRow(near, width, false, [&](auto how, int64_t j) { return how.load(near + j) + term(how, k, j); });
    }
    for (int64_t j = 0; j < width; j++) totals[j] += double(near[j]);
  }
}

template <class T, Way way>
void columnsPiece(void* context, int64_t piece, char* scratch) {
  const SoftmaxTask<T>& task = *static_cast<SoftmaxTask<T>*>(context);
  const int64_t n = task.rows.length, inner = task.rows.inner, blocks = task.blocks();
  const int64_t end = (piece + 1) * task.perPiece < task.units ? (piece + 1) * task.perPiece : task.units;
  T* exps = reinterpret_cast<T*>(scratch);
  double totals[kColumns];
  T greatest[kColumns], last[kColumns];
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const int64_t column = unit % blocks * kColumns, width = inner - column < kColumns ? inner - column : kColumns;
    const int64_t first = unit / blocks * n * inner + column;
    const T *a = task.a + first, *b = task.b + first;
    T* result = task.result + first;
    if constexpr (way == Way::softmax || way == Way::logSoftmax) {
      for (int64_t j = 0; j < width; j++) greatest[j] = a[j];
      for (int64_t k = 1; k < n; k++) {
        const T* x = a + k * inner;
#pragma GCC ivdep
        for (int64_t j = 0; j < width; j++) greatest[j] = x[j] > greatest[j] ? x[j] : greatest[j];
      }
      addColumns<T>(n, width, totals, [&](auto how, int64_t k, int64_t j) {
        const auto e = expBelow(how.load(a + k * inner + j) - how.load(greatest + j));
        if (way == Way::softmax) how.store(exps + k * kColumns + j, e);
        return e;
      });
      for (int64_t j = 0; j < width; j++) last[j] = way == Way::softmax ? T(1) / T(totals[j]) : T(::log(totals[j]));
    } else {
      addColumns<T>(n, width, totals, [=](auto how, int64_t k, int64_t j) {
        const auto g = how.load(a + k * inner + j);
        if constexpr (way == Way::softmaxBack) return g * how.load(b + k * inner + j);
        else return g;
      });
      for (int64_t j = 0; j < width; j++) last[j] = T(totals[j]);
    }
    for (int64_t k = 0; k < n; k++) {
      const T *x = a + k * inner, *y = b + k * inner;
      T* e = exps + (way == Way::softmax ? k * kColumns : 0);
      if constexpr (way == Way::logSoftmaxBack) exponentials(y, width, T(0), e);
      writeRow(result + k * inner, width, task.past, [&](auto how, int64_t j) {
        const auto final = how.load(last + j);
        if constexpr (way == Way::softmax) return how.load(e + j) * final;
        else if constexpr (way == Way::logSoftmax) return (how.load(x + j) - how.load(greatest + j)) - final;
        else if constexpr (way == Way::softmaxBack) return (how.load(x + j) - final) * how.load(y + j);
        else return how.load(x + j) - how.load(e + j) * final;
      });
    }
  }
  endPast();
}

template <class T, Way way>
void runAlong(const CallKernel& call, const Frame& frame) {
  const CallView *in = call.operands, &out = call.results[0];
  const T *a = dataOf<T>(frame, in[0]), *b = way == Way::softmax || way == Way::logSoftmax ? a : dataOf<T>(frame, in[1]);
  const int64_t points = in[0].dims.points();
  if (points == 0) return;
  SoftmaxTask<T> task{Rows(in[0].dims, call.attributes[0]), a, b, dataOf<T>(frame, out), points * int64_t(sizeof(T)) >= kPastCaches, 0, 0};
  const bool apart = task.rows.inner == 1;
  task.units = task.rows.outer * (apart ? 1 : task.blocks());
  const int64_t pieces = piecesFor(task.units, double(points) * (way == Way::softmaxBack ? 0.3 : 0.5));
  task.perPiece = (task.units + pieces - 1) / pieces;
  const auto piece = apart ? rowsPiece<T, way> : columnsPiece<T, way>;
  if (pieces == 1) piece(&task, 0, callerScratch());
  else parallel((task.units + task.perPiece - 1) / task.perPiece, piece, &task);
}

template <Way way>
void run(const CallKernel& call, const Frame& frame) {
  withFloat(call.operands[0].dtype, [&](auto zero) {
    runAlong<decltype(zero), way>(call, frame);
    return 0;
  });
}

const char* checkAll(const CallKernel& call, int operands) {
  const CallView& x = call.operands[0];
  bool fits = hasDim(call) && (x.dtype == kFloat32 || x.dtype == kFloat64);
  for (int i = 1; i < operands; i++) fits = fits && call.operands[i].dtype == x.dtype && sameDims(call.operands[i].dims, x.dims);
  fits = fits && call.results[0].wanted && call.results[0].dtype == x.dtype && sameDims(call.results[0].dims, x.dims);
  return !fits || overwrites(call, operands, 1) ? "a call of softmax has values that do not fit" : nullptr;
}

}  // namespace

const char* checkSoftmax(const CallKernel& call) { return checkAll(call, 1); }
const char* checkSoftmaxBackward(const CallKernel& call) { return checkAll(call, 2); }

int64_t softmaxScratch(const CallKernel& call) {
  const Rows rows(call.operands[0].dims, call.attributes[0]);
  return rows.length * (rows.inner == 1 ? 1 : kColumns) * bytesOf(call.operands[0].dtype);
}

void softmax(const CallKernel& call, const Frame& frame) { run<Way::softmax>(call, frame); }
void logSoftmax(const CallKernel& call, const Frame& frame) { run<Way::logSoftmax>(call, frame); }
void softmaxBackward(const CallKernel& call, const Frame& frame) { run<Way::softmaxBack>(call, frame); }
void logSoftmaxBackward(const CallKernel& call, const Frame& frame) { run<Way::logSoftmaxBack>(call, frame); }

}  // namespace CG_ISA
}  // namespace cellgrad
