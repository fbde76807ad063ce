// Runs of arithmetic on float32 as machine code: one pass over memory in place of one for each step, with what is between in registers of
// the processor. The instructions are those of the single steps, in their order, so that results are the same to the bit. WebAssembly's are
// in step_fuser_wasm.h.
#include "scheduler.h"

#if (defined(__x86_64__) && defined(__linux__)) || defined(__wasm__)
#include <string.h>

#if defined(__wasm__)
#include "step_fuser_wasm.h"
#else
#include <vector>

#include "machine_code.h"
#endif

namespace cellgrad {
namespace {

bool isComparison(Binary op) {
  switch (op) {
    case Binary::eq:
    case Binary::ne:
    case Binary::lt:
    case Binary::le:
    case Binary::gt:
    case Binary::ge: return true;
    default: return false;
  }
}

}  // namespace

#if !defined(__wasm__)
namespace {

constexpr Register kValues = rdi, kRegisters = rsi, kBytes = rdx, kAt = rax;
/// For the addresses of values that are not in the register file.
constexpr Register kPointers[] = {rcx, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15};
constexpr int kPointerCount = 11;
/// Of these, whoever calls may keep something in those from here on.
constexpr int kSaved = 5;

enum Opcode : uint8_t { kAdd = 0x58, kMul = 0x59, kSub = 0x5c, kMin = 0x5d, kDiv = 0x5e, kMax = 0x5f };

Comparison comparisonOf(Binary op) {
  switch (op) {
    case Binary::ne: return unequalTo;
    case Binary::lt: return lessThan;
    case Binary::le: return atMost;
    case Binary::gt: return greaterThan;
    case Binary::ge: return atLeast;
    default: return equalTo;
  }
}

/// A set of numbered registers, of which some are taken.
struct FreeSet {
  uint32_t free;
  int take() {
    if (!free) return -1;
    const int first = __builtin_ctz(free);
    free &= free - 1;
    return first;
  }
  void give(int which) { free |= 1u << which; }
};

}  // namespace

/// Writes the code of steps [begin, end).
class StepFuser {
 public:
  StepFuser(const Scheduler& scheduler, const int32_t* valueOf, bool wide, int32_t begin, int32_t end)
      : s(scheduler), valueOf(valueOf), assembler(wide), begin(begin), end(end), vectors{wide ? 0xffffffffu : 0xffffu}, masks{0xfe}, places(size_t(scheduler.count)) {}

  /// Gives the first step that there was no register for, or `end`.
  int32_t write();
  void* keep() const { return assembler.fits() ? keepCode(assembler.bytes(), assembler.size()) : nullptr; }

 private:
  struct Place {
    int vector = -1;    // the register that the value is in
    int pointer = -1;   // the register that its address is in
    int32_t lastUse = -1, uses = 0;
    bool made = false;  // by one of these steps
    bool mask = false;  // where conditions are masks, `vector` is one
  };

  bool findPlaces();
  bool givePointer(int32_t value);
  bool writeStep(int32_t n);
  bool writeArithmetic(uint8_t opcode, int to, int32_t a, int32_t b);
  bool writeExtreme(int to, int32_t a, int32_t b, bool largest);
  bool writeComparison(int32_t n, const Step& step);
  bool writeSelect(int to, const Step& step);
  bool writeFused(int to, const Step& step, Fused op);
  bool writeUnary(int to, int32_t a, Unary op);
  /// Where the value lies for the current tile.
  Operand inMemory(int32_t value) const;
  /// The value as an operand that may be memory, which is read at once if it is used again.
  Operand operand(int32_t value);
  /// The value in a register; -1 where none is left.
  int inRegister(int32_t value);
  void release(int32_t value);
  /// Outside of these steps somebody needs what step n makes.
  bool isWanted(int32_t value) const { return s.values[value].lastUse >= end || s.values[value].storedDirectly; }
  bool hasPointer(int32_t value) const { return s.values[value].direct || s.values[value].storedDirectly || s.code[value].code == Code::result || s.code[value].code == Code::load; }
  int takeFilled(uint32_t bits) {
    const int vector = vectors.take();
    assembler.fill(vector, bits);
    return vector;
  }

  const Scheduler& s;
  const int32_t* valueOf;
  Assembler assembler;
  const int32_t begin, end;
  FreeSet vectors, masks;
  std::vector<Place> places;
  int pointers = 0;
  int signs = -1, magnitudes = -1, one = -1;
};

bool StepFuser::givePointer(int32_t value) {
  Place& place = places[size_t(value)];
  if (place.pointer >= 0 || s.isUniform(value) || !hasPointer(value)) return true;
  if (pointers == kPointerCount) return false;
  place.pointer = kPointers[pointers++];
  return true;
}

bool StepFuser::findPlaces() {
  for (int32_t n = begin; n < end; n++) {
    const Step& step = s.program.steps[n];
    for (int32_t w = 0; w < s.stepOperands(n); w++) {
      const int32_t value = w == 0 ? step.a : w == 1 ? step.b : step.c;
      Place& place = places[size_t(value)];
      place.uses++;
      place.lastUse = n;
      if (!place.made && !givePointer(value)) return false;
    }
    const int32_t value = s.stepValue[n];
    places[size_t(value)].made = true;
    if (isWanted(value) && !givePointer(value)) return false;
  }
  return true;
}

Operand StepFuser::inMemory(int32_t value) const {
  const Place& place = places[size_t(value)];
  if (place.pointer >= 0) return Operand::memory(place.pointer, kAt, 0);
  return Operand::memory(kRegisters, s.isUniform(value) ? -1 : int(kAt), int32_t(s.values[value].reg));
}

Operand StepFuser::operand(int32_t value) {
  const Place& place = places[size_t(value)];
  if (place.vector >= 0) return Operand::of(place.vector);
  if (place.uses == 1 || inRegister(value) < 0) return inMemory(value);
  return Operand::of(place.vector);
}

int StepFuser::inRegister(int32_t value) {
  Place& place = places[size_t(value)];
  if (place.vector >= 0) return place.vector;
  const int vector = vectors.take();
  if (vector < 0) return -1;
  assembler.load(vector, inMemory(value));
  place.vector = vector;
  return vector;
}

void StepFuser::release(int32_t value) {
  Place& place = places[size_t(value)];
  if (place.vector < 0) return;
  (place.mask && assembler.wide ? masks : vectors).give(place.vector);
  place.vector = -1;
}

bool StepFuser::writeArithmetic(uint8_t opcode, int to, int32_t a, int32_t b) {
  const int first = inRegister(a);
  if (first < 0) return false;
  assembler.arithmetic(opcode, to, first, operand(b));
  return true;
}

/// NaN passes on from either side: the instruction gives the second operand where one is NaN, so that only the first has to be looked at.
bool StepFuser::writeExtreme(int to, int32_t a, int32_t b, bool largest) {
  const int first = inRegister(a), mask = assembler.wide ? masks.take() : vectors.take();
  if (first < 0 || mask < 0) return false;
  assembler.compare(notANumber, mask, first, Operand::of(first));
  assembler.arithmetic(largest ? kMax : kMin, to, first, operand(b));
  assembler.blend(to, mask, to, Operand::of(first));
  (assembler.wide ? masks : vectors).give(mask);
  return true;
}

bool StepFuser::writeComparison(int32_t n, const Step& step) {
  const int first = inRegister(step.a), mask = assembler.wide ? masks.take() : vectors.take();
  if (first < 0 || mask < 0) return false;
  const int32_t value = s.stepValue[n];
  assembler.compare(comparisonOf(Binary(s.code[value].p[0])), mask, first, operand(step.b));
  places[size_t(value)].vector = mask;
  places[size_t(value)].mask = true;
  return true;
}

bool StepFuser::writeSelect(int to, const Step& step) {
  const int otherwise = inRegister(step.c);
  if (otherwise < 0) return false;
  assembler.blend(to, places[size_t(step.a)].vector, otherwise, operand(step.b));
  return true;
}

bool StepFuser::writeFused(int to, const Step& step, Fused op) {
  if (!writeArithmetic(kMul, to, step.a, step.b)) return false;
  if (op == Fused::subtractFrom) {
    const int from = inRegister(step.c);
    if (from < 0) return false;
    assembler.arithmetic(kSub, to, from, Operand::of(to));
  } else {
    assembler.arithmetic(op == Fused::add ? kAdd : kSub, to, to, operand(step.c));
  }
  return true;
}

bool StepFuser::writeUnary(int to, int32_t a, Unary op) {
  if (op == Unary::sqrt) return assembler.squareRoot(to, operand(a)), true;
  if (op == Unary::reciprocal) return assembler.arithmetic(kDiv, to, one, operand(a)), true;
  if (op == Unary::rsqrt) {
    assembler.squareRoot(to, operand(a));
    assembler.arithmetic(kDiv, to, one, Operand::of(to));
    return true;
  }
  const int of = inRegister(a);
  if (of < 0) return false;
  if (op == Unary::neg) assembler.xor_(to, of, signs);
  else assembler.and_(to, of, magnitudes);
  return true;
}

bool StepFuser::writeStep(int32_t n) {
  const Step& step = s.program.steps[n];
  const int32_t value = s.stepValue[n];
  const InstructionWords& instruction = s.code[value];
  const bool isCondition = instruction.code == Code::binary && isComparison(Binary(instruction.p[0]));
  int to = -1;
  if (!isCondition && (to = vectors.take()) < 0) return false;
  bool written = false;
  if (isCondition) written = writeComparison(n, step);
  else if (instruction.code == Code::select) written = writeSelect(to, step);
  else if (s.values[value].product >= 0) written = writeFused(to, step, s.fusedOf(value));
  else if (instruction.code == Code::unary) written = writeUnary(to, step.a, Unary(instruction.p[0]));
  else {
    switch (Binary(instruction.p[0])) {
      case Binary::add: written = writeArithmetic(kAdd, to, step.a, step.b); break;
      case Binary::sub: written = writeArithmetic(kSub, to, step.a, step.b); break;
      case Binary::mul: written = writeArithmetic(kMul, to, step.a, step.b); break;
      case Binary::div: written = writeArithmetic(kDiv, to, step.a, step.b); break;
      case Binary::max: written = writeExtreme(to, step.a, step.b, true); break;
      case Binary::min: written = writeExtreme(to, step.a, step.b, false); break;
      default: break;
    }
  }
  if (!written) return false;
  for (int32_t w = 0; w < s.stepOperands(n); w++) {
    const int32_t of = w == 0 ? step.a : w == 1 ? step.b : step.c;
    if (places[size_t(of)].lastUse == n && !(places[size_t(of)].made && s.values[of].storedLate)) release(of);
  }
  if (isCondition) return true;
  Place& place = places[size_t(value)];
  place.vector = to;
  if (s.values[value].storedLate) return true;
  if (isWanted(value)) assembler.store(inMemory(value), to);
  if (place.uses == 0 || place.lastUse <= n) release(value);
  return true;
}

int32_t StepFuser::write() {
  if (!findPlaces()) return end - 1;
  for (int i = kSaved; i < pointers; i++) assembler.push(kPointers[i]);
  for (int32_t i = 0; i < s.count; i++) {
    const Place& place = places[size_t(i)];
    if (place.pointer >= 0) assembler.loadPointer(Register(place.pointer), kValues, 8 * valueOf[i]);
  }
  for (int32_t n = begin; n < end; n++) {
    const InstructionWords& instruction = s.code[s.stepValue[n]];
    if (instruction.code != Code::unary) continue;
    const Unary op = Unary(instruction.p[0]);
    if (op == Unary::neg && signs < 0) signs = takeFilled(0x80000000u);
    if (op == Unary::abs && magnitudes < 0) magnitudes = takeFilled(0x7fffffffu);
    if ((op == Unary::reciprocal || op == Unary::rsqrt) && one < 0) one = takeFilled(0x3f800000u);
  }
  assembler.clear(kAt);
  const size_t loop = assembler.size();
  for (int32_t n = begin; n < end; n++) {
    if (!writeStep(n)) return n;
  }
  for (int32_t n = begin; n < end; n++) {
    const int32_t value = s.stepValue[n];
    if (s.values[value].storedLate) assembler.store(inMemory(value), places[size_t(value)].vector);
  }
  assembler.addTo(kAt, int8_t(assembler.vectorBytes()));
  assembler.compareRegisters(kAt, kBytes);
  assembler.jumpIfLess(loop);
  for (int i = pointers; i-- > kSaved;) assembler.pop(kPointers[i]);
  assembler.leave();
  return end;
}

#endif

int32_t Scheduler::stepOperands(int32_t n) const {
  const int32_t value = stepValue[n];
  return values[value].product >= 0 ? 3 : operandCount(code[value]);
}

/// Whether a step may be machine code, its condition apart.
bool Scheduler::isFusible(int32_t n) const {
  if (program.steps[n].kind != StepKind::op) return false;
  const InstructionWords& instruction = code[stepValue[n]];
  switch (instruction.code) {
    case Code::unary:
      switch (Unary(instruction.p[0])) {
        case Unary::neg:
        case Unary::abs:
        case Unary::sqrt:
        case Unary::rsqrt:
        case Unary::reciprocal: return instruction.dtype == kFloat32;
        default: return false;
      }
    case Code::binary:
      if (code[instruction.p[1]].dtype != kFloat32) return false;
      switch (Binary(instruction.p[0])) {
        case Binary::add:
        case Binary::sub:
        case Binary::mul:
        case Binary::div:
        case Binary::max:
        case Binary::min: return true;
        default: return isComparison(Binary(instruction.p[0]));
      }
    case Code::select: return instruction.dtype == kFloat32;
    default: return false;
  }
}

/// The end of the longest run of steps from `begin` whose conditions are made and used among themselves.
int32_t Scheduler::runFrom(int32_t begin, int32_t limit) const {
  int32_t end = begin;
  while (end < limit && isFusible(end)) end++;
  for (bool settled = false; !settled;) {
    settled = true;
    for (int32_t n = begin; n < end && settled; n++) {
      const InstructionWords& instruction = code[stepValue[n]];
      bool stands = true;
      if (instruction.dtype == kBool) {
        stands = values[stepValue[n]].lastUse < end && !values[stepValue[n]].storedDirectly;
        for (int32_t later = n + 1; later < end && stands; later++) {
          const Step& step = program.steps[later];
          const bool isSelect = code[stepValue[later]].code == Code::select;
          for (int32_t w = 0; w < stepOperands(later); w++) {
            const int32_t of = w == 0 ? step.a : w == 1 ? step.b : step.c;
            if (of == stepValue[n] && !(isSelect && w == 0)) stands = false;
          }
        }
      } else if (instruction.code == Code::select) {
        stands = false;
        for (int32_t earlier = begin; earlier < n; earlier++) stands = stands || stepValue[earlier] == program.steps[n].a;
      }
      if (stands) continue;
      end = n;
      settled = false;
    }
  }
  return end;
}

/// What these steps make and a store writes in the order of the points is stored where it is made, if nothing after them reads memory.
void Scheduler::storeLate(int32_t begin, int32_t end) {
  if (lastRead >= end) return;
  int32_t kept = 0;
  for (int32_t i = 0; i < program.storeCount; i++) {
    const StoreStep store = program.stores[i];
    BodyValue& value = values[store.value];
    bool isMade = false;
    for (int32_t n = begin; n < end; n++) isMade = isMade || stepValue[n] == store.value;
    if (store.pattern.linear && isMade && !value.storedDirectly && code[store.value].dtype == kFloat32) {
      value.storedDirectly = value.storedLate = true;
      program.directStores[program.directStoreCount++] = {store.value, store.size, store.place, 0};
    } else {
      program.stores[kept++] = store;
    }
  }
  program.storeCount = kept;
}

/// Undoes `storeLate`.
void Scheduler::storeAfterwards() {
  int32_t kept = 0;
  for (int32_t i = 0; i < program.directStoreCount; i++) {
    const Direct store = program.directStores[i];
    BodyValue& value = values[store.value];
    if (!value.storedLate) {
      program.directStores[kept++] = store;
      continue;
    }
    value.storedDirectly = value.storedLate = false;
    StoreStep& after = program.stores[program.storeCount++];
    after = {store.value, store.size, store.place, values[store.value].pattern};
    after.pattern.linear = true;
  }
  program.directStoreCount = kept;
}

#if defined(__wasm__)
/// Compiling a module takes about a millisecond: fewer points are computed faster than that for a long time.
constexpr int64_t kLeastPoints = 1 << 15;
/// Steps of one module, whose compiler would take longer than in proportion.
constexpr int32_t kMostSteps = 64;

bool fusesSteps(const KernelTable&) { return true; }
#else
constexpr int64_t kLeastPoints = 0;
constexpr int32_t kMostSteps = 0x7fffffff;

bool fusesSteps(const KernelTable& table) { return strcmp(table.name, "avx512") == 0 || strcmp(table.name, "avx2") == 0; }
#endif

void Scheduler::fuseSteps(const int32_t* valueOf) {
  if (!fusesSteps(table) || program.points < kLeastPoints) return;
  const bool wide = strcmp(table.name, "avx512") == 0;
  int32_t kept = 0;
  for (int32_t n = 0; n < program.stepCount;) {
    int32_t end = runFrom(n, program.stepCount - n < kMostSteps ? program.stepCount : n + kMostSteps);
    void* written = nullptr;
    while (end - n > 1 && !written) {
      storeLate(n, end);
      StepFuser fuser(*this, valueOf, wide, n, end);
      const int32_t reached = fuser.write();
      if (reached == end && (written = fuser.keep())) break;
      storeAfterwards();
      end = runFrom(n, reached < end ? reached : n);
    }
    if (!written) {
      program.steps[kept] = program.steps[n];
      stepValue[kept++] = stepValue[n++];
      continue;
    }
    Step fused{};
    fused.kind = StepKind::code;
    fused.code = reinterpret_cast<CodeFn>(written);
    for (; n < end; n++) fusedCost += costOf(n);
    program.steps[kept] = fused;
    stepValue[kept++] = -1;
  }
  program.stepCount = kept;
}

}  // namespace cellgrad

#else

namespace cellgrad {

bool fusesSteps(const KernelTable&) { return false; }

void Scheduler::fuseSteps(const int32_t*) {}

}  // namespace cellgrad

#endif
