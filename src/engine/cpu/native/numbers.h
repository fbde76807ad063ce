// The types of elements that C++ lacks. They say how an element is stored and nothing else: arithmetic is in scalar_math.h, in the namespace
// of each instruction set.
#pragma once
#include <stdint.h>

namespace cellgrad {

/// A type of its own, so that no template takes a bool for a uint8; an enum, since a C++ bool must not hold what a register's unused lanes do.
enum class Bool : uint8_t { no, yes };

/// IEEE 754's binary16.
struct Float16 {
  uint16_t bits;
};

/// The upper half of a float32.
struct BFloat16 {
  uint16_t bits;
};

}  // namespace cellgrad
