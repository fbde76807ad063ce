// Folds: running values of sums, products, extremes and positions, how they are put together, and how they end. fold_runs.h folds runs of
// neighbours into them, fold_columns.h columns.
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

/// A fold's running value: of floats in float64, of integers and bool in int64.
union Value {
  double real;
  int64_t whole;
};

/// Running values of neighbouring kept points, and where the extremes were whose positions are asked for; -1: nowhere yet.
struct Totals {
  Value* values;
  int64_t* positions;

  Totals from(int64_t i) const { return {values + i, positions + i}; }
};

template <class T>
constexpr bool kIsReal = std::is_floating_point_v<T>;

/// In which of both a fold of values of type T runs.
template <class T>
using Running = std::conditional_t<kIsReal<T>, double, int64_t>;

inline double& running(Value& value, double) { return value.real; }
inline int64_t& running(Value& value, int64_t) { return value.whole; }
template <class T>
inline Running<T>& running(Value& value) { return running(value, Running<T>()); }

inline bool hasPosition(Fold op) { return op == Fold::argmax || op == Fold::argmin; }

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
Running<T> identityOf(Fold op) {
  switch (op) {
    case Fold::prod:
    case Fold::all: return 1;
    case Fold::max: return lowest<T>();
    case Fold::min: return highest<T>();
    case Fold::sum:
    case Fold::any:
    case Fold::argmax:
    case Fold::argmin: return 0;
  }
  return 0;
}

/// What the fold of nothing is, n times. Of any and all the running value is whole whatever is folded.
void begin(const FoldStep& fold, Totals into, int64_t n) {
  const bool isWhole = fold.op == Fold::any || fold.op == Fold::all;
  withNumber(isWhole ? kInt64 : fold.valueType, [&](auto zero) {
    using T = decltype(zero);
    const Running<T> identity = identityOf<T>(fold.op);
    for (int64_t i = 0; i < n; i++) running<T>(into.values[i]) = identity;
  });
  if (!hasPosition(fold.op)) return;
  for (int64_t i = 0; i < n; i++) into.positions[i] = -1;
}

/// NaN is better than all numbers.
template <bool largest, class R>
inline bool better(R candidate, R best) {
  return !(largest ? candidate <= best : candidate >= best) & (best == best);
}

/// Of equal extremes the first counts.
template <bool largest, class T>
void mergePositions(Totals into, Totals from, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const int64_t position = from.positions[i];
    if (position < 0) continue;
    const Running<T> value = running<T>(into.values[i]), next = running<T>(from.values[i]);
    const bool isEarlier = position < into.positions[i] && !better<largest>(value, next);
    if (into.positions[i] >= 0 && !isEarlier && !better<largest>(next, value)) continue;
    into.values[i] = from.values[i];
    into.positions[i] = position;
  }
}

template <class T>
void mergeOf(Fold op, Totals into, Totals from, int64_t n) {
  Value *to = into.values, *x = from.values;
  switch (op) {
    case Fold::sum:
      for (int64_t i = 0; i < n; i++) running<T>(to[i]) = plus(running<T>(to[i]), running<T>(x[i]));
      break;
    case Fold::prod:
      for (int64_t i = 0; i < n; i++) running<T>(to[i]) = times(running<T>(to[i]), running<T>(x[i]));
      break;
    case Fold::max:
      for (int64_t i = 0; i < n; i++) running<T>(to[i]) = maximum(running<T>(to[i]), running<T>(x[i]));
      break;
    case Fold::min:
      for (int64_t i = 0; i < n; i++) running<T>(to[i]) = minimum(running<T>(to[i]), running<T>(x[i]));
      break;
    case Fold::any:
      for (int64_t i = 0; i < n; i++) to[i].whole |= x[i].whole;
      break;
    case Fold::all:
      for (int64_t i = 0; i < n; i++) to[i].whole &= x[i].whole;
      break;
    case Fold::argmax: mergePositions<true, T>(into, from, n); break;
    case Fold::argmin: mergePositions<false, T>(into, from, n); break;
  }
}

/// Folds n running values into as many others; positions say which of them came first.
void merge(const FoldStep& fold, Totals into, Totals from, int64_t n) {
  withNumber(fold.valueType, [&](auto zero) { mergeOf<decltype(zero)>(fold.op, into, from, n); });
}

/// Writes results as `T`; the positions of extremes of nothing are 0.
template <class T>
void finishAs(const FoldStep& fold, Totals totals, T* results, int64_t n) {
  switch (fold.op) {
    case Fold::argmax:
    case Fold::argmin:
      for (int64_t i = 0; i < n; i++) results[i] = convert<T>(totals.positions[i] < 0 ? 0 : totals.positions[i]);
      return;
    case Fold::any:
    case Fold::all:
      for (int64_t i = 0; i < n; i++) results[i] = convert<T>(totals.values[i].whole);
      return;
    case Fold::sum:
    case Fold::prod:
    case Fold::max:
    case Fold::min:
      if (isFloat(fold.valueType)) {
        for (int64_t i = 0; i < n; i++) results[i] = convert<T>(totals.values[i].real);
      } else {
        for (int64_t i = 0; i < n; i++) results[i] = convert<T>(totals.values[i].whole);
      }
  }
}

void finish(const FoldStep& fold, Totals totals, char* results, int64_t n) {
  withNumber(fold.dtype, [&](auto zero) { finishAs(fold, totals, reinterpret_cast<decltype(zero)*>(results), n); });
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
