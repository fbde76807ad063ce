// Folds of runs of neighbours: many chains side by side, so that neither the latency of an addition nor what is done at a run's end counts.
#pragma once
#include <utility>

#include "fold.h"
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Chains of a short run and of a long one; they also bound how many float32 additions follow each other. The same for every instruction set.
constexpr int kChains = 16;
constexpr int kManyChains = 64;

template <class T, int lanes>
struct LanesOf {
  typedef T Type __attribute__((vector_size(lanes * sizeof(T))));
};
template <class T, int lanes>
using Lanes = typename LanesOf<T, lanes>::Type;

template <class T, int all, int first, int... I>
inline __attribute__((always_inline)) Lanes<T, int(sizeof...(I))> lanesOf(Lanes<T, all> v, std::integer_sequence<int, I...>) {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(v, v, (first + I)...);
#else
  return Lanes<T, int(sizeof...(I))>{v[first + I]...};
#endif
}
/// One half of a vector.
template <class T, int all>
inline __attribute__((always_inline)) Lanes<T, all / 2> lowHalf(Lanes<T, all> v) { return lanesOf<T, all, 0>(v, std::make_integer_sequence<int, all / 2>()); }
template <class T, int all>
inline __attribute__((always_inline)) Lanes<T, all / 2> highHalf(Lanes<T, all> v) { return lanesOf<T, all, all / 2>(v, std::make_integer_sequence<int, all / 2>()); }

/// Folds the lanes of a vector by halves.
template <class T, int lanes, class F>
inline __attribute__((always_inline)) T acrossLanes(Lanes<T, lanes> v, F fold) {
  if constexpr (lanes == 2) return fold(v[0], v[1]);
  else return acrossLanes<T, lanes / 2>(fold(lowHalf<T, lanes>(v), highHalf<T, lanes>(v)), fold);
}
template <class T, class F>
inline __attribute__((always_inline)) T acrossChains(const Vector<T>* chains, F fold) {
  constexpr int lanes = VectorOf<T>::lanes, count = kChains / lanes;
  Vector<T> all[count];
#pragma GCC unroll 8
  for (int i = 0; i < count; i++) all[i] = chains[i];
#pragma GCC unroll 4
  for (int half = count / 2; half >= 1; half /= 2) {
#pragma GCC unroll 4
    for (int i = 0; i < half; i++) all[i] = fold(all[i], all[i + half]);
  }
  return acrossLanes<T, lanes>(all[0], fold);
}

struct Adding {
  template <class V>
  inline __attribute__((always_inline)) V operator()(V x, V y) const { return x + y; }
};

/// The sum of kChains numbers, in float64.
template <class T>
inline __attribute__((always_inline)) double sumOfChains(const Vector<T>* chains) {
  if constexpr (sizeof(T) == 8) {
    return acrossChains<T>(chains, Adding());
  } else {
    constexpr int lanes = VectorOf<T>::lanes;
    Vector<double> sums[2 * kChains / lanes];
#pragma GCC unroll 4
    for (int i = 0; i < kChains / lanes; i++) {
      sums[2 * i] = __builtin_convertvector(lowHalf<T, lanes>(chains[i]), Vector<double>);
      sums[2 * i + 1] = __builtin_convertvector(highHalf<T, lanes>(chains[i]), Vector<double>);
    }
    return acrossChains<double>(sums, Adding());
  }
}

/// Folds the first numbers of a run of at least kChains into so many chains; how many have been folded: the rest is fewer than kChains.
template <class T, class F>
inline __attribute__((always_inline)) int64_t foldChains(const T* x, int64_t n, Vector<T>* chains, F&& fold) {
  constexpr int lanes = VectorOf<T>::lanes, few = kChains / lanes, many = kManyChains / lanes;
  int64_t i = kChains;
  if (n < kManyChains) {
#pragma GCC unroll 8
    for (int k = 0; k < few; k++) chains[k] = loadVector(x + k * lanes);
  } else {
    Vector<T> all[many];
#pragma GCC unroll 32
    for (int k = 0; k < many; k++) all[k] = loadVector(x + k * lanes);
    for (i = kManyChains; i + kManyChains <= n; i += kManyChains) {
#pragma GCC unroll 32
      for (int k = 0; k < many; k++) all[k] = fold(all[k], loadVector(x + i + k * lanes));
    }
#pragma GCC unroll 8
    for (int k = 0; k < few; k++) chains[k] = fold(fold(all[k], all[k + 2 * few]), fold(all[k + few], all[k + 3 * few]));
  }
  for (; i + kChains <= n; i += kChains) {
#pragma GCC unroll 8
    for (int k = 0; k < few; k++) chains[k] = fold(chains[k], loadVector(x + i + k * lanes));
  }
  return i;
}

template <class T>
inline __attribute__((always_inline)) Running<T> sumRun(const T* x, int64_t n) {
  int64_t i = 0;
  if constexpr (kIsReal<T>) {
    double first = 0, second = 0, third = 0, fourth = 0;
    if (n >= kChains) {
      Vector<T> chains[kChains / VectorOf<T>::lanes];
      i = foldChains(x, n, chains, Adding());
      first = sumOfChains<T>(chains);
    }
    for (; i + 4 <= n; i += 4) {
      first += double(x[i]);
      second += double(x[i + 1]);
      third += double(x[i + 2]);
      fourth += double(x[i + 3]);
    }
    for (; i < n; i++) first += double(x[i]);
    return (first + third) + (second + fourth);
  } else {
    int64_t total = 0;
    for (; i < n; i++) total = plus(total, int64_t(x[i]));
    return total;
  }
}

template <bool largest, class T>
inline T extremeOf(T x, T y) { return largest ? maximum(x, y) : minimum(x, y); }

/// Extremes of chains; NaN is passed by, and noted.
template <bool largest, class T>
struct Choosing {
  using Word = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
  Vector<Word> isNan = {};

  inline __attribute__((always_inline)) Vector<T> operator()(Vector<T> best, Vector<T> x) {
    if constexpr (kIsReal<T>) isNan |= Vector<Word>(x != x);
    return (largest ? x > best : x < best) ? x : best;
  }
};

/// The extreme of n >= 1 numbers.
template <bool largest, class T>
inline __attribute__((always_inline)) T extremeRun(const T* x, int64_t n) {
  int64_t i = 1;
  T best = x[0];
  if constexpr (!std::is_same_v<T, Bool>) {
    if (n >= kChains) {
      constexpr int lanes = VectorOf<T>::lanes;
      Vector<T> chains[kChains / lanes];
      Choosing<largest, T> choosing;
      i = foldChains(x, n, chains, choosing);
      best = acrossChains<T>(chains, [](auto one, auto other) { return (largest ? other > one : other < one) ? other : one; });
      if constexpr (kIsReal<T>) {
#pragma GCC unroll 8
        for (int k = 0; k < kChains / lanes; k++) choosing.isNan |= Vector<typename Choosing<largest, T>::Word>(chains[k] != chains[k]);
        if (acrossLanes<typename Choosing<largest, T>::Word, lanes>(choosing.isNan, [](auto one, auto other) { return one | other; })) best = T(NAN);
      }
    }
  }
  if (n - i >= 4) {
    T second = x[i], third = x[i + 1], fourth = x[i + 2];
    for (i += 3; i + 4 <= n; i += 4) {
      best = extremeOf<largest>(best, x[i]);
      second = extremeOf<largest>(second, x[i + 1]);
      third = extremeOf<largest>(third, x[i + 2]);
      fourth = extremeOf<largest>(fourth, x[i + 3]);
    }
    best = extremeOf<largest>(extremeOf<largest>(best, third), extremeOf<largest>(second, fourth));
  }
  for (; i < n; i++) best = extremeOf<largest>(best, x[i]);
  return best;
}

/// The position of the first number for which this holds, where there is one.
template <class T, class F>
inline int64_t firstThat(const T* x, int64_t n, F holds) {
  int64_t i = 0;
  for (; i + kManyChains <= n; i += kManyChains) {
    int found = 0;
    for (int j = 0; j < kManyChains; j++) found |= int(holds(x[i + j]));
    if (found) break;
  }
  for (; i + kChains <= n; i += kChains) {
    int first = kChains;
    for (int j = 0; j < kChains; j++) {
      const int here = holds(x[i + j]) ? j : kChains;
      first = here < first ? here : first;
    }
    if (first < kChains) return i + first;
  }
  while (i + 1 < n && !holds(x[i])) i++;
  return i;
}

/// Looks for the extreme first, and for its place only where it is better than what there is.
template <bool largest, class T>
inline void positionRun(Value& value, int64_t& where, const T* x, int64_t n, int64_t position) {
  const T best = extremeRun<largest>(x, n);
  if (where >= 0 && !better<largest>(Running<T>(best), running<T>(value))) return;
  running<T>(value) = Running<T>(best);
  where = position + (best == best ? firstThat(x, n, [best](T y) { return y == best; }) : firstThat(x, n, [](T y) { return y != y; }));
}

/// A product in several chains, of a row of a thousand too.
template <class T>
inline Running<T> productRun(const T* x, int64_t n) {
  constexpr int chains = 8;
  Running<T> products[chains], product = 1;
  for (int j = 0; j < chains; j++) products[j] = 1;
  int64_t i = 0;
  for (; i + chains <= n; i += chains) {
    for (int j = 0; j < chains; j++) products[j] = times(products[j], Running<T>(x[i + j]));
  }
  for (; i < n; i++) product = times(product, Running<T>(x[i]));
  for (int j = 0; j < chains; j++) product = times(product, products[j]);
  return product;
}

/// Whether some number is not 0.
template <class T>
inline bool someRun(const T* x, int64_t n) {
  int found = 0;
  for (int64_t i = 0; i < n; i++) found |= int(x[i] != T(0));
  return found != 0;
}
template <class T>
inline bool everyRun(const T* x, int64_t n) {
  int held = 1;
  for (int64_t i = 0; i < n; i++) held &= int(x[i] != T(0));
  return held != 0;
}

/// Folds n >= 1 neighbours of each of `runs` runs, whose starts lie `stride` apart, to a total each, or with `isOne` all of them to one; `position` is
/// the number of the first along the reduced dims.
template <class T>
void foldRunsOf(Fold op, Totals into, bool isOne, const T* x, int64_t stride, int64_t runs, int64_t n, int64_t position) {
  const auto forEach = [&](auto fold) {
    for (int64_t r = 0; r < runs; r++) fold(into.values[isOne ? 0 : r], x + r * stride);
  };
  const auto findEach = [&](auto isLargest) {
    for (int64_t r = 0; r < runs; r++) {
      const int64_t to = isOne ? 0 : r;
      positionRun<isLargest.value>(into.values[to], into.positions[to], x + r * stride, n, isOne ? position + r * n : position);
    }
  };
  switch (op) {
    case Fold::sum: forEach([n](Value& to, const T* run) { running<T>(to) = plus(running<T>(to), sumRun(run, n)); }); break;
    case Fold::prod: forEach([n](Value& to, const T* run) { running<T>(to) = times(running<T>(to), productRun(run, n)); }); break;
    case Fold::max: forEach([n](Value& to, const T* run) { running<T>(to) = maximum(running<T>(to), Running<T>(extremeRun<true>(run, n))); }); break;
    case Fold::min: forEach([n](Value& to, const T* run) { running<T>(to) = minimum(running<T>(to), Running<T>(extremeRun<false>(run, n))); }); break;
    case Fold::any: forEach([n](Value& to, const T* run) { to.whole |= int64_t(someRun(run, n)); }); break;
    case Fold::all: forEach([n](Value& to, const T* run) { to.whole &= int64_t(everyRun(run, n)); }); break;
    case Fold::argmax: findEach(std::true_type()); break;
    case Fold::argmin: findEach(std::false_type()); break;
  }
}

void foldRuns(const FoldStep& fold, Totals into, bool isOne, const char* x, int64_t stride, int64_t runs, int64_t n, int64_t position) {
  withNumber(fold.valueType, [&](auto zero) { foldRunsOf(fold.op, into, isOne, reinterpret_cast<const decltype(zero)*>(x), stride, runs, n, position); });
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
