// The threads and the scratch memory of one runtime. Each thread of JavaScript has a runtime of its own with a pool of its own, so that
// they compute at the same time. Work is cut by its outputs before it comes here, so results do not depend on which thread takes which
// piece.
#pragma once
#include <stdint.h>

namespace cellgrad {

struct Pool;

Pool* makePool();
/// Ends the pool's threads; none of them is at work.
void freePool(Pool* pool);
/// From here on the calling thread computes with this pool: all that follows is about it.
void usePool(Pool* pool);

/// Runs fn(context, piece, scratch) for every piece in [0, pieces), on the caller's thread and the workers; returns when all are
/// done. Once the run is asked to stop, pieces that have not begun are left out.
void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context);

/// Threads that `parallel` may use, the caller's included: as many as were asked for, or as the system lets be started.
int threadCount();
void setThreadCount(int count);

/// Makes sure that every thread has this much scratch memory, 64-byte aligned; fails with false.
bool reserveScratch(int64_t bytes);
/// Scratch memory that every thread has already.
int64_t scratchSize();
/// Gives all scratch memory back; `reserveScratch` comes before the next run.
void releaseScratch();
/// The caller's own scratch memory.
char* callerScratch();

/// Cuts `units` of work that cost `nanoseconds` in all into pieces: enough for the threads where splitting pays, and none so long
/// that a run could not be stopped promptly. Results must not depend on it.
int64_t piecesFor(int64_t units, double nanoseconds);

/// A run begins, which is to stop when *flag is not 0; null: it is never to stop.
void watchStop(const int32_t* flag);
/// The run's commit begins: from here on it is not to stop.
void stopNoMore();
/// Whether the run is to stop. Once it has said yes it says so until the next run.
bool stopRequested();

}  // namespace cellgrad
