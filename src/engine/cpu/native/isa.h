// Which instruction set's kernels this process uses.
#pragma once
#include "kernels.h"

namespace cellgrad {

/// The best that the processor has, or the lower one that the environment variable CELLGRAD_ISA names (base, avx2, avx512).
const KernelTable& chosenTable();

}  // namespace cellgrad
