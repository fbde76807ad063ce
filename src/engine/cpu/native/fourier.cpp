// Discrete Fourier transforms along a dim: of complex numbers, which are a last dim of size 2, from real numbers to the half of what is
// conjugate to the rest, and from that back.
#include <math.h>
#include <string.h>

#include "fourier_plan.h"
#include "matrix_calls.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

enum class Transform { complex, fromReal, toReal };

/// [outer, points, inner] of numbers, complex ones of two elements.
struct Lines {
  int64_t outer, inner;
};

/// Columns beside each other, and points times columns, that stay in the cache.
constexpr int64_t kMostColumns = 16, kMostPoints = 1 << 14;

struct Fourier {
  Transform kind;
  int64_t n;       // real or complex points of the longer side
  int64_t points;  // of the transform: half as many of an even number of real ones
  Lines lines;
  int64_t columns;
  bool halved() const { return kind != Transform::complex && n % 2 == 0; }
};

Fourier fourierOf(const CallKernel& call, Transform kind) {
  const CallView& real = kind == Transform::toReal ? call.results[0] : call.operands[0];
  const int32_t dim = int32_t(call.attributes[0]), end = real.dims.count - (kind == Transform::complex ? 1 : 0);
  Fourier f{kind, real.dims.size[dim], real.dims.size[dim], {1, 1}, 1};
  for (int32_t d = 0; d < end; d++) {
    if (d < dim) f.lines.outer *= real.dims.size[d];
    if (d > dim) f.lines.inner *= real.dims.size[d];
  }
  if (f.halved()) f.points /= 2;
  const int64_t beside = f.lines.inner > 1 ? f.lines.inner : f.lines.outer;
  f.columns = kMostPoints / (f.points > 0 ? f.points : 1);
  if (f.columns > kMostColumns) f.columns = kMostColumns;
  if (f.columns > beside) f.columns = beside;
  if (f.columns < 1) f.columns = 1;
  return f;
}

/// Where the lines of a tile begin, in numbers: line c at first + c * apart, its points `step` apart.
struct Tile {
  int64_t first, apart, step, count;
};

Tile tileOf(const Fourier& f, int64_t number, int64_t points) {
  if (f.lines.inner > 1) {
    const int64_t perOuter = (f.lines.inner + f.columns - 1) / f.columns, o = number / perOuter, c = number % perOuter * f.columns;
    return {o * points * f.lines.inner + c, 1, f.lines.inner, least(f.columns, f.lines.inner - c)};
  }
  const int64_t o = number * f.columns;
  return {o * points, points, 1, least(f.columns, f.lines.outer - o)};
}

int64_t tilesOf(const Fourier& f) {
  return f.lines.inner > 1 ? f.lines.outer * ((f.lines.inner + f.columns - 1) / f.columns) : (f.lines.outer + f.columns - 1) / f.columns;
}

template <class T>
struct FourierTask {
  const Fourier& f;
  const FourierPlan<T>& plan;
  const T* in;
  T* out;
  bool inverse;
  T scale;
  const T *turnRe, *turnIm;  // e^(−2πi k / n) for k up to half of an even n
  int64_t perPiece, tiles;
};

/// Calls f(point, column) for all, the columns of a point after one another.
template <class F>
inline void eachPoint(int64_t points, int64_t columns, F f) {
  for (int64_t k = 0; k < points; k++)
    for (int64_t c = 0; c < columns; c++) f(k, c);
}

template <class T>
void complexTile(const FourierTask<T>& task, int64_t number, T* re, T* im, T* otherRe, T* otherIm) {
  const int64_t n = task.f.n;
  const Tile t = tileOf(task.f, number, n);
  // The inverse transform is that of real and imaginary parts exchanged, exchanged again.
  T *first = task.inverse ? im : re, *second = task.inverse ? re : im;
  eachPoint(n, t.count, [&](int64_t k, int64_t c) {
    const T* from = task.in + 2 * (t.first + c * t.apart + k * t.step);
    first[k * t.count + c] = from[0];
    second[k * t.count + c] = from[1];
  });
  task.plan.run(re, im, otherRe, otherIm, t.count);
  eachPoint(n, t.count, [&](int64_t k, int64_t c) {
    T* to = task.out + 2 * (t.first + c * t.apart + k * t.step);
    to[0] = first[k * t.count + c] * task.scale;
    to[1] = second[k * t.count + c] * task.scale;
  });
}

template <class T>
void fromRealTile(const FourierTask<T>& task, int64_t number, T* re, T* im, T* otherRe, T* otherIm) {
  const int64_t n = task.f.n, h = n / 2, half = h + 1;
  const Tile from = tileOf(task.f, number, n), to = tileOf(task.f, number, half);
  const int64_t count = from.count;
  const auto store = [&](int64_t k, int64_t c, T real, T imaginary) {
    T* at = task.out + 2 * (to.first + c * to.apart + k * to.step);
    at[0] = real * task.scale;
    at[1] = imaginary * task.scale;
  };
  if (!task.f.halved()) {
    eachPoint(n, count, [&](int64_t k, int64_t c) {
      re[k * count + c] = task.in[from.first + c * from.apart + k * from.step];
      im[k * count + c] = T(0);
    });
    task.plan.run(re, im, otherRe, otherIm, count);
    eachPoint(half, count, [&](int64_t k, int64_t c) { store(k, c, re[k * count + c], k == 0 ? T(0) : im[k * count + c]); });
    return;
  }
  // Even points as real parts, odd ones as imaginary parts.
  eachPoint(h, count, [&](int64_t k, int64_t c) {
    const T* at = task.in + from.first + c * from.apart + 2 * k * from.step;
    re[k * count + c] = at[0];
    im[k * count + c] = at[from.step];
  });
  task.plan.run(re, im, otherRe, otherIm, count);
  eachPoint(half, count, [&](int64_t k, int64_t c) {
    const int64_t x = (k == h ? 0 : k) * count + c, y = (k == 0 ? 0 : h - k) * count + c;
    const T evenRe = (re[x] + re[y]) * T(0.5), evenIm = (im[x] - im[y]) * T(0.5);
    const T oddRe = (im[x] + im[y]) * T(0.5), oddIm = (re[y] - re[x]) * T(0.5);
    const T wr = task.turnRe[k], wi = task.turnIm[k];
    const bool end = k == 0 || k == h;
    store(k, c, evenRe + (end ? wr * oddRe : oddRe * wr - oddIm * wi), end ? T(0) : evenIm + oddRe * wi + oddIm * wr);
  });
}

template <class T>
void toRealTile(const FourierTask<T>& task, int64_t number, T* re, T* im, T* otherRe, T* otherIm) {
  const int64_t n = task.f.n, h = n / 2, half = h + 1;
  const Tile from = tileOf(task.f, number, half), to = tileOf(task.f, number, n);
  const int64_t count = from.count;
  const auto load = [&](int64_t k, int64_t c) { return task.in + 2 * (from.first + c * from.apart + k * from.step); };
  if (!task.f.halved()) {
    // Exchanged parts, for the inverse transform.
    eachPoint(n, count, [&](int64_t k, int64_t c) {
      const T* at = load(k < half ? k : n - k, c);
      im[k * count + c] = at[0];
      re[k * count + c] = k == 0 ? T(0) : k < half ? at[1] : -at[1];
    });
    task.plan.run(re, im, otherRe, otherIm, count);
    eachPoint(n, count, [&](int64_t k, int64_t c) { task.out[to.first + c * to.apart + k * to.step] = im[k * count + c] * task.scale; });
    return;
  }
  eachPoint(h, count, [&](int64_t k, int64_t c) {
    const T *x = load(k, c), *y = load(h - k, c);
    const T xi = k == 0 ? T(0) : x[1], yi = k == 0 ? T(0) : y[1];
    const T evenRe = x[0] + y[0], evenIm = xi - yi, dr = x[0] - y[0], di = xi + yi;
    const T wr = task.turnRe[k], wi = -task.turnIm[k];
    const T oddRe = dr * wr - di * wi, oddIm = dr * wi + di * wr;
    im[k * count + c] = evenRe - oddIm;
    re[k * count + c] = evenIm + oddRe;
  });
  task.plan.run(re, im, otherRe, otherIm, count);
  eachPoint(h, count, [&](int64_t k, int64_t c) {
    T* at = task.out + to.first + c * to.apart + 2 * k * to.step;
    at[0] = im[k * count + c] * task.scale;
    at[to.step] = re[k * count + c] * task.scale;
  });
}

template <class T>
void fourierPiece(void* context, int64_t piece, char* scratch) {
  const FourierTask<T>& task = *static_cast<FourierTask<T>*>(context);
  Workspace work{scratch, false};
  const int64_t size = task.plan.m * task.f.columns;
  T *re = work.take<T>(size), *im = work.take<T>(size), *otherRe = work.take<T>(size), *otherIm = work.take<T>(size);
  for (int64_t number = piece * task.perPiece; number < (piece + 1) * task.perPiece && number < task.tiles && !stopRequested(); number++) {
    switch (task.f.kind) {
      case Transform::complex: complexTile(task, number, re, im, otherRe, otherIm); break;
      case Transform::fromReal: fromRealTile(task, number, re, im, otherRe, otherIm); break;
      case Transform::toReal: toRealTile(task, number, re, im, otherRe, otherIm); break;
    }
  }
}

template <class T>
int64_t sharedBytes(const Fourier& f) { return FourierPlan<T>::bytesOf(f.points) + (f.halved() ? 2 * roundUp((f.n + 1) * int64_t(sizeof(T)), 64) : 0); }

void transform(const CallKernel& call, const Frame& frame, Transform kind) {
  const Fourier f = fourierOf(call, kind);
  if (f.lines.outer * f.lines.inner == 0 || f.points == 0) return;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    Workspace shared{frame.shared, true};
    T *turnRe = nullptr, *turnIm = nullptr;
    if (f.halved()) {
      turnRe = shared.take<T>(f.n + 1);
      turnIm = shared.take<T>(f.n + 1);
      rootsOfUnity(turnRe, turnIm, f.n);
    }
    const FourierPlan<T> plan(f.points, shared);
    const int64_t tiles = tilesOf(f);
    const double cost = double(f.lines.outer * f.lines.inner) * double(plan.m) * (log2(double(plan.m)) * 0.6 + 2) * (plan.m == plan.n ? 1 : 2);
    const int64_t pieces = piecesFor(tiles, cost);
    FourierTask<T> task{f, plan, reinterpret_cast<const T*>(at(frame, call.operands[0].place)), reinterpret_cast<T*>(at(frame, call.results[0].place)),
                        kind == Transform::complex && call.attributes[1] != 0, T(frame.scalars[call.scalars[0]]), turnRe, turnIm, (tiles + pieces - 1) / pieces, tiles};
    if (pieces == 1) fourierPiece<T>(&task, 0, callerScratch());
    else parallel((tiles + task.perPiece - 1) / task.perPiece, fourierPiece<T>, &task);
  });
}

const char* checkTransform(const CallKernel& call, Transform kind) {
  const CallView &x = call.operands[0], &y = call.results[0];
  const bool complexIn = kind != Transform::fromReal, complexOut = kind != Transform::toReal;
  const int32_t rank = x.dims.count - (complexIn ? 1 : 0);
  const int64_t dim = call.attributes[0];
  if (!isFloat(x.dtype) || !y.wanted || y.dtype != x.dtype) return "a call for a transform takes and gives one floating dtype";
  if (dim < 0 || dim >= rank) return "a call for a transform names a dim that its operand does not have";
  if (y.dims.count != rank + (complexOut ? 1 : 0)) return "a call for a transform gives another number of dims than it has";
  if ((complexIn && x.dims.size[rank] != 2) || (complexOut && y.dims.size[rank] != 2)) return "complex numbers of a call are a last dim of size 2";
  for (int32_t d = 0; d < rank; d++) {
    const int64_t own = x.dims.size[d], other = y.dims.size[d];
    if (d == dim && kind == Transform::fromReal ? other != own / 2 + 1 : d == dim && kind == Transform::toReal ? own != other / 2 + 1 : own != other)
      return "a call for a transform gives another shape than it has";
  }
  if (kind != Transform::complex && (complexIn ? y : x).dims.size[dim] < 1) return "a call for a transform of real numbers needs one at least";
  if (overlap(x, y)) return "a call for a transform overwrites its operand";
  return nullptr;
}

int64_t scratchOf(const CallKernel& call, Transform kind) {
  const Fourier f = fourierOf(call, kind);
  if (f.points == 0) return 0;
  return call.operands[0].dtype == kFloat32 ? FourierPlan<float>::workBytes(f.points, f.columns) : FourierPlan<double>::workBytes(f.points, f.columns);
}
int64_t sharedOf(const CallKernel& call, Transform kind) {
  const Fourier f = fourierOf(call, kind);
  if (f.points == 0) return 0;
  return call.operands[0].dtype == kFloat32 ? sharedBytes<float>(f) : sharedBytes<double>(f);
}

}  // namespace

const char* checkFft(const CallKernel& call) { return checkTransform(call, Transform::complex); }
const char* checkRfft(const CallKernel& call) { return checkTransform(call, Transform::fromReal); }
const char* checkIrfft(const CallKernel& call) { return checkTransform(call, Transform::toReal); }
int64_t fftScratch(const CallKernel& call) { return scratchOf(call, Transform::complex); }
int64_t rfftScratch(const CallKernel& call) { return scratchOf(call, Transform::fromReal); }
int64_t irfftScratch(const CallKernel& call) { return scratchOf(call, Transform::toReal); }
int64_t fftShared(const CallKernel& call) { return sharedOf(call, Transform::complex); }
int64_t rfftShared(const CallKernel& call) { return sharedOf(call, Transform::fromReal); }
int64_t irfftShared(const CallKernel& call) { return sharedOf(call, Transform::toReal); }
void complexTransform(const CallKernel& call, const Frame& frame) { transform(call, frame, Transform::complex); }
void realTransform(const CallKernel& call, const Frame& frame) { transform(call, frame, Transform::fromReal); }
void transformToReal(const CallKernel& call, const Frame& frame) { transform(call, frame, Transform::toReal); }

}  // namespace CG_ISA
}  // namespace cellgrad
