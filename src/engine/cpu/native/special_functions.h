// Special functions of single elements, in float64 for either type, in the steps of src/primitives/special-functions.ts.
#pragma once
#include "series.h"
#include "special_math.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// c[0] + c[1] T1(t) + …, by Clenshaw's recurrence.
template <int n>
inline double chebyshev(const double (&c)[n], double t) {
  double b1 = 0, b2 = 0;
  for (int k = n - 1; k > 0; k--) {
    const double b = 2 * t * b1 - b2 + c[k];
    b2 = b1;
    b1 = b;
  }
  return t * b1 - b2 + c[0];
}

template <int n>
inline double within(const double (&c)[n], double low, double high, double x) {
  return chebyshev(c, (2 * x - low - high) / (high - low));
}

inline double erfcxOf(double x) {
  if (x != x) return x;
  if (x < 0) return x < -26.7 ? HUGE_VAL : 2 * exp(x * x) - erfcxOf(-x);
  if (x == HUGE_VAL) return 0;
  return chebyshev(kErfcx, (x - 3.75) / (x + 3.75)) / (1 + 2 * x);
}

inline double inverseErfc(double z) {
  const double w = sqrt(-log(z));
  if (w < 3) return w * within(kErfcinvNear, 1.15, 3, w);
  return w < 8 ? w * within(kErfcinvMiddle, 3, 8, w) : w * within(kErfcinvFar, 8, 28, w);
}

inline double erfinvOf(double x) {
  const double size = fabs(x);
  if (size <= 0.75) return x * within(kErfinv, 0, 0.5625, x * x);
  if (!(size <= 1)) return NAN;
  return size == 1 ? x * HUGE_VAL : copysign(inverseErfc(1 - size), x);
}

inline double ndtriOf(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0 || p == 1) return p == 0 ? -HUGE_VAL : HUGE_VAL;
  constexpr double root2 = 1.41421356237309504880;
  if (p < 0.125) return -root2 * inverseErfc(2 * p);
  return p > 0.875 ? root2 * inverseErfc(2 * (1 - p)) : root2 * erfinvOf(2 * p - 1);
}

inline double i0eOf(double given) {
  const double x = fabs(given);
  return x <= 8 ? within(kI0Near, 0, 8, x) : within(kI0Far, 0, 1, 8 / x) / sqrt(x);
}

inline double i1eOf(double given) {
  const double x = fabs(given);
  return x <= 8 ? given * within(kI1Near, 0, 8, x) : copysign(within(kI1Far, 0, 1, 8 / x), given) / sqrt(x);
}

inline double k0eOf(double x) {
  if (!(x >= 0)) return NAN;
  if (x == 0) return HUGE_VAL;
  if (x > 2) return within(kK0Far, 0, 1, 2 / x) / sqrt(x);
  return exp(x) * (within(kK0Near, 0, 4, x * x) - log(x / 2) * exp(x) * i0eOf(x));
}

inline double k1eOf(double x) {
  if (!(x >= 0)) return NAN;
  if (x == 0) return HUGE_VAL;
  if (x > 2) return within(kK1Far, 0, 1, 2 / x) / sqrt(x);
  return exp(x) * (within(kK1Near, 0, 4, x * x) / x + log(x / 2) * exp(x) * i1eOf(x));
}

/// Of order 0 or 1, of the first kind (J) or the second (Y), for x > 8.
template <int order, bool isSecond>
inline double besselFar(double x) {
  const double t = (8 / x) * (8 / x);
  const double p = order == 0 ? within(kP0Far, 0, 1, t) : within(kP1Far, 0, 1, t);
  const double q = (order == 0 ? within(kQ0Far, 0, 1, t) : within(kQ1Far, 0, 1, t)) * 8 / x;
  const double s = sin(x), c = cos(x);
  const double cosU = order == 0 ? c + s : s - c, sinU = order == 0 ? s - c : -s - c;
  return (isSecond ? p * sinU + q * cosU : p * cosU - q * sinU) / sqrt(kPi * x);
}

inline double besselJ0Of(double given) {
  const double x = fabs(given);
  return x <= 8 ? within(kJ0Near, 0, 64, x * x) : besselFar<0, false>(x);
}

inline double besselJ1Of(double given) {
  const double x = fabs(given);
  return x <= 8 ? given * within(kJ1Near, 0, 64, x * x) : copysign(1.0, given) * besselFar<1, false>(x);
}

inline double besselY0Of(double x) {
  if (!(x > 0)) return x == 0 ? -HUGE_VAL : NAN;
  if (x > 8) return besselFar<0, true>(x);
  return within(kY0Near, 0, 64, x * x) + 2 / kPi * log(x) * besselJ0Of(x);
}

inline double besselY1Of(double x) {
  if (!(x > 0)) return x == 0 ? -HUGE_VAL : NAN;
  if (x > 8) return besselFar<1, true>(x);
  return x * within(kY1Near, 0, 64, x * x) + 2 / kPi * (log(x) * besselJ1Of(x) - 1 / x);
}

inline double airyAiOf(double x) {
  if (x >= -4 && x <= 2) return within(kAiryNear, -4, 2, x);
  const double z = fabs(x), root = sqrt(z), zeta = 2.0 / 3 * z * root;
  if (x > 2) {
    if (x > 120) return 0;
    const double far = within(kAiryAbove, 0, 1, 2.0 / 3 * 2 * 1.41421356237309504880 / zeta);
    return far * exp(-zeta) / (2 * sqrt(kPi * root));
  }
  const double near = 16.0 / 3 / zeta;
  const double p = within(kAiryP, 0, 1, near * near), q = within(kAiryQ, 0, 1, near * near) / zeta;
  const double s = sin(zeta), c = cos(zeta);
  return (p * (c + s) + q * (s - c)) / sqrt(2 * kPi * root);
}

inline double exponentOf(double x) {
  int e = 0;
  if (x == x && fabs(x) != HUGE_VAL) frexp(x, &e);
  return e;
}

inline double ldexpOf(double x, double e) {
  if (e != e) return NAN;
  return ldexp(x, int(fmax(-5000, fmin(5000, e))));
}

template <class T> inline T gcdInt(T x, T y) {
  using U = std::make_unsigned_t<T>;
  U a = x < 0 ? U(0) - U(x) : U(x), b = y < 0 ? U(0) - U(y) : U(y);
  while (b != 0) {
    const U r = a % b;
    a = b;
    b = r;
  }
  return T(a);
}

inline double logGap(double m) {
  if (fabs(m) > 0.4) return m - log1p(m);
  const double s = m / (2 + m);
  double sum = 0;
  for (int k = 14; k > 0; k--) sum = (sum + 1.0 / (2 * k + 1)) * s * s;
  return s * m - 2 * s * sum;
}

inline double gammaTerm(double a, double x) {
  if (a < 15) return exp(a * log(x) - x - lgammaOf(a + 1));
  const double z = 1 / (a * a);
  const double stirling = (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z / 1188)))) / a;
  return exp(-a * logGap((x - a) / a) - stirling) / sqrt(2 * kPi * a);
}

inline double gammaLarge(double a, double x, bool isUpper) {
  const double m = (x - a) / a, half = logGap(m);
  const double eta = copysign(sqrt(2 * half), m);
  const double rest = (polynomial(kTemme0, eta) + (polynomial(kTemme1, eta) + polynomial(kTemme2, eta) / a) / a) * exp(-a * half);
  const double part = rest / sqrt(2 * kPi * a);
  const double tail = erfc((isUpper ? eta : -eta) * sqrt(a / 2)) / 2;
  return isUpper ? tail + part : tail - part;
}

inline double gammaSeries(double a, double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 20000 && term > 1e-17 * sum; k++) sum += term *= x / (a + k);
  return gammaTerm(a, x) * sum;
}

inline double gammaFraction(double a, double x) {
  double b = x + 1 - a, upper = 1e300, lower = 1 / b, y = lower;
  for (int k = 1; k < 20000; k++) {
    const double factor = -k * (k - a);
    b += 2;
    lower = 1 / (factor * lower + b);
    upper = b + factor / upper;
    const double change = lower * upper;
    y *= change;
    if (fabs(change - 1) < 1e-16) break;
  }
  return gammaTerm(a, x) * a * y;
}

inline double gammaSmall(double a, double x) {
  const double power = a * log(x) - lgammaOf(1 + a);
  double sum = 0, term = 1;
  for (int k = 1; k < 60; k++) {
    term *= -x / k;
    sum += term / (a + k);
  }
  return -expm1(power) - exp(power) * a * sum;
}

inline double incomplete(double a, double x, bool isUpper) {
  if (!(a >= 0 && x >= 0)) return NAN;
  if (a == 0) return x > 0 ? !isUpper : NAN;
  if (x == 0) return isUpper;
  if (a == HUGE_VAL) return x == HUGE_VAL ? NAN : isUpper;
  if (x == HUGE_VAL) return !isUpper;
  if (a > 1e4 && fabs(x - a) < 0.4 * a) return gammaLarge(a, x, isUpper);
  if (x <= a + 1 && !(x <= 1.1 && a < x)) {
    const double p = gammaSeries(a, x);
    return isUpper ? 1 - p : p;
  }
  const double q = x <= 1.1 && a < x ? gammaSmall(a, x) : gammaFraction(a, x);
  return isUpper ? q : 1 - q;
}

/// p0 = 1, p1 = first, p(k + 1) = next(k, p(k), p(k - 1)).
template <class Next>
inline double polynomialOf(double n, double first, Next next) {
  const double degree = trunc(n);
  if (degree < 0) return 0;
  if (!(degree <= 1e6)) return NAN;
  if (degree == 0) return 1;
  double before = 1, p = first;
  for (double k = 1; k < degree && p == p; k++) {
    const double after = next(k, p, before);
    before = p;
    p = after;
  }
  return p;
}

inline double chebyshevOf(double x, double n, double first) {
  return polynomialOf(n, first, [x](double, double p, double before) { return 2 * x * p - before; });
}
inline double chebyshevTOf(double x, double n) { return chebyshevOf(x, n, x); }
inline double chebyshevUOf(double x, double n) { return chebyshevOf(x, n, 2 * x); }
inline double chebyshevVOf(double x, double n) { return chebyshevOf(x, n, 2 * x - 1); }
inline double chebyshevWOf(double x, double n) { return chebyshevOf(x, n, 2 * x + 1); }
inline double hermiteHOf(double x, double n) {
  return polynomialOf(n, 2 * x, [x](double k, double p, double before) { return 2 * x * p - 2 * k * before; });
}
inline double hermiteHeOf(double x, double n) {
  return polynomialOf(n, x, [x](double k, double p, double before) { return x * p - k * before; });
}
inline double laguerreOf(double x, double n) {
  return polynomialOf(n, 1 - x, [x](double k, double p, double before) { return ((2 * k + 1 - x) * p - k * before) / (k + 1); });
}
inline double legendreOf(double x, double n) {
  return polynomialOf(n, x, [x](double k, double p, double before) { return ((2 * k + 1) * x * p - k * before) / (k + 1); });
}

template <class T> T erfcOf(T x) { return T(erfc(double(x))); }
template <class T> T erfcxFor(T x) { return T(erfcxOf(double(x))); }
template <class T> T erfinvFor(T x) { return T(erfinvOf(double(x))); }
template <class T> T ndtriFor(T x) { return T(ndtriOf(double(x))); }
template <class T> T i0eFor(T x) { return T(i0eOf(double(x))); }
template <class T> T i1eFor(T x) { return T(i1eOf(double(x))); }
template <class T> T k0eFor(T x) { return T(k0eOf(double(x))); }
template <class T> T k1eFor(T x) { return T(k1eOf(double(x))); }
template <class T> T besselJ0For(T x) { return T(besselJ0Of(double(x))); }
template <class T> T besselJ1For(T x) { return T(besselJ1Of(double(x))); }
template <class T> T besselY0For(T x) { return T(besselY0Of(double(x))); }
template <class T> T besselY1For(T x) { return T(besselY1Of(double(x))); }
template <class T> T airyAiFor(T x) { return T(airyAiOf(double(x))); }
template <class T> T exponentFor(T x) { return T(exponentOf(double(x))); }
template <class T> T ldexpFor(T x, T e) { return T(ldexpOf(double(x), double(e))); }
template <class T> T igammaFor(T a, T x) { return T(incomplete(double(a), double(x), false)); }
template <class T> T igammacFor(T a, T x) { return T(incomplete(double(a), double(x), true)); }
template <class T> T chebyshevTFor(T x, T n) { return T(chebyshevTOf(double(x), double(n))); }
template <class T> T chebyshevUFor(T x, T n) { return T(chebyshevUOf(double(x), double(n))); }
template <class T> T chebyshevVFor(T x, T n) { return T(chebyshevVOf(double(x), double(n))); }
template <class T> T chebyshevWFor(T x, T n) { return T(chebyshevWOf(double(x), double(n))); }
template <class T> T hermiteHFor(T x, T n) { return T(hermiteHOf(double(x), double(n))); }
template <class T> T hermiteHeFor(T x, T n) { return T(hermiteHeOf(double(x), double(n))); }
template <class T> T laguerreFor(T x, T n) { return T(laguerreOf(double(x), double(n))); }
template <class T> T legendreFor(T x, T n) { return T(legendreOf(double(x), double(n))); }

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
