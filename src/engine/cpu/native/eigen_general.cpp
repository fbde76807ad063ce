// Eigenvalues and eigenvectors of matrices that need not be symmetric, as src/primitives/eigen.ts says: balancing, Hessenberg form, double-shifted QR
// steps, substitution. All of it is computed in double.
#include <float.h>
#include <math.h>
#include <string.h>

#include "matrix_calls.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// I - tau w w', and what it makes of the first entry.
struct Turn {
  double tau, beta;
};

/// The reflection that turns x to (beta, 0, ...); x becomes w. A tau of 0 where there is nothing to turn.
Turn turnOf(double* x, int64_t count) {
  double most = 0, rest = 0;
  for (int64_t i = 0; i < count; i++) {
    most = fmax(most, fabs(x[i]));
    if (i > 0) rest = fmax(rest, fabs(x[i]));
  }
  if (rest == 0) return {0, 0};
  double squares = 0;
  for (int64_t i = 0; i < count; i++) {
    x[i] /= most;
    squares += x[i] * x[i];
  }
  const double length = sqrt(squares), beta = x[0] < 0 ? length : -length;
  x[0] -= beta;
  squares = 0;
  for (int64_t i = 0; i < count; i++) squares += x[i] * x[i];
  return {2 / squares, beta * most};
}

/// Rows first, first + 1, ... of a in columns [from, n); `sums` has room for n.
void reflectRows(double* a, int64_t n, const double* w, int64_t count, double tau, int64_t first, int64_t from, double* sums) {
  for (int64_t j = from; j < n; j++) sums[j] = 0;
  for (int64_t i = 0; i < count; i++) addScaled(sums + from, a + (first + i) * n + from, tau * w[i], n - from);
  for (int64_t i = 0; i < count; i++) addScaled(a + (first + i) * n + from, sums + from, -w[i], n - from);
}

/// Columns first, first + 1, ... of a in rows [0, end).
void reflectColumns(double* a, int64_t n, const double* w, int64_t count, double tau, int64_t first, int64_t end) {
  for (int64_t j = 0; j < end; j++) {
    double* row = a + j * n + first;
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += w[i] * row[i];
    sum *= tau;
    for (int64_t i = 0; i < count; i++) row[i] -= sum * w[i];
  }
}

/// a becomes D⁻¹ A D, whose rows and columns are about as large as each other, for powers of 2 in d, so nothing is rounded (Parlett and Reinsch 1969).
void balance(double* a, int64_t n, double* d) {
  const double most = 0x1p500;
  for (int64_t i = 0; i < n; i++) d[i] = 1;
  for (bool again = true; again && !stopRequested();) {
    again = false;
    for (int64_t i = 0; i < n; i++) {
      double column = 0, row = 0;
      for (int64_t j = 0; j < n; j++) {
        if (j == i) continue;
        column += fabs(a[j * n + i]);
        row += fabs(a[i * n + j]);
      }
      if (column == 0 || row == 0) continue;
      const double sum = column + row;
      double f = 1;
      for (; column < row / 2 && d[i] * f < most; column *= 4) f *= 2;
      for (; column >= row * 2 && d[i] * f > 1 / most; column /= 4) f /= 2;
      if (!((column + row) / f < 0.95 * sum)) continue;
      again = true;
      d[i] *= f;
      for (int64_t j = 0; j < n; j++) a[i * n + j] /= f;
      for (int64_t j = 0; j < n; j++) a[j * n + i] *= f;
    }
  }
}

void toHessenberg(double* h, double* v, int64_t n, double* w, double* sums) {
  for (int64_t k = 0; k + 2 < n && !stopRequested(); k++) {
    const int64_t count = n - k - 1;
    for (int64_t i = 0; i < count; i++) w[i] = h[(k + 1 + i) * n + k];
    const Turn turn = turnOf(w, count);
    if (turn.tau == 0) continue;
    reflectRows(h, n, w, count, turn.tau, k + 1, k + 1, sums);
    h[(k + 1) * n + k] = turn.beta;
    for (int64_t i = k + 2; i < n; i++) h[i * n + k] = 0;
    reflectColumns(h, n, w, count, turn.tau, k + 1, n);
    reflectColumns(v, n, w, count, turn.tau, k + 1, n);
  }
}

void rotateColumns(double* a, int64_t n, int64_t i, int64_t end, double cosine, double sine) {
  for (int64_t j = 0; j < end; j++) {
    const double x = a[j * n + i], y = a[j * n + i + 1];
    a[j * n + i] = cosine * x + sine * y;
    a[j * n + i + 1] = cosine * y - sine * x;
  }
}

/// Makes the block of rows i and i + 1 triangular where its eigenvalues are real.
void split(double* h, double* v, int64_t n, int64_t i) {
  const double b = h[i * n + i + 1], c = h[(i + 1) * n + i];
  const double p = (h[i * n + i] - h[(i + 1) * n + i + 1]) / 2, inside = p * p + b * c;
  if (inside < 0) return;
  const double z = p + (p < 0 ? -1 : 1) * sqrt(inside), length = hypot(z, c), cosine = z / length, sine = c / length;
  for (int64_t j = i; j < n; j++) {
    const double x = h[i * n + j], y = h[(i + 1) * n + j];
    h[i * n + j] = cosine * x + sine * y;
    h[(i + 1) * n + j] = cosine * y - sine * x;
  }
  rotateColumns(h, n, i, i + 2, cosine, sine);
  rotateColumns(v, n, i, n, cosine, sine);
  h[(i + 1) * n + i] = 0;
}

/// One QR step with both eigenvalues of the last block as shifts, or with others where those have led nowhere.
void qrStep(double* h, double* v, int64_t n, int64_t first, int64_t last, bool other, double* sums) {
  const auto of = [&](int64_t i, int64_t j) -> double& { return h[i * n + j]; };
  double sum = of(last, last) + of(last - 1, last - 1);
  double product = of(last, last) * of(last - 1, last - 1) - of(last, last - 1) * of(last - 1, last);
  if (other) {
    const double beside = fabs(of(last, last - 1)) + fabs(of(last - 1, last - 2));
    sum = 1.5 * beside;
    product = beside * beside;
  }
  const double a = of(first, first), below = of(first + 1, first);
  double x[3] = {a * (a - sum) + product + of(first, first + 1) * below, below * (a + of(first + 1, first + 1) - sum), below * of(first + 2, first + 1)};
  for (int64_t k = first; k < last; k++) {
    const int64_t width = least(3, last - k + 1);
    if (k > first)
      for (int64_t i = 0; i < width; i++) x[i] = of(k + i, k - 1);
    const Turn turn = turnOf(x, width);
    if (turn.tau == 0) continue;
    if (k > first) {
      of(k, k - 1) = turn.beta;
      for (int64_t i = 1; i < width; i++) of(k + i, k - 1) = 0;
    }
    reflectRows(h, n, x, width, turn.tau, k, k, sums);
    reflectColumns(h, n, x, width, turn.tau, k, least(last, k + 3) + 1);
    reflectColumns(v, n, x, width, turn.tau, k, n);
  }
}

/// QR steps until nothing below the diagonal is left but in blocks of conjugate pairs. False where it does not end.
bool toTriangle(double* h, double* v, int64_t n, double* sums) {
  double size = 0;
  for (int64_t i = 0; i < n * n; i++) size += fabs(h[i]);
  int steps = 0;
  for (int64_t last = n - 1; last > 0 && !stopRequested();) {
    int64_t first = last;
    for (; first > 0; first--) {
      double beside = fabs(h[(first - 1) * n + first - 1]) + fabs(h[first * n + first]);
      if (beside == 0) beside = size;
      if (fabs(h[first * n + first - 1]) > DBL_EPSILON * beside) continue;
      h[first * n + first - 1] = 0;
      break;
    }
    if (first >= last - 1) {
      if (first == last - 1) split(h, v, n, first);
      last = first - 1;
      steps = 0;
      continue;
    }
    if (++steps > 60) return false;
    qrStep(h, v, n, first, last, steps % 10 == 0, sums);
  }
  return true;
}

struct Complex {
  double re, im;
};

Complex quotient(Complex a, Complex b) {
  if (fabs(b.re) < fabs(b.im)) {
    const double ratio = b.re / b.im, whole = b.im + ratio * b.re;
    return {(a.re * ratio + a.im) / whole, (a.im * ratio - a.re) / whole};
  }
  const double ratio = b.im / b.re, whole = b.re + ratio * b.im;
  return {(a.re + a.im * ratio) / whole, (a.im - a.re * ratio) / whole};
}

/// x with (T - value) x = 0 and x[k] = 1, zero behind k, in re and im; `tiny` stands for differences that are 0.
void vectorOf(const double* t, int64_t n, int64_t k, Complex value, double tiny, double* re, double* im) {
  const double p = value.re, q = value.im;
  for (int64_t i = 0; i < n; i++) re[i] = im[i] = 0;
  re[k] = 1;
  int64_t i = k - 1;
  const auto put = [&](int64_t at, Complex z) { re[at] = z.re, im[at] = z.im; };
  if (q != 0) {
    put(k - 1, quotient({-t[(k - 1) * n + k], 0}, {t[(k - 1) * n + k - 1] - p, -q}));
    i--;
  }
  const auto rest = [&](int64_t row, int64_t from) {
    return Complex{-dotOf(t + row * n + from, re + from, k + 1 - from), -dotOf(t + row * n + from, im + from, k + 1 - from)};
  };
  for (; i >= 0; i--) {
    const Complex own = rest(i, i + 1);
    if (i == 0 || t[i * n + i - 1] == 0) {
      const double difference = t[i * n + i] - p;
      put(i, quotient(own, {hypot(difference, q) < tiny ? tiny : difference, -q}));
    } else {
      // Rows i - 1 and i of a block together, by Cramer's rule.
      const Complex above = rest(i - 1, i + 1);
      const double a = t[(i - 1) * n + i - 1] - p, b = t[(i - 1) * n + i], c = t[i * n + i - 1], d = t[i * n + i] - p;
      Complex det{a * d - q * q - b * c, -q * (a + d)};
      if (hypot(det.re, det.im) < tiny * tiny) det = {tiny * tiny, 0};
      const Complex lower{a * own.re + q * own.im - c * above.re, a * own.im - q * own.re - c * above.im};
      const Complex upper{d * above.re + q * above.im - b * own.re, d * above.im - q * above.re - b * own.im};
      put(i, quotient(lower, det));
      put(i - 1, quotient(upper, det));
      i--;
    }
    // Only the direction counts.
    const double most = fmax(fabs(re[i]), fabs(im[i]));
    if (most > 1e100)
      for (int64_t j = i; j <= k; j++) re[j] /= most, im[j] /= most;
  }
}

/// Length 1, and the first of the greatest entries real and positive; what differs by rounding does not decide.
void normalize(double* re, double* im, int64_t n) {
  double most = 0, sum = 0, size = 0;
  int64_t best = 0;
  for (int64_t i = 0; i < n; i++) most = fmax(most, fmax(fabs(re[i]), fabs(im[i])));
  for (int64_t i = 0; i < n; i++) sum += (re[i] / most) * (re[i] / most) + (im[i] / most) * (im[i] / most);
  const double length = most * sqrt(sum);
  for (int64_t i = 0; i < n; i++) {
    const double own = hypot(re[i], im[i]);
    if (own > size * 1.001) best = i, size = own;
  }
  const double c = re[best] / size / length, s = im[best] / size / length;
  for (int64_t i = 0; i < n; i++) {
    const double x = re[i], y = im[i];
    re[i] = x * c + y * s;
    im[i] = y * c - x * s;
  }
  im[best] = 0;
}

struct Found {
  Complex value;
  /// The last row of its block.
  int64_t place;
};

bool comesBefore(const Found& a, const Found& b) {
  if (a.value.re != b.value.re) return a.value.re < b.value.re;
  if (fabs(a.value.im) != fabs(b.value.im)) return fabs(a.value.im) < fabs(b.value.im);
  return a.value.im > b.value.im;
}

void findValues(const double* t, int64_t n, Found* found) {
  for (int64_t i = 0; i < n; i++) {
    const double below = i + 1 < n ? t[(i + 1) * n + i] : 0;
    if (below == 0) {
      found[i] = {{t[i * n + i], 0}, i};
      continue;
    }
    const double d = t[(i + 1) * n + i + 1], p = (t[i * n + i] - d) / 2, im = sqrt(-(p * p + t[i * n + i + 1] * below));
    found[i] = {{d + p, im}, i + 1};
    found[i + 1] = {{d + p, -im}, i + 1};
    i++;
  }
  // Insertion keeps equal ones in their order.
  for (int64_t i = 1; i < n; i++) {
    const Found own = found[i];
    int64_t j = i;
    for (; j > 0 && comesBefore(own, found[j - 1]); j--) found[j] = found[j - 1];
    found[j] = own;
  }
}

int64_t eigMemory(int64_t n) { return 3 * roundUp(n * n * 8, 64) + 7 * roundUp(n * 8, 64) + roundUp(n * int64_t(sizeof(Found)), 64); }

/// @return whether there are any: not of what is not finite
template <class T>
bool eigTyped(const T* x, T* values, T* vectors, int64_t n, Workspace work) {
  double* t = work.take<double>(n * n);
  double* v = work.take<double>(n * n);
  double* w = work.take<double>(n);
  double* sums = work.take<double>(n);
  double *re = work.take<double>(n), *im = work.take<double>(n), *p = work.take<double>(n), *q = work.take<double>(n);
  double* d = work.take<double>(n);
  Found* found = work.take<Found>(n);
  bool done = true;
  for (int64_t i = 0; i < n * n; i++) {
    t[i] = double(x[i]);
    v[i] = 0;
    done = done && t[i] - t[i] == 0;
  }
  for (int64_t i = 0; i < n; i++) v[i * n + i] = 1;
  if (done) {
    balance(t, n, d);
    toHessenberg(t, v, n, w, sums);
    done = toTriangle(t, v, n, sums);
  }
  if (!done) {
    if (values) for (int64_t i = 0; i < 2 * n; i++) values[i] = T(NAN);
    if (vectors) for (int64_t i = 0; i < 2 * n * n; i++) vectors[i] = T(NAN);
    return false;
  }
  findValues(t, n, found);
  double size = 0;
  for (int64_t i = 0; i < n * n; i++) size = fmax(size, fabs(t[i]));
  const double tiny = size > 0 ? DBL_EPSILON * size : 1e-80;
  for (int64_t k = 0; k < n && !stopRequested(); k++) {
    if (values) {
      values[2 * k] = T(found[k].value.re);
      values[2 * k + 1] = T(found[k].value.im);
    }
    if (!vectors) continue;
    const int64_t place = found[k].place;
    vectorOf(t, n, place, found[k].value, tiny, re, im);
    for (int64_t i = 0; i < n; i++) {
      p[i] = d[i] * dotOf(v + i * n, re, place + 1);
      q[i] = d[i] * dotOf(v + i * n, im, place + 1);
    }
    normalize(p, q, n);
    for (int64_t i = 0; i < n; i++) {
      vectors[2 * (i * n + k)] = T(p[i]);
      vectors[2 * (i * n + k) + 1] = T(q[i]);
    }
  }
  return true;
}

}  // namespace

const char* checkEig(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!isMatrix(x) || x.dims.size[x.dims.count - 1] != x.dims.size[x.dims.count - 2]) return "a call for general eigenvalues takes floating square matrices";
  const int64_t n = x.dims.size[x.dims.count - 1], two[2] = {n, 2}, three[3] = {n, n, 2};
  if (call.results[1].wanted && x.dims.count + 1 > kMaxAxes) return "a call for general eigenvalues has too many dims";
  if (!hasSizes(call.results[0], x.dtype, x.dims, 2, two, 2) || !hasSizes(call.results[1], x.dtype, x.dims, 2, three, 3) || !hasSizes(call.results[2], kInt32, x.dims, 2, nullptr, 0)) return "a call for general eigenvalues gives other shapes or dtypes than it has";
  for (int32_t i = 0; i < 3; i++)
    if (call.results[i].wanted && overlap(x, call.results[i])) return "a call for general eigenvalues overwrites its matrix";
  return nullptr;
}

int64_t eigScratch(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  return matrixScratch(of.batch, eigMemory(of.rows));
}
int64_t eigShared(const CallKernel& call) {
  const Matrices of(call.operands[0].dims);
  return matrixShared(of.batch, eigMemory(of.rows));
}

void generalEigen(const CallKernel& call, const Frame& frame) {
  const Matrices of(call.operands[0].dims);
  const int64_t n = of.rows;
  withFloat(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    eachMatrix(of.batch, eigMemory(n), double(n) * double(n) * double(n) * 25, frame, [&](int64_t entry, Workspace work) {
      int32_t* info = matrixAt<int32_t>(call.results[2], frame, entry, 1);
      const bool found = eigTyped(static_cast<const T*>(matrixAt<T>(call.operands[0], frame, entry, n * n)), matrixAt<T>(call.results[0], frame, entry, 2 * n), matrixAt<T>(call.results[1], frame, entry, 2 * n * n), n, work);
      if (info) *info = found ? 0 : 1;
    });
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
