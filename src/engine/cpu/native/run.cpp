// Runs an executable's kernels in order, and the table by which the rest of the engine reaches this instruction set.
#include "clock.h"
#include "peak.h"
#include "tile.h"

#define CG_STRING(x) #x
#define CG_NAME(x) CG_STRING(x)

namespace cellgrad {
namespace CG_ISA {
namespace {

void run(const Executable& executable, const Frame& frame, RunStatus& status, double* nanoseconds) {
  status.failedKernel = -1;
  status.stopped = stopRequested();
  for (int32_t i = 0; i < executable.kernelCount && !status.stopped; i++) {
    if (i == executable.commit) stopNoMore();
    const Kernel& kernel = executable.kernels[i];
    const double start = nanoseconds ? nanosecondsNow() : 0;
    bool done = true;
    switch (kernel.kind) {
      case KernelKind::map: runMap(*kernel.map, frame); break;
      case KernelKind::reduce: runReduce(*kernel.reduce, frame); break;
      case KernelKind::matmul: runMatmul(*kernel.matmul, frame); break;
      case KernelKind::call: done = runCall(*kernel.call, frame, status); break;
    }
    if (nanoseconds) nanoseconds[i] = nanosecondsNow() - start;
    if (!done) {
      status.failedKernel = i;
      return;
    }
    status.stopped = stopRequested();
  }
}

}  // namespace

extern const KernelTable table;
const KernelTable table = {CG_NAME(CG_ISA), unaryOp, binaryOp, selectOp, fusedOp, castOp, matmulCut, matmulShared, matmulScratch, reduceShared, reduceScratch, tileScratch, callCheck, callShared, callScratch, run, multiplyAdds};

}  // namespace CG_ISA
}  // namespace cellgrad
