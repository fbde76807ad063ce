// What the cells of recurrent layers make of the sums of a row: gates and the next states, a vector of units at a time.
#pragma once
#include "exponentials.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// As the scalar function: the same polynomial, of whole vectors.
inline __attribute__((always_inline)) Vector<float> sigmoidOf(Vector<float> x) {
  typedef int32_t Whole __attribute__((vector_size(kVectorBytes)));
  const Vector<float> e = expBelow(reinterpret_cast<Vector<float>>(reinterpret_cast<Whole>(x) | INT32_MIN)), r = 1.0f / (1.0f + e);
  return x < 0.0f ? e * r : r;
}
inline Vector<double> sigmoidOf(Vector<double> x) {
  for (int lane = 0; lane < VectorOf<double>::lanes; lane++) {
    const double e = ::exp(-fabs(x[lane]));
    x[lane] = x[lane] < 0 ? e / (1 + e) : 1 / (1 + e);
  }
  return x;
}

inline __attribute__((always_inline)) Vector<float> tanhOf(Vector<float> x) {
  typedef int32_t Whole __attribute__((vector_size(kVectorBytes)));
  const Whole sign = reinterpret_cast<Whole>(x) & INT32_MIN;
  const Vector<float> y = reinterpret_cast<Vector<float>>(reinterpret_cast<Whole>(x) | INT32_MIN) * 2.0f;
  // exp(y) - 1 = s q + (s - 1), where s is a power of two. From -18 on it is -1.
  const Vector<float> low = y < -18.0f ? Vector<float>{} - 18.0f : y;
  const Vector<float> t = low * 1.44269504f + kRound, n = t - kRound;
  const Vector<float> r = (low - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector<float> q = r * 0.00139516695694f + 0.0083696029939f;
  q = q * r + 0.0416661879514f;
  q = q * r + 0.166665128381f;
  q = q * r + 0.500000010083f;
  q = r + r * r * q;
  const Vector<float> s = reinterpret_cast<Vector<float>>((reinterpret_cast<Whole>(t) - (int32_t(bitsOf(kRound)) - 127)) << 23);
  const Vector<float> e = s * q + (s - 1.0f), magnitude = e / (2.0f + e);
  return reinterpret_cast<Vector<float>>((reinterpret_cast<Whole>(magnitude) & INT32_MAX) | sign);
}
inline Vector<double> tanhOf(Vector<double> x) {
  for (int lane = 0; lane < VectorOf<double>::lanes; lane++) x[lane] = ::tanh(x[lane]);
  return x;
}

/// A vector of units of one row: what they are given and where their results go. Parts of a row lie `apart` elements from one another.
template <class T>
struct Units {
  const T* x;             // the input's parts
  const T* bias;          // parts of the products with the state, a GRU's only
  const T *before, *cell; // states before this time
  T *h, *c;               // and after it
  T* gates;               // null where nobody wants them
  int64_t apart;
  bool relu;

  /// Unit j of the i-th row from here.
  template <class Cell>
  Units at(int64_t i, int64_t j) const {
    const int64_t here = i * apart + j;
    return {x + i * Cell::parts * apart + j, bias + j, before + here, cell + here, h + here, c + here, gates ? gates + i * Cell::slots * apart + j : nullptr, apart, relu};
  }
  Vector<T> given(int part) const { return loadVector(x + part * apart); }
  Vector<T> biased(int part) const { return loadVector(bias + part * apart); }
  void keep(int slot, Vector<T> value) const {
    if (gates) storeVector(gates + slot * apart, value);
  }
};

/// The values of a call. What a cell does not have and what nobody wants is null.
template <class T>
struct Layer {
  const T *x, *h, *c, *weights, *bias;
  T *y, *cells, *gates;
  bool relu;
};

struct Rnn {
  static constexpr int parts = 1, slots = 0;
  static constexpr bool hasCell = false;
  template <class T>
  static __attribute__((always_inline)) void step(const Vector<T>* sums, const Units<T>& at) {
    const Vector<T> z = sums[0] + at.given(0);
    storeVector(at.h, at.relu ? (z <= T(0) ? Vector<T>{} : z) : tanhOf(z));
  }
};

struct Lstm {
  static constexpr int parts = 4, slots = 4;
  static constexpr bool hasCell = true;
  template <class T>
  static __attribute__((always_inline)) void step(const Vector<T>* sums, const Units<T>& at) {
    const Vector<T> i = sigmoidOf(sums[0] + at.given(0)), f = sigmoidOf(sums[1] + at.given(1));
    const Vector<T> g = tanhOf(sums[2] + at.given(2)), o = sigmoidOf(sums[3] + at.given(3));
    const Vector<T> c = f * loadVector(at.cell) + i * g;
    storeVector(at.c, c);
    storeVector(at.h, o * tanhOf(c));
    at.keep(0, i);
    at.keep(1, f);
    at.keep(2, g);
    at.keep(3, o);
  }
};

struct Gru {
  static constexpr int parts = 3, slots = 4;
  static constexpr bool hasCell = false;
  template <class T>
  static __attribute__((always_inline)) void step(const Vector<T>* sums, const Units<T>& at) {
    const Vector<T> r = sigmoidOf(sums[0] + at.given(0) + at.biased(0)), u = sigmoidOf(sums[1] + at.given(1) + at.biased(1));
    const Vector<T> m = sums[2] + at.biased(2), g = tanhOf(at.given(2) + r * m);
    storeVector(at.h, g + u * (loadVector(at.before) - g));
    at.keep(0, r);
    at.keep(1, u);
    at.keep(2, g);
    at.keep(3, m);
  }
};

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
