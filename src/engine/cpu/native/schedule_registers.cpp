// Stores, registers and numbers of a scheduled body: see scheduler.h.
#include <initializer_list>

#include "scheduler.h"

namespace cellgrad {
namespace {

constexpr int32_t kForever = 0x7fffffff;

bool isTranscendental(const InstructionWords& i) {
  return i.code == Code::unary ? isTranscendental(Unary(i.p[0])) : i.code == Code::binary && isTranscendental(Binary(i.p[0]));
}

}  // namespace

struct Registers {
  int64_t next = 0;
  int64_t tile;
  int64_t* free[9];
  int32_t freeCount[9] = {};

  int64_t take(int64_t size) {
    if (freeCount[size]) return free[size][--freeCount[size]];
    const int64_t offset = next;
    // The extra line keeps registers from sharing cache sets and lets loops write a little past the end.
    next += roundUp(tile * size, 64) + 64;
    return offset;
  }
  /// Room for one group of lanes of any type.
  int64_t takeUniform() {
    const int64_t offset = next;
    next += kLanes * 8;
    return offset;
  }
  void give(int64_t size, int64_t offset) { free[size][freeCount[size]++] = offset; }
};

/// In place where the value comes last of all that reads memory, so that a store over a load of the same view is safe.
void Scheduler::makeStores() {
  program.directStores = make<Direct>(memory, spec.storeCount);
  program.stores = make<StoreStep>(memory, spec.storeCount);
  for (int32_t n = lastRead < 0 ? 0 : lastRead; n < program.stepCount; n++) values[stepValue[n]].storable = program.steps[n].kind == StepKind::op;
  for (int32_t i = 0; i < spec.storeCount; i++) {
    const StoreWords& store = spec.stores[i];
    const int32_t root = values[store.value].root;
    int64_t strides[kMaxAxes] = {};
    for (int32_t d = 0; d < spec.dims.count; d++) strides[d] = store.view.strides[spec.order[d]];
    const Pattern pattern = makePattern(spec.dims, strides);
    const int64_t size = bytesOf(store.view.dtype);
    if (pattern.linear && values[root].storable) {
      values[root].storable = false;
      values[root].storedDirectly = true;
      program.directStores[program.directStoreCount++] = {root, size, store.view.place, 0};
    } else {
      program.stores[program.storeCount++] = {root, size, store.view.place, pattern};
      values[root].lastUse = kForever;
    }
  }
  for (int32_t i = 0; i < spec.keptCount; i++) rootOf(spec.kept[i]).lastUse = kForever;
}

/// Gives back the registers of the operands that die in step n: those as wide as its result, or the others.
void Scheduler::releaseOperands(Registers& registers, int32_t n, bool sameSize) const {
  const Step& step = program.steps[n];
  if (step.kind != StepKind::op) return;
  const int64_t size = bytesOf(code[stepValue[n]].dtype);
  const int32_t operands[3] = {step.a, step.b, step.c};
  for (int32_t w = 0; w < 3; w++) {
    bool repeated = false;
    for (int32_t v = 0; v < w; v++) repeated = repeated || operands[v] == operands[w];
    const BodyValue& value = values[operands[w]];
    const int64_t width = bytesOf(code[operands[w]].dtype);
    if (repeated || value.invariant || value.lastUse != n || code[operands[w]].code == Code::result || value.storedDirectly) continue;
    if ((width == size) == sameSize) registers.give(width, value.reg);
  }
}

void Scheduler::giveRegisters() {
  Registers registers;
  registers.tile = program.tile;
  for (const int64_t size : {1, 2, 4, 8}) registers.free[size] = make<int64_t>(memory, count + 1);
  for (int32_t i = 0; i < count; i++) {
    BodyValue& value = values[i];
    value.reg = 0;
    if (!counts(i)) continue;
    if (isUniform(i)) value.reg = registers.takeUniform();
    else if (value.invariant || value.direct) value.reg = registers.take(bytesOf(code[i].dtype));
  }
  for (int32_t n = 0; n < program.stepCount; n++) {
    // An operand of the same width that dies here may give its register to the result; one of another width may not.
    releaseOperands(registers, n, true);
    values[stepValue[n]].reg = registers.take(bytesOf(code[stepValue[n]].dtype));
    releaseOperands(registers, n, false);
  }
  program.registerBytes = roundUp(registers.next, 64) + 64;
}

/// The program's own numbers of its values: results first, then the others that are needed.
void Scheduler::numberValues(int32_t* valueOf) {
  program.values = 0;
  program.results = 0;
  for (int32_t i = 0; i < count; i++) valueOf[i] = -1;
  int32_t* resultValue = make<int32_t>(memory, count);
  for (int32_t i = 0; i < count; i++) {
    if (code[i].code != Code::result || !values[i].needed) continue;
    resultValue[program.results++] = code[i].p[0];
    valueOf[i] = program.values++;
  }
  for (int32_t i = 0; i < count; i++) {
    if (counts(i) && valueOf[i] < 0) valueOf[i] = program.values++;
  }
  for (int32_t i = 0; i < count; i++) {
    if (values[i].root != i) valueOf[i] = valueOf[values[i].root];
  }
  program.resultValue = resultValue;
}

double Scheduler::costOf(int32_t n) const {
  const double width = double(bytesOf(code[stepValue[n]].dtype)) / 4;
  if (program.steps[n].kind == StepKind::random) return 3;
  if (program.steps[n].kind != StepKind::op) return 0.3;
  return isTranscendental(code[stepValue[n]]) ? 0.8 * width * width : 0.05 * width;
}

/// Writes the program's own numbers where those of the body stood.
void Scheduler::useNumbers(const int32_t* valueOf) {
  int64_t* registerOf = make<int64_t>(memory, program.values);
  program.loads = make<Direct>(memory, count);
  for (int32_t i = 0; i < count; i++) {
    if (!counts(i)) continue;
    registerOf[valueOf[i]] = values[i].reg;
    if (values[i].direct) program.loads[program.loadCount++] = {valueOf[i], bytesOf(code[i].dtype), spec.body->loads[code[i].p[0]].place, values[i].reg};
  }
  program.registerOf = registerOf;
  program.cost = 0.05 * double(program.loadCount + program.directStoreCount + program.storeCount);
  const auto renumber = [&](Step& step) {
    step.out = valueOf[step.out];
    if (step.kind == StepKind::op) step.a = valueOf[step.a], step.b = valueOf[step.b], step.c = valueOf[step.c];
  };
  for (int32_t n = 0; n < program.prologueCount; n++) renumber(program.prologue[n]);
  program.cost += fusedCost;
  for (int32_t n = 0; n < program.stepCount; n++) {
    if (program.steps[n].kind == StepKind::code) continue;
    program.cost += costOf(n);
    renumber(program.steps[n]);
  }
  for (int32_t i = 0; i < program.directStoreCount; i++) {
    Direct& store = program.directStores[i];
    store.reg = values[store.value].reg;
    store.value = valueOf[store.value];
  }
  for (int32_t i = 0; i < program.storeCount; i++) program.stores[i].value = valueOf[program.stores[i].value];
}

}  // namespace cellgrad
