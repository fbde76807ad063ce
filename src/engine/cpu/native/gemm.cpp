// Matrix products: packs what is worth packing, runs micro-kernels, and runs the epilogue on each block of C
// while it is in cache. Blocks are independent, so they may go to any thread.
#include <string.h>

#include "gemm_cut.h"
#include "gemm_micro.h"
#include "gemm_pack.h"
#include "gemm_vector.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

template <class T>
struct Operands {
  const T* a;  // of this batch entry
  const T* b;
};

template <class T>
Operands<T> operandsOf(const MatmulKernel& kernel, const Frame& frame, int64_t entry) {
  const T* a = reinterpret_cast<const T*>(at(frame, kernel.a));
  const T* b = reinterpret_cast<const T*>(at(frame, kernel.b));
  for (int32_t d = kernel.batchAxes - 1; d >= 0; d--) {
    const int64_t c = entry % kernel.batchSize[d];
    a += c * kernel.aBatch[d];
    b += c * kernel.bBatch[d];
    entry /= kernel.batchSize[d];
  }
  return {a, b};
}

/// First row of a panel of A.
inline int64_t firstRow(const MatmulKernel& kernel, int64_t panel) { return kernel.m * panel / kernel.cut.rowPanels; }

/// Packed panels lie [block of k][panel][rows of the block][width].
template <class T>
T* packedPanel(const MatmulKernel& kernel, T* packed, int64_t k0, int64_t kRows, int64_t panel) {
  return packed + (k0 * kernel.cut.panels + panel * kRows) * kernel.cut.width;
}

template <class T>
void packB(const MatmulKernel& kernel, T* packed, const T* b, int64_t firstPanel, int64_t endPanel) {
  const MatmulGeometry& cut = kernel.cut;
  for (int64_t k0 = 0; k0 < kernel.k; k0 += cut.kBlock) {
    const int64_t rows = kernel.k - k0 < cut.kBlock ? kernel.k - k0 : cut.kBlock;
    for (int64_t panel = firstPanel; panel < endPanel; panel++) {
      const int64_t column = panel * cut.width;
      const int64_t columns = kernel.n - column < cut.width ? kernel.n - column : cut.width;
      if (!cut.packB && columns == cut.width) continue;
      packPanel(packedPanel(kernel, packed, k0, rows, panel), b + k0 * kernel.bRow + column * kernel.bCol, kernel.bRow, kernel.bCol, rows, columns, cut.width);
    }
  }
}

/// The epilogue works on whole vectors: gives the lanes past the last of `points` a value.
template <class T>
void padResults(T* c, int64_t points) {
  for (int64_t i = points; i < roundUp(points, kLanes); i++) c[i] = T(0);
}

struct Block {
  int64_t entry;
  int64_t rowPanel0, rowPanel1, panel0, panel1;
};

/// Computes one block of C, epilogue included.
template <class T>
void computeBlock(const MatmulKernel& kernel, const Frame& frame, const Operands<T>& operands, const T* packed, const Block& block, TileRunner& epilogue, char* scratch) {
  const MatmulGeometry& cut = kernel.cut;
  const int64_t n = kernel.n, width = cut.width;
  const int64_t row0 = firstRow(kernel, block.rowPanel0), row1 = firstRow(kernel, block.rowPanel1);
  const int64_t column0 = block.panel0 * width, column1 = block.panel1 * width < n ? block.panel1 * width : n;
  T* rows = reinterpret_cast<T*>(scratch);  // packed rows of A
  T* c = reinterpret_cast<T*>(scratch + cut.packedRows);
  // A block that has not all columns has rows of its own length in scratch memory.
  const bool dense = cut.dense && column1 - column0 == n;
  int64_t cRow = dense ? n : (block.panel1 - block.panel0) * width;
  if (kernel.direct) {
    c = reinterpret_cast<T*>(at(frame, kernel.out)) + (block.entry * kernel.m + row0) * n + column0;
    cRow = n;
  }
  if (kernel.k == 0) {
    for (int64_t r = 0; r < row1 - row0; r++) memset(static_cast<void*>(c + r * cRow), 0, size_t(column1 - column0) * sizeof(T));
  }
  MicroArguments<T> x;
  x.cRow = cRow;
  for (int64_t k0 = 0; k0 < kernel.k && !stopRequested(); k0 += cut.kBlock) {
    x.k = kernel.k - k0 < cut.kBlock ? kernel.k - k0 : cut.kBlock;
    x.accumulate = k0 > 0;
    if (cut.packA) {
      for (int64_t p = block.rowPanel0; p < block.rowPanel1; p++) {
        const int64_t first = firstRow(kernel, p);
        packRows(rows + (first - row0) * x.k, operands.a + first * kernel.aRow + k0 * kernel.aCol, kernel.aRow, kernel.aCol, firstRow(kernel, p + 1) - first, x.k, kernel.m - first);
      }
    }
    for (int64_t q = block.panel0; q < block.panel1; q++) {
      const int64_t column = q * width;
      x.columns = n - column < width ? n - column : width;
      if (cut.packB || x.columns < width) {
        x.b = packedPanel(kernel, packed, k0, x.k, q);
        x.bRow = width;
      } else {
        x.b = operands.b + k0 * kernel.bRow + column;
        x.bRow = kernel.bRow;
      }
      // An incomplete panel of few columns needs one vector only.
      const int64_t vectors = (x.columns + VectorOf<T>::lanes - 1) / VectorOf<T>::lanes;
      for (int64_t p = block.rowPanel0; p < block.rowPanel1; p++) {
        const int64_t first = firstRow(kernel, p), height = firstRow(kernel, p + 1) - first;
        if (cut.packA) {
          x.a = rows + (first - row0) * x.k;
          x.aRow = 1;
          x.aCol = height;
        } else {
          x.a = operands.a + first * kernel.aRow + k0 * kernel.aCol;
          x.aRow = kernel.aRow;
          x.aCol = kernel.aCol;
        }
        x.c = c + (first - row0) * cRow + (column - column0);
        // Past the last row lies other memory, unless C is in scratch, which is padded.
        x.spill = cut.onePass && (!kernel.direct || (row1 - first - height + 1) * n >= vectors * VectorOf<T>::lanes);
        microKernel<T>(height, vectors)(x);
      }
    }
  }
  if (kernel.direct) return;
  const int64_t start = block.entry * kernel.m + row0;
  const TileProgram& program = kernel.epilogue;
  if (dense) {
    const int64_t points = (row1 - row0) * n;
    padResults(c, points);
    for (int64_t i = 0; i < points; i += program.tile) {
      for (int32_t r = 0; r < program.results; r++) epilogue.values[r] = reinterpret_cast<char*>(c + i);
      epilogue.run(start * n + i, points - i < program.tile ? points - i : program.tile);
    }
    return;
  }
  for (int64_t r = 0; r < row1 - row0; r++) {
    for (int64_t j = column0; j < column1; j += program.tile) {
      for (int32_t i = 0; i < program.results; i++) epilogue.values[i] = reinterpret_cast<char*>(c + r * cRow + (j - column0));
      epilogue.run((start + r) * n + j, column1 - j < program.tile ? column1 - j : program.tile);
    }
  }
}

struct MatmulTask {
  const MatmulKernel* kernel;
  const Frame* frame;
  int64_t entry0;         // batch entry of piece 0
  int64_t rowBlocks, columnBlocks;
  int64_t panelsPerPiece;
  bool wholeColumns;      // a piece is all rows of its columns, and packs the panels of B that it alone reads
};

template <class T>
void packPiece(void* context, int64_t piece, char*) {
  const MatmulTask& task = *static_cast<MatmulTask*>(context);
  const MatmulKernel& kernel = *task.kernel;
  const int64_t first = piece * task.panelsPerPiece;
  const int64_t end = first + task.panelsPerPiece < kernel.cut.panels ? first + task.panelsPerPiece : kernel.cut.panels;
  packB(kernel, reinterpret_cast<T*>(task.frame->shared), operandsOf<T>(kernel, *task.frame, task.entry0).b, first, end);
}

/// All rows of a block of columns; packs the panels of B.
template <class T>
void computeColumns(const MatmulTask& task, int64_t entry, int64_t columnBlock, T* packed, TileRunner& epilogue, char* scratch) {
  const MatmulKernel& kernel = *task.kernel;
  const Operands<T> operands = operandsOf<T>(kernel, *task.frame, entry);
  const int64_t panel0 = kernel.cut.panels * columnBlock / task.columnBlocks, panel1 = kernel.cut.panels * (columnBlock + 1) / task.columnBlocks;
  packB(kernel, packed, operands.b, panel0, panel1);
  for (int64_t r = 0; r < task.rowBlocks; r++) {
    const Block block{entry, kernel.cut.rowPanels * r / task.rowBlocks, kernel.cut.rowPanels * (r + 1) / task.rowBlocks, panel0, panel1};
    computeBlock(kernel, *task.frame, operands, static_cast<const T*>(packed), block, epilogue, scratch);
  }
}

/// One block of C, of B that lies packed in shared memory, or all rows of a block of columns.
template <class T>
void blockPiece(void* context, int64_t piece, char* scratch) {
  const MatmulTask& task = *static_cast<MatmulTask*>(context);
  const MatmulKernel& kernel = *task.kernel;
  TileRunner epilogue;
  char* free = kernel.direct ? scratch : epilogue.begin(kernel.epilogue, *task.frame, scratch, kernel.epilogue.tile);
  T* packed = reinterpret_cast<T*>(task.frame->shared);
  if (task.wholeColumns) return computeColumns(task, task.entry0, piece, packed, epilogue, free);
  const int64_t perEntry = task.rowBlocks * task.columnBlocks, entry = task.entry0 + piece / perEntry;
  const int64_t rowBlock = piece % perEntry % task.rowBlocks, columnBlock = piece % perEntry / task.rowBlocks;
  const Block block{entry, kernel.cut.rowPanels * rowBlock / task.rowBlocks, kernel.cut.rowPanels * (rowBlock + 1) / task.rowBlocks,
                    kernel.cut.panels * columnBlock / task.columnBlocks, kernel.cut.panels * (columnBlock + 1) / task.columnBlocks};
  computeBlock(kernel, *task.frame, operandsOf<T>(kernel, *task.frame, entry), static_cast<const T*>(packed), block, epilogue, free);
}

/// A whole batch entry, B packed by the piece itself.
template <class T>
void entryPiece(void* context, int64_t piece, char* scratch) {
  const MatmulTask& task = *static_cast<MatmulTask*>(context);
  const MatmulKernel& kernel = *task.kernel;
  TileRunner epilogue;
  char* free = kernel.direct ? scratch : epilogue.begin(kernel.epilogue, *task.frame, scratch, kernel.epilogue.tile);
  for (int64_t c = 0; c < task.columnBlocks; c++) computeColumns(task, piece, c, reinterpret_cast<T*>(free), epilogue, free + kernel.cut.packedBytes);
}

/// `panelsPerPiece` columns of a product with one row.
template <class T>
void vectorPiece(void* context, int64_t piece, char* scratch) {
  const MatmulTask& task = *static_cast<MatmulTask*>(context);
  const MatmulKernel& kernel = *task.kernel;
  const int64_t entry = piece / task.columnBlocks, n = kernel.n;
  const int64_t column0 = piece % task.columnBlocks * task.panelsPerPiece;
  const int64_t column1 = column0 + task.panelsPerPiece < n ? column0 + task.panelsPerPiece : n;
  const Operands<T> operands = operandsOf<T>(kernel, *task.frame, entry);
  const T* b = operands.b + column0 * kernel.bCol;
  if (kernel.direct) {
    T* out = reinterpret_cast<T*>(at(*task.frame, kernel.out)) + entry * n + column0;
    return vectorProduct(out, operands.a, kernel.aCol, b, kernel.bRow, kernel.bCol, kernel.k, column1 - column0);
  }
  TileRunner epilogue;
  T* c = reinterpret_cast<T*>(epilogue.begin(kernel.epilogue, *task.frame, scratch, kernel.epilogue.tile));
  vectorProduct(c, operands.a, kernel.aCol, b, kernel.bRow, kernel.bCol, kernel.k, column1 - column0);
  padResults(c, column1 - column0);
  const int64_t tile = kernel.epilogue.tile;
  for (int64_t j = column0; j < column1; j += tile) {
    for (int32_t i = 0; i < kernel.epilogue.results; i++) epilogue.values[i] = reinterpret_cast<char*>(c + (j - column0));
    epilogue.run(entry * n + j, column1 - j < tile ? column1 - j : tile);
  }
}

template <class T>
void runVector(const MatmulKernel& kernel, const Frame& frame) {
  // Reading B once is all the cost there is.
  const double cost = double(kernel.batch) * double(kernel.n) * (double(kernel.k) * 0.1 + kernel.epilogue.cost);
  int64_t pieces = piecesFor(kernel.n / 64, cost / double(kernel.batch));
  if (pieces < 1) pieces = 1;
  MatmulTask task{&kernel, &frame, 0, 1, 0, roundUp((kernel.n + pieces - 1) / pieces, 64), false};
  if (task.panelsPerPiece > kBlockColumns * 8) task.panelsPerPiece = kBlockColumns * 8;
  task.columnBlocks = (kernel.n + task.panelsPerPiece - 1) / task.panelsPerPiece;
  const int64_t all = kernel.batch * task.columnBlocks;
  if (piecesFor(all, cost) > 1) return parallel(all, vectorPiece<T>, &task);
  for (int64_t i = 0; i < all; i++) vectorPiece<T>(&task, i, callerScratch());
}

/// A of so many bytes is read again for each block of columns at little cost.
constexpr int64_t kSmallA = 512 * 1024;
/// Blocks of columns for each thread where there is an epilogue, which works best on long parts of rows.
constexpr int64_t kEpilogueBlocks = 2;

/// Cuts along columns where each piece can pack what it alone reads: then nobody waits for B, nor fetches it from the cache of another
/// processor, which takes longer than packing it. Says whether it did.
template <class T>
bool cutColumns(const MatmulKernel& kernel, int64_t wanted, MatmulTask& task) {
  const MatmulGeometry& cut = kernel.cut;
  const int64_t threads = threadCount(), least = task.columnBlocks;
  if (wanted < threads || !cut.packB || cut.packA || cut.panels < threads || kernel.m * kernel.k * int64_t(sizeof(T)) > kSmallA) return false;
  if (!kernel.direct && task.rowBlocks > 1) return false;
  int64_t blocks = kernel.direct ? wanted : threads * kEpilogueBlocks;
  if (blocks < least) blocks = least;
  if (blocks > cut.panels) blocks = cut.panels;
  const int64_t even = blocks - blocks % threads;
  task.columnBlocks = even < least ? blocks : even;
  return true;
}

inline int64_t blocksOf(int64_t panels, int64_t largest) { return (panels + largest - 1) / largest; }

/// B of so many bytes is read again by each block of rows at little cost.
constexpr int64_t kSmallB = 128 * 1024;

/// More, smaller blocks where there would be too few for the threads. Each block of rows reads all of B, each block of columns all of A: the
/// smaller of the two is read again. An epilogue works best on whole rows, so that there are few blocks of columns then.
inline void splitFurther(const MatmulKernel& kernel, int64_t entries, int64_t wanted, MatmulTask& task) {
  const MatmulGeometry& cut = kernel.cut;
  const auto more = [](int64_t blocks, int64_t most) { return blocks * 2 < most ? blocks * 2 : most; };
  while (entries * task.rowBlocks * task.columnBlocks < wanted) {
    const bool rows = task.rowBlocks < cut.rowPanels, columns = task.columnBlocks < cut.panels;
    if (!rows && !columns) return;
    const bool wholeRows = cut.dense && !kernel.direct && (cut.packedBytes <= kSmallB || task.columnBlocks >= threadCount());
    if (rows && (!columns || wholeRows || task.rowBlocks * kernel.n <= task.columnBlocks * kernel.m)) task.rowBlocks = more(task.rowBlocks, cut.rowPanels);
    else task.columnBlocks = more(task.columnBlocks, cut.panels);
  }
}

template <class T>
void runTyped(const MatmulKernel& kernel, const Frame& frame) {
  const MatmulGeometry& cut = kernel.cut;
  if (cut.vector) return runVector<T>(kernel, frame);
  const double products = double(kernel.batch) * double(kernel.m) * double(kernel.n) * double(kernel.k);
  const double cost = products / (VectorOf<T>::lanes * 3.0) + double(kernel.batch * kernel.m) * double(kernel.n) * kernel.epilogue.cost;
  MatmulTask task{&kernel, &frame, 0, blocksOf(cut.rowPanels, cut.blockRowPanels), blocksOf(cut.panels, cut.blockPanels), 1, false};
  if (cut.batchInside) {
    if (piecesFor(kernel.batch, cost) > 1) parallel(kernel.batch, entryPiece<T>, &task);
    else
      for (int64_t i = 0; i < kernel.batch; i++) entryPiece<T>(&task, i, callerScratch());
    return;
  }
  const int64_t entries = kernel.sharedB ? kernel.batch : 1;
  const double entryCost = kernel.sharedB ? cost : cost / double(kernel.batch);
  int64_t wanted = piecesFor(entries * cut.rowPanels * cut.panels, entryCost);
  if (wanted > threadCount() * 4) wanted = threadCount() * 4;
  task.wholeColumns = entries == 1 && wanted > 1 && cutColumns<T>(kernel, wanted, task);
  if (!task.wholeColumns) splitFurther(kernel, entries, wanted, task);
  task.wholeColumns = task.wholeColumns || (wanted > 1 && entries == 1 && task.rowBlocks == 1);
  const int64_t pieces = task.wholeColumns ? task.columnBlocks : entries * task.rowBlocks * task.columnBlocks;
  const int64_t packPieces = !cut.packB ? 1 : piecesFor(cut.panels, double(kernel.k) * double(kernel.n) * 0.3);
  task.panelsPerPiece = (cut.panels + packPieces - 1) / packPieces;
  for (task.entry0 = 0; task.entry0 < kernel.batch; task.entry0 += entries) {
    if (!task.wholeColumns && packPieces == 1) packPiece<T>(&task, 0, nullptr);
    else if (!task.wholeColumns) parallel((cut.panels + task.panelsPerPiece - 1) / task.panelsPerPiece, packPiece<T>, &task);
    if (wanted == 1) {
      for (int64_t i = 0; i < pieces; i++) blockPiece<T>(&task, i, callerScratch());
    } else {
      parallel(pieces, blockPiece<T>, &task);
    }
  }
}

}  // namespace

void runMatmul(const MatmulKernel& kernel, const Frame& frame) {
  if (kernel.batch == 0 || kernel.m == 0 || kernel.n == 0) return;
  withProductType(kernel.dtype, [&](auto zero) { runTyped<decltype(zero)>(kernel, frame); });
}

}  // namespace CG_ISA
}  // namespace cellgrad
