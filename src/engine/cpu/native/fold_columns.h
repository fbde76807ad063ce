// Folds of columns: whole rows are folded onto a row of running values, a group of rows at a time. Rows that are short are put side by side, so
// that vectors are full however few columns there are, and folded onto one another in the end.
#pragma once
#include "fold.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows that are folded at a time: floats are added to one another in their own dtype, and once for the group in float64.
constexpr int64_t kGroup = 8;

/// Running values of a row: `totals`, but that extremes stay in their own type as long as rows are folded, in `extremes`, and positions are the
/// numbers of rows.
struct Columns {
  Totals totals;
  char* extremes;
};

/// The type in which a few values are added.
template <class T>
using Near = std::conditional_t<kIsReal<T>, T, std::conditional_t<std::is_same_v<T, Bool>, int32_t, int64_t>>;
/// An integer as wide as T.
template <class T>
using IntegerLike = std::conditional_t<sizeof(T) == 8, int64_t, std::conditional_t<sizeof(T) == 4, int32_t, int8_t>>;

/// By halves: as exact as pairwise summation, and no addition waits for more than two before it.
template <int rows, class T>
inline __attribute__((always_inline)) Near<T> sumOfRows(const T* x, int64_t stride) {
  if constexpr (rows == 1) return Near<T>(*x);
  else if constexpr (std::is_same_v<Near<T>, int64_t>) return addInt(sumOfRows<rows / 2>(x, stride), sumOfRows<rows / 2>(x + rows / 2 * stride, stride));
  else return sumOfRows<rows / 2>(x, stride) + sumOfRows<rows / 2>(x + rows / 2 * stride, stride);
}

template <bool largest, int rows, class T>
void extremesOfRows(T* best, const T* x, int64_t stride, int64_t width, bool isFirst) {
  if (isFirst) memcpy(static_cast<void*>(best), x, size_t(width) * sizeof(T));
#pragma GCC ivdep
  for (int64_t j = 0; j < width; j++) {
    // NaN is passed by, and noted.
    T value = best[j];
    bool isNan = value != value;
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
      const T next = x[r * stride + j];
      isNan |= next != next;
      value = (largest ? next > value : next < value) ? next : value;
    }
    if constexpr (kIsReal<T>) value = isNan ? T(NAN) : value;
    best[j] = value;
  }
}

/// `better` as an integer, -1 or 0: of comparisons that are joined as bool the compiler makes branches, and loops over them are no vector code.
template <bool largest, class T>
inline IntegerLike<T> betterMask(T candidate, T best) {
  return IntegerLike<T>((IntegerLike<T>(largest ? candidate <= best : candidate >= best) - 1) & -IntegerLike<T>(best == best));
}

template <bool largest, int rows, class T>
void positionsOfRows(T* best, int64_t* positions, const T* x, int64_t stride, int64_t width, int64_t number) {
  if (number == 0) {
    memcpy(static_cast<void*>(best), x, size_t(width) * sizeof(T));
    for (int64_t j = 0; j < width; j++) positions[j] = 0;
  }
#pragma GCC ivdep
  for (int64_t j = 0; j < width; j++) {
    T value = x[j];
    IntegerLike<T> row = 0;
#pragma GCC unroll 8
    for (int r = 1; r < rows; r++) {
      const T next = x[r * stride + j];
      const IntegerLike<T> isNext = betterMask<largest>(next, value);
      value = isNext ? next : value;
      row = isNext ? IntegerLike<T>(r) : row;
    }
    const T before = best[j];
    const IntegerLike<T> isNew = betterMask<largest>(value, before);
    best[j] = isNew ? value : before;
    positions[j] = isNew ? number + row : positions[j];
  }
}

/// Folds `rows` rows, `stride` apart, of which the first has this number.
template <int rows, class T>
void foldGroupOf(Fold op, const Columns& into, const T* x, int64_t stride, int64_t width, int64_t number) {
  Value* to = into.totals.values;
  T* extremes = reinterpret_cast<T*>(into.extremes);
  switch (op) {
    case Fold::sum:
#pragma GCC ivdep
      for (int64_t j = 0; j < width; j++) running<T>(to[j]) = plus(running<T>(to[j]), Running<T>(sumOfRows<rows>(x + j, stride)));
      break;
    case Fold::prod:
#pragma GCC ivdep
      for (int64_t j = 0; j < width; j++) {
        Running<T> product = running<T>(to[j]);
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) product = times(product, Running<T>(x[r * stride + j]));
        running<T>(to[j]) = product;
      }
      break;
    case Fold::any:
#pragma GCC ivdep
      for (int64_t j = 0; j < width; j++) {
        IntegerLike<T> found = 0;
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) found = IntegerLike<T>(found | IntegerLike<T>(x[r * stride + j] != T(0)));
        to[j].whole |= int64_t(found);
      }
      break;
    case Fold::all:
#pragma GCC ivdep
      for (int64_t j = 0; j < width; j++) {
        IntegerLike<T> held = 1;
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) held = IntegerLike<T>(held & IntegerLike<T>(x[r * stride + j] != T(0)));
        to[j].whole &= int64_t(held);
      }
      break;
    case Fold::max: extremesOfRows<true, rows>(extremes, x, stride, width, number == 0); break;
    case Fold::min: extremesOfRows<false, rows>(extremes, x, stride, width, number == 0); break;
    case Fold::argmax: positionsOfRows<true, rows>(extremes, into.totals.positions, x, stride, width, number); break;
    case Fold::argmin: positionsOfRows<false, rows>(extremes, into.totals.positions, x, stride, width, number); break;
  }
}

/// `rows` is kGroup, or a smaller power of two.
void foldGroup(const FoldStep& fold, const Columns& into, const char* x, int64_t stride, int64_t rows, int64_t width, int64_t number) {
  withNumber(fold.valueType, [&](auto zero) {
    using T = decltype(zero);
    const T* values = reinterpret_cast<const T*>(x);
    if (rows == 8) foldGroupOf<8>(fold.op, into, values, stride, width, number);
    else if (rows == 4) foldGroupOf<4>(fold.op, into, values, stride, width, number);
    else if (rows == 2) foldGroupOf<2>(fold.op, into, values, stride, width, number);
    else foldGroupOf<1>(fold.op, into, values, stride, width, number);
  });
}

/// The end of columns whose rows were put `beside` one another: what each of them has comes to the first `columns` of the totals. `position` is
/// the number of the first row along the reduced dims.
void endColumns(const FoldStep& fold, const Columns& into, int64_t beside, int64_t columns, int64_t position) {
  const Totals totals = into.totals;
  if (hasPosition(fold.op) || fold.op == Fold::max || fold.op == Fold::min) {
    withNumber(fold.valueType, [&](auto zero) {
      using T = decltype(zero);
      const T* extremes = reinterpret_cast<const T*>(into.extremes);
      for (int64_t j = 0; j < beside * columns; j++) running<T>(totals.values[j]) = Running<T>(extremes[j]);
    });
  }
  if (hasPosition(fold.op)) {
    for (int64_t i = 0; i < beside; i++) {
      for (int64_t j = i * columns; j < (i + 1) * columns; j++) totals.positions[j] = position + totals.positions[j] * beside + i;
    }
  }
  for (int64_t half; beside > 1; beside -= half) {
    half = beside / 2;
    merge(fold, totals, totals.from((beside - half) * columns), half * columns);
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
