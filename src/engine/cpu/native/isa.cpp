// See isa.h.
#include "isa.h"

#include <stdlib.h>
#include <string.h>

namespace cellgrad {

const KernelTable& chosenTable() {
  static const KernelTable* chosen = [] {
    const KernelTable* best = &base::table;
#if defined(__x86_64__)
    const KernelTable* found[3] = {best, nullptr, nullptr};
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[1] = best = &avx2::table;
    if (found[1] && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
      found[2] = best = &avx512::table;
    }
    if (const char* wanted = getenv("CELLGRAD_ISA")) {
      for (const KernelTable* table : found) {
        if (table && !strcmp(table->name, wanted)) best = table;
      }
    }
#endif
    return best;
  }();
  return *chosen;
}

}  // namespace cellgrad
