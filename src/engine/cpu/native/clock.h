// A clock that only goes forward, in nanoseconds. WebAssembly has none of its own and asks its host.
#pragma once

#if defined(__wasm__)
extern "C" __attribute__((import_module("host"), import_name("nanoseconds"))) double hostNanoseconds();
#else
#include <chrono>
#endif

namespace cellgrad {

inline double nanosecondsNow() {
#if defined(__wasm__)
  return hostNanoseconds();
#else
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

}  // namespace cellgrad
