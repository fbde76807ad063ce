// Random numbers by counter: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
//
// The exact mapping, which every engine must follow. A stream is named by `seed` and read at positions q = 0, 1, 2, ...
// (q = scalars[key + 1] + row-major number of the point).
//   key     = (low 32 bits of seed, high 32 bits of seed)
//   counter = (low 32 bits of block, high 32 bits of block, 0, 0), which gives the words w0 w1 w2 w3
// float32 uniform: block = q >> 2, word w = w[q & 3];                      u = (w >> 8) * 2^-24
// float32 normal:  block = q >> 2, (wa, wb) = q & 2 ? (w2, w3) : (w0, w1); u1 = ((wa >> 8) + 1) * 2^-24, u2 = (wb >> 8) * 2^-24
// float64 uniform: block = q >> 1, (wa, wb) = q & 1 ? (w2, w3) : (w0, w1); u = ((wa >> 5) * 2^26 + (wb >> 6)) * 2^-53
// float64 normal:  block = q >> 1, u1 from (w0, w1) as float64 uniform plus 2^-53, u2 from (w2, w3) as float64 uniform
// A normal is Box-Muller's: sqrt(-2 ln u1) * cos(2 pi u2) at even q, sqrt(-2 ln u1) * sin(2 pi u2) at odd q.
#pragma once
#include <stdint.h>

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr uint32_t kPhiloxM0 = 0xD2511F53u, kPhiloxM1 = 0xCD9E8D57u;
constexpr uint32_t kPhiloxW0 = 0x9E3779B9u, kPhiloxW1 = 0xBB67AE85u;

/// Words of `count` consecutive blocks: words[4 * i + j] is word j of block first + i. Written for the vectoriser.
inline void philoxBlocks(uint32_t* words, uint64_t seed, uint64_t first, int count) {
  constexpr int kWide = 16;
  for (int start = 0; start < count; start += kWide) {
    uint32_t c0[kWide], c1[kWide], c2[kWide], c3[kWide];
    for (int i = 0; i < kWide; i++) {
      const uint64_t block = first + uint64_t(start) + uint64_t(i);
      c0[i] = uint32_t(block);
      c1[i] = uint32_t(block >> 32);
      c2[i] = 0;
      c3[i] = 0;
    }
    uint32_t k0 = uint32_t(seed), k1 = uint32_t(seed >> 32);
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < kWide; i++) {
        const uint64_t p0 = uint64_t(kPhiloxM0) * c0[i], p1 = uint64_t(kPhiloxM1) * c2[i];
        c0[i] = uint32_t(p1 >> 32) ^ c1[i] ^ k0;
        c1[i] = uint32_t(p1);
        c2[i] = uint32_t(p0 >> 32) ^ c3[i] ^ k1;
        c3[i] = uint32_t(p0);
      }
      k0 += kPhiloxW0;
      k1 += kPhiloxW1;
    }
    const int end = count - start < kWide ? count - start : kWide;
    for (int i = 0; i < end; i++) {
      uint32_t* w = words + 4 * (start + i);
      w[0] = c0[i];
      w[1] = c1[i];
      w[2] = c2[i];
      w[3] = c3[i];
    }
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
