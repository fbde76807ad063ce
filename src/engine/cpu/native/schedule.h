// Turns an elementwise body into a TileProgram: classifies loads and stores, drops dead values, hoists what is the same for
// every tile, and gives values registers for as long as they live.
#pragma once
#include "kernels.h"
#include "words.h"

namespace cellgrad {

/// Everything about a body that the scheduler needs. All strides are in the order of `dims`.
struct BodySpec {
  Dims dims;                      // the order in which points are visited
  int64_t rowMajor[kMaxAxes];     // per visited dim: its stride in the row-major number of the original space
  int32_t order[kMaxAxes];        // visited dim d is original dim order[d]
  const BodyWords* body;
  const StoreWords* stores;
  int32_t storeCount;
  const int32_t* kept;            // further values that must be there after a tile (folds)
  int32_t keptCount;
  bool fromStart;                 // tiles start at multiples of the tile size (map kernels)
};

Pattern makePattern(const Dims& dims, const int64_t* strides);

/// Fills `program`; valueOf[i] is the slot of body value i. Returns an error text or null.
const char* schedule(TileProgram& program, const BodySpec& spec, const KernelTable& table, Block*& memory, int32_t* valueOf);

}  // namespace cellgrad
