// Reads the encoded program: 32-bit words, 64-bit numbers as (low, high). What it reads past the end is zero, and `ok` says so.
#pragma once
#include <stdint.h>

#include "memory.h"

namespace cellgrad {

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
  int64_t wide() {
    const uint32_t low = uint32_t(word());
    const uint32_t high = uint32_t(word());
    return int64_t(uint64_t(high) << 32 | low);
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

Dims readDims(Words& words);
ViewWords readView(Words& words);
BodyWords readBody(Words& words, Block*& memory);
StoreWords* readStores(Words& words, Block*& memory, int32_t& count);

}  // namespace cellgrad
