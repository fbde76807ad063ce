// gather and scatterAdd: rows picked by an index. Indices are checked before anything is written.
#include "tile.h"

#include <string.h>

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows after which a long loop looks whether the run is to stop.
constexpr int64_t kPollEvery = 65536;

/// Checks every index once, also where the index view repeats itself (stride 0).
bool checkIndices(const IndexKernel& kernel, const Frame& frame, RunStatus& status) {
  const int32_t* index = reinterpret_cast<const int32_t*>(at(frame, kernel.index));
  const int64_t outer = kernel.indexStride[0] ? kernel.outer : 1, inner = kernel.indexStride[2] ? kernel.inner : 1;
  if (kernel.outer == 0 || kernel.inner == 0) return true;
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < kernel.count; i++) {
      if (i % kPollEvery == 0 && stopRequested()) return true;
      for (int64_t n = 0; n < inner; n++) {
        const int64_t row = index[o * kernel.indexStride[0] + i * kernel.indexStride[1] + n * kernel.indexStride[2]];
        if (row < -kernel.rows || row >= kernel.rows) {
          status.index = int32_t(row);
          status.rows = kernel.rows;
          return false;
        }
      }
    }
  }
  return true;
}

template <class T> inline void accumulate(T& into, T x) { into += x; }
template <> inline void accumulate<int32_t>(int32_t& into, int32_t x) { into = int32_t(uint32_t(into) + uint32_t(x)); }
template <> inline void accumulate<uint8_t>(uint8_t& into, uint8_t x) { into |= x; }

struct IndexTask {
  const IndexKernel* kernel;
  const Frame* frame;
  int64_t perPiece;
};

/// Gathers points [first, first + perPiece) of [outer, count].
template <class T>
void gatherPiece(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const IndexKernel& k = *task.kernel;
  const T* source = reinterpret_cast<const T*>(at(*task.frame, k.source));
  const int32_t* index = reinterpret_cast<const int32_t*>(at(*task.frame, k.index));
  T* out = reinterpret_cast<T*>(at(*task.frame, k.target));
  const int64_t first = piece * task.perPiece, all = k.outer * k.count;
  const int64_t end = first + task.perPiece < all ? first + task.perPiece : all;
  for (int64_t p = first; p < end; p++) {
    const int64_t o = p / k.count, i = p % k.count;
    T* to = out + o * k.targetStride[0] + i * k.targetStride[1];
    const int32_t* rows = index + o * k.indexStride[0] + i * k.indexStride[1];
    const T* from = source + o * k.sourceStride[0];
    if (k.indexStride[2] == 0 && k.sourceStride[2] == 1 && k.targetStride[2] == 1) {
      const int64_t row = rows[0] < 0 ? rows[0] + k.rows : rows[0];
      memcpy(to, from + row * k.sourceStride[1], size_t(k.inner) * sizeof(T));
      continue;
    }
    for (int64_t n = 0; n < k.inner; n++) {
      int64_t row = rows[n * k.indexStride[2]];
      if (row < 0) row += k.rows;
      to[n * k.targetStride[2]] = from[row * k.sourceStride[1] + n * k.sourceStride[2]];
    }
  }
}

/// Adds columns [first, first + perPiece) of [outer, inner]: every target element belongs to one piece, and `i` runs in order.
template <class T>
void scatterPiece(void* context, int64_t piece, char*) {
  const IndexTask& task = *static_cast<IndexTask*>(context);
  const IndexKernel& k = *task.kernel;
  const T* source = reinterpret_cast<const T*>(at(*task.frame, k.source));
  const int32_t* index = reinterpret_cast<const int32_t*>(at(*task.frame, k.index));
  T* target = reinterpret_cast<T*>(at(*task.frame, k.target));
  const int64_t first = piece * task.perPiece, all = k.outer * k.inner;
  const int64_t end = first + task.perPiece < all ? first + task.perPiece : all;
  for (int64_t p = first; p < end;) {
    const int64_t o = p / k.inner, n0 = p % k.inner;
    const int64_t n1 = k.inner - n0 < end - p ? k.inner : n0 + (end - p);
    for (int64_t i = 0; i < k.count; i++) {
      if (i % kPollEvery == 0 && stopRequested()) return;
      const int32_t* rows = index + o * k.indexStride[0] + i * k.indexStride[1];
      const T* from = source + o * k.sourceStride[0] + i * k.sourceStride[1];
      T* to = target + o * k.targetStride[0];
      if (k.indexStride[2] == 0 && k.sourceStride[2] == 1 && k.targetStride[2] == 1) {
        to += (rows[0] < 0 ? rows[0] + k.rows : rows[0]) * k.targetStride[1];
        for (int64_t n = n0; n < n1; n++) accumulate(to[n], from[n]);
        continue;
      }
      for (int64_t n = n0; n < n1; n++) {
        int64_t row = rows[n * k.indexStride[2]];
        if (row < 0) row += k.rows;
        accumulate(to[row * k.targetStride[1] + n * k.targetStride[2]], from[n * k.sourceStride[2]]);
      }
    }
    p += n1 - n0;
  }
}

void runPieces(const IndexKernel& kernel, const Frame& frame, int64_t units, void (*fn)(void*, int64_t, char*)) {
  const int64_t points = kernel.outer * kernel.count * kernel.inner;
  if (points == 0) return;
  const int64_t pieces = piecesFor(units, double(points) * 0.4);
  IndexTask task{&kernel, &frame, (units + pieces - 1) / pieces};
  if (pieces == 1) fn(&task, 0, nullptr);
  else parallel((units + task.perPiece - 1) / task.perPiece, fn, &task);
}

}  // namespace

bool runGather(const IndexKernel& kernel, const Frame& frame, RunStatus& status) {
  if (!checkIndices(kernel, frame, status)) return false;
  const int64_t units = kernel.outer * kernel.count;
  withBytes(bytesOf(kernel.dtype), [&](auto bits) { runPieces(kernel, frame, units, gatherPiece<decltype(bits)>); });
  return true;
}

bool runScatterAdd(const IndexKernel& kernel, const Frame& frame, RunStatus& status) {
  if (!checkIndices(kernel, frame, status)) return false;
  const int64_t units = kernel.outer * kernel.inner;
  withType(kernel.dtype, [&](auto zero) { runPieces(kernel, frame, units, scatterPiece<decltype(zero)>); });
  return true;
}

}  // namespace CG_ISA
}  // namespace cellgrad
