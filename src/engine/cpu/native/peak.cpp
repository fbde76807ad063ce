// What the arithmetic of this instruction set can do at most: multiply-adds of float32 that touch no memory.
#include "peak.h"

#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// As many chains as hide the latency of an addition, in registers that every instruction set has.
constexpr int kChains = 12;

/// Keeps the compiler from leaving the work out.
volatile float kept;

}  // namespace

double multiplyAdds(int64_t rounds) {
  Vector<float> sums[kChains], factor = {}, addend = {};
  factor += 0.999f;
  addend += 0.001f;
  for (auto& sum : sums) sum = addend;
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) sums[i] = sums[i] * factor + addend;
  }
  float total = 0;
  for (auto& sum : sums) total += sum[0];
  kept = total;
  return 2.0 * kChains * VectorOf<float>::lanes * double(rounds);
}

}  // namespace CG_ISA
}  // namespace cellgrad
