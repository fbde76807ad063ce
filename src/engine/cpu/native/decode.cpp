// Decodes programs: checks that every view stays inside its buffer, and schedules the bodies of maps.
#include "decoder.h"
#include "machine_code.h"

namespace cellgrad {

void Decoder::check(const ViewWords& view, const Dims& dims) {
  if (view.place.base < 0 || view.place.base > executable.externals) return fail("a view names an external that does not exist");
  if (view.count != dims.count) return fail("a view has another number of strides than its kernel has dims");
  if (dims.points() == 0) return;
  int64_t low = 0, high = 0;
  for (int32_t d = 0; d < dims.count; d++) {
    int64_t way;
    if (__builtin_mul_overflow(view.strides[d], dims.size[d] - 1, &way) || way < -kMost || way > kMost) return fail("a view reaches outside its buffer");
    (way < 0 ? low : high) += way;
  }
  const int64_t size = bytesOf(view.dtype);
  if (view.place.offset % size) return fail("a view's offset is not a multiple of its element size");
  if (view.place.offset + low * size < 0 || view.place.offset + (high + 1) * size > bytes[view.place.base]) fail("a view reaches outside its buffer");
}

void Decoder::check(const BodyWords& body, const Dims& dims) {
  for (int32_t i = 0; i < body.loadCount; i++) check(body.loads[i], dims);
  for (int32_t i = 0; i < body.codeCount; i++) {
    const InstructionWords& code = body.code[i];
    const int32_t scalars = code.code == Code::scalar ? 1 : code.code == Code::random ? 2 : 0, first = code.p[scalars == 2];
    if (scalars && (first < 0 || first > executable.scalars - scalars)) fail("an instruction names a scalar that does not exist");
    if (code.code == Code::coordinate && (code.p[0] < 0 || code.p[0] >= dims.count)) fail("an instruction names a dim that does not exist");
  }
}

void Decoder::checkNoResult(const BodyWords& body) {
  for (int32_t i = 0; i < body.codeCount; i++)
    if (body.code[i].code == Code::result) fail("a result stands before the epilogue that has it");
}

void Decoder::check(const StoreWords* stores, int32_t count, const Dims& dims) {
  for (int32_t i = 0; i < count; i++) check(stores[i].view, dims);
}

/// Schedules a body whose points are visited row-major.
void Decoder::plainBody(TileProgram& program, const Dims& dims, const BodyWords& body, const StoreWords* stores, int32_t storeCount, bool fromStart) {
  BodySpec spec{};
  spec.dims = dims;
  int64_t stride = 1;
  for (int32_t d = dims.count - 1; d >= 0; d--) {
    spec.rowMajor[d] = stride;
    spec.order[d] = d;
    stride *= dims.size[d];
  }
  spec.body = &body;
  spec.stores = stores;
  spec.storeCount = storeCount;
  spec.fromStart = fromStart;
  int32_t* valueOf = make<int32_t>(scratch, body.codeCount);
  if (const char* text = schedule(program, spec, table, executable.memory, valueOf)) fail(text);
}

void Decoder::map(Kernel& kernel) {
  kernel.map = make<MapKernel>(executable.memory, 1);
  const Dims dims = readDims(words);
  const BodyWords body = readBody(words, scratch);
  int32_t storeCount;
  const StoreWords* stores = readStores(words, scratch, storeCount);
  if (!words.ok) return;
  check(body, dims);
  checkNoResult(body);
  check(stores, storeCount, dims);
  if (error) return;
  plainBody(kernel.map->program, dims, body, stores, storeCount, true);
  needScratch(table.tileScratch(kernel.map->program));
}

void Decoder::program() {
  executable.table = &table;
  if (words.word() != kTableHash) return fail("the engine was built from another table of primitives than the program; run npm run build");
  executable.externals = words.length();
  bytes = make<int64_t>(executable.memory, executable.externals + 1);
  for (int32_t i = 0; i < executable.externals; i++) bytes[i + 1] = words.bytes();
  executable.scalars = words.word();
  executable.arenaBytes = bytes[0] = words.bytes();
  executable.commit = words.word();
  executable.kernelCount = words.length();
  if (executable.scalars < 0 || executable.commit < 0 || executable.commit > executable.kernelCount) return fail("a program has a negative number of scalars or commits after its last kernel");
  executable.kernels = make<Kernel>(executable.memory, executable.kernelCount);
  for (int32_t i = 0; i < executable.kernelCount && words.ok && !error; i++) {
    Kernel& kernel = executable.kernels[i];
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
  if (!words.ok) fail("the encoded program is cut short, or has more than 16 dims or a number that is out of range");
}

Executable* decode(const int32_t* words, int64_t count, const KernelTable& table, const char** error) {
  Block* memory = nullptr;
  Executable* executable = make<Executable>(memory, 1);
  executable->memory = memory;
  Decoder decoder{Words{words, words + count, true}, table, *executable};
  decoder.program();
  freeAll(decoder.scratch);
  *error = decoder.error;
  if (!decoder.error) return executable;
  release(executable);
  return nullptr;
}

namespace {

void forgetCode(const TileProgram& program) {
  for (int32_t i = 0; i < program.stepCount; i++) giveBackCode(reinterpret_cast<void*>(program.steps[i].code));
}

}  // namespace

void release(Executable* executable) {
  for (int32_t i = 0; executable->kernels && i < executable->kernelCount; i++) {
    const Kernel& kernel = executable->kernels[i];
    if (kernel.kind == KernelKind::map && kernel.map) forgetCode(kernel.map->program);
    if (kernel.kind == KernelKind::matmul && kernel.matmul) forgetCode(kernel.matmul->epilogue);
    if (kernel.kind == KernelKind::reduce && kernel.reduce) {
      forgetCode(kernel.reduce->body);
      forgetCode(kernel.reduce->epilogue);
    }
  }
  Block* memory = executable->memory;
  freeAll(memory);
}

}  // namespace cellgrad
