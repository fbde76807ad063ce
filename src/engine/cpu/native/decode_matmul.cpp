// Decodes matrix products.
#include "decoder.h"

namespace cellgrad {
namespace {

/// A product with one column is the transposed product with one row; its points have the same order.
void transposeColumn(MatmulKernel& matmul) {
  const MatmulKernel old = matmul;
  matmul.m = 1;
  matmul.n = old.m;
  matmul.a = old.b;
  matmul.b = old.a;
  matmul.aRow = old.bCol;
  matmul.aCol = old.bRow;
  matmul.bRow = old.aCol;
  matmul.bCol = old.aRow;
  matmul.sharedB = true;
  for (int32_t d = 0; d < old.batchAxes; d++) {
    matmul.aBatch[d] = old.bBatch[d];
    matmul.bBatch[d] = old.aBatch[d];
    if (old.aBatch[d]) matmul.sharedB = false;
  }
}

}  // namespace

void Decoder::matmul(Kernel& kernel) {
  MatmulKernel& matmul = *(kernel.matmul = make<MatmulKernel>(executable.memory, 1));
  const Dims batch = readDims(words);
  matmul.m = words.size();
  matmul.n = words.size();
  matmul.k = words.size();
  matmul.dtype = DType(words.word());
  const ViewWords a = readView(words), b = readView(words);
  const BodyWords epilogue = readBody(words, scratch);
  int32_t storeCount;
  const StoreWords* stores = readStores(words, scratch, storeCount);
  if (!words.ok || batch.count + 2 > kMaxAxes) return fail("a matmul has too many dims");
  if (!isComputed(matmul.dtype) || matmul.dtype == kBool) return fail("a matmul is of floats or integers that engines compute with");
  if (a.dtype != matmul.dtype || b.dtype != matmul.dtype) return fail("a matmul's operands have another dtype than it has");
  const int32_t n = batch.count;
  Dims dimsA = batch, dimsB = batch, dimsC = batch;
  dimsA.count = dimsB.count = dimsC.count = n + 2;
  dimsA.size[n] = dimsC.size[n] = matmul.m;
  dimsB.size[n + 1] = dimsC.size[n + 1] = matmul.n;
  dimsA.size[n + 1] = dimsB.size[n] = matmul.k;
  if (!isCountable(dimsA) || !isCountable(dimsB) || !isCountable(dimsC)) return fail("a matmul is too large");
  check(a, dimsA);
  check(b, dimsB);
  check(epilogue, dimsC);
  check(stores, storeCount, dimsC);
  for (int32_t i = 0; i < epilogue.codeCount; i++) {
    const InstructionWords& code = epilogue.code[i];
    if (code.code == Code::result && (code.p[0] != 0 || code.dtype != matmul.dtype)) return fail("a matmul's epilogue names a result that does not exist");
  }
  if (error) return;
  matmul.a = a.place;
  matmul.b = b.place;
  matmul.aRow = a.strides[n];
  matmul.aCol = a.strides[n + 1];
  matmul.bRow = b.strides[n];
  matmul.bCol = b.strides[n + 1];
  matmul.batch = batch.points();
  matmul.sharedB = true;
  for (int32_t d = 0; d < n; d++) {
    if (batch.size[d] == 1) continue;
    matmul.batchSize[matmul.batchAxes] = batch.size[d];
    matmul.aBatch[matmul.batchAxes] = a.strides[d];
    matmul.bBatch[matmul.batchAxes++] = b.strides[d];
    if (b.strides[d]) matmul.sharedB = false;
  }
  plainBody(matmul.epilogue, dimsC, epilogue, stores, storeCount, false);
  if (error) return;
  if (matmul.n == 1 && matmul.m > 1) transposeColumn(matmul);
  // The product stored as it is needs no epilogue.
  const TileProgram& program = matmul.epilogue;
  matmul.direct = program.stepCount == 0 && program.storeCount == 1 && program.directStoreCount == 0 && program.results == 1 &&
                  program.stores[0].pattern.linear && program.stores[0].value == 0;
  if (matmul.direct) matmul.out = program.stores[0].place;
  table.matmulCut(matmul);
  needScratch(table.matmulScratch(matmul));
  needShared(table.matmulShared(matmul));
}

}  // namespace cellgrad
