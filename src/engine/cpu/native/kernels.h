// The kernels of one instruction set, as the decoder and the runner see them. Each kernel file is compiled once per
// instruction set with CG_ISA naming its namespace, so that nothing compiled for AVX-512 can be linked into the baseline.
#pragma once
#include "executable.h"

namespace cellgrad {

struct KernelTable {
  const char* name;
  /// Looked up at decode time; null when the operation is not defined for the type.
  OpFn (*unary)(Unary op, DType operand);
  OpFn (*binary)(Binary op, DType operands, Uniform uniform);
  OpFn (*select)(DType dtype, Uniform uniform);
  /// (a * b) + c and its like, each step rounded; `uniform` is about the factors.
  OpFn (*fused)(Fused op, DType dtype, Uniform uniform);
  OpFn (*cast)(DType from, DType to);
  /// Decides how the product is cut; to be called before the two that ask for its memory.
  void (*matmulCut)(MatmulKernel& kernel);
  int64_t (*matmulShared)(const MatmulKernel& kernel);
  int64_t (*matmulScratch)(const MatmulKernel& kernel);
  int64_t (*reduceShared)(const ReduceKernel& kernel);
  int64_t (*reduceScratch)(const ReduceKernel& kernel);
  int64_t (*tileScratch)(const TileProgram& program);
  /// What is wrong with the shapes and dtypes of a call whose views stay in their buffers; null where nothing is.
  const char* (*callCheck)(const CallKernel& call);
  int64_t (*callShared)(const CallKernel& call);
  int64_t (*callScratch)(const CallKernel& call);
  /// Where `nanoseconds` is not null, how long each kernel took is written there.
  void (*run)(const Executable& executable, const Frame& frame, RunStatus& status, double* nanoseconds);
  /// Does so many rounds of arithmetic that touches no memory, and gives the number of floating-point operations.
  double (*multiplyAdds)(int64_t rounds);
};

#define CG_DECLARE_TABLE(isa) \
  namespace isa {             \
  extern const KernelTable table; \
  }
CG_DECLARE_TABLE(base)
CG_DECLARE_TABLE(avx2)
CG_DECLARE_TABLE(avx512)
#undef CG_DECLARE_TABLE

}  // namespace cellgrad
