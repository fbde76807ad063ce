// The gradient of 3 × 3 taps by Winograd's method (convolution_winograd.h): for each of the 36 spots the product of the transformed tiles of x with
// those of what came back, summed over all tiles and transformed to 3 × 3. Pieces of the batch have sums of their own, which are added in their order.
#include "convolution_winograd.h"

#include "gemm_micro.h"
#include "pool.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kTilesTogether = 32;
constexpr int64_t kChannelsTogether = 64;  // of x and of y
constexpr int64_t kChannelsStored = 8;     // whose taps are stored together

struct WeightPlan {
  Convolution conv;
  Tiling tiling;
  int64_t pieces;                      // of the batch
  int64_t xParts, xChannels, xLanes;   // of the channels of x in a group
  int64_t yParts, yChannels, yLanes;
  int64_t xStride, yStride, sumStride; // from spot to spot

  int64_t units() const { return conv.groups * pieces * xParts * yParts; }
  int64_t sumFloats() const { return kSpots * sumStride; }
  int64_t pixelFloats() const {
    return roundUp(greatest(Pixels::floats(tiling, conv.x[2], xLanes), Pixels::floats(tiling, conv.y[2], yLanes)), 16);
  }
  int64_t scratchFloats() const {
    return kChannelsTogether + pixelFloats() + kSpots * (xStride + yStride) + (pieces == 1 ? sumFloats() : 0) + 9 * kChannelsStored * yLanes;
  }
};

WeightPlan planOf(const Convolution& conv) {
  WeightPlan plan{};
  plan.conv = conv;
  plan.tiling = tilingOf(conv.batch, conv.y[1], conv.y[2], kTilesTogether);
  plan.xParts = ceilDivide(conv.channels, kChannelsTogether);
  plan.yParts = ceilDivide(conv.outputs, kChannelsTogether);
  plan.xChannels = ceilDivide(conv.channels, plan.xParts);
  plan.yChannels = roundUp(ceilDivide(conv.outputs, plan.yParts), kFloats);
  plan.xParts = ceilDivide(conv.channels, plan.xChannels);
  plan.yParts = ceilDivide(conv.outputs, plan.yChannels);
  plan.xLanes = roundUp(plan.xChannels, kFloats);
  plan.yLanes = roundUp(plan.yChannels, kFloats);
  plan.xStride = spotStride(plan.tiling.blockTiles() * plan.xLanes);
  plan.yStride = spotStride(plan.tiling.blockTiles() * plan.yLanes);
  plan.sumStride = spotStride(plan.xChannels * plan.yLanes);
  const int64_t parts = conv.groups * plan.xParts * plan.yParts;
  const int64_t most = greatest(least(plan.tiling.strips, (5 << 18) / (parts * plan.sumFloats())), 1);
  plan.pieces = least(ceilDivide(8, parts), most);
  return plan;
}

struct WeightTask {
  const WeightPlan* plan;
  const float *x, *y;
  float *sums, *weights;
  int64_t perPiece;
};

/// Adds the sums of the pieces of one part and stores the taps.
void storeTaps(const WeightTask& task, int64_t number, float* sums, float* block) {
  const WeightPlan& plan = *task.plan;
  const Convolution& conv = plan.conv;
  const int64_t yPart = number % plan.yParts, xPart = number / plan.yParts % plan.xParts, group = number / plan.yParts / plan.xParts;
  const int64_t x0 = xPart * plan.xChannels, channels = least(plan.xChannels, conv.channels - x0);
  const int64_t y0 = yPart * plan.yChannels, outputs = least(plan.yChannels, conv.outputs - y0), perOutput = conv.channels * 9;
  float* weights = task.weights + (group * conv.outputs + y0) * perOutput + x0 * 9;
  for (int64_t c0 = 0; c0 < channels; c0 += kChannelsStored) {
    const int64_t many = least(kChannelsStored, channels - c0);
    for (int64_t c = 0; c < many; c++) {
      for (int64_t lane = 0; lane < plan.yLanes; lane += kFloats) {
        const float* own = sums + (c0 + c) * plan.yLanes + lane;
        bothWays<kWindow, 3>(
            [&](int i, int j) {
              const float* spot = own + (i * kWindow + j) * plan.sumStride;
              Floats sum = loadVector(spot);
              for (int64_t p = 1; p < plan.pieces; p++) sum += loadVector(spot + p * plan.sumFloats());
              return sum;
            },
            tapsLineBack, [&](int i, int j, Floats v) { storeVector(block + (c * 9 + i * 3 + j) * plan.yLanes + lane, v); });
      }
    }
    transpose(weights + c0 * 9, perOutput, block, plan.yLanes, many * 9, outputs);
  }
}

void storePiece(void* context, int64_t piece, char* scratch) {
  const WeightTask& task = *static_cast<WeightTask*>(context);
  storeTaps(task, piece, task.sums + piece * task.plan->pieces * task.plan->sumFloats(), reinterpret_cast<float*>(scratch));
}

/// sums[spot][c][k] += the products of a block's tiles.
void addProducts(const WeightPlan& plan, const float* x, const float* y, int64_t tiles, int64_t channels, bool isFirst, float* sums) {
  const int64_t panels = ceilDivide(channels, kMicroRows);
  for (int64_t spot = 0; spot < kSpots; spot++) {
    for (int64_t lane = 0; lane < plan.yLanes; lane += kMicroVectors * kFloats) {
      const int64_t width = least(kMicroVectors * kFloats, plan.yLanes - lane);
      for (int64_t panel = 0; panel < panels; panel++) {
        const int64_t c = channels * panel / panels, rows = channels * (panel + 1) / panels - c;
        microKernel<float>(rows, width / kFloats)({tiles, x + spot * plan.xStride + c, 1, plan.xLanes, y + spot * plan.yStride + lane, plan.yLanes,
                                                   sums + spot * plan.sumStride + c * plan.yLanes + lane, plan.yLanes, width, !isFirst, false});
      }
    }
  }
}

void unitsPiece(void* context, int64_t piece, char* scratch) {
  const WeightTask& task = *static_cast<WeightTask*>(context);
  const WeightPlan& plan = *task.plan;
  const Convolution& conv = plan.conv;
  const Tiling& t = plan.tiling;
  const int64_t end = least((piece + 1) * task.perPiece, plan.units());
  float* zeros = reinterpret_cast<float*>(scratch);
  float* memory = zeros + kChannelsTogether;
  float* x = memory + plan.pixelFloats();
  float* y = x + kSpots * plan.xStride;
  float* block = y + kSpots * plan.yStride;
  float* ownSums = block + 9 * kChannelsStored * plan.yLanes;
  memset(zeros, 0, kChannelsTogether * sizeof(float));
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const int64_t batchPiece = unit % plan.pieces, number = unit / plan.pieces;
    const int64_t yPart = number % plan.yParts, xPart = number / plan.yParts % plan.xParts, group = number / plan.yParts / plan.xParts;
    const int64_t x0 = xPart * plan.xChannels, y0 = yPart * plan.yChannels, channels = least(plan.xChannels, conv.channels - x0);
    float* sums = plan.pieces == 1 ? ownSums : task.sums + unit * plan.sumFloats();
    Pixels seen{conv.x[1], conv.x[2], channels, plan.xLanes, {-conv.padding[1], -conv.padding[2]}, kWindow, 0, 0, 0, 0, zeros};
    Pixels back{conv.y[1], conv.y[2], least(plan.yChannels, conv.outputs - y0), plan.yLanes, {0, 0}, kTile, 0, 0, 0, 0, zeros};
    const int64_t xPlane = conv.x[1] * conv.x[2], yPlane = conv.y[1] * conv.y[2];
    const int64_t begin = t.strips * batchPiece / plan.pieces, stop = t.strips * (batchPiece + 1) / plan.pieces;
    for (int64_t first = begin; first < stop && !stopRequested(); first += t.together) {
      const int64_t last = least(first + t.together, stop), tiles = t.perRow == 1 ? (last - first) * t.columns : Run(t, first, last).columns;
      transformTiles<kWindow>(t, first, last, seen, conv.groups * conv.channels * xPlane, task.x + (group * conv.channels + x0) * xPlane, memory, x, plan.xStride, inputLine);
      transformTiles<kTile>(t, first, last, back, conv.groups * conv.outputs * yPlane, task.y + (group * conv.outputs + y0) * yPlane, memory, y, plan.yStride, outputLineBack);
      addProducts(plan, x, y, tiles, channels, first == begin, sums);
    }
    if (plan.pieces == 1) storeTaps(task, number, sums, block);
  }
}

}  // namespace

int64_t winogradWeightScratch(const Convolution& conv) { return planOf(conv).scratchFloats() * int64_t(sizeof(float)); }

int64_t winogradWeightShared(const Convolution& conv) {
  const WeightPlan plan = planOf(conv);
  return plan.pieces == 1 ? 0 : plan.units() * plan.sumFloats() * int64_t(sizeof(float));
}

void winogradWeight(const Convolution& conv, const Frame& frame, const float* x, const float* y, float* weights) {
  const WeightPlan plan = planOf(conv);
  WeightTask task{&plan, x, y, reinterpret_cast<float*>(frame.shared), weights, 0};
  const double tiles = double(plan.tiling.strips * plan.tiling.strip), vectors = double(ceilDivide(conv.outputs, kFloats));
  const double cost = double(conv.groups) * tiles * (kSpots * double(conv.channels) * vectors * 0.35 + 120 * (vectors + double(conv.channels) / kFloats));
  const int64_t pieces = piecesFor(plan.units(), cost);
  task.perPiece = ceilDivide(plan.units(), pieces);
  if (pieces == 1) unitsPiece(&task, 0, callerScratch());
  else parallel(ceilDivide(plan.units(), task.perPiece), unitsPiece, &task);
  if (plan.pieces == 1 || stopRequested()) return;
  const int64_t parts = plan.units() / plan.pieces;
  if (piecesFor(parts, double(plan.units() * plan.sumFloats()) * 0.1) > 1) parallel(parts, storePiece, &task);
  else
    for (int64_t i = 0; i < parts; i++) storePiece(&task, i, callerScratch());
}

}  // namespace CG_ISA
}  // namespace cellgrad
