// See peak.cpp.
#pragma once
#include <stdint.h>

namespace cellgrad {
namespace CG_ISA {

/// Does so many rounds, and gives how many floating-point operations these were, a multiplication with an addition being two.
double multiplyAdds(int64_t rounds);

}  // namespace CG_ISA
}  // namespace cellgrad
