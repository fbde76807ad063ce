// What this machine can do at most: multiply-adds that touch no memory, and a sum over more memory than its caches hold. Prints JSON with the
// numbers of one thread and of all of two.
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 2;
#if defined(__AVX512F__)
typedef float Vector __attribute__((vector_size(64)));
#elif defined(__AVX2__)
typedef float Vector __attribute__((vector_size(32)));
#else
typedef float Vector __attribute__((vector_size(16)));
#endif
typedef Vector Unaligned __attribute__((aligned(4)));
constexpr int kLanes = sizeof(Vector) / sizeof(float);
// As many chains as hide the latency of an addition, in registers that every instruction set has.
constexpr int kChains = 12;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

float multiplyAdd(long rounds) {
  Vector sums[kChains], factor, addend;
  for (int i = 0; i < kLanes; i++) factor[i] = 0.999f, addend[i] = 0.001f;
  for (auto& sum : sums) sum = addend;
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) sums[i] = sums[i] * factor + addend;
  }
  float total = 0;
  for (auto& sum : sums) total += sum[0];
  return total;
}

float sumUp(const std::vector<float>& values) {
  Vector sums[4] = {};
  const auto* at = reinterpret_cast<const Unaligned*>(values.data());
  for (size_t i = 0; i + 4 <= values.size() / kLanes; i += 4)
    for (int j = 0; j < 4; j++) sums[j] += at[i + j];
  return sums[0][0] + sums[1][0] + sums[2][0] + sums[3][0];
}

volatile float sink;

// The best of several runs of `work` on each of `count` threads at once, in seconds.
template <class Work>
double best(int count, Work work) {
  double least = 1e9;
  for (int run = 0; run < 7; run++) {
    const double start = seconds();
    std::vector<std::thread> threads;
    for (int i = 0; i < count; i++) threads.emplace_back([&, i] { sink = work(i); });
    for (auto& thread : threads) thread.join();
    const double took = seconds() - start;
    if (took < least) least = took;
  }
  return least;
}

}  // namespace

int main() {
  constexpr long kRounds = 20'000'000;
  constexpr size_t kValues = size_t{1} << 26;
  std::vector<std::vector<float>> values(kThreads, std::vector<float>(kValues, 1.0f));
  double gflops[kThreads], gigabytes[kThreads];
  for (int n = 1; n <= kThreads; n++) {
    gflops[n - 1] = 2e-9 * kRounds * kChains * kLanes * n / best(n, [](int) { return multiplyAdd(kRounds); });
    gigabytes[n - 1] = 4e-9 * kValues * n / best(n, [&](int i) { return sumUp(values[i]); });
  }
  std::printf("{\"gflops\":[%.1f,%.1f],\"gigabytes\":[%.1f,%.1f]}\n", gflops[0], gflops[1], gigabytes[0], gigabytes[1]);
}
