// Reads the encoded program: 32-bit words, 64-bit numbers as (low, high). What it reads past the end, and numbers that no program has, are zero,
// and `ok` says so.
#pragma once
#include <stdint.h>

#include "memory.h"

namespace cellgrad {

/// No size, stride, attribute or number of points exceeds this, so that their sums, and products with an element's bytes, fit in 64 bits.
constexpr int64_t kMost = int64_t(1) << 48;
/// Bytes that a program asks for may be more than a system has: up to this, the largest whole number that JavaScript counts to, they are refused as that.
constexpr int64_t kMostBytes = int64_t(1) << 53;

struct Words {
  const int32_t* next;
  const int32_t* end;
  bool ok;

  int32_t word() {
    if (next >= end) {
      ok = false;
      return 0;
    }
    return *next++;
  }
  int64_t wide(int64_t most = kMost) {
    const uint32_t low = uint32_t(word());
    const uint32_t high = uint32_t(word());
    const int64_t number = int64_t(uint64_t(high) << 32 | low);
    if (number >= -most && number <= most) return number;
    ok = false;
    return 0;
  }
  /// A number of elements.
  int64_t size() { return notNegative(wide()); }
  int64_t bytes() { return notNegative(wide(kMostBytes)); }
  int64_t notNegative(int64_t number) {
    if (number < 0) ok = false;
    return number;
  }
  /// A number of things that follow, each at least one word long.
  int32_t length() {
    const int32_t n = word();
    if (n < 0 || n > end - next + 1) {
      ok = false;
      return 0;
    }
    return n;
  }
};

struct ViewWords {
  Place place;
  DType dtype;
  int32_t count;
  int64_t strides[kMaxAxes];
};

struct InstructionWords {
  Code code;
  DType dtype;
  int32_t p[4];
};

struct BodyWords {
  int32_t loadCount;
  ViewWords* loads;
  int32_t codeCount;
  InstructionWords* code;
};

struct StoreWords {
  int32_t value;
  ViewWords view;
};

/// Whether a kernel may have so many points.
bool isCountable(const Dims& dims);
Dims readDims(Words& words);
ViewWords readView(Words& words);
BodyWords readBody(Words& words, Block*& memory);
StoreWords* readStores(Words& words, Block*& memory, int32_t& count);

}  // namespace cellgrad
