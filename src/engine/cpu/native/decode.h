// From the words that encode.ts writes to a Executable.
#pragma once
#include "kernels.h"

namespace cellgrad {

/// Returns null and sets *error (a static text) when the program is not well formed or names an operation that does not exist.
Executable* decode(const int32_t* words, int64_t count, const KernelTable& table, const char** error);
void release(Executable* executable);

}  // namespace cellgrad
