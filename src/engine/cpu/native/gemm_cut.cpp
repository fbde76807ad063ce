// Cuts matrix products: panels as wide as whole vectors, blocks that stay in the caches, and what is worth packing.
#include "gemm_cut.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// B of so many bytes stays in the second-level cache, and packing it costs more than reading it where it lies. Where a row of a panel is
/// less than a line of the cache, parts of lines are read again, so that B is to stay in the first-level cache.
constexpr int64_t kReadInPlace = kMicroVectors * kVectorBytes >= 64 ? 256 * 1024 : 16 * 1024;
/// Panels of one operand for which the other one is read so many times.
constexpr int64_t kOften = 32;

template <class T>
void cutTyped(MatmulKernel& kernel) {
  MatmulGeometry& cut = kernel.cut;
  const int64_t lanes = VectorOf<T>::lanes, m = kernel.m, n = kernel.n, k = kernel.k;
  if (m == 1) {
    cut.vector = true;
    const int64_t columns = roundUp(n, 64) < kBlockColumns * 8 ? roundUp(n, 64) : kBlockColumns * 8;
    cut.blockBytes = kernel.direct ? 0 : columns * int64_t(sizeof(T)) + 64;
    return;
  }
  cut.width = n <= lanes ? lanes : kMicroVectors * lanes;
  cut.panels = (n + cut.width - 1) / cut.width;
  cut.rowPanels = (m + kMicroRows - 1) / kMicroRows;
  const int64_t kBlocks = k <= kLongestK ? 1 : (k + kLongestK - 1) / kLongestK;
  cut.kBlock = k == 0 ? 1 : (k + kBlocks - 1) / kBlocks;
  cut.blockRowPanels = kBlockRows / kMicroRows;
  cut.blockPanels = kBlockColumns / cut.width;
  if (cut.blockRowPanels > cut.rowPanels) cut.blockRowPanels = cut.rowPanels;
  if (cut.blockPanels > cut.panels) cut.blockPanels = cut.panels;
  cut.onePass = cut.panels == 1 && kBlocks == 1;
  cut.dense = cut.panels == cut.blockPanels && (cut.onePass || cut.panels > 1 || n == cut.width);
  // Rows or columns that are a multiple of 4 KiB apart compete for one set of a first-level cache, which holds 8 lines or more. With a part of
  // that in between they compete less, and packing pays where what is packed is read often.
  const auto crowded = [](int64_t stride, int64_t apart) { return stride != 0 && stride * int64_t(sizeof(T)) % apart == 0; };
  cut.packA = cut.panels > 1 && k > 16 && (crowded(kernel.aRow, 4096) || crowded(kernel.aCol, cut.panels > kOften ? 1024 : 4096));
  const bool inPlace = k * n * int64_t(sizeof(T)) <= kReadInPlace && !crowded(kernel.bRow, cut.rowPanels > kOften ? 2048 : 4096);
  cut.packB = kernel.bCol != 1 || (cut.rowPanels > 1 && !inPlace);
  cut.packedBytes = roundUp(k * cut.panels * cut.width * int64_t(sizeof(T)), 64);
  cut.packedRows = cut.packA ? roundUp(cut.blockRowPanels * kMicroRows * cut.kBlock * int64_t(sizeof(T)), 64) + kVectorBytes : 0;
  cut.blockBytes = kernel.direct ? 0 : roundUp((cut.blockRowPanels * kMicroRows * cut.blockPanels + 1) * cut.width * int64_t(sizeof(T)), 64) + 64;
  cut.batchInside = !kernel.sharedB && cut.packedBytes <= kPackInside;
}

}  // namespace

void matmulCut(MatmulKernel& kernel) {
  withProductType(kernel.dtype, [&](auto zero) { cutTyped<decltype(zero)>(kernel); });
}

int64_t matmulShared(const MatmulKernel& kernel) { return kernel.cut.batchInside || kernel.cut.vector ? 0 : kernel.cut.packedBytes; }

int64_t matmulScratch(const MatmulKernel& kernel) {
  const MatmulGeometry& cut = kernel.cut;
  return tileScratch(kernel.epilogue) + (cut.batchInside ? cut.packedBytes : 0) + cut.packedRows + cut.blockBytes;
}

}  // namespace CG_ISA
}  // namespace cellgrad
