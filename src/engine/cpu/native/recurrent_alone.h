// One example's way along all times. A time is a product of a matrix with a vector: the weights are read where they lie, which for one example is all
// the cost, so some threads share the units and each keeps its own rows of weights in its cache.
#pragma once
#include <atomic>
#include <new>
#if !defined(__wasm__)
#include <thread>
#endif

#include "recurrent.h"
#include "recurrent_cells.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Threads that share the units, at most, and bytes of weights for each: with fewer they would wait for one another longer than they compute.
constexpr int64_t kMostMembers = 8;
constexpr int64_t kMemberBytes = 64 * 1024;

/// Adds lanes so that lane r becomes the sum of vector r: of each two vectors that are D apart, halves of the lanes are put into one.
template <int D, class T, int... I>
inline __attribute__((always_inline)) void foldLanes(Vector<T>* rows, std::integer_sequence<int, I...>) {
  constexpr int N = sizeof...(I);
  using Word = WordOf<int(sizeof(T))>;
  using Words = Vector<Word>;
#pragma GCC unroll 16
  for (int i = 0; i < D; i++) {
    const Words a = reinterpret_cast<Words>(rows[i]), b = reinterpret_cast<Words>(rows[i + D]);
    const Words near = shuffled<Words, Word, (I & D ? N + I - D : I)...>(a, b), far = shuffled<Words, Word, (I & D ? N + I : I + D)...>(a, b);
    rows[i] = reinterpret_cast<Vector<T>>(near) + reinterpret_cast<Vector<T>>(far);
  }
}

/// For as many rows as a vector has lanes: the sum over p < size of rows[r, p] * h[p] in lane r. `size` is whole vectors.
template <class T>
inline __attribute__((always_inline)) Vector<T> dotsOfRows(const T* rows, const T* h, int64_t size) {
  constexpr int W = VectorOf<T>::lanes;
  using Lanes = std::make_integer_sequence<int, W>;
  Vector<T> sums[W];
#pragma GCC unroll 16
  for (int r = 0; r < W; r++) sums[r] = Vector<T>{};
  for (int64_t p = 0; p < size; p += W) {
    const Vector<T> x = loadVector(h + p);
#pragma GCC unroll 16
    for (int r = 0; r < W; r++) sums[r] += loadVector(rows + r * size + p) * x;
  }
  if constexpr (W > 8) foldLanes<8, T>(sums, Lanes());
  if constexpr (W > 4) foldLanes<4, T>(sums, Lanes());
  if constexpr (W > 2) foldLanes<2, T>(sums, Lanes());
  foldLanes<1, T>(sums, Lanes());
  return sums[0];
}

/// What the members say to one another. None waits for a thread that has not begun: the first goes alone until it finds that others have come.
struct Meeting {
  struct alignas(128) Count {
    std::atomic<int64_t> value{0};
  };
  static constexpr int64_t kOpen = -1, kOver = -2;
  static constexpr int kSpins = 4000;
  Count joined;          // members but the first
  Count from;            // the step that all who had come by then begin with; or kOpen, kOver
  Count members;
  Count done[kMostMembers];  // steps that a member has computed

  /// Returns when `fits` says so, or false when the run is to stop. A wait is a fraction of a microsecond, which is less than a processor's own
  /// instruction for waiting takes in a virtual machine.
  template <class F>
  static bool wait(F fits) {
    for (int spin = 0; !fits(); spin++) {
      if (stopRequested()) return false;
#if !defined(__wasm__)
      if (spin >= kSpins) std::this_thread::yield();  // the other may be waiting for this processor
#endif
    }
    return true;
  }
};

template <class T, class Cell>
struct Alone {
  const Sequences* s;
  Layer<T> layer;
  Meeting* meeting;
  T *h[2], *c;  // states before and after a step, in turn

  static int64_t sharedBytes(const Sequences& s) { return int64_t(sizeof(Meeting)) + 3 * s.size * int64_t(sizeof(T)); }

  void units(int64_t step, int64_t block) const {
    constexpr int64_t W = VectorOf<T>::lanes;
    const int64_t size = s->size, j = block * W, row = s->timeOf(step);
    const T* before = h[step & 1];
    // The next time's part of the input comes meanwhile, from where another thread may have computed it.
    const T* next = layer.x + s->timeOf(step + 1 < s->times ? step + 1 : step) * Cell::parts * size + j;
    for (int part = 0; part < Cell::parts; part++) __builtin_prefetch(next + part * size);
    Vector<T> sums[Cell::parts];
#pragma GCC unroll 4
    for (int part = 0; part < Cell::parts; part++) sums[part] = dotsOfRows(layer.weights + (part * size + j) * size, before, size);
    Units<T> at{layer.x + row * Cell::parts * size + j, layer.bias + j, before + j, c + j, h[(step + 1) & 1] + j, c + j, nullptr, size, layer.relu};
    if (layer.gates) at.gates = layer.gates + row * Cell::slots * size + j;
    Cell::step(sums, at);
    if (layer.y) storeVector(layer.y + row * size + j, loadVector(at.h));
    if (Cell::hasCell && layer.cells) storeVector(layer.cells + row * size + j, loadVector(at.c));
  }

  /// A member's units, in turn from the first to the last and back, since the rows read last are still nearest.
  void compute(int64_t step, int64_t member, int64_t members) const {
    const int64_t blocks = s->size / VectorOf<T>::lanes, first = blocks * member / members, end = blocks * (member + 1) / members;
    if (step & 1) {
      for (int64_t i = end; i-- > first;) units(step, i);
    } else {
      for (int64_t i = first; i < end; i++) units(step, i);
    }
  }

  /// Steps that all members compute together.
  void together(int64_t from, int64_t member, int64_t members) const {
    for (int64_t step = from; step < s->times; step++) {
      const auto here = [&] {
        for (int64_t other = 0; other < members; other++)
          if (meeting->done[other].value.load(std::memory_order_acquire) < step) return false;
        return true;
      };
      if (!Meeting::wait(here)) return;
      compute(step, member, members);
      meeting->done[member].value.store(step + 1, std::memory_order_release);
    }
  }

  void lead() const {
    for (int64_t step = 0; step < s->times && !stopRequested(); step++) {
      const int64_t members = 1 + meeting->joined.value.load(std::memory_order_relaxed);
      if (members > 1) {
        meeting->members.value.store(members, std::memory_order_relaxed);
        for (int64_t member = 0; member < members; member++) meeting->done[member].value.store(step, std::memory_order_relaxed);
        meeting->from.value.store(step, std::memory_order_release);
        return together(step, 0, members);
      }
      compute(step, 0, 1);
    }
    meeting->from.value.store(Meeting::kOver, std::memory_order_release);
  }

  void follow() const {
    const int64_t member = 1 + meeting->joined.value.fetch_add(1, std::memory_order_relaxed);
    if (!Meeting::wait([&] { return meeting->from.value.load(std::memory_order_acquire) != Meeting::kOpen; })) return;
    const int64_t from = meeting->from.value.load(std::memory_order_acquire), members = meeting->members.value.load(std::memory_order_relaxed);
    if (from >= 0 && member < members) together(from, member, members);
  }

  static void piece(void* context, int64_t number, char*) {
    const Alone& own = *static_cast<Alone*>(context);
    if (number == 0) own.lead();
    else own.follow();
  }

  void run(char* shared, double nanoseconds) {
    const int64_t size = s->size, bytes = Cell::parts * size * size * int64_t(sizeof(T));
    meeting = new (shared) Meeting;
    meeting->from.value.store(Meeting::kOpen, std::memory_order_relaxed);
    h[0] = reinterpret_cast<T*>(shared + sizeof(Meeting));
    h[1] = h[0] + size;
    c = h[1] + size;
    memcpy(static_cast<void*>(h[0]), layer.h, size_t(size) * sizeof(T));
    if (Cell::hasCell) memcpy(static_cast<void*>(c), layer.c, size_t(size) * sizeof(T));
    int64_t members = piecesFor(s->times * size, nanoseconds) == 1 ? 1 : threadCount();
    if (members > bytes / kMemberBytes) members = bytes / kMemberBytes;
    if (members > kMostMembers) members = kMostMembers;
    if (members > 1) parallel(members, piece, this);
    else lead();
  }
};

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
