// The tile machine: runs an elementwise body over tiles that stay in the first-level cache. A tile is a range of points of
// the row-major iteration space; every value of the body is a pointer, to a register of the tile or straight into memory.
#pragma once
#include "kernels.h"
#include "pool.h"

namespace cellgrad {
namespace CG_ISA {

struct TileRunner {
  const TileProgram* program;
  const Frame* frame;
  char** values;       // per value: where it lies for the current tile
  char** loadBases;
  char** storeBases;   // direct stores
  char** bases;        // scattered stores
  char* registers;
  bool fetches;        // the next tile's loads while a tile is computed

  /// Lays the runner out in scratch memory and computes what is the same for every tile. `most` bounds the tiles' sizes.
  /// Returns the first free byte of scratch.
  char* begin(const TileProgram& program, const Frame& frame, char* scratch, int64_t most);
  /// Computes points [first, first + count) and stores what is to be stored.
  void run(int64_t first, int64_t count);
};

int64_t tileScratch(const TileProgram& program);

OpFn unaryOp(Unary op, DType operand);
OpFn binaryOp(Binary op, DType operands, Uniform uniform);
OpFn selectOp(DType dtype, Uniform uniform);
OpFn fusedOp(Fused op, DType dtype, Uniform uniform);
/// Functions that the hardware has no instruction for (transcendental.cpp); null for others.
OpFn unaryMathOp(Unary op, DType operand);
OpFn binaryMathOp(Binary op, DType operand);
OpFn castOp(DType from, DType to);

void runMap(const MapKernel& kernel, const Frame& frame);
void runReduce(const ReduceKernel& kernel, const Frame& frame);
int64_t reduceShared(const ReduceKernel& kernel);
int64_t reduceScratch(const ReduceKernel& kernel);
void runMatmul(const MatmulKernel& kernel, const Frame& frame);
void matmulCut(MatmulKernel& kernel);
int64_t matmulShared(const MatmulKernel& kernel);
int64_t matmulScratch(const MatmulKernel& kernel);
/// Made of the table of primitives (calls.cpp). Running gives false where an index was out of range.
bool runCall(const CallKernel& call, const Frame& frame, RunStatus& status);
const char* callCheck(const CallKernel& call);
int64_t callShared(const CallKernel& call);
int64_t callScratch(const CallKernel& call);

/// Philox stream, see philox.h: element `first + i * step` of the stream for i in [0, count), as T.
template <class T>
void drawUniform(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count);
template <class T>
void drawNormal(T* out, uint64_t seed, uint64_t first, uint64_t step, int64_t count);

/// Calls f(position in the tile, element offset, stride, count) for every run of points of [first, first + count).
template <class F>
inline void walk(const Pattern& pattern, int64_t first, int64_t count, F f) {
  const int last = pattern.count - 1;
  if (last < 0) {
    f(int64_t(0), int64_t(0), int64_t(0), count);
    return;
  }
  int64_t coordinate[kMaxAxes];
  int64_t offset = 0, rest = first;
  for (int d = last; d > 0; d--) {
    const int64_t size = pattern.axes[d].size, quotient = rest / size;
    coordinate[d] = rest - quotient * size;
    offset += coordinate[d] * pattern.axes[d].stride;
    rest = quotient;
  }
  coordinate[0] = rest;
  offset += rest * pattern.axes[0].stride;
  const Axis inner = pattern.axes[last];
  for (int64_t done = 0; done < count;) {
    int64_t length = inner.size - coordinate[last];
    if (length > count - done) length = count - done;
    f(done, offset, inner.stride, length);
    done += length;
    offset += length * inner.stride;
    coordinate[last] += length;
    for (int d = last; d > 0 && coordinate[d] == pattern.axes[d].size; d--) {
      offset += pattern.axes[d - 1].stride - pattern.axes[d].size * pattern.axes[d].stride;
      coordinate[d] = 0;
      coordinate[d - 1]++;
    }
  }
}

}  // namespace CG_ISA
}  // namespace cellgrad
