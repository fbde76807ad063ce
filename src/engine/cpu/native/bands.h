// Maps that read across: neighbouring points lie far apart in memory, and elements side by side belong to points far apart, as in a transposed
// matrix. They are computed band by band, a band being as many rows of points as a line of the cache has elements, so that a line is read once:
// blocks are transposed in registers, to where they are stored, or to a buffer that the other steps read.
#pragma once
#include "executable.h"

namespace cellgrad {
namespace CG_ISA {

/// Scratch memory of each thread for bands, beside that of the tiles.
int64_t bandScratch(const TileProgram& program);
/// Computes the map in bands; false where it does not read across.
bool runInBands(const MapKernel& kernel, const Frame& frame);

}  // namespace CG_ISA
}  // namespace cellgrad
