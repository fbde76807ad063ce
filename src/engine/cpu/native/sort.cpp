// Sorting along a dim: a radix sort of unsigned keys whose order is that of the values, with their positions. It is stable, so the result
// is one, whatever threads there are. Short rows are sorted by insertion; of one long row the passes are cut into pieces. Where only the first
// entries are wanted, those that cannot be among them are left out beforehand.
#include <string.h>

#include <type_traits>

#include "call_views.h"
#include "rows.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Rows of up to so many entries are sorted by insertion.
constexpr int64_t kShort = 40;
/// A row of so many entries is sorted by all threads together, cut into so many pieces.
constexpr int64_t kLong = 1 << 16;
constexpr int64_t kPieces = 32;
constexpr int kDigit = 8, kBuckets = 1 << kDigit;
/// Of rows of so many times as many entries as are wanted the others are left out, by the first bits of their keys.
constexpr int64_t kMuch = 8;
constexpr int kFirstBits = 10, kFirstBuckets = 1 << kFirstBits;

template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint8_t>>;

/// A key for each value: equal for equal values, greater for greater ones, the greatest for NaN.
template <class T>
inline KeyOf<T> keyOf(T x, bool descending) {
  using K = KeyOf<T>;
  constexpr K sign = K(1) << (8 * sizeof(K) - 1);
  K key;
  if constexpr (std::is_floating_point_v<T>) {
    const T plain = x == T(0) ? T(0) : x;
    memcpy(&key, &plain, sizeof key);
    key = x != x ? K(~K(0)) : key & sign ? K(~key) : K(key | sign);
  } else {
    key = K(x);
    if constexpr (std::is_signed_v<T>) key ^= sign;
  }
  return descending ? K(~key) : key;
}

/// Keys and positions, and a second pair that they move to and fro.
template <class K>
struct Pairs {
  K* keys[2];
  int32_t* positions[2];

  static int64_t bytes(int64_t n) { return roundUp(2 * n * int64_t(sizeof(K)), 64) + roundUp(8 * n, 64); }

  Pairs(char* memory, int64_t n) {
    for (int i = 0; i < 2; i++) keys[i] = reinterpret_cast<K*>(memory) + i * n;
    int32_t* after = reinterpret_cast<int32_t*>(memory + roundUp(2 * n * int64_t(sizeof(K)), 64));
    for (int i = 0; i < 2; i++) positions[i] = after + i * n;
  }
};

template <class K>
inline int digitOf(K key, int pass) { return int(key >> (pass * kDigit)) & (kBuckets - 1); }

template <class K>
void sortByInsertion(Pairs<K>& pairs, int64_t n) {
  K* keys = pairs.keys[0];
  int32_t* positions = pairs.positions[0];
  for (int64_t i = 1; i < n; i++) {
    const K key = keys[i];
    const int32_t position = positions[i];
    int64_t to = i;
    for (; to > 0 && keys[to - 1] > key; to--) keys[to] = keys[to - 1], positions[to] = positions[to - 1];
    keys[to] = key;
    positions[to] = position;
  }
}

/// Sorts the first pair; returns the number of the pair that holds the result.
template <class K>
int sortByRadix(Pairs<K>& pairs, int64_t n) {
  int64_t counts[sizeof(K)][kBuckets];
  memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < n; i++) {
    for (int pass = 0; pass < int(sizeof(K)); pass++) counts[pass][digitOf(pairs.keys[0][i], pass)]++;
  }
  int from = 0;
  for (int pass = 0; pass < int(sizeof(K)) && !stopRequested(); pass++) {
    int64_t* count = counts[pass];
    if (count[digitOf(pairs.keys[from][0], pass)] == n) continue;
    int64_t start = 0;
    for (int bucket = 0; bucket < kBuckets; bucket++) {
      const int64_t size = count[bucket];
      count[bucket] = start;
      start += size;
    }
    const K* keys = pairs.keys[from];
    const int32_t* positions = pairs.positions[from];
    K* toKeys = pairs.keys[1 - from];
    int32_t* toPositions = pairs.positions[1 - from];
    for (int64_t i = 0; i < n; i++) {
      const int64_t to = count[digitOf(keys[i], pass)]++;
      toKeys[to] = keys[i];
      toPositions[to] = positions[i];
    }
    from = 1 - from;
  }
  return from;
}

/// The first bits of a key.
template <class K>
inline int firstBitsOf(K key) {
  constexpr int bits = 8 * int(sizeof(K));
  return int(key >> (bits > kFirstBits ? bits - kFirstBits : 0));
}

/// Counts entries by the first bits of their keys.
template <class T>
void countFirstBits(const T* source, int64_t stride, int64_t n, bool descending, int32_t* counts) {
  memset(counts, 0, kFirstBuckets * sizeof(int32_t));
  for (int64_t i = 0; i < n; i++) counts[firstBitsOf(keyOf(source[i * stride], descending))]++;
}

/// Writes keys and positions of those of n entries whose keys begin with bits up to `last`, in their order; returns how many they are.
template <class T>
int64_t gatherFirst(const T* source, int64_t stride, int64_t first, int64_t n, bool descending, int last, KeyOf<T>* keys, int32_t* positions) {
  int64_t count = 0;
  for (int64_t i = first; i < first + n; i++) {
    const KeyOf<T> key = keyOf(source[i * stride], descending);
    if (firstBitsOf(key) > last) continue;
    keys[count] = key;
    positions[count++] = int32_t(i);
  }
  return count;
}

struct SortTask {
  const CallKernel* call;
  const Frame* frame;
  Rows rows;
  int64_t count;
  bool descending;
  int64_t perPiece;

  bool takesFew() const { return count * kMuch <= rows.length; }
};

template <class T>
const T* sourceOf(const SortTask& task, int64_t row) {
  return reinterpret_cast<const T*>(at(*task.frame, task.call->operands[0].place)) + task.rows.first(row);
}

/// Writes entries [first, end) of a sorted row.
template <class T>
void writeRow(const SortTask& task, int64_t row, const int32_t* positions, int64_t first, int64_t end) {
  const CallView* results = task.call->results;
  const T* source = sourceOf<T>(task, row);
  const int64_t inner = task.rows.inner, start = row / inner * task.count * inner + row % inner;
  if (results[0].wanted) {
    T* values = reinterpret_cast<T*>(at(*task.frame, results[0].place)) + start;
    for (int64_t i = first; i < end; i++) values[i * inner] = source[positions[i] * inner];
  }
  if (results[1].wanted) {
    int32_t* indices = reinterpret_cast<int32_t*>(at(*task.frame, results[1].place)) + start;
    for (int64_t i = first; i < end; i++) indices[i * inner] = positions[i];
  }
}

template <class T>
void rowsPiece(void* context, int64_t piece, char* scratch) {
  const SortTask& task = *static_cast<SortTask*>(context);
  const int64_t n = task.rows.length, all = task.rows.outer * task.rows.inner;
  Pairs<KeyOf<T>> pairs(scratch, n);
  for (int64_t row = piece * task.perPiece; row < (piece + 1) * task.perPiece && row < all && !stopRequested(); row++) {
    const T* source = sourceOf<T>(task, row);
    int64_t sortedCount = n;
    if (n > kShort && task.takesFew()) {
      int32_t counts[kFirstBuckets];
      countFirstBits(source, task.rows.inner, n, task.descending, counts);
      int last = 0;
      for (int64_t found = counts[0]; found < task.count; found += counts[last]) last++;
      sortedCount = gatherFirst(source, task.rows.inner, 0, n, task.descending, last, pairs.keys[0], pairs.positions[0]);
    } else {
      for (int64_t i = 0; i < n; i++) {
        pairs.keys[0][i] = keyOf(source[i * task.rows.inner], task.descending);
        pairs.positions[0][i] = int32_t(i);
      }
    }
    int sorted = 0;
    if (sortedCount <= kShort) sortByInsertion(pairs, sortedCount);
    else sorted = sortByRadix(pairs, sortedCount);
    writeRow<T>(task, row, pairs.positions[sorted], 0, task.count);
  }
}

/// One row that all threads sort.
template <class T>
struct LongRow {
  using K = KeyOf<T>;
  const SortTask& task;
  int64_t row;
  Pairs<K> pairs;
  int64_t (*counts)[kBuckets];  // by piece: how many entries of each bucket, then where the next one goes
  int from, pass;

  int64_t length = task.rows.length;  // entries that are sorted
  int last = 0;                       // the greatest first bits of their keys
  int64_t found[kPieces] = {};

  int64_t begin(int64_t piece) const { return length * piece / kPieces; }

  static int64_t bytes(int64_t n) { return Pairs<K>::bytes(n) + kPieces * kBuckets * 8; }

  /// Counts by first bits take the room of the second pair.
  int32_t* firstCounts(int64_t piece) const { return pairs.positions[1] + piece * kFirstBuckets; }

  static void countFirst(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    const int64_t inner = self.task.rows.inner, first = self.begin(piece);
    countFirstBits(sourceOf<T>(self.task, self.row) + first * inner, inner, self.begin(piece + 1) - first, self.task.descending, self.firstCounts(piece));
  }

  /// Those of a piece are written where the piece begins.
  static void gather(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    const int64_t first = self.begin(piece);
    self.found[piece] = gatherFirst(sourceOf<T>(self.task, self.row), self.task.rows.inner, first, self.begin(piece + 1) - first, self.task.descending, self.last, self.pairs.keys[0] + first, self.pairs.positions[0] + first);
  }

  /// Leaves out what cannot be among the first ones.
  void select() {
    parallel(kPieces, countFirst, this);
    int64_t before = 0;
    for (last = 0;; last++) {
      for (int64_t piece = 0; piece < kPieces; piece++) before += firstCounts(piece)[last];
      if (before >= task.count || last == kFirstBuckets - 1) break;
    }
    parallel(kPieces, gather, this);
    int64_t count = 0;
    for (int64_t piece = 0; piece < kPieces; piece++) {
      memmove(pairs.keys[0] + count, pairs.keys[0] + begin(piece), size_t(found[piece]) * sizeof(K));
      memmove(pairs.positions[0] + count, pairs.positions[0] + begin(piece), size_t(found[piece]) * sizeof(int32_t));
      count += found[piece];
    }
    length = count;
  }

  static void fill(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    const T* source = sourceOf<T>(self.task, self.row);
    for (int64_t i = self.begin(piece); i < self.begin(piece + 1); i++) {
      self.pairs.keys[0][i] = keyOf(source[i * self.task.rows.inner], self.task.descending);
      self.pairs.positions[0][i] = int32_t(i);
    }
  }

  static void count(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    int64_t* own = self.counts[piece];
    memset(own, 0, kBuckets * 8);
    const K* keys = self.pairs.keys[self.from];
    for (int64_t i = self.begin(piece); i < self.begin(piece + 1); i++) own[digitOf(keys[i], self.pass)]++;
  }

  static void move(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    int64_t* next = self.counts[piece];
    const K* keys = self.pairs.keys[self.from];
    const int32_t* positions = self.pairs.positions[self.from];
    K* toKeys = self.pairs.keys[1 - self.from];
    int32_t* toPositions = self.pairs.positions[1 - self.from];
    for (int64_t i = self.begin(piece); i < self.begin(piece + 1); i++) {
      const int64_t to = next[digitOf(keys[i], self.pass)]++;
      toKeys[to] = keys[i];
      toPositions[to] = positions[i];
    }
  }

  static void write(void* context, int64_t piece, char*) {
    LongRow& self = *static_cast<LongRow*>(context);
    const int64_t end = self.begin(piece + 1);
    if (self.begin(piece) < self.task.count) {
      writeRow<T>(self.task, self.row, self.pairs.positions[self.from], self.begin(piece), end < self.task.count ? end : self.task.count);
    }
  }

  /// Turns counts into places, bucket by bucket and in a bucket piece by piece; false where all entries are in one bucket.
  bool placesFromCounts() {
    int64_t start = 0;
    for (int bucket = 0; bucket < kBuckets; bucket++) {
      int64_t inBucket = 0;
      for (int64_t piece = 0; piece < kPieces; piece++) inBucket += counts[piece][bucket];
      if (inBucket == length) return false;
      for (int64_t piece = 0; piece < kPieces; piece++) {
        const int64_t size = counts[piece][bucket];
        counts[piece][bucket] = start;
        start += size;
      }
    }
    return true;
  }

  void sort() {
    if (task.takesFew()) select();
    else parallel(kPieces, fill, this);
    if (length < kLong && !stopRequested()) {
      from = sortByRadix(pairs, length);
      parallel(kPieces, write, this);
      return;
    }
    for (pass = 0; pass < int(sizeof(K)) && !stopRequested(); pass++) {
      parallel(kPieces, count, this);
      if (stopRequested() || !placesFromCounts()) continue;
      parallel(kPieces, move, this);
      from = 1 - from;
    }
    if (!stopRequested()) parallel(kPieces, write, this);
  }
};

bool isLong(const CallKernel& call) {
  const Rows rows(call.operands[0].dims, call.attributes[0]);
  return rows.length >= kLong && rows.outer * rows.inner < 8;
}

}  // namespace

/// Results are as long as the third attribute says.
const char* checkSort(const CallKernel& call) {
  const CallView& x = call.operands[0];
  if (!hasDim(call)) return "a sort names a dim that its operand does not have";
  Dims dims = x.dims;
  const int64_t count = call.attributes[2], dim = call.attributes[0];
  if (count < 0 || count > (dims.count ? dims.size[dim] : 1)) return "a sort gives more than its operand has";
  if (dims.count) dims.size[dim] = count;
  for (int32_t i = 0; i < 2; i++) {
    const CallView& y = call.results[i];
    if (y.wanted && (!sameDims(y.dims, dims) || y.dtype != (i == 0 ? x.dtype : kInt32))) return "a sort's result has another shape or dtype than it gives";
  }
  return nullptr;
}

int64_t sortScratch(const CallKernel& call) {
  if (isLong(call)) return 0;
  return withNumber(call.operands[0].dtype, [&](auto zero) { return Pairs<KeyOf<decltype(zero)>>::bytes(Rows(call.operands[0].dims, call.attributes[0]).length); });
}

int64_t sortShared(const CallKernel& call) {
  if (!isLong(call)) return 0;
  return withNumber(call.operands[0].dtype, [&](auto zero) { return LongRow<decltype(zero)>::bytes(Rows(call.operands[0].dims, call.attributes[0]).length); });
}

void sortRows(const CallKernel& call, const Frame& frame) {
  const Rows rows(call.operands[0].dims, call.attributes[0]);
  SortTask task{&call, &frame, rows, call.attributes[2], call.attributes[1] != 0, 0};
  const int64_t units = rows.outer * rows.inner;
  if (units == 0 || rows.length == 0) return;
  withNumber(call.operands[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    if (isLong(call)) {
      char* after = frame.shared + Pairs<KeyOf<T>>::bytes(rows.length);
      for (int64_t row = 0; row < units && !stopRequested(); row++) {
        LongRow<T>{task, row, Pairs<KeyOf<T>>(frame.shared, rows.length), reinterpret_cast<int64_t(*)[kBuckets]>(after), 0, 0}.sort();
      }
      return;
    }
    const int64_t pieces = piecesFor(units, double(units) * double(rows.length) * 15.0);
    task.perPiece = (units + pieces - 1) / pieces;
    if (pieces == 1) rowsPiece<T>(&task, 0, callerScratch());
    else parallel((units + task.perPiece - 1) / task.perPiece, rowsPiece<T>, &task);
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
