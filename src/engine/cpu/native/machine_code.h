// Writes machine code for x86-64: the few instructions on vectors of float that fused steps need, for AVX2 or AVX-512, and where it is kept.
// Encodings are those of Intel's manual, volume 2: a VEX or an EVEX prefix, the opcode, what it works on.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace cellgrad {

/// Memory that may be executed; null where the system gives none. `giveBackCode` may be told null.
void* keepCode(const uint8_t* bytes, size_t count);
void giveBackCode(void* code);

/// General registers by their numbers.
enum Register : int { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 };

/// An operand: a vector register, or memory at base + index + displacement.
struct Operand {
  int vector;  // -1: memory
  int base, index;  // index -1: none
  int32_t displacement;
  static Operand of(int vector) { return {vector, 0, -1, 0}; }
  static Operand memory(int base, int index, int32_t displacement) { return {-1, base, index, displacement}; }
};

/// Which prefix byte stands for what an opcode is looked up in.
enum OpcodeMap : int { map0F = 1, map0F38 = 2, map0F3A = 3 };
enum Comparison : int { equalTo = 0x00, notANumber = 0x03, unequalTo = 0x04, lessThan = 0x11, atMost = 0x12, atLeast = 0x1d, greaterThan = 0x1e };

class Assembler {
 public:
  /// @param wide AVX-512: 32 vectors of 16 floats and masks of their own; else AVX2: 16 vectors of 8, and masks are vectors
  explicit Assembler(bool wide) : wide(wide) {}

  const bool wide;
  int vectorBytes() const { return wide ? 64 : 32; }

  void load(int to, Operand from) { vector(0, map0F, 0x10, to, 0, from); }
  void store(Operand to, int from) { vector(0, map0F, 0x11, from, 0, to); }
  void arithmetic(uint8_t opcode, int to, int a, Operand b) { vector(0, map0F, opcode, to, a, b); }
  void squareRoot(int to, Operand from) { vector(0, map0F, 0x51, to, 0, from); }
  void and_(int to, int a, int b) { wide ? vector(1, map0F, 0xdb, to, a, Operand::of(b)) : vector(0, map0F, 0x54, to, a, Operand::of(b)); }
  void xor_(int to, int a, int b) { wide ? vector(1, map0F, 0xef, to, a, Operand::of(b)) : vector(0, map0F, 0x57, to, a, Operand::of(b)); }
  /// The mask is one of k1 to k7 if wide, else a vector.
  void compare(Comparison how, int mask, int a, Operand b) {
    vector(0, map0F, 0xc2, mask, a, b);
    byte(uint8_t(how));
  }
  /// Lanes of b where the mask is set, of a elsewhere.
  void blend(int to, int mask, int a, Operand b) {
    if (wide) return vector(1, map0F38, 0x65, to, a, b, mask);
    vector(1, map0F3A, 0x4a, to, a, b);
    byte(uint8_t(mask << 4));
  }
  /// A number in all lanes.
  void fill(int to, uint32_t bits);

  void loadPointer(Register to, Register base, int32_t displacement);
  void push(Register r);
  void pop(Register r);
  void clear(Register r);
  void addTo(Register r, int8_t amount);
  void compareRegisters(Register a, Register b);
  /// Back to `place`, if the last comparison said less.
  void jumpIfLess(size_t place);
  void leave();

  size_t size() const { return count; }
  /// False once more was written than there is room for.
  bool fits() const { return count <= kRoom; }
  const uint8_t* bytes() const { return code; }

 private:
  static constexpr size_t kRoom = 8192;
  uint8_t code[kRoom];
  size_t count = 0;

  void byte(uint8_t b) {
    if (count < kRoom) code[count] = b;
    count++;
  }
  void word(int32_t w) {
    for (int i = 0; i < 4; i++) byte(uint8_t(uint32_t(w) >> (8 * i)));
  }
  void vector(int prefix, OpcodeMap map, uint8_t opcode, int reg, int v, Operand rm, int mask = 0, bool shortVector = false);
};

}  // namespace cellgrad
