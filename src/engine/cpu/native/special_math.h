// Special functions of single elements, in float64: what they mean is in src/primitives/functions.ts.
#pragma once
#include <math.h>
#include <stdint.h>

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// c[0] + c[1] z + c[2] z^2 + …
template <int n>
inline double polynomial(const double (&c)[n], double z) {
  double sum = 0;
  for (int i = n - 1; i >= 0; i--) sum = sum * z + c[i];
  return sum;
}

inline double sinPi(double x) {
  const double turn = x - 2 * rint(x / 2), size = fabs(turn);
  if (size <= 0.25) return sin(kPi * turn);
  if (size >= 0.75) return sin(kPi * (copysign(1.0, turn) - turn));
  return copysign(cos(kPi * (size - 0.5)), turn);
}

template <class T>
T lgammaOf(T x) {
#if defined(_WIN32)
  return T(lgamma(double(x)));
#else
  // lgamma writes the sign where all threads see it.
  int sign;
  return T(lgamma_r(double(x), &sign));
#endif
}

inline double digammaOfDouble(double x) {
  if (x == 0) return copysign(HUGE_VAL, -x);
  double sum = 0;
  if (x < 0) {
    if (x == floor(x)) return NAN;
    sum = -kPi / tan(kPi * (x - trunc(x)));
    x = 1 - x;
  }
  for (; x < 10; x += 1) sum -= 1 / x;
  const double series[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
  const double z = 1 / (x * x);
  return sum + log(x) - 0.5 / x - polynomial(series, z) * z;
}

template <class T>
T digammaOf(T x) { return T(digammaOfDouble(double(x))); }

inline double zetaOfDouble(double x, double q) {
  if (x == 1) return HUGE_VAL;
  if (!(x > 1) || q != q) return NAN;
  if (q <= 0) {
    if (q == floor(q)) return HUGE_VAL;
    if (x != floor(x)) return NAN;
  }
  constexpr double kTiny = 1.11022302462515654042e-16;
  double at = q, term = pow(q, -x), sum = term;
  for (int64_t i = 0; i < 9 || at <= 9; i++) {
    at += 1;
    term = pow(at, -x);
    sum += term;
    if (fabs(term) < kTiny * fabs(sum)) return sum;
  }
  sum += term * at / (x - 1) - term / 2;
  // (2k)! / B_2k
  const double divisors[] = {12, -720, 30240, -1209600, 47900160, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12,
                             1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18};
  double factor = 1;
  for (int k = 0; k < 12; k++) {
    factor *= x + 2 * k;
    term /= at;
    const double correction = factor * term / divisors[k];
    sum += correction;
    if (fabs(correction) < kTiny * fabs(sum)) break;
    factor *= x + 2 * k + 1;
    term /= at;
  }
  return sum;
}

template <class T>
T zetaOf(T x, T q) { return T(zetaOfDouble(double(x), double(q))); }

template <class T>
T trigammaOf(T given) {
  double x = double(given), sign = 1, rest = 0;
  if (x < 0.5) {
    const double s = kPi / sinPi(x);
    rest = s * s;
    sign = -1;
    x = 1 - x;
  }
  return T(rest + sign * (x == HUGE_VAL ? 0 : zetaOfDouble(2, x)));
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
