// Matrix products.
#include <string.h>

#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

struct MatmulTask {
  const MatmulKernel* kernel;
  const Frame* frame;
  int64_t rowsPerPiece;
};

template <class T>
void rowProduct(T* out, const T* a, const T* b, const MatmulKernel& kernel) {
  for (int64_t j = 0; j < kernel.n; j++) out[j] = T(0);
  for (int64_t k = 0; k < kernel.k; k++) {
    const T x = a[k * kernel.aCol];
    const T* row = b + k * kernel.bRow;
    if (kernel.bCol == 1) for (int64_t j = 0; j < kernel.n; j++) out[j] += x * row[j];
    else for (int64_t j = 0; j < kernel.n; j++) out[j] += x * row[j * kernel.bCol];
  }
}

void matmulPiece(void* context, int64_t piece, char* scratch) {
  const MatmulTask& task = *static_cast<MatmulTask*>(context);
  const MatmulKernel& kernel = *task.kernel;
  const int64_t size = bytesOf(kernel.dtype), rows = kernel.batch * kernel.m;
  const char* a = at(*task.frame, kernel.a);
  const char* b = at(*task.frame, kernel.b);
  TileRunner epilogue;
  char* row = epilogue.begin(kernel.epilogue, *task.frame, scratch, kernel.epilogue.tile);
  const int64_t first = piece * task.rowsPerPiece, end = first + task.rowsPerPiece < rows ? first + task.rowsPerPiece : rows;
  for (int64_t r = first; r < end; r++) {
    int64_t batch = r / kernel.m, aOffset = (r % kernel.m) * kernel.aRow, bOffset = 0;
    for (int32_t d = kernel.batchAxes - 1; d >= 0; d--) {
      const int64_t c = batch % kernel.batchSize[d];
      aOffset += c * kernel.aBatch[d];
      bOffset += c * kernel.bBatch[d];
      batch /= kernel.batchSize[d];
    }
    const char* rowA = a + aOffset * size;
    const char* matrixB = b + bOffset * size;
    switch (kernel.dtype) {
      case F32: rowProduct(reinterpret_cast<float*>(row), reinterpret_cast<const float*>(rowA), reinterpret_cast<const float*>(matrixB), kernel); break;
      case F64: rowProduct(reinterpret_cast<double*>(row), reinterpret_cast<const double*>(rowA), reinterpret_cast<const double*>(matrixB), kernel); break;
      case I32: rowProduct(reinterpret_cast<uint32_t*>(row), reinterpret_cast<const uint32_t*>(rowA), reinterpret_cast<const uint32_t*>(matrixB), kernel); break;
      case B8: break;
    }
    for (int64_t j = 0; j < kernel.n; j += kernel.epilogue.tile) {
      const int64_t count = kernel.n - j < kernel.epilogue.tile ? kernel.n - j : kernel.epilogue.tile;
      for (int32_t i = 0; i < kernel.epilogue.results; i++) epilogue.values[i] = row + j * size;
      epilogue.run(r * kernel.n + j, count);
    }
  }
}

}  // namespace

int64_t matmulShared(const MatmulKernel&) { return 0; }

int64_t matmulScratch(const MatmulKernel& kernel) { return tileScratch(kernel.epilogue) + (kernel.n + kLanes) * bytesOf(kernel.dtype); }

void runMatmul(const MatmulKernel& kernel, const Frame& frame) {
  const int64_t rows = kernel.batch * kernel.m;
  if (rows == 0 || kernel.n == 0) return;
  const int64_t pieces = piecesFor(rows, double(rows) * double(kernel.n) * double(kernel.k) * 0.05);
  MatmulTask task{&kernel, &frame, (rows + pieces - 1) / pieces};
  if (pieces == 1) matmulPiece(&task, 0, callerScratch());
  else parallel((rows + task.rowsPerPiece - 1) / task.rowsPerPiece, matmulPiece, &task);
}

}  // namespace CG_ISA
}  // namespace cellgrad
