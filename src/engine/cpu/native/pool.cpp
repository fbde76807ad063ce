// The native pool: workers spin for a moment after their last piece, because the next kernel usually follows at once, and then sleep.
#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "memory.h"

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
constexpr double kWorthSplitting = 25000;    // nanoseconds of work below which one thread does it all
constexpr double kPiece = 12000;             // nanoseconds that a piece should last at least

struct Scratch {
  char* memory = nullptr;
  int64_t bytes = 0;
};

struct Job {
  void (*fn)(void*, int64_t, char*);
  void* context;
  int64_t pieces;
};

constexpr uint64_t kActive = 0xffff;    // workers inside the current job
constexpr uint64_t kOpen = 0x10000;     // the job may still be joined
constexpr uint64_t kGeneration = 0x20000;

// Lives for ever: at exit, workers may still be asleep on the condition variable.
struct Pool {
  std::mutex turn;        // one parallel call at a time, should two JavaScript threads use the addon
  std::mutex sleep;
  std::condition_variable wake;
  Job job{};
  // Generation, open flag and number of joined workers in one word: the caller waits only for those who joined, so a worker
  // that the system has not woken yet delays nobody.
  std::atomic<uint64_t> state{0};
  std::atomic<int64_t> next{0};
  std::atomic<int> sleeping{0};
  int started = 0;        // workers, without the caller
  std::atomic<int> threads{1};
  Scratch scratch[kMaxThreads];
};

Pool& pool() {
  static Pool* instance = new Pool();
  return *instance;
}

int64_t scratchWanted = 0;

bool grow(Scratch& scratch, int64_t bytes) {
  if (bytes <= scratch.bytes) return true;
  freeAligned(scratch.memory);
  scratch.memory = allocateAligned(size_t((bytes + 4095) / 4096 * 4096));
  scratch.bytes = scratch.memory ? bytes : 0;
  return scratch.memory != nullptr;
}

void work(Pool& p, const Job& job, char* scratch) {
  for (;;) {
    const int64_t piece = p.next.fetch_add(1, std::memory_order_relaxed);
    if (piece >= job.pieces) return;
    job.fn(job.context, piece, scratch);
  }
}

bool isNew(uint64_t state, uint64_t seen) { return state / kGeneration != seen / kGeneration; }

void worker(int number, uint64_t seen) {
  Pool& p = pool();
  for (;;) {
    uint64_t now = p.state.load(std::memory_order_acquire);
    const auto start = std::chrono::steady_clock::now();
    while (!isNew(now, seen) && std::chrono::steady_clock::now() - start < kSpin) {
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
    seen = now;
    if (number >= p.threads.load(std::memory_order_relaxed)) continue;
    bool joined = false;
    while ((now & kOpen) && !isNew(now, seen) && !joined) {
      joined = p.state.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel);
    }
    if (!joined) continue;
    work(p, p.job, p.scratch[number].memory);
    p.state.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace

void parallel(int64_t pieces, void (*fn)(void* context, int64_t piece, char* scratch), void* context) {
  Pool& p = pool();
  const int threads = p.threads.load(std::memory_order_relaxed);
  if (threads == 1 || pieces <= 1) {
    for (int64_t i = 0; i < pieces; i++) fn(context, i, p.scratch[0].memory);
    return;
  }
  std::lock_guard<std::mutex> turn(p.turn);
  while (p.started < threads - 1) {
    p.started++;
    std::thread(worker, p.started, p.state.load()).detach();
  }
  for (int i = 1; i < threads; i++) {
    if (!grow(p.scratch[i], scratchWanted)) {
      for (int64_t piece = 0; piece < pieces; piece++) fn(context, piece, p.scratch[0].memory);
      return;
    }
  }
  p.job = Job{fn, context, pieces};
  p.next.store(0, std::memory_order_relaxed);
  p.state.store((p.state.load(std::memory_order_relaxed) / kGeneration + 1) * kGeneration + kOpen, std::memory_order_seq_cst);
  if (p.sleeping.load(std::memory_order_seq_cst) > 0) {
    std::lock_guard<std::mutex> lock(p.sleep);
    p.wake.notify_all();
  }
  work(p, p.job, p.scratch[0].memory);
  p.state.fetch_and(~kOpen, std::memory_order_acq_rel);
  for (int spin = 0; p.state.load(std::memory_order_acquire) & kActive; spin++) {
    if (spin < kYieldAfter) CG_PAUSE();
    else std::this_thread::yield();  // the worker may be waiting for this processor
  }
}

int threadCount() { return pool().threads.load(); }

void setThreadCount(int count) { pool().threads.store(count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count); }

bool reserveScratch(int64_t bytes) {
  if (bytes > scratchWanted) scratchWanted = bytes;
  return grow(pool().scratch[0], bytes);
}

char* callerScratch() { return pool().scratch[0].memory; }

int64_t piecesFor(int64_t units, double nanoseconds) {
  const int threads = threadCount();
  if (threads == 1 || nanoseconds < kWorthSplitting || units < 2) return 1;
  int64_t pieces = int64_t(nanoseconds / kPiece);
  if (pieces > threads * 4) pieces = threads * 4;
  return pieces > units ? units : pieces;
}

}  // namespace cellgrad
