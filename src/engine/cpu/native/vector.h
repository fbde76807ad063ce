// Vectors of the instruction set that this file is compiled for, as the compiler's own vector types.
#pragma once
#include <stdint.h>

namespace cellgrad {
namespace CG_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class T>
struct VectorOf {
  typedef T Type __attribute__((vector_size(kVectorBytes)));
  static constexpr int lanes = kVectorBytes / int(sizeof(T));
};
template <class T>
using Vector = typename VectorOf<T>::Type;

template <class T>
inline __attribute__((always_inline)) Vector<T> loadVector(const T* from) {
  Vector<T> v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
template <class T>
inline __attribute__((always_inline)) void storeVector(T* to, Vector<T> v) {
  __builtin_memcpy(to, &v, sizeof v);
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
