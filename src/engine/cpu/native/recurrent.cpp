// Recurrent layers along all times (src/primitives/recurrent/).
#include "recurrent.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T>
inline void addTo(T* sums, const T* x, int64_t n) {
#pragma GCC ivdep
  for (int64_t j = 0; j < n; j++) sums[j] += x[j];
}
template <class T>
inline void applySigmoid(T* x, int64_t n) {
#pragma GCC ivdep
  for (int64_t j = 0; j < n; j++) x[j] = sigmoidOf(x[j]);
}
template <class T>
inline void applyTanh(T* x, int64_t n) {
#pragma GCC ivdep
  for (int64_t j = 0; j < n; j++) x[j] = tanhOf(x[j]);
}

/// Each cell says which parts of a row of gates the products with the state go to, and what becomes of a row, of parts of n lanes each: of the
/// input's part x, of which `size` are given, of the states h and c.
template <class T>
struct Rest {
  const T* bias;
  bool relu;
};

struct Rnn {
  static constexpr int parts = 1, slots = 1;
  static constexpr bool hasCell = false;
  static int slotOf(int part) { return part; }
  template <class T>
  static void step(T* z, const T* x, T* h, T*, const Rest<T>& rest, int64_t size, int64_t n) {
    addTo(z, x, size);
    if (rest.relu) {
#pragma GCC ivdep
      for (int64_t j = 0; j < n; j++) z[j] = z[j] <= 0 ? T(0) : z[j];
    } else {
      applyTanh(z, n);
    }
    memcpy(static_cast<void*>(h), z, size_t(n) * sizeof(T));
  }
};

struct Lstm {
  static constexpr int parts = 4, slots = 4;
  static constexpr bool hasCell = true;
  static int slotOf(int part) { return part; }
  template <class T>
  static void step(T* z, const T* x, T* h, T* c, const Rest<T>&, int64_t size, int64_t n) {
    T *i = z, *f = z + n, *g = z + 2 * n, *o = z + 3 * n;
    for (int part = 0; part < 4; part++) addTo(z + part * n, x + part * size, size);
    applySigmoid(z, 2 * n);
    applyTanh(g, n);
    applySigmoid(o, n);
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) c[j] = f[j] * c[j] + i[j] * g[j];
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) h[j] = o[j] * tanhOf(c[j]);
  }
};

struct Gru {
  static constexpr int parts = 3, slots = 4;
  static constexpr bool hasCell = false;
  static int slotOf(int part) { return part == 2 ? 3 : part; }
  template <class T>
  static void step(T* z, const T* x, T* h, T*, const Rest<T>& rest, int64_t size, int64_t n) {
    T *r = z, *u = z + n, *g = z + 2 * n, *m = z + 3 * n;
    addTo(r, x, size);
    addTo(u, x + size, size);
    addTo(r, rest.bias, size);
    addTo(u, rest.bias + size, size);
    addTo(m, rest.bias + 2 * size, size);
    padRows(g, x + 2 * size, 1, size, n);
    applySigmoid(r, 2 * n);
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) g[j] = tanhOf(g[j] + r[j] * m[j]);
#pragma GCC ivdep
    for (int64_t j = 0; j < n; j++) h[j] = g[j] + u[j] * (h[j] - g[j]);
  }
};

template <class T>
struct Task {
  const Sequences* s;
  const T *x, *h, *c, *packed;
  Rest<T> rest;
  T *y, *cells, *gates;
  int64_t perPiece;
};

template <class T, class Cell>
void examplesPiece(void* context, int64_t piece, char* scratch) {
  const Task<T>& task = *static_cast<Task<T>*>(context);
  const Sequences& s = *task.s;
  const int64_t size = s.size, n = s.padded<T>(), first = piece * task.perPiece;
  const int64_t rows = s.examples - first < task.perPiece ? s.examples - first : task.perPiece;
  T* h = reinterpret_cast<T*>(scratch);
  T* c = h + rows * n;
  T* room = c + rows * n;
  padRows(h, task.h + first * size, rows, size, n);
  if (Cell::hasCell) padRows(c, task.c + first * size, rows, size, n);
  for (int64_t step = 0; step < s.times && !stopRequested(); step++) {
    const int64_t row = s.timeOf(step) * s.examples + first;
    // Gates are computed where they are stored, if their rows are whole vectors.
    const bool inPlace = task.gates && size == n;
    T* z = inPlace ? task.gates + row * Cell::slots * size : room;
    for (int part = 0; part < Cell::parts; part++) {
      multiply(z + Cell::slotOf(part) * n, Cell::slots * n, h, n, task.packed + part * n * size, size, 0, size, n, rows, false);
    }
    for (int64_t i = 0; i < rows; i++) Cell::step(z + i * Cell::slots * n, task.x + (row + i) * Cell::parts * size, h + i * n, c + i * n, task.rest, size, n);
    if (task.y) storeRows(task.y + row * size, h, rows, size, n);
    if (Cell::hasCell && task.cells) storeRows(task.cells + row * size, c, rows, size, n);
    if (task.gates && !inPlace) storeRows(task.gates + row * Cell::slots * size, room, rows * Cell::slots, size, n);
  }
}

template <class Cell>
int64_t scratchOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) { return kMostExamples * (2 + Cell::slots) * s.padded<decltype(zero)>() * int64_t(sizeof zero); });
}

int64_t sharedOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) { return s.packedBytes<decltype(zero)>(); });
}

/// `c` and `cells` are null but for an LSTM, `bias` but for a GRU, `gates` for an RNN.
template <class Cell>
void run(const Sequences& s, const CallKernel& call, const Frame& frame, const CallView* c, const CallView& weights, const CallView* bias, bool relu, const CallView* cells, const CallView* gates) {
  if (s.times == 0 || s.examples == 0 || s.size == 0) return;
  withFloat(s.dtype, [&](auto zero) {
    using T = decltype(zero);
    Packing<T> packing{&s, dataOf<T>(frame, weights), reinterpret_cast<T*>(frame.shared), true};
    packing.run();
    const auto from = [&](const CallView* view) { return view ? dataOf<T>(frame, *view) : nullptr; };
    Task<T> task{&s, from(call.operands), from(call.operands + 1), from(c), packing.packed, {from(bias), relu}, from(call.results), from(cells), from(gates), 0};
    const double points = double(s.times) * double(s.examples) * double(s.size) * Cell::slots;
    runExamples(task, examplesPiece<T, Cell>, s, points * (double(s.size) / (VectorOf<T>::lanes * 3.0) + 1.0));
    return 0;
  });
}

const char* sequencesOfRnn(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Rnn::parts, s)) return wrong;
  const bool fits = hasDims(in[0], s.dtype, {s.times, s.examples, s.size}) && hasDims(in[1], s.dtype, {s.examples, s.size}) && hasDims(in[2], s.dtype, {s.size, s.size}) &&
                    hasDims(out[0], s.dtype, {s.times, s.examples, s.size});
  return !fits || overwrites(call, 3, 1) ? "an RNN's call has values that do not fit" : nullptr;
}

const char* sequencesOfLstm(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Lstm::parts, s)) return wrong;
  bool fits = hasDims(in[0], s.dtype, {s.times, s.examples, 4 * s.size}) && hasDims(in[1], s.dtype, {s.examples, s.size}) && hasDims(in[2], s.dtype, {s.examples, s.size}) &&
              hasDims(in[3], s.dtype, {4 * s.size, s.size});
  for (int i = 0; i < 3; i++) fits = fits && (!out[i].wanted || hasDims(out[i], s.dtype, {s.times, s.examples, i == 2 ? 4 * s.size : s.size}));
  return !fits || overwrites(call, 4, 3) ? "an LSTM's call has values that do not fit" : nullptr;
}

const char* sequencesOfGru(const CallKernel& call, Sequences& s) {
  const CallView *in = call.operands, *out = call.results;
  if (const char* wrong = sequencesOf(call, in[1], Gru::parts, s)) return wrong;
  bool fits = hasDims(in[0], s.dtype, {s.times, s.examples, 3 * s.size}) && hasDims(in[1], s.dtype, {s.examples, s.size}) && hasDims(in[2], s.dtype, {3 * s.size, s.size}) &&
              hasDims(in[3], s.dtype, {3 * s.size});
  for (int i = 0; i < 2; i++) fits = fits && (!out[i].wanted || hasDims(out[i], s.dtype, {s.times, s.examples, i == 1 ? 4 * s.size : s.size}));
  return !fits || overwrites(call, 4, 2) ? "a GRU's call has values that do not fit" : nullptr;
}

}  // namespace

#define CG_RECURRENT(name, Name)                       \
  const char* check##Name(const CallKernel& call) {    \
    Sequences s;                                       \
    return sequencesOf##Name(call, s);                 \
  }                                                    \
  int64_t name##Scratch(const CallKernel& call) {      \
    Sequences s;                                       \
    sequencesOf##Name(call, s);                        \
    return scratchOf<Name>(s);                         \
  }                                                    \
  int64_t name##Shared(const CallKernel& call) {       \
    Sequences s;                                       \
    sequencesOf##Name(call, s);                        \
    return sharedOf(s);                                \
  }
CG_RECURRENT(rnn, Rnn)
CG_RECURRENT(lstm, Lstm)
CG_RECURRENT(gru, Gru)
#undef CG_RECURRENT

void rnn(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfRnn(call, s);
  run<Rnn>(s, call, frame, nullptr, call.operands[2], nullptr, call.attributes[1] != 0, nullptr, nullptr);
}

void lstm(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfLstm(call, s);
  run<Lstm>(s, call, frame, call.operands + 2, call.operands[3], nullptr, false, call.results + 1, call.results + 2);
}

void gru(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfGru(call, s);
  run<Gru>(s, call, frame, nullptr, call.operands[2], call.operands + 3, false, nullptr, call.results + 1);
}

}  // namespace CG_ISA
}  // namespace cellgrad
