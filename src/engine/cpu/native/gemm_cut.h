// How a matrix product is cut into blocks and panels.
#pragma once
#include <type_traits>

#include "gemm_micro.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kLongestK = 800;        // a panel of B of this many rows stays in the second-level cache
constexpr int64_t kBlockRows = 140;
constexpr int64_t kBlockColumns = 512;
constexpr int64_t kPackInside = 512 * 1024;  // packed B up to this size may lie in every thread's scratch

/// Calls f with a zero of the type in which products of the dtype are computed: integers wrap, so they are unsigned.
template <class F>
void withProductType(DType dtype, F f) {
  withNumber(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>) f(std::make_unsigned_t<T>(0));
    else if constexpr (std::is_floating_point_v<T>) f(zero);  // the decoder lets no bool through
  });
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
