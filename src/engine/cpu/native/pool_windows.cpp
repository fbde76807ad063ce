// The greatest element of each window of an image, and its position (src/primitives/pool.ts): first the greatest of each column of a row of windows,
// then of each window the greatest of its columns. Several rows of windows lie one after the other in a buffer, so that images of few
// columns fill the vectors too.
#include <string.h>

#include <type_traits>

#include "call_views.h"
#include "tile.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Columns that the buffer holds; rows of windows which are longer are computed in parts.
constexpr int64_t kColumns = 1024;
/// Stands for where a window lies outside of its image.
constexpr int32_t kNowhere = 0x7fffffff;

struct PoolPlan {
  int64_t planes;
  int64_t size[3], window[3], stride[3], padding[3], dilation[3], outputs[3];
  bool adaptive;

  int64_t plane() const { return size[0] * size[1] * size[2]; }
  int64_t points() const { return outputs[0] * outputs[1] * outputs[2]; }
  /// Elements first, first + dilation, … before `end` are those of window o.
  void range(int d, int64_t o, int64_t& first, int64_t& end, int64_t& by) const {
    if (adaptive) {
      first = o * size[d] / outputs[d];
      end = ((o + 1) * size[d] + outputs[d] - 1) / outputs[d];
      by = 1;
      return;
    }
    by = dilation[d];
    first = o * stride[d] - padding[d];
    end = first + (window[d] - 1) * by + 1;
    if (first < 0) first += (-first + by - 1) / by * by;
    if (end > size[d]) end = size[d];
  }
};

const char* planOf(const CallKernel& call, PoolPlan& plan) {
  constexpr int64_t kMost = int64_t(1) << 31;
  const CallView& x = call.operands[0];
  if (x.dims.count != 4 || x.dtype == kBool) return "a pool's call has numbers of four dims";
  for (int i = 0; i < 16; i++)
    if (call.attributes[i] <= -kMost || call.attributes[i] >= kMost) return "a pool's call has an attribute that is too large";
  plan.planes = x.dims.size[0];
  plan.adaptive = call.attributes[12] != 0;
  double points = 1;
  for (int d = 0; d < 3; d++) {
    plan.size[d] = x.dims.size[1 + d];
    plan.window[d] = call.attributes[d];
    plan.stride[d] = call.attributes[3 + d];
    plan.padding[d] = call.attributes[6 + d];
    plan.dilation[d] = call.attributes[9 + d];
    plan.outputs[d] = call.attributes[13 + d];
    points *= double(plan.size[d]);
    if (plan.outputs[d] < 0) return "a pool's call has a size below 0";
    if (plan.window[d] < 1 || plan.stride[d] < 1 || plan.dilation[d] < 1) return "a pool's call has a window, stride or dilation below 1";
    if (plan.size[d] >= kMost) return "a pool's call has images that are too large";
  }
  if (points >= double(kMost)) return "a pool's call has images that are too large";
  for (int d = 0; d < 3 && plan.planes * plan.points() > 0; d++) {
    for (int64_t o = 0; o < plan.outputs[d]; o++) {
      int64_t first, end, by;
      plan.range(d, o, first, end, by);
      if (first < 0 || first >= end) return "a pool's call has a window without an element";
    }
  }
  for (int i = 0; i < 2; i++) {
    const CallView& y = call.results[i];
    if (!y.wanted) continue;
    if (y.dtype != (i == 0 ? x.dtype : kInt32) || y.dims.count != 4 || y.dims.size[0] != plan.planes) return "a pool's call has a result that does not fit";
    for (int d = 0; d < 3; d++)
      if (y.dims.size[1 + d] != plan.outputs[d]) return "a pool's call has a result that does not fit";
  }
  return nullptr;
}

template <class T>
constexpr T lowestOf() {
  if constexpr (std::is_same_v<T, float>) return -__builtin_huge_valf();
  else if constexpr (std::is_same_v<T, double>) return -__builtin_huge_val();
  else if constexpr (std::is_signed_v<T>) return T(T(1) << (8 * sizeof(T) - 1));
  else return T(0);
}

/// The greatest of each column so far, and its position.
template <class T, bool Indexed>
struct Columns {
  alignas(64) T best[kColumns];
  alignas(64) int32_t where[Indexed ? kColumns : 1];
};

/// Takes a line of an image into columns. NaN wins, and stays until the next one, since nothing is greater.
template <class T, bool Indexed>
inline void takeLine(T* __restrict best, int32_t* __restrict where, const T* x, int32_t at, int64_t n) {
  for (int64_t j = 0; j < n; j++) {
    const T value = x[j], before = best[j];
    bool better = value > before;
    if constexpr (std::is_floating_point_v<T>) better |= value != value;
    best[j] = better ? value : before;
    if constexpr (Indexed) where[j] = better ? at + int32_t(j) : where[j];
  }
}

/// Takes the first two lines into columns at once.
template <class T, bool Indexed>
inline void takeTwo(T* __restrict best, int32_t* __restrict where, const T* x, int32_t at, const T* y, int32_t then, int64_t n) {
  for (int64_t j = 0; j < n; j++) {
    const T value = y[j], before = x[j];
    bool better = value > before;
    if constexpr (std::is_floating_point_v<T>) better |= value != value;
    best[j] = better ? value : before;
    if constexpr (Indexed) where[j] = (better ? then : at) + int32_t(j);
  }
}

/// Takes columns, of which every `Step`th begins a window, into outputs: of equal ones the first in the image, of several NaN the last.
template <class T, bool Indexed, int Step>
inline void takeColumns(T* __restrict best, int32_t* __restrict where, const T* columns, const int32_t* from, int64_t step, int64_t n) {
  const int64_t by = Step ? Step : step;
  for (int64_t j = 0; j < n; j++) {
    const T value = columns[j * by], before = best[j];
    bool better = value > before;
    if constexpr (Indexed) {
      const int32_t at = from[j * by], old = where[j];
      better |= (value == before) & (at < old);
      if constexpr (std::is_floating_point_v<T>) better |= (value != value) & ((before == before) | (at > old));
      where[j] = better ? at : old;
    } else if constexpr (std::is_floating_point_v<T>) {
      better |= value != value;
    }
    best[j] = better ? value : before;
  }
}

struct PoolTask {
  const PoolPlan* plan;
  const char* x;
  char* values;
  char* indices;
  int64_t perPiece;
};

/// The columns first to first + count, as far as the image has them, of the windows (od, oh).
template <class T, bool Indexed>
void foldLines(const PoolPlan& plan, const T* x, T* best, int32_t* where, int64_t od, int64_t oh, int64_t first, int64_t count) {
  int64_t d0, d1, byD, h0, h1, byH;
  plan.range(0, od, d0, d1, byD);
  plan.range(1, oh, h0, h1, byH);
  const int64_t before = first < 0 ? (-first < count ? -first : count) : 0;
  const int64_t rest = plan.size[2] - first, end = rest < 0 ? 0 : rest < count ? rest : count;
  for (int64_t j = 0; j < count; j++) {
    if (j == before && end > before) j = end;
    if (j >= count) break;
    best[j] = lowestOf<T>();
    if constexpr (Indexed) where[j] = kNowhere;
  }
  if (end <= before) return;
  const int64_t n = end - before;
  best += before;
  if constexpr (Indexed) where += before;
  const auto line = [&](int64_t d, int64_t h) { return (d * plan.size[1] + h) * plan.size[2] + first + before; };
  int64_t next = h0 + byH;
  if (next < h1) {
    const int64_t at = line(d0, h0), then = line(d0, next);
    takeTwo<T, Indexed>(best, where, x + at, int32_t(at), x + then, int32_t(then), n);
    next += byH;
  } else {
    const int64_t at = line(d0, h0);
    memcpy(best, x + at, size_t(n) * sizeof(T));
    if constexpr (Indexed)
      for (int64_t j = 0; j < n; j++) where[j] = int32_t(at + j);
  }
  for (int64_t d = d0; d < d1; d += byD, next = h0) {
    for (int64_t h = next; h < h1; h += byH) {
      const int64_t at = line(d, h);
      takeLine<T, Indexed>(best, where, x + at, int32_t(at), n);
    }
  }
}

/// Outputs of adaptive windows of one row, whose columns begin at column `first`.
template <class T, bool Indexed>
void foldAdaptive(const PoolPlan& plan, const Columns<T, Indexed>& columns, int64_t first, int64_t w0, int64_t count, T* best, int32_t* where) {
  for (int64_t j = 0; j < count; j++) {
    int64_t w, end, by;
    plan.range(2, w0 + j, w, end, by);
    best[j] = columns.best[w - first];
    if constexpr (Indexed) where[j] = columns.where[w - first];
    for (w++; w < end; w++) takeColumns<T, Indexed, 1>(best + j, where + j, columns.best + w - first, Indexed ? columns.where + w - first : nullptr, 1, 1);
  }
}

/// Outputs of n windows, each of which begins `stride` columns after the one before.
template <class T, bool Indexed>
void foldWindows(const PoolPlan& plan, const Columns<T, Indexed>& columns, int64_t n, T* best, int32_t* where) {
  const int64_t stride = plan.stride[2];
  for (int64_t j = 0; j < n; j++) best[j] = columns.best[j * stride];
  if constexpr (Indexed)
    for (int64_t j = 0; j < n; j++) where[j] = columns.where[j * stride];
  for (int64_t k = 1; k < plan.window[2]; k++) {
    const T* from = columns.best + k * plan.dilation[2];
    const int32_t* at = Indexed ? columns.where + k * plan.dilation[2] : nullptr;
    if (stride == 1) takeColumns<T, Indexed, 1>(best, where, from, at, 1, n);
    else if (stride == 2) takeColumns<T, Indexed, 2>(best, where, from, at, 2, n);
    else takeColumns<T, Indexed, 0>(best, where, from, at, stride, n);
  }
}

template <class T, bool Indexed>
void poolPlane(const PoolPlan& plan, const T* x, T* values, int32_t* indices, Columns<T, Indexed>& columns, Columns<T, Indexed>& outputs) {
  const int64_t lines = plan.outputs[0] * plan.outputs[1], width = plan.outputs[2], stride = plan.stride[2];
  const int64_t reach = (plan.window[2] - 1) * plan.dilation[2] + 1;
  // Rows of windows, each in columns of its own: a multiple of the stride, so that the windows of all follow each other.
  const int64_t pitch = (((width - 1) * stride + reach + stride - 1) / stride) * stride;
  if (!plan.adaptive && pitch <= kColumns) {
    const int64_t together = kColumns / pitch, each = pitch / stride;
    for (int64_t line = 0; line < lines; line += together) {
      const int64_t count = lines - line < together ? lines - line : together;
      for (int64_t i = 0; i < count; i++)
        foldLines<T, Indexed>(plan, x, columns.best + i * pitch, columns.where + (Indexed ? i * pitch : 0), (line + i) / plan.outputs[1], (line + i) % plan.outputs[1], -plan.padding[2], pitch);
      // The last row's windows beyond its width would reach over the end.
      foldWindows<T, Indexed>(plan, columns, (count - 1) * each + width, outputs.best, outputs.where);
      for (int64_t i = 0; i < count; i++) {
        if (values) memcpy(values + (line + i) * width, outputs.best + i * each, size_t(width) * sizeof(T));
        if constexpr (Indexed) memcpy(indices + (line + i) * width, outputs.where + i * each, size_t(width) * 4);
      }
    }
    return;
  }
  for (int64_t line = 0; line < lines; line++) {
    for (int64_t w0 = 0, count; w0 < width; w0 += count) {
      // As many windows as have their columns in the buffer.
      int64_t first = w0 * stride - plan.padding[2], needed = 0, begin, by;
      if (plan.adaptive) plan.range(2, w0, first, needed, by);
      for (count = 1; w0 + count < width; count++) {
        int64_t end = first + count * stride + reach;
        if (plan.adaptive) plan.range(2, w0 + count, begin, end, by);
        if (end - first > kColumns) break;
        needed = end;
      }
      if (!plan.adaptive) needed = first + (count - 1) * stride + reach;
      T* best = outputs.best;
      if (needed - first > kColumns) {
        // One window that is wider than the buffer, part by part.
        count = 1;
        bool begun = false;
        for (int64_t at = first; at < needed; at += kColumns) {
          const int64_t part = needed - at < kColumns ? needed - at : kColumns;
          foldLines<T, Indexed>(plan, x, columns.best, columns.where, line / plan.outputs[1], line % plan.outputs[1], at, part);
          for (int64_t j = 0; j < part; j++) {
            if (!plan.adaptive && (at + j - first) % plan.dilation[2] != 0) continue;
            if (!begun) best[0] = columns.best[j];
            if constexpr (Indexed)
              if (!begun) outputs.where[0] = columns.where[j];
            if (begun) takeColumns<T, Indexed, 1>(best, outputs.where, columns.best + j, Indexed ? columns.where + j : nullptr, 1, 1);
            begun = true;
          }
        }
      } else {
        foldLines<T, Indexed>(plan, x, columns.best, columns.where, line / plan.outputs[1], line % plan.outputs[1], first, needed - first);
        if (plan.adaptive) foldAdaptive<T, Indexed>(plan, columns, first, w0, count, best, outputs.where);
        else foldWindows<T, Indexed>(plan, columns, count, best, outputs.where);
      }
      if (values) memcpy(values + line * width + w0, best, size_t(count) * sizeof(T));
      if constexpr (Indexed) memcpy(indices + line * width + w0, outputs.where, size_t(count) * 4);
    }
  }
}

/// N lanes, whatever the instruction set has.
template <class T, int N>
struct LanesOf {
  typedef T Type __attribute__((vector_size(N * sizeof(T))));
};

/// The lanes First, First + 2, … of a and b put behind one another.
template <int First, class Words, int... I>
inline __attribute__((always_inline)) Words everySecond(Words a, Words b, std::integer_sequence<int, I...>) {
  return shuffled<Words, int32_t, First + 2 * I...>(a, b);
}

/// A row of n windows of 2 × 2 elements, N at a time; the last N overlap those before.
template <int N, bool Indexed>
inline void poolPairs(const float* x, int64_t width, int32_t at, float* values, int32_t* indices, int64_t n) {
  using Floats = typename LanesOf<float, N>::Type;
  using Words = typename LanesOf<int32_t, N>::Type;
  using Lanes = std::make_integer_sequence<int, N>;
  Words twice;
  for (int i = 0; i < N; i++) twice[i] = 2 * i;
  for (int64_t j = 0; j < n; j += N) {
    const int64_t first = j + N <= n ? j : n - N;
    Words pairs[4];
    for (int row = 0; row < 2; row++) memcpy(&pairs[2 * row], x + row * width + 2 * first, 2 * sizeof(Words));
    const Words taps[4] = {everySecond<0, Words>(pairs[0], pairs[1], Lanes()), everySecond<1, Words>(pairs[0], pairs[1], Lanes()), everySecond<0, Words>(pairs[2], pairs[3], Lanes()), everySecond<1, Words>(pairs[2], pairs[3], Lanes())};
    Words best = taps[0], where = twice + (at + int32_t(2 * first));
    const int32_t offsets[4] = {0, 1, int32_t(width), int32_t(width) + 1};
    const Words corner = where;
    for (int tap = 1; tap < 4; tap++) {
      const Floats value = Floats(taps[tap]);
      const Words better = (value > Floats(best)) | (value != value);
      best = (taps[tap] & better) | (best & ~better);
      if constexpr (Indexed) where = ((corner + offsets[tap]) & better) | (where & ~better);
    }
    memcpy(values + first, &best, sizeof best);
    if constexpr (Indexed) memcpy(indices + first, &where, sizeof where);
  }
}

/// Whether the plane was computed: windows of 2 × 2 side by side, the most usual ones, in rows that fill a vector.
template <bool Indexed>
bool poolPairs(const PoolPlan& plan, const float* x, float* values, int32_t* indices) {
  const int64_t width = plan.size[2], n = plan.outputs[2];
  const bool isPairs = plan.window[1] == 2 && plan.window[2] == 2 && plan.stride[1] == 2 && plan.stride[2] == 2 && plan.dilation[1] == 1 && plan.dilation[2] == 1;
  if (!isPairs || plan.adaptive || plan.size[0] != 1 || plan.outputs[0] != 1 || plan.padding[1] || plan.padding[2] || n < 4 || 2 * n > width || 2 * plan.outputs[1] > plan.size[1] || !values) return false;
  for (int64_t oh = 0; oh < plan.outputs[1]; oh++) {
    const float* from = x + 2 * oh * width;
    int32_t* where = Indexed ? indices + oh * n : nullptr;
    const int32_t at = int32_t(2 * oh * width);
    if (kVectorBytes >= 64 && n >= 16) poolPairs<16, Indexed>(from, width, at, values + oh * n, where, n);
    else if (kVectorBytes >= 32 && n >= 8) poolPairs<8, Indexed>(from, width, at, values + oh * n, where, n);
    else poolPairs<4, Indexed>(from, width, at, values + oh * n, where, n);
  }
  return true;
}

template <class T, bool Indexed>
void poolPlanes(const PoolTask& task, int64_t piece) {
  const PoolPlan& plan = *task.plan;
  const int64_t end = (piece + 1) * task.perPiece < plan.planes ? (piece + 1) * task.perPiece : plan.planes;
  Columns<T, Indexed> columns, outputs;
  for (int64_t p = piece * task.perPiece; p < end && !stopRequested(); p++) {
    T* values = task.values ? reinterpret_cast<T*>(task.values) + p * plan.points() : nullptr;
    int32_t* indices = task.indices ? reinterpret_cast<int32_t*>(task.indices) + p * plan.points() : nullptr;
    const T* x = reinterpret_cast<const T*>(task.x) + p * plan.plane();
    if constexpr (std::is_same_v<T, float>)
      if (poolPairs<Indexed>(plan, x, values, indices)) continue;
    poolPlane<T, Indexed>(plan, x, values, indices, columns, outputs);
  }
}

template <class T>
void poolPiece(void* context, int64_t piece, char*) {
  const PoolTask& task = *static_cast<PoolTask*>(context);
  if (task.indices) poolPlanes<T, true>(task, piece);
  else poolPlanes<T, false>(task, piece);
}

template <class T>
struct BackTask {
  int64_t planes, points, plane;
  const T* g;
  const int32_t* indices;
  T* dx;
  int64_t perPiece;
};

/// Gradients go where the elements came from; a position outside of its plane goes nowhere.
template <class T>
void backPiece(void* context, int64_t piece, char*) {
  const BackTask<T>& task = *static_cast<BackTask<T>*>(context);
  const int64_t end = (piece + 1) * task.perPiece < task.planes ? (piece + 1) * task.perPiece : task.planes;
  for (int64_t p = piece * task.perPiece; p < end && !stopRequested(); p++) {
    const T* g = task.g + p * task.points;
    const int32_t* from = task.indices + p * task.points;
    T* dx = task.dx + p * task.plane;
    for (int64_t i = 0; i < task.plane; i++) dx[i] = T(0);
    for (int64_t i = 0; i < task.points; i++)
      if (uint64_t(int64_t(from[i])) < uint64_t(task.plane)) dx[from[i]] += g[i];
  }
}

}  // namespace

const char* checkMaxPool(const CallKernel& call) {
  PoolPlan plan;
  return planOf(call, plan);
}

void poolMaximum(const CallKernel& call, const Frame& frame) {
  PoolPlan plan;
  planOf(call, plan);
  const int64_t points = plan.planes * plan.points();
  if (points == 0) return;
  const CallView* results = call.results;
  PoolTask task{&plan, at(frame, call.operands[0].place), results[0].wanted ? at(frame, results[0].place) : nullptr, results[1].wanted ? at(frame, results[1].place) : nullptr, 0};
  const double taps = plan.adaptive ? double(plan.planes * plan.plane()) : double(points) * double(plan.window[0] * plan.window[1] * plan.window[2]);
  const int64_t pieces = piecesFor(plan.planes, taps * 0.7 + double(points));
  task.perPiece = (plan.planes + pieces - 1) / pieces;
  withNumber(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_arithmetic_v<T>) {
      if (pieces == 1) poolPiece<T>(&task, 0, nullptr);
      else parallel((plan.planes + task.perPiece - 1) / task.perPiece, poolPiece<T>, &task);
    }
  });
}

const char* checkMaxPoolBackward(const CallKernel& call) {
  const CallView *in = call.operands, &dx = call.results[0];
  if (in[0].dims.count != 2 || (in[0].dtype != kFloat32 && in[0].dtype != kFloat64)) return "a pool's gradient has floats of two dims";
  const int64_t planes = in[0].dims.size[0];
  const bool fits = hasDims(in[1], kInt32, {planes, in[0].dims.size[1]}) && hasDims(dx, in[0].dtype, {planes, call.attributes[0]});
  return !fits || overwrites(call, 2, 1) ? "a pool's gradient has values that do not fit" : nullptr;
}

void poolMaximumBackward(const CallKernel& call, const Frame& frame) {
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Dims& dims = call.operands[0].dims;
    BackTask<T> task{dims.size[0], dims.size[1], call.attributes[0], dataOf<T>(frame, call.operands[0]), dataOf<int32_t>(frame, call.operands[1]), dataOf<T>(frame, call.results[0]), 0};
    if (task.planes == 0) return 0;
    const int64_t pieces = piecesFor(task.planes, double(task.planes) * (double(task.points) + 0.2 * double(task.plane)));
    task.perPiece = (task.planes + pieces - 1) / pieces;
    if (pieces == 1) backPiece<T>(&task, 0, nullptr);
    else parallel((task.planes + task.perPiece - 1) / task.perPiece, backPiece<T>, &task);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
