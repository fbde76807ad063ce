// How schedule.cpp and schedule_registers.cpp make a TileProgram: the values of a body, and one pass after the other.
#pragma once
#include "schedule.h"

namespace cellgrad {

/// One body value while it is scheduled.
struct BodyValue {
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
  bool storable;      // no step after it reads memory, so that it may be computed where it is stored
  bool storedDirectly;  // it is
  bool storedLate;    // it is, by fused steps and after all that they read
  int64_t reg;
  OpFn fn;
  Pattern pattern;
};

/// How many earlier values an instruction reads.
inline int32_t operandCount(const InstructionWords& i) {
  switch (i.code) {
    case Code::unary: return 1;
    case Code::binary: return 2;
    case Code::select: return 3;
    case Code::cast: return 1;
    default: return 0;
  }
}

inline int32_t operand(const InstructionWords& i, int32_t which) {
  switch (i.code) {
    case Code::unary:
    case Code::binary: return i.p[1 + which];
    case Code::select: return i.p[which];
    default: return i.p[0];
  }
}

struct Registers;

/// Whether runs of steps become machine code.
bool fusesSteps(const KernelTable& table);

/// Fills in what the instructions alone say. Returns an error text where they do not fit each other or the kernel's dims, or null.
const char* describeValues(BodyValue* values, const BodySpec& spec, const KernelTable& table);

/// Makes a TileProgram of a body in passes; `schedule` calls them in this order.
class Scheduler {
 public:
  Scheduler(TileProgram& program, const BodySpec& spec, const KernelTable& table, Block*& memory)
      : program(program), spec(spec), table(table), memory(memory), code(spec.body->code), count(spec.body->codeCount), values(make<BodyValue>(memory, count)) {
    program.points = spec.dims.points();
  }

  const char* describe() { return describeValues(values, spec, table); }
  void markNeeded();
  void chooseTile();
  void countUses();
  void absorbProducts();
  void findWide();
  void makeSteps();
  void makeStores();
  void giveRegisters();
  void numberValues(int32_t* valueOf);
  void fuseSteps(const int32_t* valueOf);
  void useNumbers(const int32_t* valueOf);

 private:
  friend class StepFuser;

  BodyValue& rootOf(int32_t i) { return values[values[i].root]; }
  int32_t rootOperand(int32_t i, int32_t which) const { return values[operand(code[i], which)].root; }
  /// A value of its own that somebody needs.
  bool counts(int32_t i) const { return values[i].needed && values[i].root == i; }
  /// Uniform, and one group of lanes is enough.
  bool isUniform(int32_t i) const { return values[i].uniform && !values[i].wide; }
  Uniform whichIsUniform(int32_t a, int32_t b) const { return isUniform(b) ? Uniform::second : isUniform(a) ? Uniform::first : Uniform::none; }

  int64_t fittingTile() const;
  bool isCopiedFirst(int32_t root) const;
  void classify(int32_t i, int64_t tile, int64_t& period);
  void emit(int32_t i);
  void fillOperation(Step& step, int32_t i) const;
  const Source* makeSource(StepKind kind, int32_t i);
  void releaseOperands(Registers& registers, int32_t n, bool sameSize) const;
  double costOf(int32_t n) const;
  Fused fusedOf(int32_t i) const;
  int32_t stepOperands(int32_t n) const;
  bool isFusible(int32_t n) const;
  int32_t runFrom(int32_t begin, int32_t limit) const;
  void storeLate(int32_t begin, int32_t end);
  void storeAfterwards();

  TileProgram& program;
  const BodySpec& spec;
  const KernelTable& table;
  Block*& memory;
  const InstructionWords* code;
  const int32_t count;
  BodyValue* values;
  /// Of each step that is not in the prologue: the value that it computes.
  int32_t* stepValue = nullptr;
  /// The last step that reads memory.
  int32_t lastRead = -1;
  /// What the fused steps cost for a point.
  double fusedCost = 0;
};

}  // namespace cellgrad
