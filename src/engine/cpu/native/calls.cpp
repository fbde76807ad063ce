// The kernels of the table (src/primitives/kernels.ts), by number.
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {

#include "call_dispatch.h"

}  // namespace CG_ISA
}  // namespace cellgrad
