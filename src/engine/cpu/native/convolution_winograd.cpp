// Convolutions with 3 × 3 taps, and their gradients to the input, by Winograd's method (convolution_winograd.h). Taps are transformed once; then each
// block of tiles is transformed, multiplied with them spot by spot and transformed back, all within the second-level cache.
#include "convolution_winograd.h"

#include "gemm_micro.h"
#include "pool.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kTilesTogether = 32;
constexpr int64_t kChunk = kMicroVectors * kFloats;  // channels of the result that are computed together

struct WinogradPlan {
  Convolution conv;
  bool transposed;
  Tiling tiling;
  int64_t height, width;             // of what is read
  int64_t first[2];                  // of the first window
  int64_t from, fromLanes, to, toLanes;  // channels of a group, and as whole vectors
  int64_t blocks, chunks, parts;     // of all images; of channels of the result, and how many parts of those are work of their own
  int64_t tapStride, inStride, outStride;  // from spot to spot

  int64_t units() const { return conv.groups * blocks * parts; }
  int64_t chunkTaps() const { return kSpots * tapStride; }
  int64_t tapFloats() const { return conv.groups * chunks * chunkTaps(); }
  int64_t pixelFloats() const { return roundUp(Pixels::floats(tiling, width, fromLanes), 16); }
  int64_t scratchFloats() const {
    return roundUp(fromLanes, 16) + pixelFloats() + kSpots * (inStride + outStride) + kTile * kTile * tiling.strip * kChunk;
  }
};

WinogradPlan planOf(const Convolution& conv, bool transposed) {
  WinogradPlan plan{};
  plan.conv = conv;
  plan.transposed = transposed;
  const int64_t* size = transposed ? conv.x : conv.y;
  const int64_t* source = transposed ? conv.y : conv.x;
  plan.height = source[1];
  plan.width = source[2];
  for (int d = 0; d < 2; d++) plan.first[d] = transposed ? conv.padding[d + 1] - 2 : -conv.padding[d + 1];
  plan.from = transposed ? conv.outputs : conv.channels;
  plan.to = transposed ? conv.channels : conv.outputs;
  plan.fromLanes = roundUp(plan.from, kFloats);
  plan.toLanes = roundUp(plan.to, kFloats);
  const int64_t tiles = conv.batch * ceilDivide(size[1], kTile) * ceilDivide(size[2], kTile);
  plan.tiling = tilingOf(conv.batch, size[1], size[2], least(kTilesTogether, greatest(tiles / 8, 8)));
  plan.blocks = ceilDivide(plan.tiling.strips, plan.tiling.together);
  plan.chunks = ceilDivide(plan.toLanes, kChunk);
  plan.parts = least(plan.chunks, ceilDivide(4, conv.groups * plan.blocks));
  plan.tapStride = spotStride(plan.from * kChunk);
  plan.inStride = spotStride(plan.tiling.blockTiles() * plan.fromLanes);
  plan.outStride = spotStride(plan.tiling.blockTiles() * kChunk);
  return plan;
}

struct WinogradTask {
  const WinogradPlan* plan;
  const float *from, *weights;
  float *taps, *to;
  int64_t perPiece;
};

/// Transforms the taps of a chunk of a group, element (spot, channel read, lane).
void tapsPiece(void* context, int64_t piece, char*) {
  const WinogradTask& task = *static_cast<WinogradTask*>(context);
  const WinogradPlan& plan = *task.plan;
  const int64_t group = piece / plan.chunks, lane0 = piece % plan.chunks * kChunk, width = least(kChunk, plan.toLanes - lane0);
  const int64_t perOutput = plan.conv.channels * 9, laneStride = plan.transposed ? 9 : perOutput, fromStride = plan.transposed ? perOutput : 9;
  const float* weights = task.weights + group * plan.conv.outputs * perOutput + lane0 * laneStride;
  float* taps = task.taps + piece * plan.chunkTaps();
  float block[9 * kChunk];
  if (plan.to - lane0 < width) memset(block, 0, sizeof block);
  for (int64_t c = 0; c < plan.from; c++) {
    transpose(block, kChunk, weights + c * fromStride, laneStride, least(width, plan.to - lane0), int64_t(9));
    for (int64_t lane = 0; lane < width; lane += kFloats) {
      // The gradient to the input sees the taps from behind.
      bothWays<3, kWindow>([&](int i, int j) { return loadVector(block + (plan.transposed ? 8 - (i * 3 + j) : i * 3 + j) * kChunk + lane); }, tapsLine,
                           [&](int i, int j, Floats v) { storeVector(taps + (i * kWindow + j) * plan.tapStride + c * width + lane, v); });
    }
  }
}

/// Transforms the products of a strip back and stores the outputs of some channels.
void storeStrip(const WinogradPlan& plan, const Run& run, const float* products, int64_t width, int64_t lanes, float* block, float* to) {
  const Tiling& t = plan.tiling;
  const int64_t y0 = run.row * kTile, x0 = run.column * kTile, plane = t.height * t.width;
  const int64_t rows = least(kTile, t.height - y0), columns = least(run.columns * kTile, t.width - x0);
  for (int64_t tile = 0; tile < run.columns; tile++, products += width) {
    const int64_t x = tile * kTile;
    for (int64_t lane = 0; lane < width; lane += kFloats) {
      bothWays<kWindow, kTile>([&](int i, int j) { return loadVector(products + (i * kWindow + j) * plan.outStride + lane); }, outputLine,
                               [&](int i, int j, Floats v) {
                                 if (i < rows && x + j < columns) storeVector(block + (i * columns + x + j) * width + lane, v);
                               });
    }
  }
  to += y0 * t.width + x0;
  if (columns == t.width) transpose(to, plane, block, width, rows * columns, lanes);
  else
    for (int64_t y = 0; y < rows; y++) transpose(to + y * t.width, plane, block + y * columns * width, width, columns, lanes);
}

/// Multiplies the transformed tiles with the taps of a chunk, spot by spot.
void multiply(const WinogradPlan& plan, const float* in, const float* taps, int64_t tiles, int64_t width, float* out) {
  const int64_t panels = ceilDivide(tiles, kMicroRows);
  for (int64_t panel = 0; panel < panels; panel++) {
    const int64_t tile = tiles * panel / panels, rows = tiles * (panel + 1) / panels - tile;
    const MicroKernel<float> micro = microKernel<float>(rows, width / kFloats);
    for (int64_t spot = 0; spot < kSpots; spot++) {
      micro({plan.from, in + spot * plan.inStride + tile * plan.fromLanes, plan.fromLanes, 1, taps + spot * plan.tapStride, width,
             out + spot * plan.outStride + tile * width, width, width, false, false});
    }
  }
}

void unitsPiece(void* context, int64_t piece, char* scratch) {
  const WinogradTask& task = *static_cast<WinogradTask*>(context);
  const WinogradPlan& plan = *task.plan;
  const Tiling& t = plan.tiling;
  const int64_t end = least((piece + 1) * task.perPiece, plan.units()), imageStride = plan.conv.groups * plan.from * plan.height * plan.width;
  float* zeros = reinterpret_cast<float*>(scratch);
  float* memory = zeros + roundUp(plan.fromLanes, 16);
  float* in = memory + plan.pixelFloats();
  float* out = in + kSpots * plan.inStride;
  float* block = out + kSpots * plan.outStride;
  memset(zeros, 0, size_t(plan.fromLanes) * sizeof(float));
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const int64_t part = unit % plan.parts, group = unit / plan.parts / plan.blocks, first = unit / plan.parts % plan.blocks * t.together, last = least(first + t.together, t.strips);
    Pixels pixels{plan.height, plan.width, plan.from, plan.fromLanes, {plan.first[0], plan.first[1]}, kWindow, 0, 0, 0, 0, zeros};
    transformTiles<kWindow>(t, first, last, pixels, imageStride, task.from + group * plan.from * plan.height * plan.width, memory, in, plan.inStride, inputLine);
    const int64_t tiles = t.perRow == 1 ? (last - first) * t.columns : Run(t, first, last).columns;
    for (int64_t chunk = plan.chunks * part / plan.parts; chunk < plan.chunks * (part + 1) / plan.parts; chunk++) {
      const int64_t lane0 = chunk * kChunk, width = least(kChunk, plan.toLanes - lane0);
      multiply(plan, in, task.taps + (group * plan.chunks + chunk) * plan.chunkTaps(), tiles, width, out);
      const float* products = out;
      for (int64_t strip = first; strip < last; strip++) {
        const Run run(t, strip, strip + 1);
        float* to = task.to + ((run.image * plan.conv.groups + group) * plan.to + lane0) * t.height * t.width;
        storeStrip(plan, run, products, width, least(width, plan.to - lane0), block, to);
        products += run.columns * width;
      }
    }
  }
}

}  // namespace

bool winogradPays(const Convolution& conv, DType dtype) {
  if (dtype != kFloat32 || conv.x[0] != 1 || conv.y[0] != 1 || conv.k[0] != 1 || conv.padding[0] != 0) return false;
  for (int d = 1; d < 3; d++)
    if (conv.k[d] != 3 || conv.stride[d] != 1 || conv.dilation[d] != 1) return false;
  if (conv.channels < 8 || conv.outputs < 8) return false;
  // Vectors of multiply-adds and of what else there is to do, here and without.
  const double vectors = double(ceilDivide(conv.outputs, kFloats)), channels = double(conv.channels), outputs = double(conv.batch) * double(volume(conv.y));
  const double tiles = double(conv.batch) * double(ceilDivide(conv.y[1], kTile)) * double(ceilDivide(conv.y[2], kTile));
  const double ours = tiles * (kSpots * channels * vectors + 400 * (channels / kFloats + vectors)) + 200 * channels * vectors;
  return ours < outputs * 9 * channels * vectors;
}

int64_t winogradScratch(const Convolution& conv, bool transposed) { return planOf(conv, transposed).scratchFloats() * int64_t(sizeof(float)); }
int64_t winogradShared(const Convolution& conv, bool transposed) { return planOf(conv, transposed).tapFloats() * int64_t(sizeof(float)); }

void winograd(const Convolution& conv, bool transposed, const Frame& frame, const float* from, const float* weights, float* to) {
  const WinogradPlan plan = planOf(conv, transposed);
  WinogradTask task{&plan, from, weights, reinterpret_cast<float*>(frame.shared), to, 0};
  const int64_t chunks = conv.groups * plan.chunks;
  if (piecesFor(chunks, double(plan.tapFloats()) * 0.3) > 1) parallel(chunks, tapsPiece, &task);
  else
    for (int64_t i = 0; i < chunks; i++) tapsPiece(&task, i, nullptr);
  const double tiles = double(plan.tiling.strips * plan.tiling.strip), vectors = double(plan.toLanes / kFloats);
  const double cost = double(conv.groups) * tiles * (kSpots * double(plan.from) * vectors * 0.35 + 120 * (vectors + double(plan.fromLanes / kFloats)));
  const int64_t pieces = piecesFor(plan.units(), cost);
  task.perPiece = ceilDivide(plan.units(), pieces);
  if (pieces == 1) unitsPiece(&task, 0, callerScratch());
  else parallel(ceilDivide(plan.units(), task.perPiece), unitsPiece, &task);
}

}  // namespace CG_ISA
}  // namespace cellgrad
