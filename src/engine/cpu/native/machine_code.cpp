#include "machine_code.h"

#if defined(__x86_64__) && defined(__linux__)
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <vector>
#endif

namespace cellgrad {

#if defined(__x86_64__) && defined(__linux__)

namespace {

/// The same memory twice: written through one address, executed through the other, so that nothing is ever both.
struct Chunk {
  char* writable;
  char* executable;
  size_t used;
};

constexpr size_t kChunk = 1 << 20;
/// A piece of code lies behind its size, in steps of this.
constexpr size_t kUnit = 64;

struct CodeMemory {
  std::mutex mutex;
  std::vector<Chunk> chunks;
  /// Places given back, by their size in units.
  std::vector<std::vector<char*>> free;
  bool refused = false;

  Chunk* chunkFor(size_t bytes) {
    if (!chunks.empty() && chunks.back().used + bytes <= kChunk) return &chunks.back();
    const int file = memfd_create("cellgrad-code", MFD_CLOEXEC);
    if (file < 0) return nullptr;
    void *writable = MAP_FAILED, *executable = MAP_FAILED;
    if (ftruncate(file, kChunk) == 0) {
      writable = mmap(nullptr, kChunk, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      executable = mmap(nullptr, kChunk, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
    }
    close(file);
    if (writable == MAP_FAILED || executable == MAP_FAILED) {
      if (writable != MAP_FAILED) munmap(writable, kChunk);
      if (executable != MAP_FAILED) munmap(executable, kChunk);
      return nullptr;
    }
    chunks.push_back({static_cast<char*>(writable), static_cast<char*>(executable), 0});
    return &chunks.back();
  }

  char* writableOf(char* executable) {
    for (const Chunk& chunk : chunks)
      if (executable >= chunk.executable && executable < chunk.executable + kChunk) return chunk.writable + (executable - chunk.executable);
    return nullptr;
  }
};

/// Never destroyed: threads that end late give back what they hold.
CodeMemory& codeMemory() {
  static CodeMemory& memory = *new CodeMemory();
  return memory;
}

}  // namespace

void* keepCode(const uint8_t* bytes, size_t count) {
  CodeMemory& memory = codeMemory();
  const std::lock_guard<std::mutex> lock(memory.mutex);
  const size_t units = (count + kUnit - 1) / kUnit + 1;
  if (memory.refused || units * kUnit > kChunk) return nullptr;
  char* place = nullptr;
  if (units < memory.free.size() && !memory.free[units].empty()) {
    place = memory.free[units].back();
    memory.free[units].pop_back();
  } else {
    Chunk* chunk = memory.chunkFor(units * kUnit);
    if (!chunk) {
      memory.refused = true;
      return nullptr;
    }
    place = chunk->executable + chunk->used;
    chunk->used += units * kUnit;
  }
  char* to = memory.writableOf(place);
  memcpy(to, &units, sizeof units);
  memcpy(to + kUnit, bytes, count);
  return place + kUnit;
}

void giveBackCode(void* code) {
  if (!code) return;
  CodeMemory& memory = codeMemory();
  const std::lock_guard<std::mutex> lock(memory.mutex);
  char* place = static_cast<char*>(code) - kUnit;
  size_t units;
  memcpy(&units, place, sizeof units);
  if (memory.free.size() <= units) memory.free.resize(units + 1);
  memory.free[units].push_back(place);
}

#else

void* keepCode(const uint8_t*, size_t) { return nullptr; }
void giveBackCode(void*) {}

#endif

void Assembler::vector(int prefix, OpcodeMap map, uint8_t opcode, int reg, int v, Operand rm, int mask, bool shortVector) {
  const bool memory = rm.vector < 0;
  // The fourth and fifth bits of what is worked on stand in the prefix, inverted.
  const int b = (memory ? rm.base : rm.vector) >> 3 & 1;
  const int x = memory ? (rm.index < 0 ? 0 : rm.index >> 3 & 1) : rm.vector >> 4 & 1;
  const int low = (reg >> 3 & 1) << 7 | x << 6 | b << 5;
  if (wide) {
    byte(0x62);
    byte(uint8_t((~(low | (reg >> 4 & 1) << 4) & 0xf0) | map));
    byte(uint8_t((~v & 15) << 3 | 4 | prefix));
    byte(uint8_t((shortVector ? 0 : 2) << 5 | (~(v >> 4) & 1) << 3 | mask));
  } else {
    byte(0xc4);
    byte(uint8_t((~low & 0xe0) | map));
    byte(uint8_t((~v & 15) << 3 | (shortVector ? 0 : 4) | prefix));
  }
  byte(opcode);
  if (!memory) return byte(uint8_t(0xc0 | (reg & 7) << 3 | (rm.vector & 7)));
  byte(uint8_t(0x84 | (reg & 7) << 3));
  byte(uint8_t((rm.index < 0 ? 4 : rm.index & 7) << 3 | (rm.base & 7)));
  word(rm.displacement);
}

void Assembler::fill(int to, uint32_t bits) {
  byte(0xb8);  // mov eax, bits
  word(int32_t(bits));
  if (wide) return vector(1, map0F38, 0x7c, to, 0, Operand::of(rax));
  vector(1, map0F, 0x6e, to, 0, Operand::of(rax), 0, true);
  vector(1, map0F38, 0x18, to, 0, Operand::of(to));
}

void Assembler::loadPointer(Register to, Register base, int32_t displacement) {
  byte(uint8_t(0x48 | (to >> 3) << 2 | base >> 3));
  byte(0x8b);
  byte(uint8_t(0x84 | (to & 7) << 3));
  byte(uint8_t(0x20 | (base & 7)));
  word(displacement);
}

void Assembler::push(Register r) {
  if (r > 7) byte(0x41);
  byte(uint8_t(0x50 | (r & 7)));
}

void Assembler::pop(Register r) {
  if (r > 7) byte(0x41);
  byte(uint8_t(0x58 | (r & 7)));
}

void Assembler::clear(Register r) {
  byte(0x31);
  byte(uint8_t(0xc0 | r << 3 | r));
}

void Assembler::addTo(Register r, int8_t amount) {
  byte(0x48);
  byte(0x83);
  byte(uint8_t(0xc0 | r));
  byte(uint8_t(amount));
}

void Assembler::compareRegisters(Register a, Register b) {
  byte(0x48);
  byte(0x39);
  byte(uint8_t(0xc0 | b << 3 | a));
}

void Assembler::jumpIfLess(size_t place) {
  byte(0x0f);
  byte(0x8c);
  word(int32_t(int64_t(place) - int64_t(count + 4)));
}

void Assembler::leave() {
  byte(0xc5);  // vzeroupper
  byte(0xf8);
  byte(0x77);
  byte(0xc3);  // ret
}

}  // namespace cellgrad
