// Sums of a few entries along a dim, each times a factor, and their gradients (src/primitives/taps.ts). Where an entry is a row, rows are added up
// as vectors. Where it is one element, as many planes as a vector has lanes are laid side by side, so that there too an entry is a vector.
#include <string.h>

#include "call_views.h"
#include "pool.h"
#include "row_sums.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Planes side by side take no more than this.
constexpr int64_t kMostBeside = 4 << 20;
/// Rows that are added up at a time.
constexpr int kTogether = 8;
/// Columns that belong to one piece of work at least: a line of the cache of float32.
constexpr int64_t kStrip = 16;

/// Planes [rows, inner], `channels` of each image, and for each image b table b mod `tables`: taps of each point.
struct TapsPlan {
  int64_t batch, channels, rows, inner, tables, taps, points;

  int64_t planes() const { return batch * channels; }
  int64_t tableOf(int64_t plane) const { return plane / channels % tables; }
  /// Planes one after another that have the same table.
  int64_t run() const { return tables == 1 ? planes() : channels; }
  /// Whether planes are laid side by side, `lanes` of them.
  bool besides(int lanes, int64_t bytes) const { return inner == 1 && run() * 4 >= lanes && run() > 1 && rows * lanes * bytes <= kMostBeside; }
};

/// @return what is wrong, or null; `points` are what the taps of x are summed up for
const char* planOf(const CallView& x, const CallView& points, const CallView& index, const CallView& factors, TapsPlan& plan) {
  if (x.dims.count != 4 || points.dims.count != 4 || index.dims.count != 3) return "a taps' call has planes of four dims and tables of three";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a taps' call has an unknown dtype";
  const int64_t* size = x.dims.size;
  plan = {size[0], size[1], size[2], size[3], index.dims.size[0], index.dims.size[1], index.dims.size[2]};
  const bool fits = hasDims(points, x.dtype, {plan.batch, plan.channels, plan.points, plan.inner}) && hasDims(index, kInt32, {plan.tables, plan.taps, plan.points}) &&
                    hasDims(factors, x.dtype, {plan.tables, plan.taps, plan.points});
  if (!fits || (plan.batch > 0 && (plan.tables == 0 || plan.batch % plan.tables))) return "a taps' call has values that do not fit";
  return nullptr;
}

const char* forwardPlan(const CallKernel& call, TapsPlan& plan) { return planOf(call.operands[0], call.results[0], call.operands[1], call.operands[2], plan); }
const char* inputPlan(const CallKernel& call, TapsPlan& plan) { return planOf(call.results[0], call.operands[0], call.operands[1], call.operands[2], plan); }
const char* factorPlan(const CallKernel& call, TapsPlan& plan) { return planOf(call.operands[0], call.operands[1], call.operands[2], call.results[0], plan); }

template <class T>
struct TapsTask {
  TapsPlan plan;
  T *x, *points, *factors;
  const int32_t* index;
  int64_t units, perPiece;

  /// Taps of a table's points: tap k of point q lies at k * points + q.
  const int32_t* places(int64_t table) const { return index + table * plan.taps * plan.points; }
  T* factorsOf(int64_t table) const { return factors + table * plan.taps * plan.points; }
  bool isInside(int64_t row) const { return uint64_t(row) < uint64_t(plan.rows); }
  int64_t firstOf(int64_t piece) const { return piece * perPiece; }
  int64_t endOf(int64_t piece) const { return firstOf(piece + 1) < units ? firstOf(piece + 1) : units; }
};

template <class T>
void runUnits(TapsTask<T>& task, int64_t units, double nanoseconds, void (*fn)(void*, int64_t, char*)) {
  if (units == 0) return;
  const int64_t pieces = piecesFor(units, nanoseconds);
  task.units = units;
  task.perPiece = (units + pieces - 1) / pieces;
  if (pieces == 1) fn(&task, 0, callerScratch());
  else parallel((units + task.perPiece - 1) / task.perPiece, fn, &task);
}

// Entries that are rows.

/// y += Σ factors · rows, in their order; the first ones are not added to what is there.
template <int N, bool first, class T>
inline void addRows(T* y, const T* const* from, const T* by, int64_t n) {
  const T* x[N];
  T a[N];
  for (int k = 0; k < N; k++) x[k] = from[k], a[k] = by[k];
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    T sum = first ? a[0] * x[0][i] : y[i] + a[0] * x[0][i];
    for (int k = 1; k < N; k++) sum += a[k] * x[k][i];
    y[i] = sum;
  }
}

template <bool first, class T>
void addAll(T* y, const T* const* from, const T* by, int count, int64_t n) {
  switch (count) {
    case 1: return addRows<1, first>(y, from, by, n);
    case 2: return addRows<2, first>(y, from, by, n);
    case 3: return addRows<3, first>(y, from, by, n);
    case 4: return addRows<4, first>(y, from, by, n);
    case 5: return addRows<5, first>(y, from, by, n);
    case 6: return addRows<6, first>(y, from, by, n);
    case 7: return addRows<7, first>(y, from, by, n);
    default: return addRows<8, first>(y, from, by, n);
  }
}

/// Units are points of planes.
template <class T>
void sumRows(void* context, int64_t piece, char*) {
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  for (int64_t unit = task.firstOf(piece), end = task.endOf(piece); unit < end; unit++) {
    if (unit % 1024 == 0 && stopRequested()) return;
    const int64_t plane = unit / plan.points, q = unit % plan.points, table = plan.tableOf(plane);
    const int32_t* places = task.places(table) + q;
    const T *factors = task.factorsOf(table) + q, *x = task.x + plane * plan.rows * plan.inner;
    T* y = task.points + unit * plan.inner;
    const T* from[kTogether];
    T by[kTogether];
    int count = 0;
    bool isFirst = true;
    for (int64_t k = 0; k < plan.taps; k++) {
      const int64_t row = places[k * plan.points];
      if (!task.isInside(row)) continue;
      if (count == kTogether) {
        if (isFirst) addAll<true>(y, from, by, count, plan.inner);
        else addAll<false>(y, from, by, count, plan.inner);
        isFirst = false;
        count = 0;
      }
      from[count] = x + row * plan.inner;
      by[count++] = factors[k * plan.points];
    }
    if (count == 0) memset(y, 0, size_t(plan.inner) * sizeof(T));
    else if (isFirst) addAll<true>(y, from, by, count, plan.inner);
    else addAll<false>(y, from, by, count, plan.inner);
  }
}

/// Units are strips of columns of planes: every element of a result belongs to one piece.
template <class T>
void spreadRows(void* context, int64_t piece, char*) {
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  const int64_t strips = (plan.inner + kStrip - 1) / kStrip, end = task.endOf(piece);
  for (int64_t unit = task.firstOf(piece); unit < end && !stopRequested();) {
    const int64_t plane = unit / strips, strip = unit % strips, more = strips - strip < end - unit ? strips - strip : end - unit;
    const int64_t first = strip * kStrip, stop = (strip + more) * kStrip < plan.inner ? (strip + more) * kStrip : plan.inner, n = stop - first;
    unit += more;
    const int32_t* places = task.places(plan.tableOf(plane));
    const T *factors = task.factorsOf(plan.tableOf(plane)), *g = task.points + plane * plan.points * plan.inner + first;
    T* dx = task.x + plane * plan.rows * plan.inner + first;
    if (n == plan.inner) memset(dx, 0, size_t(plan.rows * n) * sizeof(T));
    else
      for (int64_t r = 0; r < plan.rows; r++) memset(dx + r * plan.inner, 0, size_t(n) * sizeof(T));
    for (int64_t q = 0; q < plan.points; q++, g += plan.inner) {
      for (int64_t k = 0; k < plan.taps; k++) {
        const int64_t row = places[k * plan.points + q];
        if (!task.isInside(row)) continue;
        const T by = factors[k * plan.points + q];
        T* to = dx + row * plan.inner;
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++) to[i] += by * g[i];
      }
    }
  }
}

/// Units are points of tables.
template <class T>
void productsOfRows(void* context, int64_t piece, char*) {
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  for (int64_t unit = task.firstOf(piece), end = task.endOf(piece); unit < end && !stopRequested(); unit++) {
    const int64_t table = unit / plan.points, q = unit % plan.points;
    for (int64_t k = 0; k < plan.taps; k++) {
      const int64_t row = task.places(table)[k * plan.points + q];
      double total = 0;
      for (int64_t b = table; b < plan.batch && task.isInside(row); b += plan.tables) {
        for (int64_t plane = b * plan.channels; plane < (b + 1) * plan.channels; plane++) {
          const T *x = task.x + (plane * plan.rows + row) * plan.inner, *g = task.points + (plane * plan.points + q) * plan.inner;
          addUp<1, T>(plan.inner, &total, [=](auto how, int64_t i, auto* terms) { terms[0] = how.load(x + i) * how.load(g + i); });
        }
      }
      task.factorsOf(table)[k * plan.points + q] = T(total);
    }
  }
}

// Entries that are one element: planes side by side.

/// Planes [first, first + count) of a run, which have one table.
struct Beside {
  int64_t first, count, table;

  Beside(const TapsPlan& plan, int lanes, int64_t unit) {
    const int64_t blocks = (plan.run() + lanes - 1) / lanes, inRun = unit % blocks * lanes;
    first = unit / blocks * plan.run() + inRun;
    count = plan.run() - inRun < lanes ? plan.run() - inRun : lanes;
    table = plan.tableOf(first);
  }

  static int64_t units(const TapsPlan& plan, int lanes) { return plan.planes() / plan.run() * ((plan.run() + lanes - 1) / lanes); }
};

/// to[j * lanes + i] = from[i * stride + j] for `count` planes i and n entries j, and 0 in the other lanes.
template <class T>
inline void layBeside(T* to, const T* from, int64_t stride, int64_t count, int64_t n) {
  constexpr int lanes = VectorOf<T>::lanes;
  if (count < lanes) memset(to, 0, size_t(n) * kVectorBytes);
  transpose(to, lanes, from, stride, count, n);
}

template <class T>
void sumBeside(void* context, int64_t piece, char* scratch) {
  constexpr int lanes = VectorOf<T>::lanes;
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  T* x = reinterpret_cast<T*>(scratch);
  alignas(64) T block[lanes * lanes];
  for (int64_t unit = task.firstOf(piece); unit < task.endOf(piece) && !stopRequested(); unit++) {
    const Beside planes(plan, lanes, unit);
    const int32_t* places = task.places(planes.table);
    const T* factors = task.factorsOf(planes.table);
    layBeside(x, task.x + planes.first * plan.rows, plan.rows, planes.count, plan.rows);
    for (int64_t q0 = 0; q0 < plan.points; q0 += lanes) {
      const int64_t n = plan.points - q0 < lanes ? plan.points - q0 : lanes;
      for (int64_t q = q0; q < q0 + n; q++) {
        // To -0 every number is added exactly.
        Vector<T> sum = -Vector<T>{};
        bool any = false;
        for (int64_t k = 0; k < plan.taps; k++) {
          const int64_t row = places[k * plan.points + q];
          if (!task.isInside(row)) continue;
          sum += factors[k * plan.points + q] * loadVector(x + row * lanes);
          any = true;
        }
        storeVector(block + (q - q0) * lanes, any ? sum : Vector<T>{});
      }
      transpose(task.points + planes.first * plan.points + q0, plan.points, block, lanes, n, planes.count);
    }
  }
}

template <class T>
void spreadBeside(void* context, int64_t piece, char* scratch) {
  constexpr int lanes = VectorOf<T>::lanes;
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  T* dx = reinterpret_cast<T*>(scratch);
  alignas(64) T block[lanes * lanes];
  for (int64_t unit = task.firstOf(piece); unit < task.endOf(piece) && !stopRequested(); unit++) {
    const Beside planes(plan, lanes, unit);
    const int32_t* places = task.places(planes.table);
    const T* factors = task.factorsOf(planes.table);
    memset(dx, 0, size_t(plan.rows) * kVectorBytes);
    for (int64_t q0 = 0; q0 < plan.points; q0 += lanes) {
      const int64_t n = plan.points - q0 < lanes ? plan.points - q0 : lanes;
      layBeside(block, task.points + planes.first * plan.points + q0, plan.points, planes.count, n);
      for (int64_t q = q0; q < q0 + n; q++) {
        const Vector<T> g = loadVector(block + (q - q0) * lanes);
        for (int64_t k = 0; k < plan.taps; k++) {
          const int64_t row = places[k * plan.points + q];
          if (!task.isInside(row)) continue;
          storeVector(dx + row * lanes, loadVector(dx + row * lanes) + factors[k * plan.points + q] * g);
        }
      }
    }
    transpose(task.x + planes.first * plan.rows, plan.rows, dx, lanes, plan.rows, planes.count);
  }
}

/// Ranges of points that a table's products are computed in, each by one piece.
int64_t rangesOf(const TapsPlan& plan) { return plan.tables < 8 ? 4 : 1; }

template <class T>
void productsBeside(void* context, int64_t piece, char* scratch) {
  constexpr int lanes = VectorOf<T>::lanes;
  typedef WordOf<sizeof(T)> Word;
  typedef Word Words __attribute__((vector_size(kVectorBytes)));
  const TapsTask<T>& task = *static_cast<TapsTask<T>*>(context);
  const TapsPlan& plan = task.plan;
  const int64_t ranges = rangesOf(plan), blocks = (plan.channels + lanes - 1) / lanes;
  T* x = reinterpret_cast<T*>(scratch);
  alignas(64) T block[lanes * lanes];
  for (int64_t unit = task.firstOf(piece); unit < task.endOf(piece); unit++) {
    const int64_t table = unit / ranges, begin = plan.points * (unit % ranges) / ranges, end = plan.points * (unit % ranges + 1) / ranges;
    const int32_t* places = task.places(table);
    T* products = task.factorsOf(table);
    for (int64_t k = 0; k < plan.taps; k++) memset(products + k * plan.points + begin, 0, size_t(end - begin) * sizeof(T));
    for (int64_t b = table; b < plan.batch; b += plan.tables) {
      for (int64_t i = 0; i < blocks && !stopRequested(); i++) {
        const int64_t first = b * plan.channels + i * lanes, count = plan.channels - i * lanes < lanes ? plan.channels - i * lanes : lanes;
        layBeside(x, task.x + first * plan.rows, plan.rows, count, plan.rows);
        for (int64_t q0 = begin; q0 < end; q0 += lanes) {
          const int64_t n = end - q0 < lanes ? end - q0 : lanes;
          layBeside(block, task.points + first * plan.points + q0, plan.points, count, n);
          for (int64_t k = 0; k < plan.taps; k++) {
            // A product of channels for each point; then the channels are vectors, which are added up.
            Words terms[lanes] = {};
            for (int64_t j = 0; j < n; j++) {
              const int64_t row = places[k * plan.points + q0 + j];
              if (task.isInside(row)) terms[j] = Words(loadVector(x + row * lanes) * loadVector(block + j * lanes));
            }
            transposeRegisters<lanes, Words, Word>(terms);
            for (int step = lanes / 2; step > 0; step /= 2)
              for (int j = 0; j < step; j++) terms[j] = Words(Vector<T>(terms[j]) + Vector<T>(terms[j + step]));
            T sums[lanes];
            storeVector(sums, Vector<T>(terms[0]));
            for (int64_t j = 0; j < n; j++) products[k * plan.points + q0 + j] += sums[j];
          }
        }
      }
    }
  }
}

/// Bytes for planes side by side, where they are.
int64_t besideBytes(const TapsPlan& plan, DType dtype) {
  return plan.besides(kVectorBytes / int(bytesOf(dtype)), bytesOf(dtype)) ? plan.rows * kVectorBytes : 0;
}

}  // namespace

const char* checkTaps(const CallKernel& call) {
  TapsPlan plan;
  if (const char* wrong = forwardPlan(call, plan)) return wrong;
  return overwrites(call, 3, 1) ? "a taps' call overwrites what it reads" : nullptr;
}

const char* checkTapsInput(const CallKernel& call) {
  TapsPlan plan;
  if (const char* wrong = inputPlan(call, plan)) return wrong;
  return overwrites(call, 3, 1) ? "a taps' call overwrites what it reads" : nullptr;
}

const char* checkTapsFactor(const CallKernel& call) {
  TapsPlan plan;
  if (const char* wrong = factorPlan(call, plan)) return wrong;
  return overwrites(call, 3, 1) ? "a taps' call overwrites what it reads" : nullptr;
}

int64_t tapsScratch(const CallKernel& call) {
  TapsPlan plan;
  return forwardPlan(call, plan) ? 0 : besideBytes(plan, call.operands[0].dtype);
}

int64_t tapsInputScratch(const CallKernel& call) {
  TapsPlan plan;
  return inputPlan(call, plan) ? 0 : besideBytes(plan, call.operands[0].dtype);
}

int64_t tapsFactorScratch(const CallKernel& call) {
  TapsPlan plan;
  return factorPlan(call, plan) ? 0 : besideBytes(plan, call.operands[0].dtype);
}

void sumTaps(const CallKernel& call, const Frame& frame) {
  TapsPlan plan;
  forwardPlan(call, plan);
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    constexpr int lanes = VectorOf<T>::lanes;
    const CallView* in = call.operands;
    TapsTask<T> task{plan, dataOf<T>(frame, in[0]), dataOf<T>(frame, call.results[0]), dataOf<T>(frame, in[2]), dataOf<int32_t>(frame, in[1]), 0, 0};
    const double cost = double(plan.planes() * plan.points * plan.inner) * (0.2 + 0.1 * double(plan.taps));
    if (plan.planes() * plan.points * plan.inner == 0) return 0;
    if (plan.besides(lanes, sizeof(T))) runUnits(task, Beside::units(plan, lanes), cost, sumBeside<T>);
    else runUnits(task, plan.planes() * plan.points, cost, sumRows<T>);
    return 0;
  });
}

void spreadTaps(const CallKernel& call, const Frame& frame) {
  TapsPlan plan;
  inputPlan(call, plan);
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    constexpr int lanes = VectorOf<T>::lanes;
    const CallView* in = call.operands;
    TapsTask<T> task{plan, dataOf<T>(frame, call.results[0]), dataOf<T>(frame, in[0]), dataOf<T>(frame, in[2]), dataOf<int32_t>(frame, in[1]), 0, 0};
    const double cost = double(plan.planes() * plan.inner) * (0.2 * double(plan.rows) + double(plan.points) * (0.2 + 0.1 * double(plan.taps)));
    if (plan.planes() * plan.rows * plan.inner == 0) return 0;
    if (plan.besides(lanes, sizeof(T))) runUnits(task, Beside::units(plan, lanes), cost, spreadBeside<T>);
    else runUnits(task, plan.planes() * ((plan.inner + kStrip - 1) / kStrip), cost, spreadRows<T>);
    return 0;
  });
}

void tapsProducts(const CallKernel& call, const Frame& frame) {
  TapsPlan plan;
  factorPlan(call, plan);
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView* in = call.operands;
    TapsTask<T> task{plan, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<T>(frame, call.results[0]), dataOf<int32_t>(frame, in[2]), 0, 0};
    const double cost = double(plan.planes() * plan.points * plan.inner) * (0.2 + 0.2 * double(plan.taps));
    if (plan.besides(VectorOf<T>::lanes, sizeof(T))) runUnits(task, plan.tables * rangesOf(plan), cost, productsBeside<T>);
    else runUnits(task, plan.tables * plan.points, cost, productsOfRows<T>);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
