// The gradient of a convolution's weights: for each tap the sum over all outputs of what it saw times what came back. Images are cut into pieces
// of which each has sums of its own; these are added in the order of the pieces. How many there are follows from the shapes alone.
#include "convolution_geometry.h"
#include "convolution_micro.h"
#include "convolution_winograd.h"
#include "gemm_pack.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Taps of a channel that are summed together where the lanes are neighbouring outputs.
constexpr int kTogether = 4;

struct WeightPlan {
  Convolution conv;
  Source source;
  bool direct;       // the lanes of a vector are neighbouring outputs, not channels
  int64_t columns;   // channels of y in one group, as whole vectors
  int64_t taps;      // of all channels
  int64_t pieces;    // of the batch
  int64_t parts, channelsPerPart;
  int64_t sourceBytes;

  int64_t units() const { return conv.groups * pieces * parts; }
  int64_t sumsOf(int64_t group, int64_t piece) const { return (group * pieces + piece) * taps * columns; }
};

template <class T>
WeightPlan planOf(const Convolution& conv) {
  constexpr int64_t W = VectorOf<T>::lanes;
  WeightPlan plan{};
  plan.conv = conv;
  // Cut as if there were work enough: bands only serve the caches.
  plan.source = sourceOfInput(conv, sizeof(T), 8);
  plan.direct = conv.outputs < W && conv.y[2] >= W;
  plan.columns = plan.direct ? conv.outputs : roundUp(conv.outputs, W);
  plan.taps = conv.channels * conv.taps;
  const int64_t weights = greatest(conv.groups * plan.taps * plan.columns, 1);
  plan.pieces = greatest(least(least(conv.batch, 16), (1 << 20) / weights), 1);
  plan.parts = greatest(least(conv.channels, ceilDivide(8, conv.groups * plan.pieces)), 1);
  plan.channelsPerPart = greatest(ceilDivide(conv.channels, plan.parts), 1);
  plan.parts = ceilDivide(conv.channels, plan.channelsPerPart);
  plan.sourceBytes = roundUp((plan.channelsPerPart * plan.source.channel + 4 * W) * int64_t(sizeof(T)), 64);
  return plan;
}

struct WeightTask {
  const WeightPlan* plan;
  const int64_t* offset;  // of each tap
  const char *x, *y;
  char *sums, *w;
  int64_t perPiece;
};

/// Adds what outputs [from, …) of a band contribute to the taps of some channels, where the lanes are channels of y.
template <class T>
void addChannels(const WeightPlan& plan, const int64_t* from, const int64_t* to, const T* source, const int64_t* offset, int64_t taps, const T* y, T* sums, char* scratch) {
  constexpr int64_t W = VectorOf<T>::lanes;
  const Source& s = plan.source;
  const int64_t plane = volume(plan.conv.y), starts[3] = {s.band == 0 ? from[0] : 0, s.band == 1 ? from[1] : 0, s.band == 2 ? from[2] : 0};
  int64_t* bases = reinterpret_cast<int64_t*>(scratch);
  T* packed = reinterpret_cast<T*>(scratch + kConvBlock * 8);
  int64_t first = (from[0] * plan.conv.y[1] + from[1]) * plan.conv.y[2] + from[2];
  for (Outputs out(from, to, 1); !out.done() && !stopRequested();) {
    int64_t count = 0;
    for (; count < kConvBlock && !out.done(); count++, out.next()) bases[count] = s.base(out.at[0] - starts[0], out.at[1] - starts[1], out.at[2] - starts[2]);
    for (int64_t column = 0; column < plan.columns; column += kConvVectors * W) {
      const int64_t width = least(kConvVectors * W, plan.columns - column), columns = least(width, plan.conv.outputs - column);
      packPanel(packed, y + column * plane + first, int64_t(1), plane, count, columns, width);
      const SumArguments<T> x{count, source, offset, bases, packed, sums + column, plan.columns, true};
      allSums(x, taps, width / W);
    }
    first += count;
  }
}

/// The same where the lanes are neighbouring outputs.
template <class T>
void addWindows(const WeightPlan& plan, const int64_t* from, const int64_t* to, const T* source, const int64_t* offset, int64_t taps, const T* y, T* sums) {
  constexpr int W = VectorOf<T>::lanes;
  const Source& s = plan.source;
  const int64_t plane = volume(plan.conv.y), starts[3] = {s.band == 0 ? from[0] : 0, s.band == 1 ? from[1] : 0, s.band == 2 ? from[2] : 0};
  const int64_t n = to[2] - from[2];
  for (int64_t out = 0; out < plan.conv.outputs && !stopRequested(); out++) {
    for (int64_t t = 0; t < taps; t += kTogether) {
      const int64_t many = least(kTogether, taps - t);
      Vector<T> sum[kTogether] = {};
      T rest[kTogether] = {};
      for (int64_t d = from[0]; d < to[0]; d++) {
        for (int64_t h = from[1]; h < to[1]; h++) {
          const T* g = y + out * plane + (d * plan.conv.y[1] + h) * plan.conv.y[2] + from[2];
          const T* row = source + s.base(d - starts[0], h - starts[1], from[2] - starts[2]);
          if (many == kTogether) correlate<T, kTogether>(sum, rest, row, offset + t, g, n);
          else
            for (int64_t i = 0; i < many; i++) correlate<T, 1>(sum + i, rest + i, row, offset + t + i, g, n);
        }
      }
      for (int64_t i = 0; i < many; i++) {
        T total = rest[i];
        for (int lane = 0; lane < W; lane++) total += sum[i][lane];
        sums[(t + i) * plan.columns + out] += total;
      }
    }
  }
}

template <class T>
void weightUnits(void* context, int64_t piece, char* scratch) {
  const WeightTask& task = *static_cast<WeightTask*>(context);
  const WeightPlan& plan = *task.plan;
  const Convolution& conv = plan.conv;
  const Source& s = plan.source;
  T* source = reinterpret_cast<T*>(scratch);
  const int64_t end = least((piece + 1) * task.perPiece, plan.units());
  for (int64_t unit = piece * task.perPiece; unit < end; unit++) {
    const int64_t part = unit % plan.parts, batchPiece = unit / plan.parts % plan.pieces, group = unit / plan.parts / plan.pieces;
    const int64_t channel0 = part * plan.channelsPerPart, channel1 = least(channel0 + plan.channelsPerPart, conv.channels);
    const int64_t tap0 = channel0 * conv.taps, taps = (channel1 - channel0) * conv.taps;
    T* sums = reinterpret_cast<T*>(task.sums) + plan.sumsOf(group, batchPiece) + tap0 * plan.columns;
    memset(static_cast<void*>(sums), 0, size_t(taps * plan.columns) * sizeof(T));
    const int64_t image1 = conv.batch * (batchPiece + 1) / plan.pieces;
    for (int64_t image = conv.batch * batchPiece / plan.pieces; image < image1; image++) {
      const T* y = reinterpret_cast<const T*>(task.y) + (image * conv.groups + group) * conv.outputs * volume(conv.y);
      for (int64_t start = 0; start < s.count[s.band] && !stopRequested(); start += s.bandLength) {
        s.fill(source, reinterpret_cast<const T*>(task.x), image, group, start, channel0, channel1);
        int64_t from[3] = {0, 0, 0}, to[3] = {conv.y[0], conv.y[1], conv.y[2]};
        from[s.band] = start;
        to[s.band] = least(start + s.bandLength, to[s.band]);
        // Offsets are the same from channel to channel, so those of the first channels serve all parts.
        if (plan.direct) addWindows<T>(plan, from, to, source, task.offset, taps, y, sums);
        else addChannels<T>(plan, from, to, source, task.offset, taps, y, sums, scratch + plan.sourceBytes);
      }
    }
  }
}

/// Adds the sums of all pieces and stores those of a channel of x.
template <class T>
void storeWeights(void* context, int64_t piece, char*) {
  const WeightTask& task = *static_cast<WeightTask*>(context);
  const WeightPlan& plan = *task.plan;
  const Convolution& conv = plan.conv;
  const int64_t group = piece / conv.channels, tap = piece % conv.channels * conv.taps;
  T* sums = reinterpret_cast<T*>(task.sums);
  T* total = sums + plan.sumsOf(group, 0) + tap * plan.columns;
  for (int64_t p = 1; p < plan.pieces; p++) {
    const T* own = sums + plan.sumsOf(group, p) + tap * plan.columns;
#pragma GCC ivdep
    for (int64_t i = 0; i < conv.taps * plan.columns; i++) total[i] += own[i];
  }
  transpose(reinterpret_cast<T*>(task.w) + group * conv.outputs * plan.taps + tap, plan.taps, total, plan.columns, conv.taps, conv.outputs);
}

template <class T>
int64_t sumBytes(const WeightPlan& plan) { return roundUp(plan.sumsOf(plan.conv.groups, 0) * int64_t(sizeof(T)), 64); }

template <class T>
void run(const WeightPlan& plan, const Frame& frame, const CallKernel& call) {
  const CallView& w = call.results[0];
  if (w.dims.points() == 0) return;
  const Convolution& conv = plan.conv;
  int64_t* offset = reinterpret_cast<int64_t*>(frame.shared + sumBytes<T>(plan));
  int64_t n = 0, k[3];
  for (int64_t c = 0; c < plan.channelsPerPart; c++) {
    for (k[0] = 0; k[0] < conv.k[0]; k[0]++)
      for (k[1] = 0; k[1] < conv.k[1]; k[1]++)
        for (k[2] = 0; k[2] < conv.k[2]; k[2]++) offset[n++] = tapOffset(plan.source, conv, c, k);
  }
  WeightTask task{&plan, offset, at(frame, call.operands[0].place), at(frame, call.operands[1].place), frame.shared, at(frame, w.place), 0};
  const double products = double(conv.batch * conv.groups) * double(volume(conv.y)) * double(plan.taps) * double(plan.columns);
  const int64_t pieces = piecesFor(plan.units(), products / (VectorOf<T>::lanes * 3.0) + double(call.operands[0].dims.points()) * 0.5);
  task.perPiece = ceilDivide(plan.units(), pieces);
  if (pieces == 1) weightUnits<T>(&task, 0, callerScratch());
  else parallel(ceilDivide(plan.units(), task.perPiece), weightUnits<T>, &task);
  if (stopRequested()) return;
  const int64_t stores = conv.groups * conv.channels;
  if (piecesFor(stores, double(w.dims.points()) * double(plan.pieces) * 0.3) > 1) parallel(stores, storeWeights<T>, &task);
  else
    for (int64_t i = 0; i < stores; i++) storeWeights<T>(&task, i, nullptr);
}

const char* convOf(const CallKernel& call, Convolution& conv) {
  const CallView &x = call.operands[0], &y = call.operands[1], &w = call.results[0];
  const char* wrong = convolutionOf(x, w, y, call.attributes, conv);
  if (!wrong && (overlap(x, w) || overlap(y, w))) return "a convolution's call overwrites its operands";
  return wrong;
}

/// Calls f with the plan of a checked call and a zero of its dtype.
template <class F>
int64_t withPlan(const CallKernel& call, F f) {
  Convolution conv{};
  convOf(call, conv);
  return call.results[0].dtype == kFloat64 ? f(planOf<double>(conv), 0.0) : f(planOf<float>(conv), 0.0f);
}

/// The convolution of a checked call, where Winograd's method computes it.
bool isWinograd(const CallKernel& call, Convolution& conv) {
  convOf(call, conv);
  return winogradPays(conv, call.results[0].dtype);
}

}  // namespace

const char* checkConvolutionWeight(const CallKernel& call) {
  Convolution conv{};
  return convOf(call, conv);
}

int64_t convolutionWeightScratch(const CallKernel& call) {
  Convolution conv{};
  if (isWinograd(call, conv)) return winogradWeightScratch(conv);
  return withPlan(call, [](const WeightPlan& plan, auto zero) {
    constexpr int64_t W = VectorOf<decltype(zero)>::lanes;
    return plan.sourceBytes + kConvBlock * (8 + kConvVectors * W * int64_t(sizeof zero));
  });
}

int64_t convolutionWeightShared(const CallKernel& call) {
  Convolution conv{};
  if (isWinograd(call, conv)) return winogradWeightShared(conv);
  return withPlan(call, [](const WeightPlan& plan, auto zero) { return sumBytes<decltype(zero)>(plan) + plan.channelsPerPart * plan.conv.taps * 8; });
}

void convolveWeight(const CallKernel& call, const Frame& frame) {
  const CallView *in = call.operands, &w = call.results[0];
  Convolution conv{};
  if (isWinograd(call, conv)) return winogradWeight(conv, frame, dataOf<float>(frame, in[0]), dataOf<float>(frame, in[1]), dataOf<float>(frame, w));
  withPlan(call, [&](const WeightPlan& plan, auto zero) {
    run<decltype(zero)>(plan, frame, call);
    return int64_t(0);
  });
}

}  // namespace CG_ISA
}  // namespace cellgrad
