// Memory of one plan: blocks that are freed together.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

namespace cellgrad {

struct Block {
  Block* next;
};

/// Zeroed array of plain data that lives as long as the plan.
template <class T>
T* make(Block*& chain, int64_t count) {
  Block* block = static_cast<Block*>(calloc(1, sizeof(Block) + 8 + size_t(count) * sizeof(T)));
  if (!block) abort();
  block->next = chain;
  chain = block;
  return reinterpret_cast<T*>(block + 1);
}

inline void freeAll(Block*& chain) {
  while (chain) {
    Block* next = chain->next;
    free(chain);
    chain = next;
  }
}

}  // namespace cellgrad
