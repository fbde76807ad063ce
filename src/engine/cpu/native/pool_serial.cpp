// The pool of an engine with one thread (WebAssembly).
#include <stdlib.h>

#include "pool.h"

namespace cellgrad {
namespace {
char* scratch = nullptr;
int64_t scratchBytes = 0;
}  // namespace

void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context) {
  for (int64_t i = 0; i < pieces; i++) fn(context, i, scratch);
}

int threadCount() { return 1; }
void setThreadCount(int) {}

bool reserveScratch(int64_t bytes) {
  if (bytes <= scratchBytes) return true;
  free(scratch);
  scratch = static_cast<char*>(aligned_alloc(64, size_t((bytes + 63) / 64 * 64)));
  scratchBytes = scratch ? bytes : 0;
  return scratch != nullptr;
}

char* callerScratch() { return scratch; }
int64_t piecesFor(int64_t, double) { return 1; }

}  // namespace cellgrad
