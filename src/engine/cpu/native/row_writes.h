// Writing the rows of results. What is larger than caches keep until somebody reads it is written past them, where the instruction set can: so
// memory is not read that is about to be overwritten.
#pragma once
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "row_sums.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Results of so many bytes are written past the caches.
constexpr int64_t kPastCaches = 8 << 20;

/// To a multiple of a vector's bytes.
template <class T>
inline __attribute__((always_inline)) void storePast(T* to, Vector<T> v) {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i>(v));
#elif defined(__AVX2__)
  _mm256_stream_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(v));
#elif defined(__SSE2__)
  _mm_stream_si128(reinterpret_cast<__m128i*>(to), reinterpret_cast<__m128i>(v));
#else
  storeVector(to, v);
#endif
}

/// Before others are told that a piece is done in which `storePast` wrote.
inline void endPast() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

/// Writes what value(how, i) says to each i in [0, n).
template <class T, class F>
inline void writeRow(T* to, int64_t n, bool past, F value) {
  constexpr int64_t W = VectorOf<T>::lanes;
  int64_t i = 0;
  if (past && reinterpret_cast<uintptr_t>(to) % kVectorBytes == 0) {
    for (; i + W <= n; i += W) storePast<T>(to + i, value(Many(), i));
  } else {
    for (; i + W <= n; i += W) storeVector<T>(to + i, value(Many(), i));
  }
  for (; i < n; i++) to[i] = value(One(), i);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
