// Elements at the same positions of many rows, as where the last dim of images is padded: blocks of rows are laid side by side, so that what stands
// at a position of them is a vector.
#pragma once
#include <string.h>

#include "indexed.h"
#include "pool.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows of a block.
constexpr int64_t kBeside = 16;
/// Bytes of a block, which lies on the stack.
constexpr int64_t kMostBeside = 32 << 10;

template <class T>
bool areBeside(const Indexed& k) {
  const bool areSame = k.inner == 1 && k.indexStride[0] == 0 && k.tableStride[1] == 1 && k.pointStride[1] == 1;
  return areSame && k.outer >= kBeside && k.rows >= 4 && k.rows * kBeside * int64_t(sizeof(T)) <= kMostBeside;
}

int64_t blocksBeside(const Indexed& k) { return (k.outer + kBeside - 1) / kBeside; }

/// Calls f(first row, rows, memory for a block) for each block of a piece.
template <class T, class F>
inline void eachBlock(const IndexTask& task, int64_t piece, F f) {
  alignas(64) T beside[kMostBeside / sizeof(T)];
  const int64_t outer = task.indexed->outer;
  for (int64_t block = piece * task.perPiece; block < (piece + 1) * task.perPiece && block * kBeside < outer && !stopRequested(); block++) {
    const int64_t first = block * kBeside, rows = outer - first < kBeside ? outer - first : kBeside;
    if (rows < kBeside) memset(static_cast<void*>(beside), 0, sizeof beside);
    f(first, rows, beside);
  }
}

template <class T, class I>
void gatherBeside(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const Indexed& k = *task.indexed;
  const T* table = reinterpret_cast<const T*>(at(*task.frame, k.table->place));
  const I* index = reinterpret_cast<const I*>(at(*task.frame, k.index->place));
  T* out = reinterpret_cast<T*>(at(*task.frame, k.points->place));
  eachBlock<T>(task, piece, [&](int64_t first, int64_t rows, T* beside) {
    transpose(beside, kBeside, table + first * k.tableStride[0], k.tableStride[0], rows, k.rows);
    for (int64_t i = 0; i < k.count; i += kBeside) {
      const int64_t n = k.count - i < kBeside ? k.count - i : kBeside;
      alignas(64) T found[kBeside * kBeside];
      for (int64_t j = 0; j < n; j++) memcpy(found + j * kBeside, beside + rowOf(index[(i + j) * k.indexStride[1]], k.rows) * kBeside, kBeside * sizeof(T));
      transpose(out + first * k.pointStride[0] + i, k.pointStride[0], found, kBeside, n, rows);
    }
  });
}

template <class T, class I>
void addBeside(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const Indexed& k = *task.indexed;
  const T* source = reinterpret_cast<const T*>(at(*task.frame, k.points->place));
  const I* index = reinterpret_cast<const I*>(at(*task.frame, k.index->place));
  T* target = reinterpret_cast<T*>(at(*task.frame, k.table->place));
  const T factor = convert<T>(task.alpha);
  eachBlock<T>(task, piece, [&](int64_t first, int64_t rows, T* beside) {
    T* to = target + first * k.tableStride[0];
    transpose(beside, kBeside, to, k.tableStride[0], rows, k.rows);
    for (int64_t i = 0; i < k.count; i += kBeside) {
      const int64_t n = k.count - i < kBeside ? k.count - i : kBeside;
      alignas(64) T comes[kBeside * kBeside] = {};
      transpose(comes, kBeside, source + first * k.pointStride[0] + i, k.pointStride[0], rows, n);
      for (int64_t j = 0; j < n; j++) {
        T *place = beside + rowOf(index[(i + j) * k.indexStride[1]], k.rows) * kBeside, *from = comes + j * kBeside;
#pragma GCC ivdep
        for (int64_t lane = 0; lane < kBeside; lane++) place[lane] = Add::of(place[lane], from[lane], factor);
      }
    }
    transpose(to, k.tableStride[0], beside, kBeside, k.rows, rows);
  });
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
