// C ± A B in place: both operands are packed, A with its sign, and blocks of C go through the micro-kernels of the matrix product.
#include "matrix_update.h"

#include "gemm_micro.h"
#include "gemm_pack.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kInner = 256;        // rows of B that are packed at a time
constexpr int64_t kBlockPanels = 8;    // panels of A, and of B, of a block of C

inline int64_t panelsOf(int64_t n, int64_t width) { return (n + width - 1) / width; }
template <class T>
constexpr int64_t kWidth = VectorOf<T>::lanes * kMicroVectors;

template <class T>
void addTyped(const Update<T>& x, Workspace work) {
  if (x.m == 0 || x.n == 0 || x.k == 0) return;
  const int64_t width = kWidth<T>, rowPanels = panelsOf(x.m, kMicroRows), panels = panelsOf(x.n, width);
  const int64_t inner = x.k < kInner ? x.k : kInner;
  T* packedA = work.take<T>(rowPanels * kMicroRows * inner + kVectorBytes);
  T* packedB = work.take<T>(panels * width * inner);
  const int64_t rowBlocks = panelsOf(rowPanels, kBlockPanels), columnBlocks = panelsOf(panels, kBlockPanels);
  for (int64_t k0 = 0; k0 < x.k && !stopRequested(); k0 += inner) {
    const int64_t k = x.k - k0 < inner ? x.k - k0 : inner;
    const auto heightOf = [&](int64_t p) { return x.m - p * kMicroRows < kMicroRows ? x.m - p * kMicroRows : int64_t(kMicroRows); };
    inPieces(work, rowBlocks + columnBlocks, double((x.m + x.n) * k) * 0.5, [&](int64_t piece) {
      if (piece < rowBlocks) {
        for (int64_t p = piece * kBlockPanels; p < (piece + 1) * kBlockPanels && p < rowPanels; p++) {
          const int64_t rows = heightOf(p);
          T* to = packedA + p * kMicroRows * k;
          // Rows are written one by one: the vector that packRows may write past a panel would be the next one's, which another thread writes.
          const T* from = x.a + p * kMicroRows * x.aRow + k0 * x.aCol;
          for (int64_t i = 0; i < rows; i++) {
            const T* row = from + i * x.aRow;
            if (x.subtract) for (int64_t q = 0; q < k; q++) to[q * rows + i] = -row[q * x.aCol];
            else for (int64_t q = 0; q < k; q++) to[q * rows + i] = row[q * x.aCol];
          }
        }
        return;
      }
      const int64_t block = piece - rowBlocks;
      for (int64_t q = block * kBlockPanels; q < (block + 1) * kBlockPanels && q < panels; q++) {
        const int64_t columns = x.n - q * width < width ? x.n - q * width : width;
        packPanel(packedB + q * width * k, x.b + k0 * x.bRow + q * width * x.bCol, x.bRow, x.bCol, k, columns, width);
      }
    });
    inPieces(work, rowBlocks * columnBlocks, double(x.m) * double(x.n) * double(k) / (VectorOf<T>::lanes * 3.0), [&](int64_t piece) {
      const int64_t rowBlock = piece % rowBlocks, columnBlock = piece / rowBlocks;
      MicroArguments<T> call;
      call.k = k;
      call.aRow = 1;
      call.bRow = width;
      call.cRow = x.cRow;
      call.accumulate = true;
      call.spill = false;
      for (int64_t q = columnBlock * kBlockPanels; q < (columnBlock + 1) * kBlockPanels && q < panels; q++) {
        call.columns = x.n - q * width < width ? x.n - q * width : width;
        call.b = packedB + q * width * k;
        const int64_t vectors = panelsOf(call.columns, VectorOf<T>::lanes);
        for (int64_t p = rowBlock * kBlockPanels; p < (rowBlock + 1) * kBlockPanels && p < rowPanels; p++) {
          call.a = packedA + p * kMicroRows * k;
          call.aCol = heightOf(p);
          call.c = x.c + p * kMicroRows * x.cRow + q * width;
          microKernel<T>(heightOf(p), vectors)(call);
        }
      }
    });
  }
}

}  // namespace

void addProduct(const Update<float>& update, Workspace work) { addTyped(update, work); }
void addProduct(const Update<double>& update, Workspace work) { addTyped(update, work); }

int64_t addProductBytes(int64_t m, int64_t n, int64_t k, int64_t elementBytes) {
  const int64_t inner = k < kInner ? k : kInner, width = kWidth<float>;
  return ((m + kMicroRows) * inner + kVectorBytes + (n + width) * inner) * elementBytes + 256;
}

}  // namespace CG_ISA
}  // namespace cellgrad
