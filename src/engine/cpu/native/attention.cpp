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

/// q [batch, queries, heads, size], k [batch, keys, heads, size], v [batch, keys, heads, values]. An entry is a head of an example.
struct Heads {
  DType dtype;
  int64_t batch, heads, queries, keys, size, values;
  bool causal;

  int64_t entries() const { return batch * heads; }

  /// Keys that queries before `end` see.
  int64_t seen(int64_t end) const { return causal && end < keys ? end : keys; }
  int64_t blocks() const { return (queries + kQueries - 1) / kQueries; }
};

const char* headsOf(const CallKernel& call, const CallView& q, Heads& h) {
  const CallView &k = (&q)[1], &v = (&q)[2];
  if (q.dims.count != 4 || k.dims.count != 4 || v.dims.count != 4) return "a call of attention has values of four dims";
  if (q.dtype != kFloat32 && q.dtype != kFloat64) return "a call of attention has an unknown dtype";
  h = {q.dtype, q.dims.size[0], q.dims.size[2], q.dims.size[1], k.dims.size[1], q.dims.size[3], v.dims.size[3], call.attributes[0] != 0};
  bool fits = hasDims(k, h.dtype, {h.batch, h.keys, h.heads, h.size}) && hasDims(v, h.dtype, {h.batch, h.keys, h.heads, h.values});
  for (const int64_t size : {h.queries, h.keys, h.size, h.values}) fits = fits && size >= 1 && size < int64_t(1) << 24;
  return fits ? nullptr : "a call of attention has values that do not fit";
}

/// A value [batch, rows, heads, columns], or without columns, by its strides.
template <class T>
struct Strided {
  T* data;
  int64_t batch, row, head, column;

  Strided(const Frame& frame, const CallView& view) : data(dataOf<T>(frame, view)), batch(view.strides[0]), row(view.strides[1]), head(view.strides[2]), column(view.dims.count > 3 ? view.strides[3] : 1) {}

  T* of(const Heads& h, int64_t entry, int64_t first = 0) const { return data + entry / h.heads * batch + entry % h.heads * head + first * row; }
};

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

/// Rows of `columns` elements transposed into panels: a factor of `columns` rows.
template <class T>
Factor<T> packTransposed(T* to, const T* from, int64_t row, int64_t column, int64_t rows, int64_t columns) {
  const int64_t all = padded<T>(rows);
  for (int64_t first = 0; first < rows; first += kPanel<T>) {
    const int64_t width = all - first < kPanel<T> ? all - first : kPanel<T>, there = rows - first < width ? rows - first : width;
    packPanel(to + first * columns, from + first * row, column, row, columns, there, width);
  }
  return {to, 0, columns, all};
}

/// Rows times a factor, copied to `to` with zeros up to whole vectors.
template <class T>
Factor<T> copyRows(T* to, const T* from, int64_t row, int64_t column, int64_t rows, int64_t columns, T factor) {
  const int64_t all = padded<T>(columns);
  for (int64_t r = 0; r < rows; r++, from += row) {
    T* out = to + r * all;
    if (column == 1) writeRow(out, columns, false, [=](auto how, int64_t i) { return how.load(from + i) * factor; });
    else
      for (int64_t i = 0; i < columns; i++) out[i] = from[i * column] * factor;
    for (int64_t i = columns; i < all; i++) out[i] = T(0);
  }
  return {to, all, 0, all};
}

/// Rows as a factor: as they lie where they are whole vectors and dense, otherwise copied to `to`. Rows far apart would push one another out of the cache.
template <class T>
Factor<T> rowsOf(T* to, const T* from, int64_t row, int64_t column, int64_t rows, int64_t columns) {
  if (column == 1 && row == columns && padded<T>(columns) == columns) return {from, row, 0, columns};
  return copyRows(to, from, row, column, rows, columns, T(1));
}

/// Whole vectors of scores, of which the first `count` are meant: gives the others minus infinity, so that their exponentials are 0.
template <class T>
int64_t hideRest(T* scores, int64_t count) {
  const int64_t all = padded<T>(count);
  for (int64_t j = count; j < all; j++) scores[j] = T(-HUGE_VAL);
  return all;
}

/// The greatest of n scores, which are whole vectors.
template <class T>
T greatestScore(const T* scores, int64_t n) {
  constexpr int W = VectorOf<T>::lanes;
  Vector<T> greatest = loadVector(scores);
  for (int64_t j = W; j < n; j += W) {
    const Vector<T> next = loadVector(scores + j);
    greatest = next > greatest ? next : greatest;
  }
  T each[W];
  storeVector(each, greatest);
  for (int half = W / 2; half; half /= 2)
    for (int lane = 0; lane < half; lane++) each[lane] = each[lane + half] > each[lane] ? each[lane + half] : each[lane];
  return each[0];
}

/// The sum of products of two rows.
template <class T>
T alongRow(const T* a, const T* b, int64_t column, int64_t n) {
  constexpr int W = VectorOf<T>::lanes;
  Vector<T> lanes = {};
  int64_t i = 0;
  for (; column == 1 && i + W <= n; i += W) lanes += loadVector(a + i) * loadVector(b + i);
  double sum = totalOf<T>(lanes);
  for (; i < n; i++) sum += double(a[i] * b[i * column]);
  return T(sum);
}

/// Makes n scores, which are whole vectors, exponentials of their distances from the greatest, and gives their sum.
template <class T>
double weightsOf(T* scores, int64_t n, T greatest) {
  constexpr int W = VectorOf<T>::lanes;
  Vector<T> sum = {};
  for (int64_t j = 0; j < n; j += W) {
    const Vector<T> weights = expBelow(loadVector(scores + j) - greatest);
    storeVector(scores + j, weights);
    sum += weights;
  }
  return totalOf<T>(sum);
}
/// Working memory of an entry, forward.
template <class T>
struct Forward {
  T *keys, *values, *queries, *weights, *sums, *greatest;
  double* totals;

  Forward(const Heads& h, Room& room) {
    keys = room.take<T>(h.size * padded<T>(h.keys));
    values = room.take<T>(h.keys * padded<T>(h.values));
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
  Strided<const T> q, k, v;
  Strided<T> y, logs;
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
  const Factor<T> keys = packTransposed(own.keys, task.k.of(h, entry), task.k.row, task.k.column, seen, h.size);
  const Factor<T> values = rowsOf(own.values, task.v.of(h, entry), task.v.row, task.v.column, seen, h.values);
  for (int64_t block = h.blocks() * part / task.parts; block < endBlock && !stopRequested(); block++) {
    const int64_t begin = h.queries * block / h.blocks(), end = h.queries * (block + 1) / h.blocks(), rows = end - begin;
    const Factor<T> queries = copyRows(own.queries, task.q.of(h, entry, begin), task.q.row, task.q.column, rows, h.size, task.scale);
    for (int64_t i = 0; i < rows; i++) own.greatest[i] = T(-HUGE_VAL), own.totals[i] = 0;
    for (int64_t first = 0; first < h.seen(end); first += kKeys) {
      const int64_t count = h.seen(end) - first < kKeys ? h.seen(end) - first : kKeys, columns = padded<T>(count);
      product(own.weights, kKeys, queries.data, queries.row, int64_t(1), keys, first, h.size, columns, rows, false);
      for (int64_t i = 0; i < rows; i++) {
        T *weights = own.weights + i * kKeys, *sums = own.sums + i * width;
        const int64_t visible = h.seen(begin + i + 1) - first, n = visible <= 0 ? 0 : hideRest(weights, visible < count ? visible : count);
        for (int64_t j = n; j < columns; j++) weights[j] = T(0);
        if (n == 0) continue;
        const T before = own.greatest[i], greatest = greatestScore(weights, n), now = greatest > before ? greatest : before;
        const double sum = weightsOf(weights, n, now), less = first == 0 ? 0 : now == before ? 1 : ::exp(double(before - now));
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
      if (task.logs.data) *task.logs.of(h, entry, begin + i) = T(double(own.greatest[i]) + ::log(own.totals[i]));
      if (!task.y.data) continue;
      const T share = T(1 / own.totals[i]), *sums = own.sums + i * width;
      writeRow(task.y.of(h, entry, begin + i), h.values, false, [=](auto how, int64_t j) { return how.load(sums + j) * share; });
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
    keyRows = room.take<T>(h.keys * padded<T>(h.size));
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
  Strided<const T> g, q, k, v, y, logs;
  Strided<T> dq, dk, dv;
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
  const T *k = task.k.of(h, entry), *v = task.v.of(h, entry);
  const Factor<T> keys = packTransposed(own.keys, k, task.k.row, task.k.column, seen, h.size);
  const Factor<T> values = packTransposed(own.values, v, task.v.row, task.v.column, seen, h.values);
  const Factor<T> keyRows = rowsOf(own.keyRows, k, task.k.row, task.k.column, seen, h.size);
  memset(static_cast<void*>(own.dk), 0, size_t(h.keys * size) * sizeof(T));
  memset(static_cast<void*>(own.dv), 0, size_t(h.keys * width) * sizeof(T));
  for (int64_t block = 0; block < h.blocks() && !stopRequested(); block++) {
    const int64_t begin = h.queries * block / h.blocks(), end = h.queries * (block + 1) / h.blocks(), rows = end - begin;
    const Factor<T> queries = copyRows(own.queries, task.q.of(h, entry, begin), task.q.row, task.q.column, rows, h.size, task.scale);
    const Factor<T> gradients = copyRows(own.gradients, task.g.of(h, entry, begin), task.g.row, task.g.column, rows, h.values, T(1));
    T means[kQueries], logs[kQueries];
    for (int64_t i = 0; i < rows; i++) {
      const T *g = gradients.data + i * width, *y = task.y.of(h, entry, begin + i);
      means[i] = alongRow(g, y, task.y.column, h.values);
      logs[i] = *task.logs.of(h, entry, begin + i);
    }
    for (int64_t first = 0; first < h.seen(end); first += kKeys) {
      const int64_t count = h.seen(end) - first < kKeys ? h.seen(end) - first : kKeys, columns = padded<T>(count);
      product(own.weights, kKeys, queries.data, size, int64_t(1), keys, first, h.size, columns, rows, false);
      product(own.slopes, kKeys, gradients.data, width, int64_t(1), values, first, h.values, columns, rows, false);
      for (int64_t i = 0; i < rows; i++) {
        T *weights = own.weights + i * kKeys, *slopes = own.slopes + i * kKeys;
        const int64_t visible = h.seen(begin + i + 1) - first, n = visible < 0 ? 0 : visible < count ? visible : count;
        const T log = logs[i], mean = means[i];
        for (int64_t j = 0; j < n; j += VectorOf<T>::lanes) {
          const Vector<T> weight = expBelow(loadVector(weights + j) - log);
          storeVector(weights + j, weight);
          storeVector(slopes + j, weight * (loadVector(slopes + j) - mean));
        }
        for (int64_t j = n; j < columns; j++) weights[j] = slopes[j] = T(0);
      }
      if (task.dv.data) product(own.dv + first * width, width, own.weights, int64_t(1), kKeys, gradients, 0, rows, width, count, true);
      if (task.dk.data) product(own.dk + first * size, size, own.slopes, int64_t(1), kKeys, queries, 0, rows, size, count, true);
      const Factor<T> some{keyRows.data + first * keyRows.row, keyRows.row, 0, size};
      if (task.dq.data) product(own.dq, size, own.slopes, kKeys, int64_t(1), some, 0, count, size, rows, first > 0);
    }
    if (!task.dq.data) continue;
    const T scale = task.scale;
    for (int64_t i = 0; i < rows; i++) {
      const T* dq = own.dq + i * size;
      writeRow(task.dq.of(h, entry, begin + i), h.size, false, [=](auto how, int64_t j) { return how.load(dq + j) * scale; });
    }
  }
  for (int64_t j = 0; j < h.keys; j++) {
    if (task.dk.data) memcpy(static_cast<void*>(task.dk.of(h, entry, j)), own.dk + j * size, size_t(h.size) * sizeof(T));
    if (task.dv.data) memcpy(static_cast<void*>(task.dv.of(h, entry, j)), own.dv + j * width, size_t(h.values) * sizeof(T));
  }
}

void runPieces(int64_t pieces, double nanoseconds, void (*fn)(void*, int64_t, char*), void* task) {
  if (piecesFor(pieces, nanoseconds) > 1) return parallel(pieces, fn, task);
  for (int64_t i = 0; i < pieces && !stopRequested(); i++) fn(task, i, callerScratch());
}

double productsOf(const Heads& h) { return double(h.entries()) * double(h.queries) * double(h.keys) * double(h.size + h.values); }

}  // namespace

const char* checkAttention(const CallKernel& call) {
  Heads h;
  const CallView* out = call.results;
  if (const char* wrong = headsOf(call, call.operands[0], h)) return wrong;
  bool fits = !out[0].wanted || (hasDims(out[0], h.dtype, {h.batch, h.queries, h.heads, h.values}) && isDense(out[0]));
  fits = fits && (!out[1].wanted || (hasDims(out[1], h.dtype, {h.batch, h.queries, h.heads}) && isDense(out[1])));
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
    const int64_t entries = h.entries(), wanted = entries < 1 ? 1 : (kFewEntries + entries - 1) / entries, worth = (h.blocks() + 3) / 4;
    ForwardTask<T> task{&h, {frame, in[0]}, {frame, in[1]}, {frame, in[2]}, {frame, out[0]}, {frame, out[1]}, T(frame.scalars[call.scalars[0]]), wanted < worth ? wanted : worth};
    runPieces(entries * task.parts, productsOf(h) * 0.03, forwardPiece<T>, &task);
    return 0;
  });
}

const char* checkAttentionBackward(const CallKernel& call) {
  Heads h;
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = headsOf(call, in[1], h)) return wrong;
  bool fits = hasDims(in[5], h.dtype, {h.batch, h.queries, h.heads});
  for (const int i : {0, 4}) fits = fits && hasDims(in[i], h.dtype, {h.batch, h.queries, h.heads, h.values});
  for (int i = 0; i < 3; i++) fits = fits && (!out[i].wanted || (out[i].dtype == h.dtype && sameDims(out[i].dims, in[1 + i].dims) && isDense(out[i])));
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
    BackTask<T> task{&h, {frame, in[0]}, {frame, in[1]}, {frame, in[2]}, {frame, in[3]}, {frame, in[4]}, {frame, in[5]}, {frame, out[0]}, {frame, out[1]}, {frame, out[2]}, T(frame.scalars[call.scalars[0]])};
    runPieces(h.entries(), productsOf(h) * 0.08, backPiece<T>, &task);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
