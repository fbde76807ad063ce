// See isa.h.
#include "isa.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace cellgrad {
namespace {

#if defined(__x86_64__)
struct Processor {
  bool avx2 = false;
  bool avx512 = false;
};

constexpr unsigned kAvx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
constexpr unsigned kYmmState = 0x06, kZmmState = 0xe6;  // registers that the system saves, as xgetbv tells

/// Asks the processor itself: the tables behind __builtin_cpu_supports stay empty with some cross compilers.
Processor processor() {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE) || !(ecx & bit_FMA)) return {};
  unsigned saved, high;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return {};
  Processor found;
  found.avx2 = (ebx & bit_AVX2) && (saved & kYmmState) == kYmmState;
  found.avx512 = found.avx2 && (ebx & kAvx512) == kAvx512 && (saved & kZmmState) == kZmmState;
  return found;
}
#endif

}  // namespace

const KernelTable& chosenTable() {
  static const KernelTable* chosen = [] {
    const KernelTable* best = &base::table;
#if defined(__x86_64__)
    const Processor here = processor();
    const KernelTable* found[3] = {best, nullptr, nullptr};
    if (here.avx2) found[1] = best = &avx2::table;
    if (here.avx512) found[2] = best = &avx512::table;
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
