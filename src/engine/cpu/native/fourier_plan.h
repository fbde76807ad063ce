// One discrete Fourier transform of n points, of several columns beside each other: Stockham's method with the factors of n, and for a large
// prime factor Bluestein's, which makes a convolution of it whose length is a power of two. Real and imaginary parts lie apart.
#pragma once
#include <math.h>

#include "matrix_update.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int kFactors = 64;
/// Greater prime factors are left to Bluestein's method.
constexpr int64_t kLargestFactor = 13;

/// e^(−2πi k / n) for k in [0, n), of two small tables of which each is a product.
template <class T>
void rootsOfUnity(T* re, T* im, int64_t n) {
  constexpr int64_t step = 256;
  double fineRe[step], fineIm[step];
  const double unit = -2 * M_PI / double(n);
  for (int64_t k = 0; k < step; k++) fineRe[k] = cos(unit * double(k)), fineIm[k] = sin(unit * double(k));
  for (int64_t k0 = 0; k0 < n; k0 += step) {
    const double c = cos(unit * double(k0)), s = sin(unit * double(k0));
    for (int64_t k = 0; k < step && k0 + k < n; k++) {
      re[k0 + k] = T(c * fineRe[k] - s * fineIm[k]);
      im[k0 + k] = T(c * fineIm[k] + s * fineRe[k]);
    }
  }
}

template <class T>
struct FourierPlan {
  int64_t n, m;          // points, and points of what is computed: m > n is a convolution
  int count;
  int32_t factors[kFactors];
  T *rootRe, *rootIm;    // [m]
  T *chirpRe, *chirpIm;  // [n]: e^(−πi k² / n)
  T *kernelRe, *kernelIm;  // [m]: the transform of what is convolved with

  static int64_t lengthOf(int64_t n) {
    int64_t rest = n;
    for (int64_t f = 2; f <= kLargestFactor; f++)
      while (rest % f == 0 && rest > 1) rest /= f;
    if (rest <= 1) return n;
    int64_t m = 1;
    while (m < 2 * n - 1) m *= 2;
    return m;
  }
  static int64_t bytesOf(int64_t n) {
    const int64_t m = lengthOf(n), size = sizeof(T);
    return 2 * roundUp(m * size, 64) + (m == n ? 0 : 2 * roundUp(n * size, 64) + 2 * roundUp(m * size, 64) + workBytes(n, 1));
  }
  /// Of what `columns` transforms beside each other need.
  static int64_t workBytes(int64_t n, int64_t columns) { return 4 * roundUp(lengthOf(n) * columns * int64_t(sizeof(T)), 64); }

  FourierPlan(int64_t points, Workspace& memory) : n(points), m(lengthOf(points)), count(0) {
    int64_t rest = m;
    constexpr int64_t known[] = {4, 2, 3, 5, 7, 11, 13};
    for (const int64_t f : known)
      while (rest % f == 0 && rest > 1) factors[count++] = int32_t(f), rest /= f;
    rootRe = memory.take<T>(m);
    rootIm = memory.take<T>(m);
    rootsOfUnity(rootRe, rootIm, m);
    if (m == n) return;
    chirpRe = memory.take<T>(n);
    chirpIm = memory.take<T>(n);
    kernelRe = memory.take<T>(m);
    kernelIm = memory.take<T>(m);
    for (int64_t k = 0; k < n; k++) {
      const double angle = -M_PI * double(uint64_t(k) * uint64_t(k) % uint64_t(2 * n)) / double(n);
      chirpRe[k] = T(cos(angle));
      chirpIm[k] = T(sin(angle));
    }
    Workspace own = memory;
    T *re = own.take<T>(m), *im = own.take<T>(m), *otherRe = own.take<T>(m), *otherIm = own.take<T>(m);
    for (int64_t k = 0; k < m; k++) re[k] = im[k] = T(0);
    for (int64_t k = 0; k < n; k++) re[k] = chirpRe[k], im[k] = -chirpIm[k];
    for (int64_t k = 1; k < n; k++) re[m - k] = chirpRe[k], im[m - k] = -chirpIm[k];
    smooth(re, im, otherRe, otherIm, 1);
    for (int64_t k = 0; k < m; k++) kernelRe[k] = re[k] / T(m), kernelIm[k] = im[k] / T(m);
  }

  /// One step: columns of length `length` fall into `R` of length / R each.
  template <int R>
  void step(const T* re, const T* im, T* outRe, T* outIm, int64_t length, int64_t stride) const {
    const int64_t part = length / R, every = m / length;
    T unitRe[R], unitIm[R];
    for (int j = 0; j < R; j++) unitRe[j] = T(cos(-2 * M_PI * j / R)), unitIm[j] = T(sin(-2 * M_PI * j / R));
    for (int64_t p = 0; p < part; p++) {
      T wr[R], wi[R];
      for (int j = 0; j < R; j++) wr[j] = rootRe[j * p * every], wi[j] = rootIm[j * p * every];
      const T *xr = re + stride * p, *xi = im + stride * p;
      T* __restrict yr = outRe + stride * R * p;
      T* __restrict yi = outIm + stride * R * p;
      const int64_t apart = stride * part;
#pragma GCC ivdep
      for (int64_t q = 0; q < stride; q++) {
        T ar[R], ai[R], br[R], bi[R];
#pragma GCC unroll 16
        for (int k = 0; k < R; k++) ar[k] = xr[q + k * apart], ai[k] = xi[q + k * apart];
        if constexpr (R == 2) {
          br[0] = ar[0] + ar[1], bi[0] = ai[0] + ai[1];
          br[1] = ar[0] - ar[1], bi[1] = ai[0] - ai[1];
        } else if constexpr (R == 4) {
          const T sr = ar[0] + ar[2], si = ai[0] + ai[2], dr = ar[0] - ar[2], di = ai[0] - ai[2];
          const T tr = ar[1] + ar[3], ti = ai[1] + ai[3], er = ai[1] - ai[3], ei = ar[3] - ar[1];
          br[0] = sr + tr, bi[0] = si + ti;
          br[1] = dr + er, bi[1] = di + ei;
          br[2] = sr - tr, bi[2] = si - ti;
          br[3] = dr - er, bi[3] = di - ei;
        } else {
          // Of an odd factor the terms k and R − k are combined: sums go with cosines, differences with sines.
          constexpr int H = R / 2;
          T sr[H], si[H], dr[H], di[H];
          br[0] = ar[0], bi[0] = ai[0];
#pragma GCC unroll 8
          for (int k = 0; k < H; k++) {
            sr[k] = ar[k + 1] + ar[R - 1 - k], si[k] = ai[k + 1] + ai[R - 1 - k];
            dr[k] = ar[k + 1] - ar[R - 1 - k], di[k] = ai[k + 1] - ai[R - 1 - k];
            br[0] += sr[k], bi[0] += si[k];
          }
#pragma GCC unroll 8
          for (int j = 1; j <= H; j++) {
            T cr = ar[0], ci = ai[0], er = T(0), ei = T(0);
#pragma GCC unroll 8
            for (int k = 0; k < H; k++) {
              const int at = j * (k + 1) % R;
              cr += sr[k] * unitRe[at], ci += si[k] * unitRe[at];
              er -= di[k] * unitIm[at], ei += dr[k] * unitIm[at];
            }
            br[j] = cr + er, bi[j] = ci + ei;
            br[R - j] = cr - er, bi[R - j] = ci - ei;
          }
        }
        yr[q] = br[0], yi[q] = bi[0];
#pragma GCC unroll 16
        for (int j = 1; j < R; j++) {
          yr[q + j * stride] = br[j] * wr[j] - bi[j] * wi[j];
          yi[q + j * stride] = br[j] * wi[j] + bi[j] * wr[j];
        }
      }
    }
  }

  /// [m, columns] in place, for an m whose factors are small; the other two are of the same size.
  void smooth(T* re, T* im, T* otherRe, T* otherIm, int64_t columns) const {
    T *fromRe = re, *fromIm = im, *toRe = otherRe, *toIm = otherIm;
    int64_t length = m, stride = columns;
    for (int i = 0; i < count && !stopRequested(); i++) {
      switch (factors[i]) {
        case 2: step<2>(fromRe, fromIm, toRe, toIm, length, stride); break;
        case 3: step<3>(fromRe, fromIm, toRe, toIm, length, stride); break;
        case 4: step<4>(fromRe, fromIm, toRe, toIm, length, stride); break;
        case 5: step<5>(fromRe, fromIm, toRe, toIm, length, stride); break;
        case 7: step<7>(fromRe, fromIm, toRe, toIm, length, stride); break;
        case 11: step<11>(fromRe, fromIm, toRe, toIm, length, stride); break;
        default: step<13>(fromRe, fromIm, toRe, toIm, length, stride); break;
      }
      length /= factors[i];
      stride *= factors[i];
      T *swappedRe = fromRe, *swappedIm = fromIm;
      fromRe = toRe, fromIm = toIm;
      toRe = swappedRe, toIm = swappedIm;
    }
    if (fromRe == re) return;
    for (int64_t i = 0; i < m * columns; i++) re[i] = fromRe[i], im[i] = fromIm[i];
  }

  /// [n, columns], which has room for m, becomes its transform.
  void run(T* re, T* im, T* otherRe, T* otherIm, int64_t columns) const {
    if (m == n) return smooth(re, im, otherRe, otherIm, columns);
    const auto times = [&](int64_t points, const T* byRe, const T* byIm, bool conjugate) {
      for (int64_t k = 0; k < points; k++)
        for (int64_t c = 0; c < columns; c++) {
          const int64_t at = k * columns + c;
          const T r = re[at] * byRe[k] - im[at] * byIm[k], i = re[at] * byIm[k] + im[at] * byRe[k];
          re[at] = r, im[at] = conjugate ? -i : i;
        }
    };
    times(n, chirpRe, chirpIm, false);
    for (int64_t i = n * columns; i < m * columns; i++) re[i] = im[i] = T(0);
    smooth(re, im, otherRe, otherIm, columns);
    // The conjugate's transform is that backwards, conjugated.
    times(m, kernelRe, kernelIm, true);
    smooth(re, im, otherRe, otherIm, columns);
    for (int64_t i = 0; i < n * columns; i++) im[i] = -im[i];
    times(n, chirpRe, chirpIm, false);
  }
};

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
