// Values [outer, channels, inner] of which each channel is treated alike.
#pragma once
#include "executable.h"

namespace cellgrad {

struct Channels {
  DType dtype;
  int64_t outer, channels, inner;
  int64_t points() const { return outer * inner; }
};

/// With fewer neighbours a channel's columns are taken by themselves.
constexpr int64_t kShortRun = 32;

}  // namespace cellgrad
