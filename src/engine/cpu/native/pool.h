// Worker threads that live as long as the process. Work is cut by its outputs before it comes here, so results do not
// depend on which worker takes which piece.
#pragma once
#include <stdint.h>

namespace cellgrad {

/// Runs fn(context, piece, scratch) for every piece in [0, pieces), on the caller's thread and the workers; returns when all are done.
void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context);

/// Threads that `parallel` may use, the caller's included.
int threadCount();
void setThreadCount(int count);

/// Makes sure that every thread has this much scratch memory, 64-byte aligned; fails with false.
bool reserveScratch(int64_t bytes);
/// The caller's own scratch memory.
char* callerScratch();

/// Cuts `units` of work that cost `nanoseconds` in all into pieces: 1 where splitting would not pay.
int64_t piecesFor(int64_t units, double nanoseconds);

}  // namespace cellgrad
