// Connectionist temporal classification (src/primitives/alignment.ts). Sequences are independent of each other; the places of one go through the
// times together, in vectors.
#include <math.h>

#include "call_views.h"
#include "float_math.h"
#include "pool.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

inline double expOf(double x) { return ::exp(x); }
inline double logOf(double x) { return ::log(x); }

/// In front of the places and behind them, where no way comes from.
constexpr int64_t kEdge = 2;

struct Alignment {
  DType dtype;
  int64_t steps, count, classes, width;

  int64_t row() const { return roundUp(width + 2 * kEdge, kLanes); }
};

/// Of a call whose log probabilities, classes, times and last places are its operands from `first` on.
const char* alignmentOf(const CallKernel& call, int first, Alignment& a) {
  const CallView *in = call.operands + first, &x = in[0];
  if (x.dims.count != 3 || in[1].dims.count != 2) return "a call of CTC has log probabilities of three dims and classes of two";
  if (x.dtype != kFloat32 && x.dtype != kFloat64) return "a call of CTC has an unknown dtype";
  a = {x.dtype, x.dims.size[0], x.dims.size[1], x.dims.size[2], in[1].dims.size[1]};
  bool fits = a.width >= 1 && hasDims(in[1], kInt32, {a.count, a.width});
  for (int i = 2; i < 4; i++) fits = fits && hasDims(in[i], kInt32, {a.count});
  return fits ? nullptr : "a call of CTC has values that do not fit";
}

template <class T>
T nothing() { return T(-INFINITY); }

/// One sequence. Whatever numbers it is given, it stays in its values.
template <class T>
struct Sequence {
  const T* x;
  const int32_t* classes;
  int64_t times, last, stride, size;

  Sequence(const Alignment& a, const T* logProbs, const int32_t* classes_, const int32_t* times_, const int32_t* last_, int64_t n)
      : x(logProbs + n * a.classes), classes(classes_ + n * a.width), times(times_[n]), last(last_[n]), stride(a.count * a.classes), size(a.classes) {
    times = times < 0 ? 0 : times > a.steps ? a.steps : times;
    last = last < 0 ? 0 : last >= a.width ? a.width - 1 : last;
  }
  bool hasClass(int64_t place) const { return classes[place] >= 0 && classes[place] < size; }
  void emitted(T* to, int64_t t) const {
    for (int64_t l = 0; l <= last; l++) to[l] = hasClass(l) ? x[t * stride + classes[l]] : nothing<T>();
  }
  /// 0 where a place is reached from two before it.
  void skips(T* to) const {
    for (int64_t l = 0; l <= last; l++) to[l] = l > 1 && classes[l] != classes[l - 2] ? T(0) : nothing<T>();
  }
};

/// ln of the sum of three, for n places.
template <class T>
inline void logSums(T* to, const T* a, const T* b, const T* c, const T* cToo, int64_t n) {
#pragma GCC ivdep
  for (int64_t l = 0; l < n; l++) {
    const T third = c[l] + cToo[l], two = a[l] > b[l] ? a[l] : b[l], most = two > third ? two : third;
    const T finite = most == nothing<T>() ? T(0) : most;
    to[l] = logOf(expOf(a[l] - finite) + expOf(b[l] - finite) + expOf(third - finite)) + finite;
  }
}

template <class T>
struct Task {
  const Alignment* a;
  const T *g, *x;
  const int32_t *classes, *times, *last;
  T *loss, *alpha, *dx;
  bool zeroInfinity;
  int64_t perPiece;

  Sequence<T> sequence(int64_t n) const { return Sequence<T>(*a, x, classes, times, last, n); }
};

template <class T>
void forwardPiece(void* context, int64_t piece, char* scratch) {
  const Task<T>& task = *static_cast<Task<T>*>(context);
  const Alignment& a = *task.a;
  const int64_t row = a.row(), end = (piece + 1) * task.perPiece < a.count ? (piece + 1) * task.perPiece : a.count;
  T* rooms[2] = {reinterpret_cast<T*>(scratch), reinterpret_cast<T*>(scratch) + row};
  T *skip = rooms[1] + row, *out = skip + row;
  for (int64_t n = piece * task.perPiece; n < end && !stopRequested(); n++) {
    const Sequence<T> s = task.sequence(n);
    s.skips(skip);
    for (int64_t i = 0; i < 2 * row; i++) rooms[0][i] = nothing<T>();
    T* state = rooms[0] + kEdge;
    T* next = rooms[1] + kEdge;
    state[0] = 0;
    T* alpha = task.alpha ? task.alpha + n * a.steps * a.width : nullptr;
    for (int64_t t = 0; t < s.times; t++) {
      s.emitted(out, t);
      if (t == 0)
        for (int64_t l = 0; l <= s.last; l++) next[l] = l < 2 ? T(0) : nothing<T>();
      else
        logSums(next, state, state - 1, state - 2, skip, s.last + 1);
#pragma GCC ivdep
      for (int64_t l = 0; l <= s.last; l++) next[l] += out[l];
      if (alpha) {
        for (int64_t l = 0; l < a.width; l++) alpha[t * a.width + l] = l <= s.last ? next[l] : nothing<T>();
      }
      T* const other = state;
      state = next;
      next = other;
    }
    if (alpha)
      for (int64_t i = s.times * a.width; i < a.steps * a.width; i++) alpha[i] = nothing<T>();
    if (!task.loss) continue;
    const double x = double(state[s.last]), y = double(state[s.last - 1]), most = x > y ? x : y;
    task.loss[n] = most == -INFINITY ? T(INFINITY) : T(-(::log(::exp(x - most) + ::exp(y - most)) + most));
  }
}

template <class T>
void backwardPiece(void* context, int64_t piece, char* scratch) {
  const Task<T>& task = *static_cast<Task<T>*>(context);
  const Alignment& a = *task.a;
  const int64_t row = a.row(), end = (piece + 1) * task.perPiece < a.count ? (piece + 1) * task.perPiece : a.count;
  T *ahead = reinterpret_cast<T*>(scratch), *room = ahead + row, *skip = room + row, *out = skip + row, *seen = out + row;
  T* on = room + kEdge;
  for (int64_t n = piece * task.perPiece; n < end && !stopRequested(); n++) {
    const Sequence<T> s = task.sequence(n);
    const T loss = task.loss[n], g = task.g[n];
    const bool infinite = double(loss) == INFINITY;
    for (int64_t t = infinite ? 0 : s.times; t < a.steps; t++) {
      const T value = t < s.times && !task.zeroInfinity ? T(NAN) : T(0);
      for (int64_t c = 0; c < a.classes; c++) task.dx[(t * a.count + n) * a.classes + c] = value;
    }
    if (infinite) continue;
    for (int64_t i = 0; i < row; i++) room[i] = skip[i] = nothing<T>();
    s.skips(skip);
    for (int64_t l = 0; l <= s.last; l++) ahead[l] = l >= s.last - 1 ? T(0) : nothing<T>();
    for (int64_t t = s.times - 1; t >= 0; t--) {
      if (t + 1 < s.times) {
        s.emitted(out, t + 1);
#pragma GCC ivdep
        for (int64_t l = 0; l <= s.last; l++) on[l] = ahead[l] + out[l];
        logSums(ahead, on, on + 1, on + 2, skip + 2, s.last + 1);
      }
      const T* alpha = task.alpha + (n * a.steps + t) * a.width;
#pragma GCC ivdep
      for (int64_t l = 0; l <= s.last; l++) out[l] = expOf(alpha[l] + ahead[l] + loss);
      for (int64_t c = 0; c < a.classes; c++) seen[c] = 0;
      for (int64_t l = 0; l <= s.last; l++)
        if (s.hasClass(l)) seen[s.classes[l]] += out[l];
      const T* x = s.x + t * s.stride;
      T* dx = task.dx + (t * a.count + n) * a.classes;
#pragma GCC ivdep
      for (int64_t c = 0; c < a.classes; c++) dx[c] = (expOf(x[c]) - seen[c]) * g;
    }
  }
}

template <class T>
void runPieces(Task<T>& task, void (*piece)(void*, int64_t, char*)) {
  const Alignment& a = *task.a;
  const int64_t pieces = piecesFor(a.count, double(a.steps) * double(a.count) * double(a.width + a.classes) * (sizeof(T) == 8 ? 30.0 : 4.0));
  task.perPiece = (a.count + pieces - 1) / pieces;
  if (pieces == 1) piece(&task, 0, callerScratch());
  else parallel((a.count + task.perPiece - 1) / task.perPiece, piece, &task);
}

}  // namespace

const char* checkCtc(const CallKernel& call) {
  Alignment a;
  if (const char* wrong = alignmentOf(call, 0, a)) return wrong;
  const CallView* out = call.results;
  const bool fits = (!out[0].wanted || hasDims(out[0], a.dtype, {a.count})) && (!out[1].wanted || hasDims(out[1], a.dtype, {a.count, a.steps, a.width}));
  return !fits || overwrites(call, 4, 2) ? "a call of CTC has values that do not fit" : nullptr;
}

int64_t ctcScratch(const CallKernel& call) {
  Alignment a;
  return alignmentOf(call, 0, a) ? 0 : 4 * a.row() * 8;
}

void ctc(const CallKernel& call, const Frame& frame) {
  Alignment a;
  alignmentOf(call, 0, a);
  if (a.count == 0) return;
  withFloat(a.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView *in = call.operands, *out = call.results;
    Task<T> task{&a, nullptr, dataOf<T>(frame, in[0]), dataOf<int32_t>(frame, in[1]), dataOf<int32_t>(frame, in[2]), dataOf<int32_t>(frame, in[3]), dataOf<T>(frame, out[0]), dataOf<T>(frame, out[1]), nullptr, false, 0};
    runPieces<T>(task, forwardPiece<T>);
    return 0;
  });
}

const char* checkCtcBackward(const CallKernel& call) {
  Alignment a;
  if (const char* wrong = alignmentOf(call, 1, a)) return wrong;
  const CallView* in = call.operands;
  const bool fits = hasDims(in[0], a.dtype, {a.count}) && hasDims(in[5], a.dtype, {a.count}) && hasDims(in[6], a.dtype, {a.count, a.steps, a.width}) &&
                    hasDims(call.results[0], a.dtype, {a.steps, a.count, a.classes});
  return !fits || overwrites(call, 7, 1) ? "a call of CTC has values that do not fit" : nullptr;
}

int64_t ctcBackwardScratch(const CallKernel& call) {
  Alignment a;
  return alignmentOf(call, 1, a) ? 0 : (4 * a.row() + a.classes) * 8;
}

void ctcBackward(const CallKernel& call, const Frame& frame) {
  Alignment a;
  alignmentOf(call, 1, a);
  if (a.count == 0 || a.steps == 0) return;
  withFloat(a.dtype, [&](auto zero) {
    using T = decltype(zero);
    const CallView* in = call.operands;
    Task<T> task{&a, dataOf<T>(frame, in[0]), dataOf<T>(frame, in[1]), dataOf<int32_t>(frame, in[2]), dataOf<int32_t>(frame, in[3]), dataOf<int32_t>(frame, in[4]), dataOf<T>(frame, in[5]), dataOf<T>(frame, in[6]), dataOf<T>(frame, call.results[0]), call.attributes[0] != 0, 0};
    runPieces<T>(task, backwardPiece<T>);
    return 0;
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
