// Memory: aligned blocks, that which all plans share, and that of one plan, which is freed together.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <malloc.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "executable.h"

namespace cellgrad {

/// Memory at a multiple of 64; null where there is none. Only freeAligned gives it back.
inline char* allocateAligned(size_t bytes) {
#if defined(_WIN32)
  return static_cast<char*>(_aligned_malloc(bytes, 64));
#else
  void* memory = nullptr;
  return posix_memalign(&memory, 64, bytes) ? nullptr : static_cast<char*>(memory);
#endif
}

inline void freeAligned(char* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  free(memory);
#endif
}

/// Memory that is about to be used should come in pages of 2 MiB where the system has them: a processor remembers the places of some
/// thousands of pages, and of a virtual machine finding another one costs as much as computing a page of 4 KiB.
inline void wantLargePages(void* memory, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t page = 2 << 20;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(memory) + page - 1) / page * page;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(memory) + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)bytes;
#endif
}

struct Block {
  Block* next;
  size_t used, size;
};

/// Zeroed array of plain data that lives as long as the chain. Small ones share blocks, which grow: plans may have 100,000 kernels.
template <class T>
T* make(Block*& chain, int64_t count) {
  constexpr size_t head = (sizeof(Block) + 15) / 16 * 16;
  const size_t bytes = (size_t(count) * sizeof(T) + 15) / 16 * 16;
  if (!chain || chain->size - chain->used < bytes) {
    size_t size = chain && chain->size < (1 << 20) ? chain->size * 2 : chain ? 1 << 20 : 4096 - head;
    if (size < bytes) size = bytes;
    Block* block = static_cast<Block*>(calloc(1, head + size));
    if (!block) abort();
    block->next = chain;
    block->size = size;
    chain = block;
  }
  char* memory = reinterpret_cast<char*>(chain) + head + chain->used;
  chain->used += bytes;
  return reinterpret_cast<T*>(memory);
}

/// Bytes whose address is a multiple of 64; they hold nothing between runs.
struct Room {
  char* bytes = nullptr;
  int64_t size = 0;

  /// Makes sure of `wanted` bytes. The old ones go only when the new ones are there: after a failure everything is as it was.
  bool reserve(int64_t wanted) {
    if (wanted <= size) return true;
    if (uint64_t(wanted) > SIZE_MAX - 4096) return false;
    const size_t whole = (size_t(wanted) + 4095) / 4096 * 4096;
    char* memory = allocateAligned(whole);
    if (!memory) return false;
    wantLargePages(memory, whole);
    release();
    bytes = memory;
    size = int64_t(whole);
    return true;
  }
  void release() {
    freeAligned(bytes);
    bytes = nullptr;
    size = 0;
  }
};

inline void freeAll(Block*& chain) {
  while (chain) {
    Block* next = chain->next;
    free(chain);
    chain = next;
  }
}

}  // namespace cellgrad
