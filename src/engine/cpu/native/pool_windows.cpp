// The greatest element of each window of an image, and its position (src/primitives/pool.ts). A row of outputs is computed together, tap by tap,
// so that the compiler vectorises it.
#include <string.h>

#include <type_traits>

#include "call_views.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Outputs of a row that are computed together.
constexpr int64_t kRow = 256;

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

/// Takes element first + j * step, at position `at` + j * step, into output j, for n outputs. NaN wins, and stays until
/// the next one, since nothing is greater.
template <class T, int Step>
inline void takeIn(T* best, int32_t* where, const T* x, int32_t at, int64_t step, int64_t n) {
  const int64_t by = Step ? Step : step;
#pragma GCC ivdep
  for (int64_t j = 0; j < n; j++) {
    const T value = x[j * by], before = best[j];
    bool better = value > before;
    if constexpr (std::is_floating_point_v<T>) better |= value != value;
    best[j] = better ? value : before;
    where[j] = better ? int32_t(at + j * by) : where[j];
  }
}

struct PoolTask {
  const PoolPlan* plan;
  const char* x;
  char* values;
  char* indices;
  int64_t perPiece;
};

template <class T>
void poolRow(const PoolPlan& plan, const T* x, T* best, int32_t* where, int64_t od, int64_t oh, int64_t w0, int64_t count) {
  int64_t d0, d1, byD, h0, h1, byH;
  plan.range(0, od, d0, d1, byD);
  plan.range(1, oh, h0, h1, byH);
  const int64_t corner = (d0 * plan.size[1] + h0) * plan.size[2];
  for (int64_t j = 0; j < count; j++) {
    int64_t w, end, by;
    plan.range(2, w0 + j, w, end, by);
    best[j] = lowestOf<T>();
    where[j] = int32_t(corner + w);
  }
  for (int64_t d = d0; d < d1; d += byD) {
    for (int64_t h = h0; h < h1; h += byH) {
      const int64_t line = (d * plan.size[1] + h) * plan.size[2];
      if (plan.adaptive) {
        for (int64_t j = 0; j < count; j++) {
          int64_t w, end, by;
          for (plan.range(2, w0 + j, w, end, by); w < end; w++) takeIn<T, 1>(best + j, where + j, x + line + w, int32_t(line + w), 1, 1);
        }
        continue;
      }
      const int64_t stride = plan.stride[2];
      for (int64_t k = 0; k < plan.window[2]; k++) {
        // Outputs whose tap k lies in the line.
        const int64_t first = k * plan.dilation[2] - plan.padding[2] + w0 * stride;
        const int64_t low = first < 0 ? (-first + stride - 1) / stride : 0, rest = plan.size[2] - first;
        const int64_t end = rest <= 0 ? 0 : (rest + stride - 1) / stride, high = end < count ? end : count;
        if (low >= high) continue;
        const int64_t at = line + first + low * stride;
        if (stride == 1) takeIn<T, 1>(best + low, where + low, x + at, int32_t(at), 1, high - low);
        else if (stride == 2) takeIn<T, 2>(best + low, where + low, x + at, int32_t(at), 2, high - low);
        else takeIn<T, 0>(best + low, where + low, x + at, int32_t(at), stride, high - low);
      }
    }
  }
}

template <class T>
void poolPiece(void* context, int64_t piece, char*) {
  const PoolTask& task = *static_cast<PoolTask*>(context);
  const PoolPlan& plan = *task.plan;
  const int64_t end = (piece + 1) * task.perPiece < plan.planes ? (piece + 1) * task.perPiece : plan.planes;
  T best[kRow];
  int32_t where[kRow];
  for (int64_t p = piece * task.perPiece; p < end && !stopRequested(); p++) {
    const T* x = reinterpret_cast<const T*>(task.x) + p * plan.plane();
    int64_t out = p * plan.points();
    for (int64_t od = 0; od < plan.outputs[0]; od++) {
      for (int64_t oh = 0; oh < plan.outputs[1]; oh++) {
        for (int64_t w0 = 0; w0 < plan.outputs[2]; w0 += kRow) {
          const int64_t count = plan.outputs[2] - w0 < kRow ? plan.outputs[2] - w0 : kRow;
          poolRow(plan, x, best, where, od, oh, w0, count);
          if (task.values) memcpy(task.values + out * int64_t(sizeof(T)), best, size_t(count) * sizeof(T));
          if (task.indices) memcpy(task.indices + out * 4, where, size_t(count) * 4);
          out += count;
        }
      }
    }
  }
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
