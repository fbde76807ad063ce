// See schedule.h.
#include "schedule.h"

#include <initializer_list>

namespace cellgrad {
namespace {

constexpr int64_t kRegisterFile = 40 * 1024;  // what the registers of a tile should fit in, well inside a 32 KiB L1
constexpr int64_t kLongestTile = 1024;
constexpr int64_t kShortestTile = 192;
constexpr int32_t kForever = 0x7fffffff;

int64_t gcd(int64_t a, int64_t b) { return b == 0 ? a : gcd(b, a % b); }

bool isTranscendental(const InstructionWords& i) {
  return i.code == Code::unary ? isTranscendental(Unary(i.p[0])) : i.code == Code::binary && isTranscendental(Binary(i.p[0]));
}

/// One body value while it is scheduled.
struct Value {
  int32_t root;       // itself, or the value of which it is another name
  bool needed;
  bool invariant;     // the same in every tile
  bool uniform;       // the same at every point
  bool wide;          // uniform, but some use needs it in every lane of a tile
  int32_t uses;
  int32_t product;    // an operand that is a product computed by this step too, or -1
  bool absorbed;      // a product that the one step that uses it computes
  bool direct;        // a load that is used in place
  bool emitted;
  int32_t lastUse;    // step after which its register is free
  int32_t directStore;  // number of the store that it is written to in place, or -1
  int64_t reg;
  OpFn fn;
  Pattern pattern;
};

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
  int64_t takeNarrow() {
    const int64_t offset = next;
    next += kLanes * 8;
    return offset;
  }
  void give(int64_t size, int64_t offset) { free[size][freeCount[size]++] = offset; }
};

int32_t operandCount(const InstructionWords& i) {
  switch (i.code) {
    case Code::unary: return 1;
    case Code::binary: return 2;
    case Code::select: return 3;
    case Code::cast: return 1;
    default: return 0;
  }
}

int32_t operand(const InstructionWords& i, int32_t which) {
  switch (i.code) {
    case Code::unary:
    case Code::binary: return i.p[1 + which];
    case Code::select: return i.p[which];
    default: return i.p[0];
  }
}

const char* findOperation(const InstructionWords* code, int32_t number, const KernelTable& table, OpFn& fn) {
  const InstructionWords& i = code[number];
  for (int32_t w = 0; w < operandCount(i); w++) {
    if (operand(i, w) < 0 || operand(i, w) >= number) return "an instruction names an operand that is not an earlier value";
  }
  switch (i.code) {
    case Code::unary: {
      const DType type = code[i.p[1]].dtype;
      if (i.dtype != resultOf(Unary(i.p[0]), type)) return "a unary instruction has the wrong dtype for its operand";
      fn = table.unary(Unary(i.p[0]), type);
      break;
    }
    case Code::binary: {
      const DType type = code[i.p[1]].dtype;
      if (code[i.p[2]].dtype != type) return "a binary instruction has operands of two dtypes";
      if (i.dtype != resultOf(Binary(i.p[0]), type)) return "a binary instruction has the wrong dtype for its operands";
      fn = table.binary(Binary(i.p[0]), type, Uniform::none);
      break;
    }
    case Code::select:
      if (code[i.p[0]].dtype != kBool) return "a select instruction needs a bool condition";
      if (code[i.p[1]].dtype != i.dtype || code[i.p[2]].dtype != i.dtype) return "a select instruction has the wrong dtype for its operands";
      fn = table.select(i.dtype, Uniform::none);
      break;
    case Code::cast: fn = table.cast(code[i.p[0]].dtype, i.dtype); break;
    default: return nullptr;
  }
  return fn ? nullptr : "an operation is not defined for the dtype of its operands";
}

/// a * b + c in one loop, where the product has no other use: a third fewer passes over registers in an optimizer's update.
void absorbProducts(Value* values, const BodyPlan& plan, const KernelTable& table) {
  const InstructionWords* code = plan.body->code;
  const int32_t count = plan.body->codeCount;
  for (int32_t i = 0; i < count; i++) {
    if (!values[i].needed || values[i].root != i) continue;
    for (int32_t w = 0; w < operandCount(code[i]); w++) values[values[operand(code[i], w)].root].uses++;
  }
  for (int32_t i = 0; i < plan.storeCount; i++) values[values[plan.stores[i].value].root].uses++;
  for (int32_t i = 0; i < plan.keptCount; i++) values[values[plan.kept[i]].root].uses++;
  for (int32_t i = 0; i < count; i++) {
    Value& value = values[i];
    if (!value.needed || value.root != i || value.invariant || code[i].code != Code::binary) continue;
    if (Binary(code[i].p[0]) != Binary::add && Binary(code[i].p[0]) != Binary::sub) continue;
    for (const int32_t w : {1, 0}) {
      const int32_t p = values[operand(code[i], w)].root;
      if (value.product >= 0 || code[p].code != Code::binary || Binary(code[p].p[0]) != Binary::mul) continue;
      if (values[p].uses != 1 || values[p].invariant || values[p].absorbed || !table.fused(Fused::add, code[p].dtype, Uniform::none)) continue;
      value.product = w;
      values[p].absorbed = true;
    }
  }
}

/// Marks the uniform values that some step reads lane by lane; the others need one group of lanes only.
void findNarrow(Value* values, const BodyPlan& plan, const KernelTable& table) {
  const InstructionWords* code = plan.body->code;
  for (int32_t i = 0; i < plan.storeCount; i++) values[values[plan.stores[i].value].root].wide = true;
  for (int32_t i = 0; i < plan.keptCount; i++) values[values[plan.kept[i]].root].wide = true;
  for (int32_t i = plan.body->codeCount - 1; i >= 0; i--) {
    const Value& value = values[i];
    if (!value.needed || value.root != i || (value.uniform && !value.wide)) continue;
    const bool binary = code[i].code == Code::binary && table.binary(Binary(code[i].p[0]), code[code[i].p[1]].dtype, Uniform::second);
    const bool scalarForms = !value.uniform && (binary || code[i].code == Code::select);
    bool found = false;
    for (int32_t w = operandCount(code[i]) - 1; w >= 0; w--) {
      Value& of = values[values[operand(code[i], w)].root];
      if (!of.uniform) continue;
      // One of the last two operands may be uniform; the number that a product is added to may not.
      const bool may = scalarForms && !found && !(code[i].code == Code::select && w == 0) && value.product < 0;
      if (may) found = true;
      else of.wide = true;
    }
  }
}

/// The loop of operation i and its operands.
void fillOperation(Step& step, const Value* values, const InstructionWords* code, int32_t i, const KernelTable& table) {
  const auto root = [&](int32_t of, int32_t w) { return values[operand(code[of], w)].root; };
  const auto narrow = [&](int32_t of) { return values[of].uniform && !values[of].wide; };
  const auto which = [&](int32_t a, int32_t b) { return narrow(b) ? Uniform::second : narrow(a) ? Uniform::first : Uniform::none; };
  step.fn = values[i].fn;
  step.a = step.b = step.c = root(i, 0);
  if (values[i].product >= 0) {
    const int32_t p = root(i, values[i].product);
    step.a = root(p, 0);
    step.b = root(p, 1);
    step.c = root(i, 1 - values[i].product);
    const Fused op = Binary(code[i].p[0]) == Binary::add ? Fused::add : values[i].product == 1 ? Fused::subtractFrom : Fused::subtract;
    step.fn = table.fused(op, code[i].dtype, which(step.a, step.b));
    return;
  }
  if (operandCount(code[i]) > 1) step.b = root(i, 1);
  if (operandCount(code[i]) > 2) step.c = root(i, 2);
  if (values[i].uniform) return;
  if (code[i].code == Code::binary && which(step.a, step.b) != Uniform::none) {
    step.fn = table.binary(Binary(code[i].p[0]), code[root(i, 0)].dtype, which(step.a, step.b));
  }
  if (code[i].code == Code::select && which(step.b, step.c) != Uniform::none) step.fn = table.select(code[i].dtype, which(step.b, step.c));
}

}  // namespace

Pattern makePattern(const Dims& dims, const int64_t* strides) {
  Pattern pattern{};
  for (int32_t d = 0; d < dims.count; d++) {
    if (dims.size[d] == 1) continue;
    if (pattern.count) {
      Axis& last = pattern.axes[pattern.count - 1];
      if (last.stride == strides[d] * dims.size[d]) {
        last = {last.size * dims.size[d], strides[d]};
        continue;
      }
    }
    pattern.axes[pattern.count++] = {dims.size[d], strides[d]};
  }
  pattern.constant = pattern.count == 0 || (pattern.count == 1 && pattern.axes[0].stride == 0);
  pattern.linear = pattern.count == 0 || (pattern.count == 1 && pattern.axes[0].stride == 1);
  if (pattern.constant) pattern.count = 0;
  return pattern;
}

const char* schedule(TileProgram& program, const BodyPlan& plan, const KernelTable& table, Block*& memory, int32_t* valueOf) {
  const InstructionWords* code = plan.body->code;
  const int32_t count = plan.body->codeCount;
  Value* values = make<Value>(memory, count);
  program.points = plan.dims.points();

  // What every value is, and which are needed.
  for (int32_t i = 0; i < count; i++) {
    Value& value = values[i];
    const InstructionWords& instruction = code[i];
    value.root = i;
    value.directStore = -1;
    value.lastUse = -1;
    value.product = -1;
    if (const char* error = findOperation(code, i, table, value.fn)) return error;
    if (instruction.code == Code::cast && code[instruction.p[0]].dtype == instruction.dtype) value.root = values[instruction.p[0]].root;
    int64_t strides[kMaxAxes] = {};
    if (instruction.code == Code::load) {
      if (instruction.p[0] < 0 || instruction.p[0] >= plan.body->loadCount) return "an instruction names a load that does not exist";
      const ViewWords& view = plan.body->loads[instruction.p[0]];
      if (view.dtype != instruction.dtype) return "a load instruction has another dtype than its view";
      if (view.count != plan.dims.count) return "a view has another number of strides than its kernel has dims";
      for (int32_t d = 0; d < plan.dims.count; d++) strides[d] = view.strides[plan.order[d]];
    } else if (instruction.code == Code::index || instruction.code == Code::random) {
      for (int32_t d = 0; d < plan.dims.count; d++) strides[d] = plan.rowMajor[d];
      if (instruction.code == Code::random && !isFloat(instruction.dtype)) return "random numbers are float32 or float64";
    } else if (instruction.code == Code::coordinate) {
      for (int32_t d = 0; d < plan.dims.count; d++) strides[d] = plan.order[d] == instruction.p[0];
    }
    value.pattern = makePattern(plan.dims, strides);
  }
  for (int32_t i = 0; i < plan.storeCount; i++) {
    const StoreWords& store = plan.stores[i];
    if (store.value < 0 || store.value >= count) return "a store names a value that does not exist";
    if (store.view.count != plan.dims.count) return "a view has another number of strides than its kernel has dims";
    if (store.view.dtype != code[store.value].dtype) return "a store has another dtype than its value";
    values[values[store.value].root].needed = true;
  }
  for (int32_t i = 0; i < plan.keptCount; i++) values[values[plan.kept[i]].root].needed = true;
  // A load that is stored unchanged beside other stores is copied first, since one of those may overwrite it.
  const auto storedAsIs = [&](int32_t root) {
    for (int32_t i = 0; i < plan.storeCount; i++) {
      if (values[plan.stores[i].value].root == root) return plan.storeCount > 1;
    }
    return false;
  };
  int32_t needed = 0;
  for (int32_t i = count - 1; i >= 0; i--) {
    if (!values[i].needed || values[i].root != i) continue;
    needed++;
    for (int32_t w = 0; w < operandCount(code[i]); w++) values[values[operand(code[i], w)].root].needed = true;
  }

  // Tile size; a map whose loads repeat with a short period gets tiles of whole periods, so that they are filled once.
  int64_t widest = 1;
  for (int32_t i = 0; i < count; i++) {
    if (values[i].needed && bytesOf(code[i].dtype) > widest) widest = bytesOf(code[i].dtype);
  }
  int64_t tile = kRegisterFile / (widest * (needed < 2 ? 2 : needed)) / 64 * 64;
  tile = tile < kShortestTile ? kShortestTile : tile > kLongestTile ? kLongestTile : tile;
  int64_t period = 64;
  for (int32_t i = 0; i < count; i++) {
    Value& value = values[i];
    if (!value.needed || value.root != i) continue;
    const Pattern& pattern = value.pattern;
    switch (code[i].code) {
      case Code::scalar: value.invariant = value.uniform = true; break;
      case Code::load:
      case Code::index:
      case Code::coordinate:
        value.invariant = value.uniform = pattern.constant;
        if (code[i].code == Code::load && !pattern.constant && pattern.linear) value.direct = !storedAsIs(i);
        if (plan.fromStart && pattern.count == 2 && pattern.axes[0].stride == 0 && program.points > tile) {
          const int64_t inner = pattern.axes[1].size, common = period / gcd(period, inner) * inner;
          if (common <= tile) {
            period = common;
            value.invariant = true;
          }
        }
        break;
      case Code::unary:
      case Code::binary:
      case Code::select:
      case Code::cast:
        value.invariant = value.uniform = true;
        for (int32_t w = 0; w < operandCount(code[i]); w++) {
          const Value& of = values[values[operand(code[i], w)].root];
          value.invariant = value.invariant && of.invariant;
          value.uniform = value.uniform && of.uniform;
        }
        break;
      default: break;
    }
  }
  tile = tile / period * period;
  program.tile = tile;

  const auto root = [&](int32_t i, int32_t w) { return values[operand(code[i], w)].root; };
  absorbProducts(values, plan, table);
  findNarrow(values, plan, table);

  // Steps, in the order of the code, each source just before its first use.
  program.prologue = make<Step>(memory, count);
  program.steps = make<Step>(memory, count);
  int32_t* stepValue = make<int32_t>(memory, count);
  int32_t memoryReads = -1;  // last step that reads memory
  const auto emit = [&](int32_t i) {
    Value& value = values[i];
    if (value.emitted || value.direct || value.absorbed || code[i].code == Code::result) return;
    value.emitted = true;
    Step step{};
    step.out = i;
    step.narrow = value.uniform && !value.wide;
    if (operandCount(code[i])) {
      step.kind = StepKind::op;
      fillOperation(step, values, code, i, table);
    } else {
      step.kind = code[i].code == Code::load ? StepKind::load : code[i].code == Code::scalar ? StepKind::scalar : code[i].code == Code::random ? StepKind::random : StepKind::affine;
      Source* source = make<Source>(memory, 1);
      source->dtype = code[i].dtype;
      source->pattern = value.pattern;
      if (step.kind == StepKind::load) source->place = plan.body->loads[code[i].p[0]].place;
      if (step.kind == StepKind::scalar) source->scalar = code[i].p[0];
      if (step.kind == StepKind::random) {
        source->normal = code[i].p[0] != 0;
        source->scalar = code[i].p[1];
      }
      step.source = source;
    }
    if (value.invariant) {
      program.prologue[program.prologueCount++] = step;
      return;
    }
    const int32_t number = program.stepCount++;
    stepValue[number] = i;
    program.steps[number] = step;
    bool reads = step.kind == StepKind::load;
    if (step.kind == StepKind::op) {
      for (const int32_t operandValue : {step.a, step.b, step.c}) {
        values[operandValue].lastUse = number;
        reads = reads || values[operandValue].direct;
      }
    }
    if (reads) memoryReads = number;
  };
  for (int32_t i = 0; i < count; i++) {
    if (!values[i].needed || values[i].root != i || values[i].absorbed || operandCount(code[i]) == 0) continue;
    for (int32_t w = 0; w < operandCount(code[i]); w++) {
      const int32_t of = root(i, w);
      emit(of);
      if (values[of].absorbed) {
        for (int32_t v = 0; v < operandCount(code[of]); v++) emit(root(of, v));
      }
    }
    emit(i);
  }
  for (int32_t i = 0; i < count; i++) {
    if (values[i].needed && values[i].root == i) emit(i);
  }

  // Stores: in place where the value comes last of all that reads memory, so that a store over a load of the same view is safe.
  program.directStores = make<Direct>(memory, plan.storeCount);
  program.stores = make<StoreStep>(memory, plan.storeCount);
  for (int32_t n = program.stepCount - 1; n >= 0; n--) values[stepValue[n]].directStore = n >= memoryReads && program.steps[n].kind == StepKind::op ? -2 : -1;
  for (int32_t i = 0; i < plan.storeCount; i++) {
    const StoreWords& store = plan.stores[i];
    const int32_t root = values[store.value].root;
    int64_t strides[kMaxAxes] = {};
    for (int32_t d = 0; d < plan.dims.count; d++) strides[d] = store.view.strides[plan.order[d]];
    const Pattern pattern = makePattern(plan.dims, strides);
    const int64_t size = bytesOf(store.view.dtype);
    if (pattern.linear && values[root].directStore == -2) {
      values[root].directStore = i;
      program.directStores[program.directStoreCount++] = {root, size, store.view.place, 0};
    } else {
      program.stores[program.storeCount++] = {root, size, store.view.place, pattern};
      values[root].lastUse = kForever;
    }
  }
  for (int32_t i = 0; i < plan.keptCount; i++) values[values[plan.kept[i]].root].lastUse = kForever;

  // Registers.
  Registers registers;
  registers.tile = tile;
  for (const int64_t size : {1, 2, 4, 8}) registers.free[size] = make<int64_t>(memory, count + 1);
  for (int32_t i = 0; i < count; i++) {
    Value& value = values[i];
    value.reg = 0;
    if (!value.needed || value.root != i) continue;
    if (value.uniform && !value.wide) value.reg = registers.takeNarrow();
    else if (value.invariant || value.direct) value.reg = registers.take(bytesOf(code[i].dtype));
  }
  for (int32_t n = 0; n < program.stepCount; n++) {
    const int32_t out = stepValue[n];
    const int64_t size = bytesOf(code[out].dtype);
    const Step& step = program.steps[n];
    // An operand of the same width that dies here may give its register to the result; one of another width may not.
    const auto releaseOperands = [&](bool sameSize) {
      if (step.kind != StepKind::op) return;
      const int32_t operands[3] = {step.a, step.b, step.c};
      for (int32_t w = 0; w < 3; w++) {
        bool repeated = false;
        for (int32_t v = 0; v < w; v++) repeated = repeated || operands[v] == operands[w];
        const Value& value = values[operands[w]];
        const int64_t width = bytesOf(code[operands[w]].dtype);
        if (repeated || value.invariant || value.lastUse != n || code[operands[w]].code == Code::result || value.directStore >= 0) continue;
        if ((width == size) == sameSize) registers.give(width, value.reg);
      }
    };
    releaseOperands(true);
    values[out].reg = registers.take(size);
    releaseOperands(false);
  }
  program.registerBytes = roundUp(registers.next, 64) + 64;

  // Values get numbers of their own, results first.
  program.values = 0;
  program.results = 0;
  for (int32_t i = 0; i < count; i++) valueOf[i] = -1;
  int32_t* resultValue = make<int32_t>(memory, count);
  for (int32_t i = 0; i < count; i++) {
    if (code[i].code == Code::result && values[i].needed) {
      resultValue[program.results++] = code[i].p[0];
      valueOf[i] = program.values++;
    }
  }
  for (int32_t i = 0; i < count; i++) {
    if (values[i].needed && values[i].root == i && valueOf[i] < 0) valueOf[i] = program.values++;
  }
  for (int32_t i = 0; i < count; i++) {
    if (values[i].root != i) valueOf[i] = valueOf[values[i].root];
  }
  int64_t* registerOf = make<int64_t>(memory, program.values);
  program.loads = make<Direct>(memory, count);
  for (int32_t i = 0; i < count; i++) {
    if (!values[i].needed || values[i].root != i) continue;
    registerOf[valueOf[i]] = values[i].reg;
    if (values[i].direct) {
      program.loads[program.loadCount++] = {valueOf[i], bytesOf(code[i].dtype), plan.body->loads[code[i].p[0]].place, values[i].reg};
    }
  }
  program.registerOf = registerOf;
  program.resultValue = resultValue;
  for (Step* step = program.prologue; step != program.prologue + program.prologueCount; step++) {
    step->out = valueOf[step->out];
    if (step->kind == StepKind::op) step->a = valueOf[step->a], step->b = valueOf[step->b], step->c = valueOf[step->c];
  }
  program.cost = 0.05 * double(program.loadCount + program.directStoreCount + program.storeCount);
  for (int32_t n = 0; n < program.stepCount; n++) {
    Step& step = program.steps[n];
    const double width = double(bytesOf(code[stepValue[n]].dtype)) / 4;
    program.cost += step.kind == StepKind::random ? 3 : step.kind != StepKind::op ? 0.3 : isTranscendental(code[stepValue[n]]) ? 0.8 * width * width : 0.05 * width;
    step.out = valueOf[step.out];
    if (step.kind == StepKind::op) step.a = valueOf[step.a], step.b = valueOf[step.b], step.c = valueOf[step.c];
  }
  for (int32_t i = 0; i < program.directStoreCount; i++) {
    program.directStores[i].reg = values[program.directStores[i].value].reg;
    program.directStores[i].value = valueOf[program.directStores[i].value];
  }
  for (int32_t i = 0; i < program.storeCount; i++) program.stores[i].value = valueOf[program.stores[i].value];
  return nullptr;
}

}  // namespace cellgrad
