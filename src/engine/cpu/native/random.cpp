// Draws from the Philox stream for the tile machine; philox.h says which number belongs to which position. Without the C library's
// functions and compiled without contraction, so that every engine and instruction set draws the same bits.
#include <string.h>

#include <type_traits>

#include "float_math.h"
#include "philox.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int kBlocks = 64;
constexpr double kTwoPi = 6.283185307179586476925;

inline float shortUniform(uint32_t w) { return float(int32_t(w >> 8)) * 0x1p-24f; }
inline double wideUniform(const uint32_t* w) { return (double(int32_t(w[0] >> 5)) * 67108864.0 + double(int32_t(w[1] >> 6))) * 0x1p-53; }

// Numbers of whole blocks; the words of a block lie in the order of the positions that they serve.
void fill(float* out, const uint32_t* words, int blocks, bool normal) {
  if (!normal) {
    for (int i = 0; i < 4 * blocks; i++) out[i] = shortUniform(words[i]);
    return;
  }
  for (int i = 0; i < 2 * blocks; i++) {
    const float radius = squareRoot(-2.0f * logOf(shortUniform(words[2 * i]) + 0x1p-24f));
    const Angle angle = reduceAngle(kTwoPi * double(shortUniform(words[2 * i + 1])));
    const double cosine = angle.quadrant & 1 ? angle.sine : angle.cosine, sine = angle.quadrant & 1 ? angle.cosine : angle.sine;
    out[2 * i] = radius * float((angle.quadrant + 1) & 2 ? -cosine : cosine);
    out[2 * i + 1] = radius * float(angle.quadrant & 2 ? -sine : sine);
  }
}

/// ln x for a positive normal x: x = 2^e m with m around 1, and ln m = 2 (s + s^3/3 + s^5/5 + ...) with s = (m - 1) / (m + 1).
inline double wideLog(double x) {
  const uint64_t u = bitsOf(x) - 0x3fe6a09e667f3bcdull;
  const double m = doubleOf((u & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull);
  // The exponent without a 64-bit conversion, which few instruction sets have.
  const double e = doubleOf(0x4330000000000000ull + (((u >> 52) + 1024) & 2047)) - (4503599627370496.0 + 1024.0);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  const double t = 2.0 * s;
  return (t + (t * z * p + e * 1.90821492927058770002e-10)) + e * 6.93147180369123816490e-01;
}

struct Turn {
  double sine, cosine;
};

/// sin and cos of u turns, u in [0, 1): the quarter that is nearest and Taylor's series for the rest, which is exact.
inline Turn turn(double u) {
  const int32_t quarter = int32_t(4.0 * u + 0.5);
  const double a = (u - 0.25 * double(quarter)) * kTwoPi, z = a * a;
  double s = 1.0 / 355687428096000.0, c = 1.0 / 20922789888000.0;
  s = s * z - 1.0 / 1307674368000.0;
  c = c * z - 1.0 / 87178291200.0;
  s = s * z + 1.0 / 6227020800.0;
  c = c * z + 1.0 / 479001600.0;
  s = s * z - 1.0 / 39916800.0;
  c = c * z - 1.0 / 3628800.0;
  s = s * z + 1.0 / 362880.0;
  c = c * z + 1.0 / 40320.0;
  s = s * z - 1.0 / 5040.0;
  c = c * z - 1.0 / 720.0;
  s = s * z + 1.0 / 120.0;
  c = c * z + 1.0 / 24.0;
  s = s * z - 1.0 / 6.0;
  c = c * z - 0.5;
  const double sine = a + a * z * s, cosine = 1.0 + z * c;
  const double first = quarter & 1 ? cosine : sine, second = quarter & 1 ? sine : cosine;
  return {quarter & 2 ? -first : first, (quarter + 1) & 2 ? -second : second};
}

void fill(double* out, const uint32_t* words, int blocks, bool normal) {
  for (int i = 0; i < blocks; i++) {
    out[2 * i] = wideUniform(words + 4 * i);
    out[2 * i + 1] = wideUniform(words + 4 * i + 2);
  }
  if (!normal) return;
  for (int i = 0; i < blocks; i++) {
    const double radius = squareRoot(-2.0 * wideLog(out[2 * i] + 0x1p-53));
    const Turn angle = turn(out[2 * i + 1]);
    out[2 * i] = radius * angle.cosine;
    out[2 * i + 1] = radius * angle.sine;
  }
}

template <class T, bool normal>
void draw(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count) {
  constexpr int kShift = std::is_same_v<T, float> ? 2 : 1, kPerBlock = 1 << kShift;
  uint32_t words[4 * kBlocks];
  T numbers[kBlocks * kPerBlock];
  for (int64_t done = 0; done < count;) {
    const uint64_t start = first + uint64_t(done) * step;
    const int64_t lead = int64_t(start & (kPerBlock - 1));
    int64_t length = step == 1 ? int64_t(kBlocks) * kPerBlock - lead : 1;
    if (length > count - done) length = count - done;
    const int blocks = int((lead + length + kPerBlock - 1) >> kShift);
    philoxBlocks(words, seed, start >> kShift, blocks);
    const bool whole = lead == 0 && length == int64_t(blocks) * kPerBlock;
    fill(whole ? out + done : numbers, words, blocks, normal);
    if (!whole) memcpy(out + done, numbers + lead, size_t(length) * sizeof(T));
    done += length;
  }
}

}  // namespace

template <class T>
void drawUniform(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count) {
  draw<T, false>(out, seed, first, step, count);
}
template <class T>
void drawNormal(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count) {
  draw<T, true>(out, seed, first, step, count);
}
template void drawUniform<float>(float*, uint64_t, uint64_t, uint64_t, int64_t);
template void drawUniform<double>(double*, uint64_t, uint64_t, uint64_t, int64_t);
template void drawNormal<float>(float*, uint64_t, uint64_t, uint64_t, int64_t);
template void drawNormal<double>(double*, uint64_t, uint64_t, uint64_t, int64_t);

}  // namespace CG_ISA
}  // namespace cellgrad
