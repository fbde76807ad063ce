// Tiles and steps of a body: see schedule.h, and scheduler.h for the order of the passes.
#include <initializer_list>

#include "scheduler.h"

namespace cellgrad {
namespace {

constexpr int64_t kRegisterFile = 40 * 1024;  // what the registers of a tile should fit in, well inside a 32 KiB L1
constexpr int64_t kLongestTile = 1024;
constexpr int64_t kShortestTile = 192;

int64_t gcd(int64_t a, int64_t b) { return b == 0 ? a : gcd(b, a % b); }

}  // namespace

void Scheduler::markNeeded() {
  for (int32_t i = 0; i < spec.storeCount; i++) rootOf(spec.stores[i].value).needed = true;
  for (int32_t i = 0; i < spec.keptCount; i++) rootOf(spec.kept[i]).needed = true;
  for (int32_t i = count - 1; i >= 0; i--) {
    if (!counts(i)) continue;
    for (int32_t w = 0; w < operandCount(code[i]); w++) values[rootOperand(i, w)].needed = true;
  }
}

/// A load that is stored unchanged beside other stores is copied first, since one of those may overwrite it.
bool Scheduler::isCopiedFirst(int32_t root) const {
  for (int32_t i = 0; i < spec.storeCount; i++) {
    if (values[spec.stores[i].value].root == root) return spec.storeCount > 1;
  }
  return false;
}

/// As many points as the registers of all values have room for.
int64_t Scheduler::fittingTile() const {
  int64_t widest = 1, needed = 0;
  for (int32_t i = 0; i < count; i++) {
    if (values[i].needed && bytesOf(code[i].dtype) > widest) widest = bytesOf(code[i].dtype);
    if (counts(i)) needed++;
  }
  const int64_t tile = kRegisterFile / (widest * (needed < 2 ? 2 : needed)) / 64 * 64;
  return tile < kShortestTile ? kShortestTile : tile > kLongestTile ? kLongestTile : tile;
}

/// Whether the value is the same in every tile or at every point. A load that repeats with a short period is the same in every tile where
/// tiles are made of whole periods.
void Scheduler::classify(int32_t i, int64_t tile, int64_t& period) {
  BodyValue& value = values[i];
  const Pattern& pattern = value.pattern;
  switch (code[i].code) {
    case Code::scalar: value.invariant = value.uniform = true; return;
    case Code::load:
    case Code::index:
    case Code::coordinate:
      value.invariant = value.uniform = pattern.constant;
      if (code[i].code == Code::load && !pattern.constant && pattern.linear) value.direct = !isCopiedFirst(i);
      if (spec.fromStart && pattern.count == 2 && pattern.axes[0].stride == 0 && program.points > tile) {
        const int64_t inner = pattern.axes[1].size, common = period / gcd(period, inner) * inner;
        if (common <= tile) {
          period = common;
          value.invariant = true;
        }
      }
      return;
    case Code::unary:
    case Code::binary:
    case Code::select:
    case Code::cast:
      value.invariant = value.uniform = true;
      for (int32_t w = 0; w < operandCount(code[i]); w++) {
        const BodyValue& of = values[rootOperand(i, w)];
        value.invariant = value.invariant && of.invariant;
        value.uniform = value.uniform && of.uniform;
      }
      return;
    default: return;
  }
}

void Scheduler::chooseTile() {
  const int64_t tile = fittingTile();
  int64_t period = 64;
  for (int32_t i = 0; i < count; i++) {
    if (counts(i)) classify(i, tile, period);
  }
  program.tile = tile / period * period;
}

void Scheduler::countUses() {
  for (int32_t i = 0; i < count; i++) {
    if (!counts(i)) continue;
    for (int32_t w = 0; w < operandCount(code[i]); w++) values[rootOperand(i, w)].uses++;
  }
  for (int32_t i = 0; i < spec.storeCount; i++) rootOf(spec.stores[i].value).uses++;
  for (int32_t i = 0; i < spec.keptCount; i++) rootOf(spec.kept[i]).uses++;
}

/// a * b + c in one loop, where the product has no other use: a third fewer passes over registers in an optimizer's update.
void Scheduler::absorbProducts() {
  for (int32_t i = 0; i < count; i++) {
    BodyValue& value = values[i];
    if (!counts(i) || value.invariant || code[i].code != Code::binary) continue;
    if (Binary(code[i].p[0]) != Binary::add && Binary(code[i].p[0]) != Binary::sub) continue;
    for (const int32_t w : {1, 0}) {
      const int32_t p = rootOperand(i, w);
      if (value.product >= 0 || code[p].code != Code::binary || Binary(code[p].p[0]) != Binary::mul) continue;
      if (values[p].uses != 1 || values[p].invariant || values[p].absorbed || !table.fused(Fused::add, code[p].dtype, Uniform::none)) continue;
      value.product = w;
      values[p].absorbed = true;
    }
  }
}

/// Marks the uniform values that some step reads lane by lane; the others need one group of lanes only.
void Scheduler::findWide() {
  for (int32_t i = 0; i < spec.storeCount; i++) rootOf(spec.stores[i].value).wide = true;
  for (int32_t i = 0; i < spec.keptCount; i++) rootOf(spec.kept[i]).wide = true;
  for (int32_t i = count - 1; i >= 0; i--) {
    const BodyValue& value = values[i];
    if (!counts(i) || isUniform(i)) continue;
    const bool binary = code[i].code == Code::binary && table.binary(Binary(code[i].p[0]), code[code[i].p[1]].dtype, Uniform::second);
    const bool scalarForms = !value.uniform && (binary || code[i].code == Code::select);
    bool found = false;
    for (int32_t w = operandCount(code[i]) - 1; w >= 0; w--) {
      BodyValue& of = values[rootOperand(i, w)];
      if (!of.uniform) continue;
      // One of the last two operands may be uniform; the number that a product is added to may not.
      const bool may = scalarForms && !found && !(code[i].code == Code::select && w == 0) && value.product < 0;
      if (may) found = true;
      else of.wide = true;
    }
  }
}

Fused Scheduler::fusedOf(int32_t i) const {
  return Binary(code[i].p[0]) == Binary::add ? Fused::add : values[i].product == 1 ? Fused::subtractFrom : Fused::subtract;
}

/// The loop of operation i and its operands.
void Scheduler::fillOperation(Step& step, int32_t i) const {
  step.fn = values[i].fn;
  step.a = step.b = step.c = rootOperand(i, 0);
  if (values[i].product >= 0) {
    const int32_t p = rootOperand(i, values[i].product);
    step.a = rootOperand(p, 0);
    step.b = rootOperand(p, 1);
    step.c = rootOperand(i, 1 - values[i].product);
    step.fn = table.fused(fusedOf(i), code[i].dtype, whichIsUniform(step.a, step.b));
    return;
  }
  if (operandCount(code[i]) > 1) step.b = rootOperand(i, 1);
  if (operandCount(code[i]) > 2) step.c = rootOperand(i, 2);
  if (values[i].uniform) return;
  if (code[i].code == Code::binary && whichIsUniform(step.a, step.b) != Uniform::none) {
    step.fn = table.binary(Binary(code[i].p[0]), code[rootOperand(i, 0)].dtype, whichIsUniform(step.a, step.b));
  }
  if (code[i].code == Code::select && whichIsUniform(step.b, step.c) != Uniform::none) step.fn = table.select(code[i].dtype, whichIsUniform(step.b, step.c));
}

const Source* Scheduler::makeSource(StepKind kind, int32_t i) {
  Source* source = make<Source>(memory, 1);
  source->dtype = code[i].dtype;
  source->pattern = values[i].pattern;
  if (kind == StepKind::load) source->place = spec.body->loads[code[i].p[0]].place;
  if (kind == StepKind::scalar) source->scalar = code[i].p[0];
  if (kind == StepKind::random) {
    source->normal = code[i].p[0] != 0;
    source->scalar = code[i].p[1];
  }
  return source;
}

static StepKind sourceKind(Code code) {
  return code == Code::load ? StepKind::load : code == Code::scalar ? StepKind::scalar : code == Code::random ? StepKind::random : StepKind::affine;
}

/// The step that computes value i, if it needs one and has none yet.
void Scheduler::emit(int32_t i) {
  BodyValue& value = values[i];
  if (value.emitted || value.direct || value.absorbed || code[i].code == Code::result) return;
  value.emitted = true;
  Step step{};
  step.out = i;
  step.uniform = isUniform(i);
  if (operandCount(code[i])) {
    step.kind = StepKind::op;
    fillOperation(step, i);
  } else {
    step.kind = sourceKind(code[i].code);
    step.source = makeSource(step.kind, i);
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
    for (const int32_t of : {step.a, step.b, step.c}) {
      values[of].lastUse = number;
      reads = reads || values[of].direct;
    }
  }
  if (reads) lastRead = number;
}

/// Steps in the order of the code, each source just before its first use.
void Scheduler::makeSteps() {
  program.prologue = make<Step>(memory, count);
  program.steps = make<Step>(memory, count);
  stepValue = make<int32_t>(memory, count);
  // Arithmetic that nothing stands between becomes one step.
  if (fusesSteps(table)) {
    for (int32_t i = 0; i < count; i++) {
      if (counts(i) && operandCount(code[i]) == 0) emit(i);
    }
  }
  for (int32_t i = 0; i < count; i++) {
    if (!counts(i) || values[i].absorbed || operandCount(code[i]) == 0) continue;
    for (int32_t w = 0; w < operandCount(code[i]); w++) {
      const int32_t of = rootOperand(i, w);
      emit(of);
      if (!values[of].absorbed) continue;
      for (int32_t v = 0; v < operandCount(code[of]); v++) emit(rootOperand(of, v));
    }
    emit(i);
  }
  for (int32_t i = 0; i < count; i++) {
    if (counts(i)) emit(i);
  }
}

const char* schedule(TileProgram& program, const BodySpec& spec, const KernelTable& table, Block*& memory, int32_t* valueOf) {
  Scheduler scheduler(program, spec, table, memory);
  if (const char* error = scheduler.describe()) return error;
  scheduler.markNeeded();
  scheduler.chooseTile();
  scheduler.countUses();
  scheduler.absorbProducts();
  scheduler.findWide();
  scheduler.makeSteps();
  scheduler.makeStores();
  scheduler.giveRegisters();
  scheduler.numberValues(valueOf);
  scheduler.fuseSteps(valueOf);
  scheduler.useNumbers(valueOf);
  return nullptr;
}

}  // namespace cellgrad
