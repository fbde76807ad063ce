// The native pool: workers spin for a moment after their last piece, because the next kernel usually follows at once, and then sleep.
// Measured on two processors of a virtual machine: a worker that spins begins half a microsecond after the caller, one that sleeps 7 to 30,
// and waking it takes the caller 3 to 9.
#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#if defined(_WIN32)
#define NOMINMAX
#include <process.h>
#include <windows.h>
#else
#include <pthread.h>
#endif

#include "memory.h"
#include "processors.h"

#if defined(__x86_64__)
#define CG_PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define CG_PAUSE() __asm__ __volatile__("yield")
#else
#define CG_PAUSE() ((void)0)
#endif

namespace cellgrad {
namespace {

constexpr int kMaxThreads = 64;
// As long as JavaScript takes between two steps of a training loop: waking a sleeping thread costs as much as a small kernel.
constexpr auto kSpin = std::chrono::microseconds(150);
constexpr int kYieldAfter = 4000;
// Nanoseconds of work below which one thread does it all, where the workers spin and where they would have to be woken: some ten times
// what that costs, since they have to fetch what the caller has in its caches too.
constexpr double kWorthSharing = 10000, kWorthWaking = 25000;
constexpr double kPiece = 5000;              // nanoseconds that a piece should last at least
constexpr double kLongestPiece = 2e6;        // nanoseconds after which a run should look whether it is to stop

struct Job {
  void (*fn)(void*, int64_t, char*);
  void* context;
  int64_t pieces;
};

constexpr uint64_t kActive = 0xffff;    // workers inside the current job
constexpr uint64_t kOpen = 0x10000;     // the job may still be joined
constexpr uint64_t kGeneration = 0x20000;

#if defined(_WIN32)
using Thread = HANDLE;
#else
using Thread = pthread_t;
#endif

}  // namespace

struct Pool {
  std::mutex sleep;
  std::condition_variable wake;
  Job job{};
  // Generation, open flag and number of joined workers in one word: the caller waits only for those who joined, so a worker
  // that the system has not woken yet delays nobody.
  std::atomic<uint64_t> state{0};
  std::atomic<int64_t> next{0};
  std::atomic<int> sleeping{0};
  std::atomic<int> caller{kAnyProcessor};  // the processor that the current job was begun on
  int avoided = kAnyProcessor;             // the one that the workers were kept off when they were last woken
  int started = 0;        // workers, without the caller
  Thread handles[kMaxThreads];   // of those workers, from 1 on
  std::atomic<bool> ending{false};
  std::atomic<int> threads{1};   // wanted, or as many as could be started
  std::atomic<int> active{1};    // those of the current job
  std::atomic<const int32_t*> stopFlag{nullptr};
  std::atomic<bool> stopped{false};
  int64_t scratchWanted = 0;
  Room scratch[kMaxThreads];
};

namespace {

#if defined(__GLIBC__)
// One load instead of a call; there is room for a pointer in what glibc keeps for libraries that are loaded late.
#define CG_FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define CG_FAST_TLS
#endif

// A thread of JavaScript computes with the pool of its own runtime, a worker with the one that it belongs to.
thread_local Pool* current CG_FAST_TLS = nullptr;

Pool& pool() { return *current; }

void work(Pool& p, const Job& job, char* scratch) {
  for (;;) {
    const int64_t piece = p.next.fetch_add(1, std::memory_order_relaxed);
    if (piece >= job.pieces || stopRequested()) return;
    job.fn(job.context, piece, scratch);
  }
}

/// A job that this worker has not seen, or the pool's end.
bool isNew(uint64_t state, uint64_t seen) { return state / kGeneration != seen / kGeneration; }

/// Whether a worker may spin where it is: on the caller's processor it would keep the caller from running.
bool maySpin(const Pool& p) {
  const int here = currentProcessor();
  return here == kAnyProcessor || here != p.caller.load(std::memory_order_relaxed);
}

void worker(Pool& p, int number, uint64_t seen) {
  current = &p;
  for (;;) {
    uint64_t now = p.state.load(std::memory_order_acquire);
    const auto start = std::chrono::steady_clock::now();
    while (!isNew(now, seen) && maySpin(p) && std::chrono::steady_clock::now() - start < kSpin) {
      for (int spin = 0; !isNew(now, seen) && spin < 32; spin++) {
        CG_PAUSE();
        now = p.state.load(std::memory_order_acquire);
      }
    }
    if (!isNew(now, seen)) {
      std::unique_lock<std::mutex> lock(p.sleep);
      p.sleeping.fetch_add(1);
      p.wake.wait(lock, [&] { return isNew(p.state.load(), seen); });
      p.sleeping.fetch_sub(1);
      now = p.state.load(std::memory_order_acquire);
    }
    if (p.ending.load(std::memory_order_acquire)) return;
    seen = now;
    if (number >= p.active.load(std::memory_order_relaxed)) continue;
    bool joined = false;
    while ((now & kOpen) && !isNew(now, seen) && !joined) {
      joined = p.state.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel);
    }
    if (!joined) continue;
    work(p, p.job, p.scratch[number].bytes);
    p.state.fetch_sub(1, std::memory_order_release);
  }
}

struct Start {
  Pool* pool;
  int number;
  uint64_t seen;
};

#if defined(_WIN32)
unsigned __stdcall threadMain(void* argument) {
#else
void* threadMain(void* argument) {
#endif
  const Start start = *static_cast<Start*>(argument);
  delete static_cast<Start*>(argument);
  worker(*start.pool, start.number, start.seen);
  return 0;
}

/// Not std::thread, whose failure is an exception: where no more threads may be made the pool goes on with those it has.
bool startWorker(Pool& p, int number) {
  Start* start = new Start{&p, number, p.state.load()};
#if defined(_WIN32)
  p.handles[number] = reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, threadMain, start, 0, nullptr));
  const bool started = p.handles[number] != nullptr;
#else
  const bool started = pthread_create(&p.handles[number], nullptr, threadMain, start) == 0;
#endif
  if (!started) delete start;
  return started;
}

void awaitEnd(Thread thread) {
#if defined(_WIN32)
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
#else
  pthread_join(thread, nullptr);
#endif
}

/// Lets the workers look at the new state. The system likes to put a thread where the one is that wakes it, which would wait for the worker
/// then instead of working beside it: workers are kept off the caller's processor.
void wakeAll(Pool& p) {
  if (p.sleeping.load(std::memory_order_seq_cst) == 0) return;
  const int here = p.caller.load(std::memory_order_relaxed);
  if (here != p.avoided) {
    for (int i = 1; i <= p.started; i++) keepOff(p.handles[i], here);
    p.avoided = here;
  }
  // Whoever is about to sleep holds the lock until it does; those who are woken find it free.
  { std::lock_guard<std::mutex> lock(p.sleep); }
  p.wake.notify_all();
}

void serial(int64_t pieces, void (*fn)(void*, int64_t, char*), void* context) {
  for (int64_t i = 0; i < pieces && !stopRequested(); i++) fn(context, i, pool().scratch[0].bytes);
}

/// Starts the workers that are missing and gives each its scratch memory; how many threads there are for the next job.
int prepare(Pool& p) {
  int threads = p.threads.load(std::memory_order_relaxed);
  while (p.started < threads - 1) {
    p.avoided = kAnyProcessor;  // the new one is kept off nothing yet
    if (startWorker(p, p.started + 1)) p.started++;
    else p.threads.store(threads = p.started + 1, std::memory_order_relaxed);
  }
  for (int i = 1; i < threads; i++) {
    if (!p.scratch[i].reserve(p.scratchWanted)) return i;
  }
  return threads;
}

}  // namespace

Pool* makePool() { return new Pool(); }

void freePool(Pool* pool) {
  pool->ending.store(true, std::memory_order_release);
  pool->state.fetch_add(kGeneration, std::memory_order_seq_cst);
  {
    std::lock_guard<std::mutex> lock(pool->sleep);
    pool->wake.notify_all();
  }
  for (int i = 1; i <= pool->started; i++) awaitEnd(pool->handles[i]);
  for (Room& room : pool->scratch) room.release();
  if (current == pool) current = nullptr;
  delete pool;
}

void usePool(Pool* pool) { current = pool; }

void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context) {
  Pool& p = pool();
  if (pieces <= 1 || p.threads.load(std::memory_order_relaxed) == 1) return serial(pieces, fn, context);
  const int threads = prepare(p);
  if (threads == 1) return serial(pieces, fn, context);
  p.active.store(threads, std::memory_order_relaxed);
  p.job = Job{fn, context, pieces};
  p.next.store(0, std::memory_order_relaxed);
  p.caller.store(currentProcessor(), std::memory_order_relaxed);
  p.state.store((p.state.load(std::memory_order_relaxed) / kGeneration + 1) * kGeneration + kOpen, std::memory_order_seq_cst);
  wakeAll(p);
  work(p, p.job, p.scratch[0].bytes);
  p.state.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spin = 0; p.state.load(std::memory_order_acquire) & kActive; spin++) {
    if (spin < kYieldAfter) CG_PAUSE();
    else std::this_thread::yield();  // the worker may be waiting for this processor
  }
}

int threadCount() { return pool().threads.load(); }

void setThreadCount(int count) { pool().threads.store(count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count); }

bool reserveScratch(int64_t bytes) {
  Pool& p = pool();
  if (bytes > p.scratchWanted) p.scratchWanted = bytes;
  return p.scratch[0].reserve(bytes);
}

int64_t scratchSize() { return pool().scratch[0].size; }

void releaseScratch() {
  Pool& p = pool();
  for (Room& room : p.scratch) room.release();
  p.scratchWanted = 0;
}

char* callerScratch() { return pool().scratch[0].bytes; }

int64_t piecesFor(int64_t units, double nanoseconds) {
  if (units < 2 || nanoseconds < kWorthSharing) return 1;
  if (nanoseconds < kWorthWaking && pool().sleeping.load(std::memory_order_relaxed) > 0) return 1;
  const int threads = threadCount();
  int64_t pieces = threads == 1 ? 1 : int64_t(nanoseconds / kPiece);
  if (pieces > threads * 4) pieces = threads * 4;
  const int64_t prompt = int64_t(nanoseconds / kLongestPiece);
  if (pieces < prompt) pieces = prompt;
  return pieces > units ? units : pieces;
}

void watchStop(const int32_t* flag) {
  Pool& p = pool();
  p.stopFlag.store(flag, std::memory_order_relaxed);
  p.stopped.store(false, std::memory_order_relaxed);
}

void stopNoMore() { pool().stopFlag.store(nullptr, std::memory_order_relaxed); }

bool stopRequested() {
  Pool& p = pool();
  if (p.stopped.load(std::memory_order_relaxed)) return true;
  const int32_t* flag = p.stopFlag.load(std::memory_order_relaxed);
  if (!flag || __atomic_load_n(flag, __ATOMIC_RELAXED) == 0) return false;
  p.stopped.store(true, std::memory_order_relaxed);
  return true;
}

}  // namespace cellgrad
