// Attention and the way back (src/primitives/attention.ts), without the scores of all queries and keys ever being in memory: a block of queries meets
// blocks of keys, while a running maximum and a running sum say what its weights are shares of (Dao et al. 2022).
#include <math.h>
#include <string.h>

#include "call_views.h"
#include "exponentials.h"
#include "gemm_micro.h"
#include "gemm_pack.h"
#include "pool.h"
#include "row_writes.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Keys that a block of queries meets together, a multiple of a panel's columns; and queries of a block, at most.
constexpr int64_t kKeys = 256;
constexpr int64_t kQueries = 4 * kMicroRows;
/// Pieces of one entry's queries, where there are few entries: so many in all, of several blocks each.
constexpr int64_t kFewEntries = 16;

/// q [entries, queries, size], k [entries, keys, size], v [entries, keys, values].
struct Heads {
  DType dtype;
  int64_t entries, queries, keys, size, values;
  bool causal;

  /// Keys that queries before `end` see.
  int64_t seen(int64_t end) const { return causal && end < keys ? end : keys; }
  int64_t blocks() const { return (queries + kQueries - 1) / kQueries; }
};

const char* headsOf(const CallKernel& call, const CallView& q, Heads& h) {
  const CallView &k = (&q)[1], &v = (&q)[2];
  if (q.dims.count != 3 || k.dims.count != 3 || v.dims.count != 3) return "a call of attention has values of three dims";
  if (q.dtype != kFloat32 && q.dtype != kFloat64) return "a call of attention has an unknown dtype";
  h = {q.dtype, q.dims.size[0], q.dims.size[1], k.dims.size[1], q.dims.size[2], v.dims.size[2], call.attributes[0] != 0};
  bool fits = hasDims(k, h.dtype, {h.entries, h.keys, h.size}) && hasDims(v, h.dtype, {h.entries, h.keys, h.values});
  for (const int64_t size : {h.queries, h.keys, h.size, h.values}) fits = fits && size >= 1 && size < int64_t(1) << 24;
  return fits ? nullptr : "a call of attention has values that do not fit";
}

template <class T>
constexpr int64_t kPanel = kMicroVectors * VectorOf<T>::lanes;
template <class T>
int64_t padded(int64_t n) { return roundUp(n, VectorOf<T>::lanes); }

/// Rows of whole vectors as they lie, or panels of `height` rows, of which the last may be narrower than the others.
template <class T>
struct Factor {
  const T* data;
  int64_t row;     // rows: elements from one to the next
  int64_t height;  // panels: their rows; 0 for rows
  int64_t columns;

  const T* panel(int64_t column) const { return data + (height ? column * height : column); }
  int64_t rowOf(int64_t column) const { return !height ? row : columns - column < kPanel<T> ? columns - column : kPanel<T>; }
};

/// to[i, j] (+)= sum over p < k of a[i, p] * b[p, first + j], for columns that are whole vectors.
template <class T>
void product(T* to, int64_t toRow, const T* a, int64_t aRow, int64_t aCol, const Factor<T>& b, int64_t first, int64_t k, int64_t columns, int64_t rows, bool accumulate) {
  constexpr int64_t W = VectorOf<T>::lanes;
  const int64_t groups = (rows + kMicroRows - 1) / kMicroRows;
  for (int64_t column = 0; column < columns; column += kPanel<T>) {
    const int64_t width = columns - column < kPanel<T> ? columns - column : kPanel<T>;
    MicroArguments<T> x{k, a, aRow, aCol, b.panel(first + column), b.rowOf(first + column), to + column, toRow, width, accumulate, false};
    for (int64_t group = 0; group < groups; group++) {
      const int64_t count = rows * (group + 1) / groups - rows * group / groups;
      microKernel<T>(count, width / W)(x);
      x.a += count * aRow;
      x.c += count * toRow;
    }
  }
}

/// Hands out parts of a thread's scratch memory, or counts what is wanted.
struct Room {
  char* memory;
  int64_t used = 0;

  template <class T>
  T* take(int64_t count) {
    T* part = reinterpret_cast<T*>(memory + used);
    used += roundUp(count * int64_t(sizeof(T)), 64);
    return memory ? part : nullptr;
  }
};

/// from [rows, columns] transposed into panels: a factor of `columns` rows.
template <class T>
Factor<T> packTransposed(T* to, const T* from, int64_t rows, int64_t columns) {
  const int64_t all = padded<T>(rows);
  for (int64_t column = 0; column < rows; column += kPanel<T>) {
    const int64_t width = all - column < kPanel<T> ? all - column : kPanel<T>, there = rows - column < width ? rows - column : width;
    packPanel(to + column * columns, from + column * columns, int64_t(1), columns, columns, there, width);
  }
  return {to, 0, columns, all};
}

/// Rows as a factor: as they lie where they are whole vectors, otherwise copied to `to`, with zeros.
template <class T>
Factor<T> rowsOf(T* to, const T* from, int64_t rows, int64_t columns, T factor = T(1), bool copied = false) {
  const int64_t all = padded<T>(columns);
  if (all == columns && !copied) return {from, columns, 0, columns};
  for (int64_t r = 0; r < rows; r++) {
    const T* row = from + r * columns;
    writeRow(to + r * all, columns, false, [=](auto how, int64_t i) { return how.load(row + i) * factor; });
    for (int64_t i = columns; i < all; i++) to[r * all + i] = T(0);
  }
  return {to, all, 0, all};
}
template <class T>
int64_t copiedSize(int64_t rows, int64_t columns) { return padded<T>(columns) == columns ? 0 : rows * padded<T>(columns); }

/// Working memory of an entry, forward.
template <class T>
struct Forward {
  T *keys, *values, *queries, *weights, *sums, *greatest;
  double* totals;

  Forward(const Heads& h, Room& room) {
    keys = room.take<T>(h.size * padded<T>(h.keys));
    values = room.take<T>(copiedSize<T>(h.keys, h.values));
    queries = room.take<T>(kQueries * padded<T>(h.size));
    weights = room.take<T>(kQueries * kKeys);
    sums = room.take<T>(kQueries * padded<T>(h.values));
    greatest = room.take<T>(kQueries);
    totals = room.take<double>(kQueries);
  }
};

template <class T>
struct ForwardTask {
  const Heads* h;
  const T *q, *k, *v;
  T *y, *logs;
  T scale;
  int64_t parts;  // of an entry's queries
};

template <class T>
void forwardPiece(void* context, int64_t piece, char* scratch) {
  const ForwardTask<T>& task = *static_cast<ForwardTask<T>*>(context);
  const Heads& h = *task.h;
  const int64_t entry = piece / task.parts, part = piece % task.parts, width = padded<T>(h.values);
  Room room{scratch};
  const Forward<T> own(h, room);
  const int64_t endBlock = h.blocks() * (part + 1) / task.parts;
  const int64_t seen = h.seen(h.queries * endBlock / h.blocks());
  const Factor<T> keys = packTransposed(own.keys, task.k + entry * h.keys * h.size, seen, h.size);
  const Factor<T> values = rowsOf(own.values, task.v + entry * h.keys * h.values, seen, h.values);
  for (int64_t block = h.blocks() * part / task.parts; block < endBlock && !stopRequested(); block++) {
    const int64_t begin = h.queries * block / h.blocks(), end = h.queries * (block + 1) / h.blocks(), rows = end - begin;
    const Factor<T> queries = rowsOf(own.queries, task.q + (entry * h.queries + begin) * h.size, rows, h.size, task.scale, true);
    for (int64_t i = 0; i < rows; i++) own.greatest[i] = T(-HUGE_VAL), own.totals[i] = 0;
    for (int64_t first = 0; first < h.seen(end); first += kKeys) {
      const int64_t count = h.seen(end) - first < kKeys ? h.seen(end) - first : kKeys, columns = padded<T>(count);
      product(own.weights, kKeys, queries.data, queries.row, int64_t(1), keys, first, h.size, columns, rows, false);
      for (int64_t i = 0; i < rows; i++) {
        T *weights = own.weights + i * kKeys, *sums = own.sums + i * width;
        int64_t n = h.seen(begin + i + 1) - first;
        n = n < 0 ? 0 : n > count ? count : n;
        for (int64_t j = n; j < columns; j++) weights[j] = T(0);
        if (n == 0) continue;
        const T before = own.greatest[i], greatest = greatestOf(weights, n), now = greatest > before ? greatest : before;
        const double sum = exponentials(weights, n, now, weights), less = first == 0 ? 0 : now == before ? 1 : ::exp(double(before - now));
        own.totals[i] = own.totals[i] * less + sum;
        own.greatest[i] = now;
        if (first == 0 || less == 1) continue;
        const T factor = T(less);
        writeRow(sums, width, false, [=](auto how, int64_t j) { return how.load(sums + j) * factor; });
      }
      const Factor<T> some{values.data + first * values.row, values.row, 0, width};
      product(own.sums, width, own.weights, kKeys, int64_t(1), some, 0, count, width, rows, first > 0);
    }
    for (int64_t i = 0; i < rows; i++) {
      const int64_t row = entry * h.queries + begin + i;
      if (task.logs) task.logs[row] = T(double(own.greatest[i]) + ::log(own.totals[i]));
      if (!task.y) continue;
      const T share = T(1 / own.totals[i]), *sums = own.sums + i * width;
      writeRow(task.y + row * h.values, h.values, false, [=](auto how, int64_t j) { return how.load(sums + j) * share; });
    }
  }
}

/// Working memory of an entry on the way back.
template <class T>
struct Back {
  T *keys, *values, *keyRows, *queries, *gradients, *weights, *slopes, *dq, *dk, *dv;

  Back(const Heads& h, Room& room) {
    const int64_t all = padded<T>(h.keys), size = padded<T>(h.size), width = padded<T>(h.values);
    keys = room.take<T>(h.size * all);
    values = room.take<T>(h.values * all);
    keyRows = room.take<T>(copiedSize<T>(h.keys, h.size));
    queries = room.take<T>(kQueries * size);
    gradients = room.take<T>(kQueries * width);
    weights = room.take<T>(kQueries * kKeys);
    slopes = room.take<T>(kQueries * kKeys);
    dq = room.take<T>(kQueries * size);
    dk = room.take<T>(h.keys * size);
    dv = room.take<T>(h.keys * width);
  }
};

template <class T>
struct BackTask {
  const Heads* h;
  const T *g, *q, *k, *v, *y, *logs;
  T *dq, *dk, *dv;
  T scale;
};

template <class T>
void backPiece(void* context, int64_t entry, char* scratch) {
  const BackTask<T>& task = *static_cast<BackTask<T>*>(context);
  const Heads& h = *task.h;
  const int64_t size = padded<T>(h.size), width = padded<T>(h.values);
  Room room{scratch};
  const Back<T> own(h, room);
  const int64_t seen = h.seen(h.queries);
  const T *k = task.k + entry * h.keys * h.size, *v = task.v + entry * h.keys * h.values;
  const Factor<T> keys = packTransposed(own.keys, k, seen, h.size), values = packTransposed(own.values, v, seen, h.values);
  const Factor<T> keyRows = rowsOf(own.keyRows, k, seen, h.size);
  memset(static_cast<void*>(own.dk), 0, size_t(h.keys * size) * sizeof(T));
  memset(static_cast<void*>(own.dv), 0, size_t(h.keys * width) * sizeof(T));
  for (int64_t block = 0; block < h.blocks() && !stopRequested(); block++) {
    const int64_t begin = h.queries * block / h.blocks(), end = h.queries * (block + 1) / h.blocks(), rows = end - begin, row = entry * h.queries + begin;
    const Factor<T> queries = rowsOf(own.queries, task.q + row * h.size, rows, h.size, task.scale, true);
    const Factor<T> gradients = rowsOf(own.gradients, task.g + row * h.values, rows, h.values, T(1), true);
    T means[kQueries];
    for (int64_t i = 0; i < rows; i++) {
      const T *g = task.g + (row + i) * h.values, *y = task.y + (row + i) * h.values;
      double mean = 0;
      addUp<1, T>(h.values, &mean, [=](auto how, int64_t j, auto* terms) { terms[0] = how.load(g + j) * how.load(y + j); });
      means[i] = T(mean);
    }
    for (int64_t first = 0; first < h.seen(end); first += kKeys) {
      const int64_t count = h.seen(end) - first < kKeys ? h.seen(end) - first : kKeys, columns = padded<T>(count);
      product(own.weights, kKeys, queries.data, size, int64_t(1), keys, first, h.size, columns, rows, false);
      product(own.slopes, kKeys, gradients.data, width, int64_t(1), values, first, h.values, columns, rows, false);
      for (int64_t i = 0; i < rows; i++) {
        T *weights = own.weights + i * kKeys, *slopes = own.slopes + i * kKeys;
        int64_t n = h.seen(begin + i + 1) - first;
        n = n < 0 ? 0 : n > count ? count : n;
        const T log = task.logs[row + i], mean = means[i];
        writeRow(weights, n, false, [=](auto how, int64_t j) { return expBelow(how.load(weights + j) - log); });
        writeRow(slopes, n, false, [=](auto how, int64_t j) { return how.load(weights + j) * (how.load(slopes + j) - mean); });
        for (int64_t j = n; j < columns; j++) weights[j] = slopes[j] = T(0);
      }
      if (task.dv) product(own.dv + first * width, width, own.weights, int64_t(1), kKeys, gradients, 0, rows, width, count, true);
      if (task.dk) product(own.dk + first * size, size, own.slopes, int64_t(1), kKeys, queries, 0, rows, size, count, true);
      const Factor<T> some{keyRows.data + first * keyRows.row, keyRows.row, 0, size};
      if (task.dq) product(own.dq, size, own.slopes, kKeys, int64_t(1), some, 0, count, size, rows, first > 0);
    }
    if (!task.dq) continue;
    const T scale = task.scale;
    for (int64_t i = 0; i < rows; i++) {
      const T* dq = own.dq + i * size;
      writeRow(task.dq + (row + i) * h.size, h.size, false, [=](auto how, int64_t j) { return how.load(dq + j) * scale; });
    }
  }
  for (int64_t j = 0; j < h.keys; j++) {
    if (task.dk) memcpy(static_cast<void*>(task.dk + (entry * h.keys + j) * h.size), own.dk + j * size, size_t(h.size) * sizeof(T));
    if (task.dv) memcpy(static_cast<void*>(task.dv + (entry * h.keys + j) * h.values), own.dv + j * width, size_t(h.values) * sizeof(T));
  }
}

void runPieces(int64_t pieces, double nanoseconds, void (*fn)(void*, int64_t, char*), void* task) {
  if (piecesFor(pieces, nanoseconds) > 1) return parallel(pieces, fn, task);
  for (int64_t i = 0; i < pieces && !stopRequested(); i++) fn(task, i, callerScratch());
}

double productsOf(const Heads& h) { return double(h.entries) * double(h.queries) * double(h.keys) * double(h.size + h.values); }

}  // namespace

const char* checkAttention(const CallKernel& call) {
  Heads h;
  const CallView* out = call.results;
  if (const char* wrong = headsOf(call, call.operands[0], h)) return wrong;
  bool fits = !out[0].wanted || hasDims(out[0], h.dtype, {h.entries, h.queries, h.values});
  fits = fits && (!out[1].wanted || hasDims(out[1], h.dtype, {h.entries, h.queries}));
  return !fits || overwrites(call, 3, 2) ? "a call of attention has values that do not fit" : nullptr;
}

int64_t attentionScratch(const CallKernel& call) {
  Heads h;
  if (headsOf(call, call.operands[0], h)) return 0;
  return withFloat(h.dtype, [&](auto zero) {
    Room room{nullptr};
    Forward<decltype(zero)>(h, room);
    return room.used;
  });
}

void attention(const CallKernel& call, const Frame& frame) {
  Heads h;
  headsOf(call, call.operands[0], h);
  withFloat(h.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView *in = call.operands, *out = call.results;
    // Several pieces of few entries transpose the keys anew each, which long pieces hardly notice.
    const int64_t wanted = h.entries < 1 ? 1 : (kFewEntries + h.entries - 1) / h.entries, worth = (h.blocks() + 3) / 4;
    ForwardTask<T> task{&h, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<T>(frame, in[2]), dataOf<T>(frame, out[0]), dataOf<T>(frame, out[1]), T(frame.scalars[call.scalars[0]]), wanted < worth ? wanted : worth};
    runPieces(h.entries * task.parts, productsOf(h) * 0.03, forwardPiece<T>, &task);
    return 0;
  });
}

const char* checkAttentionBackward(const CallKernel& call) {
  Heads h;
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = headsOf(call, in[1], h)) return wrong;
  bool fits = hasDims(in[0], h.dtype, {h.entries, h.queries, h.values}) && hasDims(in[4], h.dtype, {h.entries, h.queries, h.values}) && hasDims(in[5], h.dtype, {h.entries, h.queries});
  fits = fits && (!out[0].wanted || hasDims(out[0], h.dtype, {h.entries, h.queries, h.size})) && (!out[1].wanted || hasDims(out[1], h.dtype, {h.entries, h.keys, h.size}));
  fits = fits && (!out[2].wanted || hasDims(out[2], h.dtype, {h.entries, h.keys, h.values}));
  return !fits || overwrites(call, 6, 3) ? "a call of attention has values that do not fit" : nullptr;
}

int64_t attentionBackwardScratch(const CallKernel& call) {
  Heads h;
  if (headsOf(call, call.operands[1], h)) return 0;
  return withFloat(h.dtype, [&](auto zero) {
    Room room{nullptr};
    Back<decltype(zero)>(h, room);
    return room.used;
  });
}

void attentionBackward(const CallKernel& call, const Frame& frame) {
  Heads h;
  headsOf(call, call.operands[1], h);
  withFloat(h.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView *in = call.operands, *out = call.results;
    BackTask<T> task{&h, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<T>(frame, in[2]), dataOf<T>(frame, in[3]), dataOf<T>(frame, in[4]), dataOf<T>(frame, in[5]), dataOf<T>(frame, out[0]), dataOf<T>(frame, out[1]), dataOf<T>(frame, out[2]), T(frame.scalars[call.scalars[0]])};
    runPieces(h.entries, productsOf(h) * 0.08, backPiece<T>, &task);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
