// Exponentials of rows of numbers that are not above 0, as softmax has them, and the greatest number of a row.
#pragma once
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "float_math.h"
#include "row_sums.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

inline float expBelow(float x) { return expOf(x); }
inline double expBelow(double x) { return ::exp(x); }

/// As `expOf`: the same polynomial, without what only numbers above 0 need.
inline __attribute__((always_inline)) Vector<float> expBelow(Vector<float> x) {
  const Vector<float> least = Vector<float>{} - 104.5f, low = x < least ? least : x;
#if defined(__AVX512F__)
  constexpr float round = kRound;
#else
  // The low bits of t are then the exponent of 2^(k + 64), which is never denormal.
  constexpr float round = kRound + (127 + 64);
#endif
  const Vector<float> t = low * 1.44269504f + round, n = t - round;
  const Vector<float> r = (low - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector<float> q = r * 0.00139516695694f + 0.0083696029939f;
  q = q * r + 0.0416661879514f;
  q = q * r + 0.166665128381f;
  q = q * r + 0.500000010083f;
  q = q * r + 1.0f;
  const Vector<float> p = q * r + 1.0f;
#if defined(__AVX512F__)
  return reinterpret_cast<Vector<float>>(_mm512_scalef_ps(reinterpret_cast<__m512>(p), reinterpret_cast<__m512>(n)));
#else
  typedef uint32_t Whole __attribute__((vector_size(kVectorBytes)));
  return p * reinterpret_cast<Vector<float>>(reinterpret_cast<Whole>(t) << 23) * 0x1p-64f;
#endif
}
inline Vector<double> expBelow(Vector<double> x) {
  for (int lane = 0; lane < VectorOf<double>::lanes; lane++) x[lane] = ::exp(x[lane]);
  return x;
}

/// The greatest of n numbers; which of them are NaN does not matter where exponentials of their distances from it are summed.
template <class T>
inline T greatestOf(const T* x, int64_t n) {
  constexpr int64_t W = VectorOf<T>::lanes;
  T greatest = x[0];
  int64_t i = 0;
  if (n >= kSums * W) {
    Vector<T> lanes[kSums];
    for (int j = 0; j < kSums; j++) lanes[j] = loadVector(x + j * W);
    for (i = kSums * W; i + kSums * W <= n; i += kSums * W) {
      for (int j = 0; j < kSums; j++) {
        const Vector<T> next = loadVector(x + i + j * W);
        lanes[j] = next > lanes[j] ? next : lanes[j];
      }
    }
    for (int j = 1; j < kSums; j++) lanes[0] = lanes[j] > lanes[0] ? lanes[j] : lanes[0];
    T each[W];
    storeVector(each, lanes[0]);
    for (int half = W / 2; half; half /= 2)
      for (int lane = 0; lane < half; lane++) each[lane] = each[lane + half] > each[lane] ? each[lane + half] : each[lane];
    greatest = each[0];
  }
  for (; i < n; i++) greatest = x[i] > greatest ? x[i] : greatest;
  return greatest;
}

/// e^(x - shift) for n numbers that are not above `shift`, and their sum. Meanwhile the next row comes from memory.
template <class T>
inline double exponentials(const T* x, int64_t n, T shift, T* exps) {
  double sum = 0;
  addUp<1, T>(n, &sum, [=](auto how, int64_t i, auto* terms) {
    terms[0] = expBelow(how.load(x + i) - shift);
    how.store(exps + i, terms[0]);
    __builtin_prefetch(x + n + i);
  });
  return sum;
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
