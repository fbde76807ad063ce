// Decodes kernels: checks that every view stays inside its buffer, chooses the order of reductions, schedules the bodies.
#include "decode.h"

#include "call_views.h"
#include "schedule.h"

namespace cellgrad {
namespace {

struct Decoder {
  Words words;
  const KernelTable& table;
  Plan& plan;
  Block* scratch = nullptr;  // freed after each kernel
  const char* error = nullptr;
  int64_t* bytes = nullptr;  // per base

  void fail(const char* text) {
    if (!error) error = text;
  }

  void check(const ViewWords& view, const Dims& dims) {
    if (view.place.base < 0 || view.place.base > plan.externals) return fail("a view names an external that does not exist");
    if (view.count != dims.count) return fail("a view has another number of strides than its kernel has dims");
    if (dims.points() == 0) return;
    int64_t low = 0, high = 0;
    for (int32_t d = 0; d < dims.count; d++) (view.strides[d] < 0 ? low : high) += view.strides[d] * (dims.size[d] - 1);
    const int64_t size = bytesOf(view.dtype);
    if (view.place.offset % size) return fail("a view's offset is not a multiple of its element size");
    if (view.place.offset + low * size < 0 || view.place.offset + (high + 1) * size > bytes[view.place.base]) fail("a view reaches outside its buffer");
  }

  void check(const BodyWords& body, const Dims& dims) {
    for (int32_t i = 0; i < body.loadCount; i++) check(body.loads[i], dims);
    for (int32_t i = 0; i < body.codeCount; i++) {
      const InstructionWords& code = body.code[i];
      const int32_t last = code.code == Code::scalar ? code.p[0] : code.code == Code::random ? code.p[1] + 1 : -1;
      if ((code.code == Code::scalar && code.p[0] < 0) || last >= plan.scalars) fail("an instruction names a scalar that does not exist");
      if (code.code == Code::coordinate && (code.p[0] < 0 || code.p[0] >= dims.count)) fail("an instruction names a dim that does not exist");
    }
  }

  void check(const StoreWords* stores, int32_t count, const Dims& dims) {
    for (int32_t i = 0; i < count; i++) check(stores[i].view, dims);
  }

  /// Schedules a body whose points are visited row-major.
  void plainBody(TileProgram& program, const Dims& dims, const BodyWords& body, const StoreWords* stores, int32_t storeCount, bool fromStart) {
    BodyPlan bodyPlan{};
    bodyPlan.dims = dims;
    int64_t stride = 1;
    for (int32_t d = dims.count - 1; d >= 0; d--) {
      bodyPlan.rowMajor[d] = stride;
      bodyPlan.order[d] = d;
      stride *= dims.size[d];
    }
    bodyPlan.body = &body;
    bodyPlan.stores = stores;
    bodyPlan.storeCount = storeCount;
    bodyPlan.fromStart = fromStart;
    int32_t* valueOf = make<int32_t>(scratch, body.codeCount);
    if (const char* text = schedule(program, bodyPlan, table, plan.memory, valueOf)) fail(text);
  }

  void needScratch(int64_t amount) {
    if (amount > plan.scratchBytes) plan.scratchBytes = amount;
  }
  void needShared(int64_t amount) {
    if (amount > plan.sharedBytes) plan.sharedBytes = amount;
  }

  void map(Kernel& kernel) {
    kernel.map = make<MapKernel>(plan.memory, 1);
    const Dims dims = readDims(words);
    const BodyWords body = readBody(words, scratch);
    int32_t storeCount;
    const StoreWords* stores = readStores(words, scratch, storeCount);
    if (!words.ok) return;
    check(body, dims);
    check(stores, storeCount, dims);
    if (error) return;
    plainBody(kernel.map->program, dims, body, stores, storeCount, true);
    needScratch(table.tileScratch(kernel.map->program));
  }

  void reduce(Kernel& kernel) {
    ReduceKernel& reduce = *(kernel.reduce = make<ReduceKernel>(plan.memory, 1));
    const Dims kept = readDims(words), reduced = readDims(words);
    const int32_t inside = words.word();
    const BodyWords body = readBody(words, scratch);
    reduce.foldCount = words.length();
    reduce.folds = make<FoldStep>(plan.memory, reduce.foldCount);
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
    check(body, all);
    check(epilogue, kept);
    check(stores, storeCount, kept);
    for (int32_t i = 0; i < reduce.foldCount; i++) {
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
    BodyPlan bodyPlan{};
    bodyPlan.dims.count = all.count;
    for (int32_t d = 0; d < all.count; d++) {
      const int32_t original = d < outside ? d : d < outside + reduced.count ? d - outside + kept.count : d - reduced.count;
      bodyPlan.order[d] = original;
      bodyPlan.dims.size[d] = all.size[original];
    }
    int64_t rowMajor[kMaxAxes], stride = 1;
    for (int32_t d = all.count - 1; d >= 0; d--) {
      rowMajor[d] = stride;
      stride *= all.size[d];
    }
    for (int32_t d = 0; d < all.count; d++) bodyPlan.rowMajor[d] = rowMajor[bodyPlan.order[d]];
    bodyPlan.body = &body;
    bodyPlan.kept = foldValues;
    bodyPlan.keptCount = reduce.foldCount;
    int32_t* valueOf = make<int32_t>(scratch, body.codeCount);
    if (const char* text = schedule(reduce.body, bodyPlan, table, plan.memory, valueOf)) return fail(text);
    for (int32_t i = 0; i < reduce.foldCount; i++) reduce.folds[i].value = valueOf[foldValues[i]];
    plainBody(reduce.epilogue, kept, epilogue, stores, storeCount, false);

    reduce.outer = reduce.inner = 1;
    for (int32_t d = 0; d < kept.count; d++) (d < outside ? reduce.outer : reduce.inner) *= kept.size[d];
    reduce.reduced = reduced.points();
    reduce.blocks = blocksFor(reduce);
    needScratch(table.reduceScratch(reduce));
    needShared(table.reduceShared(reduce));
  }

  /// Long reductions to few numbers are cut into fixed blocks, which depend on the shape alone, so that threads have something to do.
  static int64_t blocksFor(const ReduceKernel& reduce) {
    constexpr int64_t kBlockPoints = 16384;
    if (reduce.outer * reduce.inner > 4096) return 1;
    int64_t blocks = reduce.reduced * reduce.inner / kBlockPoints;
    if (blocks < 2) return 1;
    if (blocks > 64) blocks = 64;
    return blocks > reduce.reduced ? reduce.reduced : blocks;
  }

  /// A product with one column is the transposed product with one row; its points have the same order.
  static void transposeColumn(MatmulKernel& matmul) {
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

  void matmul(Kernel& kernel) {
    MatmulKernel& matmul = *(kernel.matmul = make<MatmulKernel>(plan.memory, 1));
    const Dims batch = readDims(words);
    matmul.m = words.wide();
    matmul.n = words.wide();
    matmul.k = words.wide();
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

  CallView callView() {
    CallView value{};
    if (words.next < words.end && *words.next < 0) {
      words.word();
      return value;
    }
    const ViewWords view = readView(words);
    value.wanted = true;
    value.dtype = view.dtype;
    value.place = view.place;
    value.dims = readDims(words);
    for (int32_t d = 0; d < view.count; d++) value.strides[d] = view.strides[d];
    if (words.ok) check(view, value.dims);
    return value;
  }

  CallView* callViews(int32_t expected) {
    if (words.length() != expected) fail("a call has another number of values than its kernel");
    CallView* list = make<CallView>(plan.memory, expected);
    for (int32_t i = 0; i < expected && words.ok && !error; i++) list[i] = callView();
    return list;
  }

  /// What holds for the values of all kernels; `callCheck` knows what each wants besides.
  void check(const CallKernel& call, const CallRow& row) {
    for (int32_t i = 0; i < row.operands; i++) {
      if (!call.operands[i].wanted) return fail("a call lacks an operand");
      if (!row.strided && !isDense(call.operands[i])) return fail("a call's operand is not dense");
    }
    for (int32_t i = 0; i < row.results; i++) {
      if (call.results[i].wanted && !row.strided && !isDense(call.results[i])) return fail("a call's result is not dense");
    }
    for (int32_t i = 0; i < row.scalars; i++) {
      if (call.scalars[i] < 0 || call.scalars[i] >= plan.scalars) return fail("a call names a scalar that does not exist");
    }
    if (!row.moves && !isComputed(call.operands[0].dtype)) return fail("a call computes with a dtype that engines only store");
    if (!row.updates) return;
    const CallView &before = call.operands[0], &after = call.results[0];
    bool same = after.wanted && before.dtype == after.dtype && before.place.base == after.place.base && before.place.offset == after.place.offset && sameDims(before.dims, after.dims);
    for (int32_t d = 0; same && d < after.dims.count; d++) same = before.strides[d] == after.strides[d];
    if (!same) fail("a call does not lie where the value that it updates does");
  }

  void call(Kernel& kernel) {
    CallKernel& call = *(kernel.call = make<CallKernel>(plan.memory, 1));
    const int32_t op = words.word();
    if (op < 0 || op >= kCalls) return fail("a call names a kernel that does not exist");
    const CallRow& row = kCallRows[op];
    call.op = Call(op);
    call.operands = callViews(row.operands);
    call.results = callViews(row.results);
    if (words.length() != row.attributes) return fail("a call has another number of attributes than its kernel");
    call.attributes = make<int64_t>(plan.memory, row.attributes);
    for (int32_t i = 0; i < row.attributes; i++) call.attributes[i] = words.wide();
    if (words.length() != row.scalars) return fail("a call has another number of scalars than its kernel");
    call.scalars = make<int32_t>(plan.memory, row.scalars);
    for (int32_t i = 0; i < row.scalars; i++) call.scalars[i] = words.word();
    if (!words.ok || error) return;
    check(call, row);
    if (error) return;
    if (const char* text = table.callCheck(call)) return fail(text);
    needScratch(table.callScratch(call));
    needShared(table.callShared(call));
  }

  void program() {
    plan.table = &table;
    if (words.word() != kTableHash) return fail("the engine was built from another table of primitives than the program; run npm run build");
    plan.externals = words.length();
    bytes = make<int64_t>(plan.memory, plan.externals + 1);
    for (int32_t i = 0; i < plan.externals; i++) bytes[i + 1] = words.wide();
    plan.scalars = words.word();
    plan.arenaBytes = bytes[0] = words.wide();
    plan.commit = words.word();
    plan.kernelCount = words.length();
    plan.kernels = make<Kernel>(plan.memory, plan.kernelCount);
    for (int32_t i = 0; i < plan.kernelCount && words.ok && !error; i++) {
      Kernel& kernel = plan.kernels[i];
      kernel.kind = KernelKind(words.word());
      switch (kernel.kind) {
        case KernelKind::map: map(kernel); break;
        case KernelKind::reduce: reduce(kernel); break;
        case KernelKind::matmul: matmul(kernel); break;
        case KernelKind::call: call(kernel); break;
        default: fail("unknown kernel");
      }
      freeAll(scratch);
    }
    if (!words.ok) fail("the encoded program is cut short or has more than 16 dims");
  }
};

}  // namespace

Plan* decode(const int32_t* words, int64_t count, const KernelTable& table, const char** error) {
  Block* memory = nullptr;
  Plan* plan = make<Plan>(memory, 1);
  plan->memory = memory;
  Decoder decoder{Words{words, words + count, true}, table, *plan};
  decoder.program();
  freeAll(decoder.scratch);
  *error = decoder.error;
  if (!decoder.error) return plan;
  release(plan);
  return nullptr;
}

void release(Plan* plan) {
  Block* memory = plan->memory;
  freeAll(memory);
}

}  // namespace cellgrad
