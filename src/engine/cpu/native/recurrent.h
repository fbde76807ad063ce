// What the kernels of recurrent layers have in common: examples go through all times by themselves, some of them together, so that threads need not
// wait for one another. Rows of states and gates are padded to whole vectors. Each product is one chain of sums for each example, so results do not
// depend on how many go together.
#pragma once
#include <math.h>
#include <string.h>

#include "call_views.h"
#include "float_math.h"
#include "gemm_micro.h"
#include "gemm_pack.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Terms of a sum that are added between two writes.
constexpr int64_t kRecurrentDepth = 256;
/// Examples that go through the times together, at most.
constexpr int64_t kMostExamples = 4 * kMicroRows;

inline double tanhOf(double x) { return ::tanh(x); }

struct Sequences {
  DType dtype;
  int64_t times, examples, size;
  int64_t parts;  // products with the state, of `size` each
  bool reversed;

  int64_t timeOf(int64_t step) const { return reversed ? times - 1 - step : step; }
  template <class T>
  int64_t padded() const { return roundUp(size, VectorOf<T>::lanes); }
  template <class T>
  int64_t packedBytes() const { return roundUp(parts * size * padded<T>() * int64_t(sizeof(T)), 64); }
};

/// The first dims of a call are [times, examples, …], and dim 1 of one of its states is their size.
inline const char* sequencesOf(const CallKernel& call, const CallView& state, int64_t parts, Sequences& s) {
  const CallView& x = call.operands[0];
  if (x.dims.count != 3 || state.dims.count != 2) return "a recurrent layer's call has sequences of three dims and states of two";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a recurrent layer's call has an unknown dtype";
  s = {x.dtype, x.dims.size[0], x.dims.size[1], state.dims.size[1], parts, call.attributes[0] != 0};
  return s.size >= (int64_t(1) << 24) ? "a recurrent layer's call is too large" : nullptr;
}

/// Copies rows of `parts` parts each between memory and a padded room, whose padding stays zero.
template <class T>
void padRows(T* to, const T* from, int64_t parts, int64_t size, int64_t padded) {
  for (int64_t p = 0; p < parts; p++, to += padded, from += size) {
    memcpy(static_cast<void*>(to), from, size_t(size) * sizeof(T));
    for (int64_t j = size; j < padded; j++) to[j] = 0;
  }
}
template <class T>
void storeRows(T* to, const T* from, int64_t parts, int64_t size, int64_t padded) {
  for (int64_t p = 0; p < parts; p++, to += size, from += padded) memcpy(static_cast<void*>(to), from, size_t(size) * sizeof(T));
}

/// The weights [parts · size, size] as panels of whole vectors: forward each part's columns are those of a product with a state, back they are
/// the state's and each part gives some of the rows.
template <class T>
struct Packing {
  static constexpr int64_t most = kMicroVectors * VectorOf<T>::lanes;
  const Sequences* s;
  const T* weights;
  T* packed;
  bool forward;

  int64_t panels() const { return ceilOf(s->padded<T>(), most); }
  static int64_t ceilOf(int64_t a, int64_t b) { return (a + b - 1) / b; }

  static void panel(void* context, int64_t number, char*) {
    const Packing& own = *static_cast<Packing*>(context);
    const int64_t size = own.s->size, padded = own.s->padded<T>(), column = number % own.panels() * most;
    const int64_t width = padded - column < most ? padded - column : most, columns = size - column < width ? size - column : width;
    if (own.forward) {
      const int64_t part = number / own.panels();
      packPanel(own.packed + (part * padded + column) * size, own.weights + (part * size + column) * size, int64_t(1), size, size, columns, width);
    } else {
      const int64_t rows = own.s->parts * size;
      packPanel(own.packed + column * rows, own.weights + column, size, int64_t(1), rows, columns, width);
    }
  }

  void run() {
    const int64_t count = panels() * (forward ? s->parts : 1);
    if (piecesFor(count, double(s->parts) * double(s->size) * double(s->size) * 0.5) > 1) return parallel(count, panel, this);
    for (int64_t i = 0; i < count; i++) panel(this, i, nullptr);
  }
};

/// to[i, j] = (or +=) sum over p < k of a[i, p] * packed[first + p, j], for `columns` columns, which are whole vectors. The panels have `height` rows.
template <class T>
void multiply(T* to, int64_t toRow, const T* a, int64_t aRow, const T* packed, int64_t height, int64_t first, int64_t k, int64_t columns, int64_t rows, bool accumulate) {
  constexpr int64_t W = VectorOf<T>::lanes, most = kMicroVectors * W;
  const int64_t blocks = (k + kRecurrentDepth - 1) / kRecurrentDepth, depth = (k + blocks - 1) / blocks;
  const int64_t groups = (rows + kMicroRows - 1) / kMicroRows;
  for (int64_t column = 0; column < columns; column += most) {
    const int64_t width = columns - column < most ? columns - column : most;
    const T* panel = packed + column * height + first * width;
    for (int64_t k0 = 0; k0 < k; k0 += depth) {
      MicroArguments<T> x{k - k0 < depth ? k - k0 : depth, a + k0, aRow, 1, panel + k0 * width, width, to + column, toRow, width, accumulate || k0 > 0, false};
      for (int64_t group = 0; group < groups; group++) {
        const int64_t count = rows * (group + 1) / groups - rows * group / groups;
        microKernel<T>(count, width / W)(x);
        x.a += count * aRow;
        x.c += count * toRow;
      }
    }
  }
}

/// Runs the pieces, of `perPiece` examples each.
template <class Task>
void runExamples(Task& task, void (*piece)(void*, int64_t, char*), const Sequences& s, double nanoseconds) {
  const int64_t threads = piecesFor(s.examples, nanoseconds) == 1 ? 1 : threadCount();
  const int64_t wanted = roundUp((s.examples + kMostExamples - 1) / kMostExamples, threads);
  task.perPiece = (s.examples + wanted - 1) / wanted;
  const int64_t pieces = (s.examples + task.perPiece - 1) / task.perPiece;
  if (threads > 1) return parallel(pieces, piece, &task);
  for (int64_t i = 0; i < pieces && !stopRequested(); i++) piece(&task, i, callerScratch());
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
