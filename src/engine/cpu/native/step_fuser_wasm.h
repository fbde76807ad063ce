// Fused steps on WebAssembly: a module of one function, which the host compiles and puts into the engine's table of functions. The
// instructions are those of the single steps, in their order, so that results are the same to the bit.
#pragma once
#include <stdint.h>
#include <stdlib.h>

#include "memory.h"
#include "scheduler.h"

/// Compiles a module and gives its function's place in the table; 0 where that cannot be.
extern "C" __attribute__((import_module("host"), import_name("link"))) uint32_t hostLink(const uint8_t* bytes, uint32_t count);

namespace cellgrad {

/// Bytes of a module; numbers are LEB128. Not a std::vector, whose errors would ask the host for a terminal.
class WasmBytes {
 public:
  WasmBytes() = default;
  WasmBytes(const WasmBytes&) = delete;
  WasmBytes& operator=(const WasmBytes&) = delete;
  ~WasmBytes() { free(bytes); }

  void byte(uint8_t b) {
    if (count == room) {
      room = room ? 2 * room : 256;
      bytes = static_cast<uint8_t*>(realloc(bytes, room));
      if (!bytes) abort();
    }
    bytes[count++] = b;
  }
  template <size_t N>
  void all(const uint8_t (&these)[N]) {
    for (const uint8_t b : these) byte(b);
  }
  void number(uint32_t n) {
    for (; n >= 0x80; n >>= 7) byte(uint8_t(n | 0x80));
    byte(uint8_t(n));
  }
  void signedNumber(int32_t n) {
    for (; n < -64 || n >= 64; n >>= 7) byte(uint8_t(n | 0x80));
    byte(uint8_t(n & 0x7f));
  }
  void append(const WasmBytes& other) {
    for (uint32_t i = 0; i < other.count; i++) byte(other.bytes[i]);
  }
  /// A function's body: its length stands before it.
  void sized(const WasmBytes& content) {
    number(content.count);
    append(content);
  }
  void section(uint8_t id, const WasmBytes& content) {
    byte(id);
    sized(content);
  }

  uint8_t* bytes = nullptr;
  uint32_t count = 0;

 private:
  uint32_t room = 0;
};

enum WasmOpcode : uint8_t { kLoop = 0x03, kEnd = 0x0b, kBranchIf = 0x0d, kLocalGet = 0x20, kLocalSet = 0x21, kLocalTee = 0x22, kLoadI32 = 0x28, kConstI32 = 0x41, kAddI32 = 0x6a, kWrapI64 = 0xa7, kVectorPrefix = 0xfd };
enum WasmVectorOpcode : uint32_t {
  kLoadVector = 0x00, kStoreVector = 0x0b, kConstVector = 0x0c, kEqual = 0x41, kNotEqual = 0x42, kLess = 0x43, kGreater = 0x44, kLessOrEqual = 0x45, kGreaterOrEqual = 0x46, kBitSelect = 0x52,
  kAbs = 0xe0, kNegate = 0xe1, kSquareRoot = 0xe3, kAdd = 0xe4, kSubtract = 0xe5, kMultiply = 0xe6, kDivide = 0xe7, kPseudoMin = 0xea, kPseudoMax = 0xeb
};

/// Writes the code of steps [begin, end).
class StepFuser {
 public:
  StepFuser(const Scheduler& scheduler, const int32_t* valueOf, bool, int32_t begin, int32_t end)
      : s(scheduler), valueOf(valueOf), begin(begin), end(end), places(make<Place>(scheduler.memory, scheduler.count)) {
    for (int32_t i = 0; i < s.count; i++) places[i] = Place{};
  }

  /// Gives `end`, since there are as many variables as values.
  int32_t write() {
    findPlaces();
    for (int32_t i = 0; i < s.count; i++) writeEntry(i);
    local(kLocalGet, kBytes);
    code.byte(kWrapI64);
    local(kLocalSet, left);
    code.byte(kLoop);
    code.byte(kNothing);
    for (int32_t n = begin; n < end; n++)
      for (uint32_t u = 0; u < unrolled; u++) writeStep(n, u);
    for (int32_t n = begin; n < end; n++) {
      const int32_t value = s.stepValue[n];
      for (uint32_t u = 0; s.values[value].storedLate && u < unrolled; u++) store(value, u);
    }
    for (int32_t i = 0; i < s.count; i++) {
      const Place& place = places[i];
      if (place.pointer == kNone) continue;
      local(kLocalGet, place.pointer);
      add(int32_t(unrolled * kVector));
      local(kLocalSet, place.pointer);
    }
    local(kLocalGet, left);
    add(-int32_t(unrolled * kVector));
    local(kLocalTee, left);
    code.byte(kBranchIf);
    code.number(0);
    code.byte(kEnd);
    code.byte(kEnd);
    return end;
  }

  void* keep() const {
    WasmBytes module, types, imports, functions, exports, body, bodies;
    module.all({0x00, 'a', 's', 'm', 1, 0, 0, 0});
    types.all({1, 0x60, 3, kI32, kI32, kI64, 0});
    imports.all({1, 4, 'h', 'o', 's', 't', 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0, 0});
    functions.all({1, 0});
    exports.all({1, 3, 'r', 'u', 'n', 0, 0});
    body.number(2);
    body.number(pointers + 1);
    body.byte(kI32);
    body.number(vectors);
    body.byte(kV128);
    body.append(code);
    bodies.number(1);
    bodies.sized(body);
    module.section(1, types);
    module.section(2, imports);
    module.section(3, functions);
    module.section(7, exports);
    module.section(10, bodies);
    return reinterpret_cast<void*>(uintptr_t(hostLink(module.bytes, module.count)));
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff, kVector = 16;
  static constexpr uint8_t kI32 = 0x7f, kI64 = 0x7e, kV128 = 0x7b, kNothing = 0x40;
  /// The parameters of a CodeFn, and after them a counter of the bytes that are left.
  static constexpr uint32_t kValues = 0, kRegisters = 1, kBytes = 2, left = 3;
  /// So many loads are in flight at most: V8 places all of a loop before its arithmetic, and has 15 registers.
  static constexpr uint32_t kMostLoads = 8;

  struct Place {
    uint32_t pointer = kNone;  // the variable with its address
    uint32_t vector = kNone;   // the first of its variables, one for each vector of a turn; of a uniform value the only one
    uint32_t loaded = 0;       // for how many vectors of this turn it is in its variable
    bool used = false, made = false, stored = false;
  };

  void local(uint8_t opcode, uint32_t which) {
    code.byte(opcode);
    code.number(which);
  }
  void vectorCode(uint32_t opcode) {
    code.byte(kVectorPrefix);
    code.number(opcode);
  }
  /// Alignment is a hint; offsets are constants.
  void access(uint32_t opcode, uint32_t offset) {
    vectorCode(opcode);
    code.number(0);
    code.number(offset);
  }
  void add(int32_t amount) {
    code.byte(kConstI32);
    code.signedNumber(amount);
    code.byte(kAddI32);
  }
  void one() {
    vectorCode(kConstVector);
    for (int lane = 0; lane < 4; lane++) code.all({0x00, 0x00, 0x80, 0x3f});
  }

  /// Outside of these steps somebody needs the value.
  bool isWanted(int32_t value) const { return s.values[value].lastUse >= end || s.values[value].storedDirectly; }
  bool hasPointer(int32_t value) const { return s.values[value].direct || s.values[value].storedDirectly || s.code[value].code == Code::result || s.code[value].code == Code::load; }
  int32_t operandOf(const Step& step, int32_t which) const { return which == 0 ? step.a : which == 1 ? step.b : step.c; }

  void findPlaces() {
    uint32_t loads = 0;
    for (int32_t n = begin; n < end; n++) {
      const Step& step = s.program.steps[n];
      for (int32_t w = 0; w < s.stepOperands(n); w++) {
        const int32_t value = operandOf(step, w);
        Place& place = places[value];
        if (!place.used && !place.made && !s.isUniform(value)) loads++;
        place.used = true;
      }
      const int32_t value = s.stepValue[n];
      places[value].made = true;
      places[value].stored = isWanted(value);
    }
    unrolled = loads * 4 <= kMostLoads ? 4 : loads * 2 <= kMostLoads ? 2 : 1;
    for (int32_t i = 0; i < s.count; i++) {
      Place& place = places[i];
      if (!s.isUniform(i) && ((place.used && !place.made) || place.stored)) place.pointer = left + 1 + pointers++;
    }
    for (int32_t i = 0; i < s.count; i++) {
      Place& place = places[i];
      if (!place.used && !place.made) continue;
      place.vector = left + 1 + pointers + vectors;
      vectors += s.isUniform(i) ? 1 : unrolled;
    }
  }

  /// Before the loop: the address of a value, or a uniform value itself.
  void writeEntry(int32_t value) {
    const Place& place = places[value];
    const uint32_t reg = uint32_t(s.values[value].reg);
    if (place.used && s.isUniform(value)) {
      local(kLocalGet, kRegisters);
      access(kLoadVector, reg);
      local(kLocalSet, place.vector);
    }
    if (place.pointer == kNone) return;
    if (hasPointer(value)) {
      local(kLocalGet, kValues);
      code.byte(kLoadI32);
      code.number(2);
      code.number(uint32_t(sizeof(char*)) * uint32_t(valueOf[value]));
    } else {
      local(kLocalGet, kRegisters);
      add(int32_t(reg));
    }
    local(kLocalSet, place.pointer);
  }

  /// Puts vector u of a value on the stack.
  void get(int32_t value, uint32_t u) {
    Place& place = places[value];
    if (s.isUniform(value)) return local(kLocalGet, place.vector);
    if (place.made || place.loaded > u) return local(kLocalGet, place.vector + u);
    local(kLocalGet, place.pointer);
    access(kLoadVector, u * kVector);
    local(kLocalTee, place.vector + u);
    place.loaded = u + 1;
  }
  void store(int32_t value, uint32_t u) {
    const Place& place = places[value];
    local(kLocalGet, place.pointer);
    local(kLocalGet, place.vector + u);
    access(kStoreVector, u * kVector);
  }

  void writeBinary(uint32_t opcode, int32_t a, int32_t b, uint32_t u) {
    get(a, u);
    get(b, u);
    vectorCode(opcode);
  }
  /// NaN passes on from either side: the instruction gives its first operand where one is NaN, so that only the other has to be looked at.
  void writeExtreme(uint32_t opcode, int32_t a, int32_t b, uint32_t u) {
    get(a, u);
    writeBinary(opcode, b, a, u);
    writeBinary(kNotEqual, a, a, u);
    vectorCode(kBitSelect);
  }
  void writeUnary(Unary op, int32_t a, uint32_t u) {
    if (op == Unary::reciprocal || op == Unary::rsqrt) one();
    get(a, u);
    switch (op) {
      case Unary::neg: return vectorCode(kNegate);
      case Unary::abs: return vectorCode(kAbs);
      case Unary::sqrt: return vectorCode(kSquareRoot);
      case Unary::rsqrt: vectorCode(kSquareRoot); return vectorCode(kDivide);
      default: return vectorCode(kDivide);
    }
  }
  void writeFused(const Step& step, Fused op, uint32_t u) {
    if (op == Fused::subtractFrom) get(step.c, u);
    writeBinary(kMultiply, step.a, step.b, u);
    if (op != Fused::subtractFrom) get(step.c, u);
    vectorCode(op == Fused::add ? kAdd : kSubtract);
  }
  void writeBinaryStep(Binary op, const Step& step, uint32_t u) {
    switch (op) {
      case Binary::add: return writeBinary(kAdd, step.a, step.b, u);
      case Binary::sub: return writeBinary(kSubtract, step.a, step.b, u);
      case Binary::mul: return writeBinary(kMultiply, step.a, step.b, u);
      case Binary::div: return writeBinary(kDivide, step.a, step.b, u);
      case Binary::max: return writeExtreme(kPseudoMax, step.a, step.b, u);
      case Binary::min: return writeExtreme(kPseudoMin, step.a, step.b, u);
      case Binary::ne: return writeBinary(kNotEqual, step.a, step.b, u);
      case Binary::lt: return writeBinary(kLess, step.a, step.b, u);
      case Binary::le: return writeBinary(kLessOrEqual, step.a, step.b, u);
      case Binary::gt: return writeBinary(kGreater, step.a, step.b, u);
      case Binary::ge: return writeBinary(kGreaterOrEqual, step.a, step.b, u);
      default: return writeBinary(kEqual, step.a, step.b, u);
    }
  }

  void writeStep(int32_t n, uint32_t u) {
    const Step& step = s.program.steps[n];
    const int32_t value = s.stepValue[n];
    const InstructionWords& instruction = s.code[value];
    if (instruction.code == Code::select) {
      get(step.b, u);
      writeBinary(kBitSelect, step.c, step.a, u);
    } else if (s.values[value].product >= 0) {
      writeFused(step, s.fusedOf(value), u);
    } else if (instruction.code == Code::unary) {
      writeUnary(Unary(instruction.p[0]), step.a, u);
    } else {
      writeBinaryStep(Binary(instruction.p[0]), step, u);
    }
    const Place& place = places[value];
    local(kLocalSet, place.vector + u);
    if (place.stored && !s.values[value].storedLate) store(value, u);
  }

  const Scheduler& s;
  const int32_t* valueOf;
  const int32_t begin, end;
  Place* places;
  WasmBytes code;
  uint32_t unrolled = 1, pointers = 0, vectors = 0;
};

}  // namespace cellgrad
