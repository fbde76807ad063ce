// Entries that are copied: alone, and where the same positions of many rows follow one another, as most do where images are padded, together.
#pragma once
#include <string.h>

#include "indexed.h"
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kMostRuns = 512;
/// Entries that a run has on average where runs are worth looking for.
constexpr int64_t kLongEnough = 4;

/// A row of n elements. Short ones are copied here: a call of memcpy takes longer.
template <class T>
inline void copyRow(T* to, const T* from, int64_t n) {
  constexpr int lanes = VectorOf<T>::lanes;
  if (n == 1) {
    *to = *from;
    return;
  }
  if (n < lanes || n > 32 * lanes) {
    memcpy(to, from, size_t(n) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i + lanes <= n; i += lanes) storeVector(to + i, loadVector(from + i));
  storeVector(to + n - lanes, loadVector(from + n - lanes));
}

/// Points from `to` on are entries from `from` on.
struct Run {
  int64_t to, from, length;
};

struct RunsTask : IndexTask {
  Run runs[kMostRuns];
  int64_t count;
};

/// Finds the runs of positions that all rows have in common; false where they are too many or too short.
template <class I>
bool findRuns(const Indexed& k, const Frame& frame, RunsTask& task) {
  const bool areDense = k.indexStride[0] == 0 && k.indexStride[2] == 0 && k.tableStride[1] == k.inner && k.pointStride[1] == k.inner;
  if (!areDense || (k.inner > 1 && (k.tableStride[2] != 1 || k.pointStride[2] != 1)) || k.outer < 2) return false;
  const I* index = reinterpret_cast<const I*>(at(frame, k.index->place));
  for (int64_t i = 0; i < k.count; i++) {
    const int64_t row = rowOf(index[i * k.indexStride[1]], k.rows);
    if (task.count > 0) {
      Run& last = task.runs[task.count - 1];
      if (row == last.from + last.length) {
        last.length++;
        continue;
      }
    }
    if (task.count == kMostRuns) return false;
    task.runs[task.count++] = {i, row, 1};
  }
  return task.count * kLongEnough <= k.count;
}

/// Units are rows [count, inner].
template <class T>
void gatherRuns(void* context, int64_t piece, char*) {
  const RunsTask& task = *static_cast<RunsTask*>(static_cast<IndexTask*>(context));
  const Indexed& k = *task.indexed;
  const T* table = reinterpret_cast<const T*>(at(*task.frame, k.table->place));
  T* out = reinterpret_cast<T*>(at(*task.frame, k.points->place));
  const int64_t end = (piece + 1) * task.perPiece < k.outer ? (piece + 1) * task.perPiece : k.outer;
  for (int64_t o = piece * task.perPiece; o < end; o++) {
    const T* from = table + o * k.tableStride[0];
    T* to = out + o * k.pointStride[0];
    for (int64_t r = 0; r < task.count; r++) {
      const Run& run = task.runs[r];
      copyRow(to + run.to * k.inner, from + run.from * k.inner, run.length * k.inner);
    }
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
