// What a decoded program looks like: plain data that the decoder writes once and the kernels of every instruction set read.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "primitives.h"

namespace cellgrad {

/// Which of two operands is the same number in every lane.
enum class Uniform : int32_t { none, first, second };
/// A product that only the next operation needs: a * b + c, a * b - c, c - a * b.
enum class Fused : int32_t { add, subtract, subtractFrom };

constexpr int kMaxAxes = 16;
/// Vector operations work on multiples of this many elements; registers are padded so that they may.
constexpr int64_t kLanes = 16;
inline int64_t roundUp(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

struct Dims {
  int32_t count;
  int64_t size[kMaxAxes];
  int64_t points() const {
    int64_t n = 1;
    for (int32_t d = 0; d < count; d++) n *= size[d];
    return n;
  }
};

struct Axis {
  int64_t size;
  int64_t stride;
};

/// How a view walks memory when the iteration space is counted row-major; neighbouring axes that form one run are merged.
struct Pattern {
  int32_t count;
  bool linear;    // element p lies at p
  bool constant;  // always the same element
  Axis axes[kMaxAxes];
};

/// base 0 is the arena, base i + 1 is external i.
struct Place {
  int32_t base;
  int64_t offset;
};

/// n is a multiple of kLanes; operands may be anywhere in memory, and out may be one of them.
using OpFn = void (*)(char* out, const char* a, const char* b, const char* c, int64_t n);

/// Several operations on float32 in one loop; `bytes` of a row of points, a multiple of kLanes numbers.
using CodeFn = void (*)(char* const* values, char* registers, int64_t bytes);

enum class StepKind : int32_t { op, code, load, scalar, affine, random };

/// Where a value comes from that no arithmetic makes: strided memory, a scalar, a coordinate, the random stream.
struct Source {
  DType dtype;
  Place place;
  Pattern pattern;
  int32_t scalar;  // scalar: its number; random: number of the key
  bool normal;
};

struct Step {
  StepKind kind;
  bool uniform;  // only the first kLanes lanes are needed: the value is uniform
  int32_t out, a, b, c;
  OpFn fn;
  CodeFn code;
  const Source* source;
};

/// A value that lies in memory in the order of the iteration space, so that full tiles use it in place.
struct Direct {
  int32_t value;
  int64_t size;
  Place place;
  int64_t reg;  // offset in the register file, for the last, partial tile
};

struct StoreStep {
  int32_t value;
  int64_t size;
  Place place;
  Pattern pattern;
};

/// An elementwise body, scheduled over tiles of a row-major iteration space.
struct TileProgram {
  int64_t points;
  int64_t tile;
  double cost;  // rough nanoseconds per point on one core
  int32_t values;
  int32_t results;       // values[0 .. results) are given by the caller
  const int32_t* resultValue;
  const int64_t* registerOf;  // per value: offset in the register file, or -1
  int64_t registerBytes;
  Step* prologue;
  int32_t prologueCount;
  Step* steps;
  int32_t stepCount;
  Direct* loads;
  int32_t loadCount;
  Direct* directStores;
  int32_t directStoreCount;
  StoreStep* stores;
  int32_t storeCount;
};

struct FoldStep {
  Fold op;
  DType valueType;
  DType dtype;
  int32_t value;
};

struct MapKernel {
  TileProgram program;
};

/// The iteration space in the order [outer, reduced, inner]; the kept dims are [outer, inner].
struct ReduceKernel {
  TileProgram body;
  TileProgram epilogue;
  int64_t outer, reduced, inner;
  int64_t blocks, blockRows;  // fixed pieces of a long reduction, folded in order, and how much of it each has but the last
  FoldStep* folds;
  int32_t foldCount;
};

/// How a matrix product is cut; depends on the shapes and the instruction set only.
struct MatmulGeometry {
  int64_t width;        // columns of a panel of B: whole vectors
  int64_t panels;       // panels of B
  int64_t rowPanels;    // panels of A; their heights differ by one at most
  int64_t kBlock;       // rows of a panel of B that are used before C is written
  int64_t blockRowPanels, blockPanels;  // the largest block of C that is computed in one piece
  bool packA;
  bool packB;           // otherwise only a last, incomplete panel is packed
  bool dense;           // a block's rows lie end to end in scratch memory, as the epilogue's points do
  bool onePass;         // one panel and one block of k: rows are written whole, in order
  bool vector;          // A is one row (or B one column, and the two change places): no packing, C is the sum of scaled rows, or of dots
  bool batchInside;     // a piece computes a whole batch entry and packs its B itself
  int64_t packedBytes;  // all of B, packed
  int64_t packedRows;   // bytes of the packed rows of A of a block
  int64_t blockBytes;   // bytes of a block of C
};

struct MatmulKernel {
  DType dtype;
  int32_t batchAxes;
  int64_t batchSize[kMaxAxes];
  int64_t aBatch[kMaxAxes], bBatch[kMaxAxes];
  int64_t batch, m, n, k;
  Place a, b;
  int64_t aRow, aCol, bRow, bCol;
  bool sharedB;          // the same B for every batch entry
  bool direct;           // the product is stored as it is, row-major, at `out`
  Place out;
  TileProgram epilogue;
  MatmulGeometry cut;
};

/// A strided value of a call; a result that nobody wants is not written.
struct CallView {
  bool wanted;
  DType dtype;
  Place place;
  Dims dims;
  int64_t strides[kMaxAxes];
};

/// A kernel of the table's own (src/primitives/kernels.ts).
struct CallKernel {
  Call op;
  CallView* operands;
  CallView* results;
  int64_t* attributes;
  int32_t* scalars;  // their numbers among the scalars of the run
};

struct Kernel {
  KernelKind kind;
  union {
    MapKernel* map;
    ReduceKernel* reduce;
    MatmulKernel* matmul;
    CallKernel* call;
  };
};

struct KernelTable;
struct Block;

struct Executable {
  const KernelTable* table;
  Block* memory;
  int32_t externals, scalars, kernelCount;
  int32_t commit;        // the first kernel before which a run may no longer be stopped
  int64_t arenaBytes;
  int64_t scratchBytes;  // per thread
  int64_t sharedBytes;   // once: packed operands, partial folds
  Kernel* kernels;
};

/// What changes from run to run.
struct Frame {
  const double* scalars;
  char* const* bases;  // arena, then externals
  char* shared;
};

struct RunStatus {
  bool stopped;          // before the commit, because the flag was set
  int32_t failedKernel;  // -1: none
  int64_t index;
  int64_t rows;
};

inline char* at(const Frame& frame, Place place) { return frame.bases[place.base] + place.offset; }

}  // namespace cellgrad
