// The pool of an engine with one thread (WebAssembly). Its runs are stopped from outside: the host may end a call at any loop.
#include "pool.h"

#include "memory.h"

namespace cellgrad {
namespace {
Room scratch;
}  // namespace

void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context) {
  for (int64_t i = 0; i < pieces; i++) fn(context, i, scratch.bytes);
}

int threadCount() { return 1; }
void setThreadCount(int) {}

bool reserveScratch(int64_t bytes) { return scratch.reserve(bytes); }
int64_t scratchSize() { return scratch.size; }
void releaseScratch() { scratch.release(); }
char* callerScratch() { return scratch.bytes; }
int64_t piecesFor(int64_t, double) { return 1; }

void watchStop(const int32_t*) {}
void stopNoMore() {}
bool stopRequested() { return false; }

}  // namespace cellgrad
