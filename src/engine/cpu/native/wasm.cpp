// The WebAssembly face of the engine: plain exports; JavaScript copies external buffers in and out.
#include <stdlib.h>

#include "decode.h"
#include "memory.h"
#include "pool.h"

#define CG_EXPORT(name) extern "C" __attribute__((export_name(#name)))

using namespace cellgrad;

namespace {
Room shared;
const char* error = "";
double missing = 0;
}  // namespace

CG_EXPORT(allocate) char* cgAllocate(uint32_t bytes) { return static_cast<char*>(aligned_alloc(64, (size_t(bytes) + 63) / 64 * 64)); }
CG_EXPORT(release) void cgRelease(void* memory) { free(memory); }
CG_EXPORT(missingBytes) double cgMissingBytes() { return missing; }
CG_EXPORT(errorText) const char* cgErrorText() { return error; }

/// Returns an executable, or 0: then so many bytes are missing, or a text is at errorText().
CG_EXPORT(compile) Executable* cgCompile(const int32_t* words, int32_t count) {
  missing = 0;
  Executable* executable = decode(words, count, base::table, &error);
  if (!executable) return nullptr;
  if (reserveScratch(executable->scratchBytes) && shared.reserve(executable->sharedBytes)) return executable;
  missing = double(executable->scratchBytes + executable->sharedBytes);
  cellgrad::release(executable);
  return nullptr;
}

/// `frame`: [failed kernel, index, rows, scalars...]; `bases`: the arena, then the externals; `nanoseconds`: of each kernel, or null.
CG_EXPORT(run) void cgRun(const Executable* executable, double* frame, char** bases, double* nanoseconds) {
  RunStatus status;
  executable->table->run(*executable, Frame{frame + 3, bases, shared.bytes}, status, nanoseconds);
  frame[0] = status.failedKernel;
  frame[1] = status.index;
  frame[2] = double(status.rows);
}

CG_EXPORT(multiplyAdds) double cgMultiplyAdds(double rounds) { return base::table.multiplyAdds(int64_t(rounds)); }

CG_EXPORT(dispose) void cgDispose(Executable* executable) { cellgrad::release(executable); }
