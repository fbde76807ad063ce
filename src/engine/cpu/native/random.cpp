// Draws from the Philox stream for the tile machine; philox.h says which number belongs to which position.
#include <math.h>
#include <string.h>

#include "float_math.h"
#include "philox.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int kBlocks = 64;
constexpr double kTwoPi = 6.283185307179586476925;

inline float shortUniform(uint32_t w) { return float(int32_t(w >> 8)) * 0x1p-24f; }
inline double wideUniform(const uint32_t* w) { return (double(w[0] >> 5) * 67108864.0 + double(w[1] >> 6)) * 0x1p-53; }

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

void fill(double* out, const uint32_t* words, int blocks, bool normal) {
  for (int i = 0; i < blocks; i++) {
    const double u1 = wideUniform(words + 4 * i), u2 = wideUniform(words + 4 * i + 2);
    const double radius = normal ? ::sqrt(-2.0 * ::log(u1 + 0x1p-53)) : 0;
    out[2 * i] = normal ? radius * ::cos(kTwoPi * u2) : u1;
    out[2 * i + 1] = normal ? radius * ::sin(kTwoPi * u2) : u2;
  }
}

template <class T, bool normal>
void draw(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count) {
  constexpr int kShift = sizeof(T) == 4 ? 2 : 1, kPerBlock = 1 << kShift;
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
