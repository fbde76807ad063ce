// Recurrent layers along all times (src/primitives/recurrent/).
#include "recurrent.h"
#include "recurrent_alone.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T>
struct Task {
  const Sequences* s;
  Layer<T> layer;
  const T* packed;
  int64_t perPiece;
};

/// Where a piece finds what its rows are given and leaves what becomes of them at one time, rows of n lanes. If rows are whole vectors, among the
/// call's values; else in rooms of its own, which are filled before and emptied after the time.
template <class T, class Cell>
struct Rooms {
  const Task<T>& task;
  int64_t n, first, rows;
  T *h, *c, *x, *gates, *bias;
  T* end;

  Rooms(const Task<T>& of, int64_t piece, char* scratch) : task(of), n(of.s->template padded<T>()), first(piece * of.perPiece) {
    const Sequences& s = *task.s;
    rows = s.examples - first < task.perPiece ? s.examples - first : task.perPiece;
    h = reinterpret_cast<T*>(scratch);
    c = h + 2 * rows * n;
    x = c + rows * n;
    gates = x + (whole() ? 0 : rows * Cell::parts * n);
    bias = gates + (whole() ? 0 : rows * Cell::slots * n);
    end = bias + (whole() ? 0 : Cell::parts * n);
    const Layer<T>& layer = task.layer;
    padRows(h, layer.h + first * s.size, rows, s.size, n);
    if (Cell::hasCell) padRows(c, layer.c + first * s.size, rows, s.size, n);
    if (layer.bias && !whole()) padRows(bias, layer.bias, Cell::parts, s.size, n);
  }

  static int64_t bytes(const Sequences& s) {
    const int64_t n = s.padded<T>(), all = s.size == n ? 3 : 3 + Cell::parts + Cell::slots;
    return (kMostExamples * all + Cell::parts) * n * int64_t(sizeof(T));
  }

  bool whole() const { return task.s->size == n; }

  /// The first unit of the first row at a step.
  Units<T> begin(int64_t step) const {
    const Sequences& s = *task.s;
    const Layer<T>& layer = task.layer;
    const int64_t row = s.timeOf(step) * s.examples + first, earlier = step ? s.timeOf(step - 1) * s.examples + first : 0;
    Units<T> at{x, bias, h + (step & 1) * rows * n, c, h + ((step + 1) & 1) * rows * n, c, layer.gates ? gates : nullptr, n, layer.relu};
    if (!whole()) {
      padRows(x, layer.x + row * Cell::parts * s.size, rows * Cell::parts, s.size, n);
      return at;
    }
    at.x = layer.x + row * Cell::parts * n;
    at.bias = layer.bias;
    if (layer.gates) at.gates = layer.gates + row * Cell::slots * n;
    if (layer.y) {
      at.h = layer.y + row * n;
      if (step) at.before = layer.y + earlier * n;
    }
    if (layer.cells) {
      at.c = layer.cells + row * n;
      if (step) at.cell = layer.cells + earlier * n;
    }
    return at;
  }

  void finish(int64_t step, const Units<T>& at) const {
    if (whole()) return;
    const Sequences& s = *task.s;
    const Layer<T>& layer = task.layer;
    const int64_t row = s.timeOf(step) * s.examples + first;
    if (layer.y) storeRows(layer.y + row * s.size, at.h, rows, s.size, n);
    if (layer.cells) storeRows(layer.cells + row * s.size, at.c, rows, s.size, n);
    if (layer.gates) storeRows(layer.gates + row * Cell::slots * s.size, at.gates, rows * Cell::slots, s.size, n);
  }
};

/// Some units at a time: their sums are in the nearest cache when the cell takes them.
template <class T, class Cell>
void examplesPiece(void* context, int64_t piece, char* scratch) {
  constexpr int64_t W = VectorOf<T>::lanes, most = kMicroVectors * W;
  const Task<T>& task = *static_cast<Task<T>*>(context);
  const Rooms<T, Cell> rooms(task, piece, scratch);
  const Sequences& s = *task.s;
  const int64_t size = s.size, n = rooms.n, rows = rooms.rows;
  T* sums = rooms.end;
  for (int64_t step = 0; step < s.times && !stopRequested(); step++) {
    const Units<T> row = rooms.begin(step);
    for (int64_t j0 = 0; j0 < n; j0 += most) {
      const int64_t width = n - j0 < most ? n - j0 : most;
      for (int part = 0; part < Cell::parts; part++) {
        multiply(sums + part * width, Cell::parts * width, row.before, n, task.packed + (part * n + j0) * size, size, 0, size, width, rows, false);
      }
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < width; j += W) {
          Vector<T> own[Cell::parts];
          for (int part = 0; part < Cell::parts; part++) own[part] = loadVector(sums + (i * Cell::parts + part) * width + j);
          Cell::step(own, row.template at<Cell>(i, j0 + j));
        }
      }
    }
    rooms.finish(step, row);
  }
}

template <class T>
bool isAlone(const Sequences& s) { return s.examples == 1 && s.size % VectorOf<T>::lanes == 0; }

template <class Cell>
int64_t scratchOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) {
    using T = decltype(zero);
    return isAlone<T>(s) ? 0 : Rooms<T, Cell>::bytes(s) + kMostExamples * Cell::parts * kMicroVectors * kVectorBytes;
  });
}

template <class Cell>
int64_t sharedOf(const Sequences& s) {
  return withFloat(s.dtype, [&](auto zero) {
    using T = decltype(zero);
    return isAlone<T>(s) ? Alone<T, Cell>::sharedBytes(s) : s.packedBytes<T>();
  });
}

/// Where the values of a call stand among its operands and results; −1 for what the cell does not have.
struct Places {
  int c, weights, bias, cells, gates;
};

template <class Cell>
void run(const Sequences& s, const CallKernel& call, const Frame& frame, const Places& places, bool relu) {
  if (s.times == 0 || s.examples == 0 || s.size == 0) return;
  withFloat(s.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto from = [&](int i) { return i < 0 ? nullptr : dataOf<T>(frame, call.operands[i]); };
    const auto to = [&](int i) { return i < 0 ? nullptr : dataOf<T>(frame, call.results[i]); };
    const Layer<T> layer{from(0), from(1), from(places.c), from(places.weights), from(places.bias), to(0), to(places.cells), to(places.gates), relu};
    const double units = double(s.times) * double(s.examples) * double(s.size);
    const double products = units * Cell::parts * double(s.size) / VectorOf<T>::lanes;
    if (isAlone<T>(s)) {
      Alone<T, Cell>{&s, layer, nullptr, {}, nullptr}.run(frame.shared, products / 2 + units);
      return 0;
    }
    Packing<T> packing{&s, layer.weights, reinterpret_cast<T*>(frame.shared), true};
    packing.run();
    Task<T> task{&s, layer, packing.packed, 0};
    runExamples(task, examplesPiece<T, Cell>, s, products / 3 + units * 4);
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
    return sharedOf<Name>(s);                                \
  }
CG_RECURRENT(rnn, Rnn)
CG_RECURRENT(lstm, Lstm)
CG_RECURRENT(gru, Gru)
#undef CG_RECURRENT

void rnn(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfRnn(call, s);
  run<Rnn>(s, call, frame, {-1, 2, -1, -1, -1}, call.attributes[1] != 0);
}

void lstm(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfLstm(call, s);
  run<Lstm>(s, call, frame, {2, 3, -1, 1, 2}, false);
}

void gru(const CallKernel& call, const Frame& frame) {
  Sequences s;
  sequencesOfGru(call, s);
  run<Gru>(s, call, frame, {-1, 2, 3, -1, 1}, false);
}

}  // namespace CG_ISA
}  // namespace cellgrad
