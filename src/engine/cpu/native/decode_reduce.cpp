// Decodes reductions: chooses the order in which points are visited, and how long reductions are cut.
#include "decoder.h"

namespace cellgrad {
namespace {

/// Long reductions to few numbers are cut into fixed blocks, which depend on the sizes alone, so that threads have something to do.
void cutIntoBlocks(ReduceKernel& reduce) {
  constexpr int64_t kBlockPoints = 16384, kMostBlocks = 64;
  // What blocks leave to be put together is little beside what they read.
  constexpr int64_t kBlockRows = 128, kBlockRun = 1024;
  const int64_t kept = reduce.outer * reduce.inner, rows = reduce.reduced;
  reduce.blocks = 1;
  reduce.blockRows = rows;
  if (kept > 4096 || kept * rows < 2 * kBlockPoints) return;
  int64_t blockRows = kBlockPoints / reduce.inner;
  if (blockRows < kBlockRows) blockRows = kBlockRows;
  // Of several runs short blocks: where runs lie interleaved, as channels of images do, memory is read in order.
  if (reduce.inner == 1 && reduce.outer > 1) blockRows = kBlockRun;
  if (blockRows < (rows + kMostBlocks - 1) / kMostBlocks) blockRows = (rows + kMostBlocks - 1) / kMostBlocks;
  if (blockRows * 2 > rows) return;
  reduce.blocks = (rows + blockRows - 1) / blockRows;
  reduce.blockRows = blockRows;
}

}  // namespace

void Decoder::reduce(Kernel& kernel) {
  ReduceKernel& reduce = *(kernel.reduce = make<ReduceKernel>(executable.memory, 1));
  const Dims kept = readDims(words), reduced = readDims(words);
  const int32_t inside = words.word();
  const BodyWords body = readBody(words, scratch);
  reduce.foldCount = words.length();
  reduce.folds = make<FoldStep>(executable.memory, reduce.foldCount);
  int32_t* foldValues = make<int32_t>(scratch, reduce.foldCount);
  for (int32_t i = 0; i < reduce.foldCount && words.ok; i++) {
    reduce.folds[i].op = Fold(words.word());
    foldValues[i] = words.word();
    reduce.folds[i].dtype = DType(words.word());
  }
  const BodyWords epilogue = readBody(words, scratch);
  int32_t storeCount;
  const StoreWords* stores = readStores(words, scratch, storeCount);
  if (!words.ok || kept.count + reduced.count > kMaxAxes) return fail("a reduction has too many dims");
  if (inside < 0 || inside > kept.count) return fail("a reduction has fewer kept dims than lie inside the reduced ones");
  Dims all = kept;
  for (int32_t d = 0; d < reduced.count; d++) all.size[all.count++] = reduced.size[d];
  if (!isCountable(all)) return fail("a reduction is too large");
  check(body, all);
  checkNoResult(body);
  check(epilogue, kept);
  check(stores, storeCount, kept);
  for (int32_t i = 0; i < reduce.foldCount; i++) {
    if (reduce.folds[i].op < Fold(0) || reduce.folds[i].op >= Fold(kFolds)) return fail("a reduction names a fold that does not exist");
    if (foldValues[i] < 0 || foldValues[i] >= body.codeCount) return fail("a fold names a value that does not exist");
    reduce.folds[i].valueType = body.code[foldValues[i]].dtype;
    if (!isComputed(reduce.folds[i].dtype) || !isComputed(reduce.folds[i].valueType)) return fail("a fold is of a dtype that engines only store");
  }
  for (int32_t i = 0; i < epilogue.codeCount; i++) {
    const InstructionWords& code = epilogue.code[i];
    if (code.code != Code::result) continue;
    if (code.p[0] < 0 || code.p[0] >= reduce.foldCount) return fail("an epilogue names a result that does not exist");
    if (reduce.folds[code.p[0]].dtype != code.dtype) return fail("an epilogue's result has another dtype than its fold");
  }
  if (error) return;

  const int32_t outside = kept.count - inside;
  BodySpec spec{};
  spec.dims.count = all.count;
  for (int32_t d = 0; d < all.count; d++) {
    const int32_t original = d < outside ? d : d < outside + reduced.count ? d - outside + kept.count : d - reduced.count;
    spec.order[d] = original;
    spec.dims.size[d] = all.size[original];
  }
  int64_t rowMajor[kMaxAxes], stride = 1;
  for (int32_t d = all.count - 1; d >= 0; d--) {
    rowMajor[d] = stride;
    stride *= all.size[d];
  }
  for (int32_t d = 0; d < all.count; d++) spec.rowMajor[d] = rowMajor[spec.order[d]];
  spec.body = &body;
  spec.kept = foldValues;
  spec.keptCount = reduce.foldCount;
  int32_t* valueOf = make<int32_t>(scratch, body.codeCount);
  if (const char* text = schedule(reduce.body, spec, table, executable.memory, valueOf)) return fail(text);
  for (int32_t i = 0; i < reduce.foldCount; i++) reduce.folds[i].value = valueOf[foldValues[i]];
  plainBody(reduce.epilogue, kept, epilogue, stores, storeCount, false);

  reduce.outer = reduce.inner = 1;
  for (int32_t d = 0; d < kept.count; d++) (d < outside ? reduce.outer : reduce.inner) *= kept.size[d];
  reduce.reduced = reduced.points();
  cutIntoBlocks(reduce);
  needScratch(table.reduceScratch(reduce));
  needShared(table.reduceShared(reduce));
}

}  // namespace cellgrad
