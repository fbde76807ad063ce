// On which processors of the machine threads run, where the system tells and lets it be chosen (Linux).
#pragma once
#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace cellgrad {

constexpr int kAnyProcessor = -1;

/// The number of the processor that the caller is on at this moment.
inline int currentProcessor() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return kAnyProcessor;
#endif
}

#if defined(__linux__)
/// Lets a thread run wherever the caller may, other than on one processor; changes nothing where that leaves none.
inline void keepOff(pthread_t thread, int processor) {
  cpu_set_t allowed;
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  CPU_CLR(processor, &allowed);
  if (CPU_COUNT(&allowed) > 0) pthread_setaffinity_np(thread, sizeof allowed, &allowed);
}
#else
template <class Thread>
void keepOff(Thread, int) {}
#endif

}  // namespace cellgrad
