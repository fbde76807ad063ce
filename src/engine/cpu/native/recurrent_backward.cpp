// The way back along all times of recurrent layers (src/primitives/recurrent/).
#include "recurrent.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// What one row needs and changes, in parts of n lanes each. `now` and `earlier` are the state at this time and before it.
template <class T>
struct Row {
  const T *dy, *gates, *now, *earlier;
  T *dh, *dc;
  T *dx, *dm;  // slopes of the input's part and of the products with the state, one and the same but for a GRU
  bool relu;
};

struct Rnn {
  static constexpr int parts = 1, slots = 0;
  static constexpr bool hasCell = false, apart = false, keeps = false, readsNow = true, readsEarlier = false;
  template <class T>
  static void step(const Row<T>& x, int64_t n) {
    const T *dy = x.dy, *y = x.now, *dh = x.dh;
    T* dx = x.dx;
    if (x.relu) {
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) dx[j] = y[j] <= 0 ? T(0) : dh[j] + dy[j];
    } else {
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) dx[j] = (dh[j] + dy[j]) * (1 - y[j] * y[j]);
    }
  }
};

struct Lstm {
  static constexpr int parts = 4, slots = 4;
  static constexpr bool hasCell = true, apart = false, keeps = false, readsNow = true, readsEarlier = true;
  template <class T>
  static void step(const Row<T>& x, int64_t n) {
    const T *i = x.gates, *f = i + n, *g = i + 2 * n, *o = i + 3 * n, *dy = x.dy, *c = x.now, *earlier = x.earlier, *dh = x.dh;
    T *dc = x.dc, *di = x.dx, *df = di + n, *dg = di + 2 * n, *output = di + 3 * n;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) {
      const T squashed = tanhOf(c[j]), back = dh[j] + dy[j];
      const T toCell = dc[j] + back * o[j] * (1 - squashed * squashed);
      di[j] = toCell * g[j] * i[j] * (1 - i[j]);
      df[j] = toCell * earlier[j] * f[j] * (1 - f[j]);
      dg[j] = toCell * i[j] * (1 - g[j] * g[j]);
      output[j] = back * squashed * o[j] * (1 - o[j]);
      dc[j] = toCell * f[j];
    }
  }
};

struct Gru {
  static constexpr int parts = 3, slots = 4;
  static constexpr bool hasCell = false, apart = true, keeps = true, readsNow = false, readsEarlier = true;
  template <class T>
  static void step(const Row<T>& x, int64_t n) {
    const T *r = x.gates, *u = r + n, *g = r + 2 * n, *m = r + 3 * n, *dy = x.dy, *earlier = x.earlier;
    T *dh = x.dh, *dr = x.dx, *du = dr + n, *dg = dr + 2 * n, *toReset = x.dm, *toUpdate = toReset + n, *toNew = toReset + 2 * n;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) {
      const T back = dh[j] + dy[j];
      const T slope = back * (1 - u[j]) * (1 - g[j] * g[j]);
      const T reset = slope * m[j] * r[j] * (1 - r[j]);
      const T update = back * (earlier[j] - g[j]) * u[j] * (1 - u[j]);
      dr[j] = toReset[j] = reset;
      du[j] = toUpdate[j] = update;
      dg[j] = slope;
      toNew[j] = slope * r[j];
      dh[j] = back * u[j];
    }
  }
};

template <class T>
struct Task {
  const Sequences* s;
  const T *dy, *dh, *dc, *gates, *states, *first, *packed;
  bool relu;
  T *dx, *dm, *dh0, *dc0;
  int64_t perPiece;
};

/// Lanes of one row that are brought into a room of their own where rows are not whole vectors.
template <class Cell>
constexpr int kRooms = 3 + Cell::slots;

template <class T, class Cell>
void examplesPiece(void* context, int64_t piece, char* scratch) {
  const Task<T>& task = *static_cast<Task<T>*>(context);
  const Sequences& s = *task.s;
  const int64_t size = s.size, n = s.padded<T>(), first = piece * task.perPiece;
  const int64_t rows = s.examples - first < task.perPiece ? s.examples - first : task.perPiece;
  T* dh = reinterpret_cast<T*>(scratch);
  T* dc = dh + rows * n;
  T* slopes = dc + rows * n;
  T* others = slopes + rows * Cell::parts * n;
  T* rooms = others + rows * Cell::parts * n;
  const auto padded = [&](const T* from, int64_t parts, int64_t room) {
    if (size == n) return from;
    padRows(rooms + room * n, from, parts, size, n);
    return static_cast<const T*>(rooms + room * n);
  };
  padRows(dh, task.dh + first * size, rows, size, n);
  if (Cell::hasCell) padRows(dc, task.dc + first * size, rows, size, n);
  for (int64_t step = s.times - 1; step >= 0 && !stopRequested(); step--) {
    const int64_t row = s.timeOf(step) * s.examples + first;
    const T* earlier = step == 0 ? task.first : task.states + s.timeOf(step - 1) * s.examples * size;
    // Slopes are computed where they are stored, if their rows are whole vectors.
    T* dx = task.dx && size == n ? task.dx + row * Cell::parts * size : slopes;
    T* dm = !Cell::apart ? dx : task.dm && size == n ? task.dm + row * Cell::parts * size : others;
    for (int64_t i = 0; i < rows; i++) {
      Row<T> x{};
      x.dy = padded(task.dy + (row + i) * size, 1, 0);
      if (Cell::readsNow) x.now = padded(task.states + (row + i) * size, 1, 1);
      if (Cell::readsEarlier) x.earlier = padded(earlier + (first + i) * size, 1, 2);
      if (Cell::slots > 0) x.gates = padded(task.gates + (row + i) * Cell::slots * size, Cell::slots, 3);
      x.dh = dh + i * n;
      x.dc = dc + i * n;
      x.dx = dx + i * Cell::parts * n;
      x.dm = dm + i * Cell::parts * n;
      x.relu = task.relu;
      Cell::step(x, n);
    }
    for (int part = 0; part < Cell::parts; part++) {
      multiply(dh, n, dm + part * n, Cell::parts * n, task.packed, Cell::parts * size, part * size, size, n, rows, Cell::keeps || part > 0);
    }
    if (size == n) continue;
    if (task.dx) storeRows(task.dx + row * Cell::parts * size, dx, rows * Cell::parts, size, n);
    if (Cell::apart && task.dm) storeRows(task.dm + row * Cell::parts * size, dm, rows * Cell::parts, size, n);
  }
  if (task.dh0) storeRows(task.dh0 + first * size, dh, rows, size, n);
  if (Cell::hasCell && task.dc0) storeRows(task.dc0 + first * size, dc, rows, size, n);
}

template <class Cell>
int64_t scratchOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) {
    return (kMostExamples * (2 + 2 * Cell::parts) + kRooms<Cell>)*s.padded<decltype(zero)>() * int64_t(sizeof zero);
  });
}

int64_t sharedOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) { return s.packedBytes<decltype(zero)>(); });
}

/// Where the values of a call stand among its operands and results; −1 for what the cell does not have.
struct Places {
  int dc, gates, states, first, weights, dm, dh0, dc0;
};

template <class Cell>
void run(const Sequences& s, const CallKernel& call, const Frame& frame, const Places& places, bool relu) {
  if (s.examples == 0 || s.size == 0) return;
  withFloat(s.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto from = [&](int i) { return i < 0 ? nullptr : dataOf<T>(frame, call.operands[i]); };
    const auto to = [&](int i) { return i < 0 ? nullptr : dataOf<T>(frame, call.results[i]); };
    Packing<T> packing{&s, from(places.weights), reinterpret_cast<T*>(frame.shared), false};
    packing.run();
    Task<T> task{&s, from(0), from(1), from(places.dc), from(places.gates), from(places.states), from(places.first), packing.packed, relu, to(0), to(places.dm), to(places.dh0), to(places.dc0), 0};
    const double points = double(s.times) * double(s.examples) * double(s.size) * Cell::parts;
    runExamples(task, examplesPiece<T, Cell>, s, points * (double(s.size) / (VectorOf<T>::lanes * 3.0) + 1.0));
    return 0;
  });
}

bool isState(const CallView& view, const Sequences& s) { return hasDims(view, s.dtype, {s.examples, s.size}); }
bool isSequence(const CallView& view, const Sequences& s, int64_t parts) { return hasDims(view, s.dtype, {s.times, s.examples, parts * s.size}); }

const char* sequencesOfRnn(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Rnn::parts, s)) return wrong;
  const bool fits = isSequence(in[0], s, 1) && isState(in[1], s) && isSequence(in[2], s, 1) && hasDims(in[3], s.dtype, {s.size, s.size}) &&
                    (!out[0].wanted || isSequence(out[0], s, 1)) && (!out[1].wanted || isState(out[1], s));
  return !fits || overwrites(call, 4, 2) ? "an RNN's call back has values that do not fit" : nullptr;
}

const char* sequencesOfLstm(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Lstm::parts, s)) return wrong;
  const bool fits = isSequence(in[0], s, 1) && isState(in[1], s) && isState(in[2], s) && isSequence(in[3], s, 4) && isSequence(in[4], s, 1) && isState(in[5], s) &&
                    hasDims(in[6], s.dtype, {4 * s.size, s.size}) && (!out[0].wanted || isSequence(out[0], s, 4)) && (!out[1].wanted || isState(out[1], s)) &&
                    (!out[2].wanted || isState(out[2], s));
  return !fits || overwrites(call, 7, 3) ? "an LSTM's call back has values that do not fit" : nullptr;
}

const char* sequencesOfGru(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Gru::parts, s)) return wrong;
  const bool fits = isSequence(in[0], s, 1) && isState(in[1], s) && isSequence(in[2], s, 4) && isSequence(in[3], s, 1) && isState(in[4], s) &&
                    hasDims(in[5], s.dtype, {3 * s.size, s.size}) && (!out[0].wanted || isSequence(out[0], s, 3)) && (!out[1].wanted || isSequence(out[1], s, 3)) &&
                    (!out[2].wanted || isState(out[2], s));
  return !fits || overwrites(call, 6, 3) ? "a GRU's call back has values that do not fit" : nullptr;
}

}  // namespace

#define CG_RECURRENT(name, Name, places, relu)                  \
  const char* check##Name##Backward(const CallKernel& call) {   \
    Sequences s;                                                \
    return sequencesOf##Name(call, s);                          \
  }                                                             \
  int64_t name##BackwardScratch(const CallKernel& call) {       \
    Sequences s;                                                \
    sequencesOf##Name(call, s);                                 \
    return scratchOf<Name>(s);                                  \
  }                                                             \
  int64_t name##BackwardShared(const CallKernel& call) {        \
    Sequences s;                                                \
    sequencesOf##Name(call, s);                                 \
    return sharedOf(s);                                         \
  }                                                             \
  void name##Backward(const CallKernel& call, const Frame& frame) { \
    Sequences s;                                                \
    sequencesOf##Name(call, s);                                 \
    constexpr Places all = places;                              \
    run<Name>(s, call, frame, all, relu);                       \
  }
#define CG_PLACES(...) {__VA_ARGS__}
CG_RECURRENT(rnn, Rnn, CG_PLACES(-1, -1, 2, -1, 3, -1, 1, -1), call.attributes[1] != 0)
CG_RECURRENT(lstm, Lstm, CG_PLACES(2, 3, 4, 5, 6, -1, 1, 2), false)
CG_RECURRENT(gru, Gru, CG_PLACES(-1, 2, 3, 4, 5, 1, 2, -1), false)
#undef CG_PLACES
#undef CG_RECURRENT

}  // namespace CG_ISA
}  // namespace cellgrad
