// Draws from the Philox stream for the tile machine; philox.h says which number belongs to which position.
#include <math.h>

#include "philox.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int kBlocks = 64;
constexpr double kTwoPi = 6.283185307179586476925;

inline float uniformOf(const uint32_t* w, int lane, float) { return float(w[lane] >> 8) * 0x1p-24f; }
inline double uniformOf(const uint32_t* w, int lane, double) {
  return (double(w[2 * lane] >> 5) * 67108864.0 + double(w[2 * lane + 1] >> 6)) * 0x1p-53;
}

inline float normalOf(const uint32_t* w, int lane, float) {
  const uint32_t* pair = w + (lane & 2);
  const float u1 = float((pair[0] >> 8) + 1) * 0x1p-24f, u2 = float(pair[1] >> 8) * 0x1p-24f;
  const double radius = ::sqrt(-2.0 * ::log(double(u1))), angle = kTwoPi * double(u2);
  return float(radius * (lane & 1 ? ::sin(angle) : ::cos(angle)));
}
inline double normalOf(const uint32_t* w, int lane, double) {
  const double u1 = uniformOf(w, 0, 0.0) + 0x1p-53, u2 = uniformOf(w, 1, 0.0);
  return ::sqrt(-2.0 * ::log(u1)) * (lane & 1 ? ::sin(kTwoPi * u2) : ::cos(kTwoPi * u2));
}

template <class T, bool normal>
void draw(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count) {
  constexpr int kShift = sizeof(T) == 4 ? 2 : 1, kPerBlock = 1 << kShift;
  uint32_t words[4 * kBlocks];
  for (int64_t done = 0; done < count;) {
    const uint64_t start = first + uint64_t(done) * step, block = start >> kShift;
    int64_t length = 1;
    if (step == 1) {
      length = int64_t(kBlocks) * kPerBlock - int64_t(start & (kPerBlock - 1));
      if (length > count - done) length = count - done;
    }
    const int64_t lead = int64_t(start & (kPerBlock - 1));
    philoxBlocks(words, seed, block, int((lead + length + kPerBlock - 1) >> kShift));
    for (int64_t i = 0; i < length; i++) {
      const uint32_t* w = words + 4 * ((lead + i) >> kShift);
      const int lane = int(lead + i) & (kPerBlock - 1);
      out[done + i] = normal ? normalOf(w, lane, T()) : uniformOf(w, lane, T());
    }
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
