// Folds: running values of sums, products, extremes and positions, how runs of elements are folded into them, and how they end.
#pragma once
#include <math.h>
#include <string.h>

#include <limits>
#include <type_traits>

#include "scalar_math.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// A fold's running value, of floats in float64, of integers and bool in int64; and the position of an extreme.
struct Accumulator {
  union {
    double real;
    int64_t whole;
  };
  int64_t position;
};

template <class T>
constexpr bool kIsReal = std::is_floating_point_v<T>;

/// In which of both a fold of values of type T runs.
template <class T>
using Running = std::conditional_t<kIsReal<T>, double, int64_t>;

inline double& running(Accumulator& total, double) { return total.real; }
inline int64_t& running(Accumulator& total, int64_t) { return total.whole; }
template <class T>
inline Running<T>& running(Accumulator& total) { return running(total, Running<T>()); }

template <class T>
constexpr Running<T> lowest() {
  if constexpr (kIsReal<T>) return -HUGE_VAL;
  else if constexpr (std::is_same_v<T, Bool>) return 0;
  else return std::numeric_limits<T>::min();
}
template <class T>
constexpr Running<T> highest() {
  if constexpr (kIsReal<T>) return HUGE_VAL;
  else if constexpr (std::is_same_v<T, Bool>) return 1;
  else return std::numeric_limits<T>::max();
}

inline double plus(double x, double y) { return x + y; }
inline int64_t plus(int64_t x, int64_t y) { return addInt(x, y); }
inline double times(double x, double y) { return x * y; }
inline int64_t times(int64_t x, int64_t y) { return mulInt(x, y); }

template <class T>
Accumulator identityOf(Fold op) {
  Accumulator start{};
  Running<T>& value = running<T>(start);
  switch (op) {
    case Fold::sum: break;
    case Fold::any: start.whole = 0; break;
    case Fold::prod: value = 1; break;
    case Fold::all: start.whole = 1; break;
    case Fold::max: value = lowest<T>(); break;
    case Fold::min: value = highest<T>(); break;
    case Fold::argmax:
    case Fold::argmin: start.position = -1; break;
  }
  return start;
}

Accumulator identity(const FoldStep& fold) {
  return withNumber(fold.valueType, [&](auto zero) { return identityOf<decltype(zero)>(fold.op); });
}

template <bool largest, class R>
inline bool better(R candidate, R best) {
  return (largest ? candidate > best : candidate < best) || (candidate != candidate && best == best);
}

template <class T>
void mergeOf(Fold op, Accumulator& into, Accumulator from) {
  Running<T>& value = running<T>(into);
  const Running<T> next = running<T>(from);
  switch (op) {
    case Fold::sum: value = plus(value, next); break;
    case Fold::prod: value = times(value, next); break;
    case Fold::max: value = maximum(value, next); break;
    case Fold::min: value = minimum(value, next); break;
    case Fold::any: into.whole |= from.whole; break;
    case Fold::all: into.whole &= from.whole; break;
    case Fold::argmax:
      if (from.position >= 0 && (into.position < 0 || better<true>(next, value))) into = from;
      break;
    case Fold::argmin:
      if (from.position >= 0 && (into.position < 0 || better<false>(next, value))) into = from;
      break;
  }
}

/// Folds `from`, which comes after `into`, into it.
void merge(const FoldStep& fold, Accumulator& into, const Accumulator& from) {
  withNumber(fold.valueType, [&](auto zero) { mergeOf<decltype(zero)>(fold.op, into, from); });
}

constexpr int kWide = 64;  // parallel chains inside one run; they also bound how many float32 additions follow each other
constexpr int kParts = 8;  // sums that the chains are added to

template <class T>
double sumRun(const T* x, int64_t n) {
  if (n < kWide) {
    double total = 0;
    for (int64_t i = 0; i < n; i++) total += double(x[i]);
    return total;
  }
  T lanes[kWide];
  for (int j = 0; j < kWide; j++) lanes[j] = x[j];
  int64_t i = kWide;
  for (; i + kWide <= n; i += kWide) {
    for (int j = 0; j < kWide; j++) lanes[j] += x[i + j];
  }
  for (int64_t j = 0; i < n; i++, j++) lanes[j] += x[i];
  // Not one chain of additions, which would take as long as a row of a thousand.
  double parts[kParts];
  for (int j = 0; j < kParts; j++) parts[j] = double(lanes[j]);
  for (int k = kParts; k < kWide; k += kParts) {
    for (int j = 0; j < kParts; j++) parts[j] += double(lanes[k + j]);
  }
  double total = 0;
  for (int j = 0; j < kParts; j++) total += parts[j];
  return total;
}

template <class T, T (*F)(T, T)>
T extremumRun(const T* x, int64_t n, T start) {
  T best = start;
  int64_t i = 0;
  if (n >= kWide) {
    T lanes[kWide];
    for (int j = 0; j < kWide; j++) lanes[j] = x[j];
    for (i = kWide; i + kWide <= n; i += kWide) {
      for (int j = 0; j < kWide; j++) lanes[j] = F(lanes[j], x[i + j]);
    }
    for (int j = 0; j < kWide; j++) best = F(best, lanes[j]);
  }
  for (; i < n; i++) best = F(best, x[i]);
  return best;
}

template <class T, bool largest>
void positionRun(Accumulator& into, const T* x, int64_t n, int64_t stride, int64_t position) {
  Running<T> best = running<T>(into);
  int64_t where = into.position;
  for (int64_t i = 0; i < n; i++) {
    const Running<T> candidate = Running<T>(x[i * stride]);
    if (where < 0 || better<largest>(candidate, best)) {
      best = candidate;
      where = position + i;
    }
  }
  running<T>(into) = best;
  into.position = where;
}

/// Folds n neighbouring values; `position` is the number of the first along the reduced dims.
template <class T>
void foldRun(const FoldStep& fold, Accumulator& into, const T* x, int64_t n, int64_t position) {
  Running<T>& value = running<T>(into);
  switch (fold.op) {
    case Fold::sum:
      if constexpr (kIsReal<T>) {
        value += sumRun(x, n);
      } else {
        int64_t total = value;
        for (int64_t i = 0; i < n; i++) total = plus(total, int64_t(x[i]));
        value = total;
      }
      break;
    case Fold::prod: {
      Running<T> product = value;
      for (int64_t i = 0; i < n; i++) product = times(product, Running<T>(x[i]));
      value = product;
      break;
    }
    case Fold::max: value = maximum(value, Running<T>(extremumRun<T, maximum<T>>(x, n, x[0]))); break;
    case Fold::min: value = minimum(value, Running<T>(extremumRun<T, minimum<T>>(x, n, x[0]))); break;
    case Fold::any: {
      int64_t found = 0;
      for (int64_t i = 0; i < n; i++) found |= x[i] != T(0);
      into.whole |= found;
      break;
    }
    case Fold::all: {
      int64_t held = 1;
      for (int64_t i = 0; i < n; i++) held &= x[i] != T(0);
      into.whole &= held;
      break;
    }
    case Fold::argmax: positionRun<T, true>(into, x, n, 1, position); break;
    case Fold::argmin: positionRun<T, false>(into, x, n, 1, position); break;
  }
}

void foldValues(const FoldStep& fold, Accumulator& into, const char* x, int64_t n, int64_t position) {
  withNumber(fold.valueType, [&](auto zero) { foldRun(fold, into, reinterpret_cast<const decltype(zero)*>(x), n, position); });
}

/// Folds `rows` rows of `width` values onto `width` accumulators.
template <class T>
void foldRows(const FoldStep& fold, Accumulator* into, const T* x, T* work, int64_t rows, int64_t width, int64_t position) {
  if constexpr (kIsReal<T>) {
    if (fold.op == Fold::sum || fold.op == Fold::max || fold.op == Fold::min) {
      // Halving: long vectors even where rows are short, and the exactness of pairwise summation.
      const T* from = x;
      while (rows > 1) {
        const int64_t half = rows / 2, n = half * width, shift = (rows - half) * width;
        const T* other = from + shift;
        if (fold.op == Fold::sum) for (int64_t i = 0; i < n; i++) work[i] = from[i] + other[i];
        else if (fold.op == Fold::max) for (int64_t i = 0; i < n; i++) work[i] = maximum(from[i], other[i]);
        else for (int64_t i = 0; i < n; i++) work[i] = minimum(from[i], other[i]);
        if (from != work && rows % 2) memcpy(work + n, from + n, size_t(width) * sizeof(T));
        from = work;
        rows -= half;
      }
      if (fold.op == Fold::sum) for (int64_t j = 0; j < width; j++) into[j].real += double(from[j]);
      else if (fold.op == Fold::max) for (int64_t j = 0; j < width; j++) into[j].real = maximum(into[j].real, double(from[j]));
      else for (int64_t j = 0; j < width; j++) into[j].real = minimum(into[j].real, double(from[j]));
      return;
    }
  }
  for (int64_t j = 0; j < width; j++) {
    for (int64_t r = 0; r < rows; r++) foldRun(fold, into[j], x + r * width + j, 1, position + r);
  }
}

void foldRowValues(const FoldStep& fold, Accumulator* into, const char* x, char* work, int64_t rows, int64_t width, int64_t position) {
  withNumber(fold.valueType, [&](auto zero) {
    using T = decltype(zero);
    foldRows(fold, into, reinterpret_cast<const T*>(x), reinterpret_cast<T*>(work), rows, width, position);
  });
}

/// Writes a result as `T`; the positions of extremes of nothing are 0.
template <class T>
void finishAs(const FoldStep& fold, const Accumulator& total, T* result) {
  switch (fold.op) {
    case Fold::any:
    case Fold::all: *result = convert<T>(total.whole); return;
    case Fold::argmax:
    case Fold::argmin: *result = convert<T>(total.position < 0 ? 0 : total.position); return;
    case Fold::sum:
    case Fold::prod:
    case Fold::max:
    case Fold::min: *result = isFloat(fold.valueType) ? convert<T>(total.real) : convert<T>(total.whole);
  }
}

void finish(const FoldStep& fold, const Accumulator& total, char* results, int64_t i) {
  withNumber(fold.dtype, [&](auto zero) { finishAs(fold, total, reinterpret_cast<decltype(zero)*>(results) + i); });
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
