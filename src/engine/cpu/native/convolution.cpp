// Convolutions and transposed convolutions: rows of outputs times packed weights, summed over channels and taps. The outputs of a transposed
// convolution fall into as many classes as its stride has residues, each of which is a convolution with stride 1 of some of the taps. Where there
// are fewer channels than a vector has lanes, or few terms in a sum, the lanes are neighbouring outputs instead. Each output is one chain of sums,
// however work was cut.
#include "convolution_geometry.h"
#include "convolution_micro.h"
#include "convolution_winograd.h"
#include "gemm_pack.h"
#include "tile.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// Terms of a sum so few that outputs are not worth being transposed.
constexpr int64_t kFewTaps = 32;
/// Outputs that are computed together, of all classes along the last dim.
constexpr int64_t kPositions = 96;

struct Plan {
  Convolution conv;
  bool transposed;
  bool direct;           // the lanes of a vector are neighbouring outputs, not channels
  Source source;
  int64_t lanes;         // channels of the result in one group
  int64_t columns;       // the same, as whole vectors
  int64_t classes[3], step[3], size[3];  // of the result
  int64_t taps;          // of all channels
  int64_t positions;     // outputs of each class that are computed together
  int64_t images, blocks;  // images of a unit of work, and how many such blocks there are
  int64_t packedBytes, sourceBytes;

  int64_t units() const { return blocks * conv.groups * source.bands; }
  int64_t classCount() const { return volume(classes); }
  /// Bytes of where those outputs see the source and where they go.
  int64_t placeBytes() const { return roundUp(positions * (1 + classes[2]) * 8, 64); }
};

template <class T>
Plan planOf(const Convolution& conv, bool transposed) {
  constexpr int64_t W = VectorOf<T>::lanes;
  Plan plan{};
  plan.conv = conv;
  plan.transposed = transposed;
  const int64_t units = conv.batch * conv.groups;
  if (!transposed) {
    plan.source = sourceOfInput(conv, sizeof(T), units);
    for (int d = 0; d < 3; d++) plan.classes[d] = plan.step[d] = 1, plan.size[d] = conv.y[d];
  } else {
    Source& s = plan.source;
    s.channels = conv.outputs;
    s.groups = conv.groups;
    for (int d = 0; d < 3; d++) {
      const int64_t low = floorDivide(conv.padding[d] - (conv.k[d] - 1) * conv.dilation[d], conv.stride[d]);
      s.size[d] = conv.y[d];
      s.step[d] = s.dilation[d] = s.phases[d] = 1;
      s.first[d] = low;
      s.count[d] = ceilDivide(conv.x[d], conv.stride[d]);
      s.extra[d] = greatest(floorDivide(conv.stride[d] - 1 + conv.padding[d], conv.stride[d]) - low, 0);
      plan.step[d] = conv.stride[d];
      plan.classes[d] = least(conv.stride[d], conv.x[d]);
      plan.size[d] = conv.x[d];
    }
    s.cut(sizeof(T), units);
  }
  const Source& s = plan.source;
  plan.lanes = transposed ? conv.channels : conv.outputs;
  plan.direct = (plan.lanes < W || s.channels * conv.taps <= kFewTaps) && s.count[2] >= W;
  plan.columns = plan.direct ? plan.lanes : roundUp(plan.lanes, W);
  plan.taps = s.channels * conv.taps;
  plan.positions = greatest(kPositions / greatest(plan.classes[2], 1), 1);
  plan.images = 1;
  const int64_t outputs = volume(s.count);
  if (s.bands == 1 && outputs > 0 && outputs < kPositions) {
    const int64_t most = least(greatest(units / 8, 1), greatest(2 * kBandElements / greatest(s.image, 1), 1));
    plan.images = least(least(ceilDivide(kPositions, outputs), most), greatest(conv.batch, 1));
  }
  plan.blocks = ceilDivide(conv.batch, plan.images);
  plan.packedBytes = roundUp(conv.groups * plan.taps * plan.columns * int64_t(sizeof(T)), 64);
  plan.sourceBytes = roundUp((plan.images * s.image + 4 * W) * int64_t(sizeof(T)), 64);
  return plan;
}

/// In shared memory: packed weights, and of each class where its taps begin, where they see the source and where their weights lie.
struct Tables {
  char* packed;
  int64_t *first, *offset, *weight;

  static int64_t bytes(const Plan& plan) { return plan.packedBytes + roundUp((plan.classCount() + 1 + 2 * plan.taps) * 8, 64); }

  Tables(const Plan& plan, char* memory) : packed(memory) {
    first = reinterpret_cast<int64_t*>(memory + plan.packedBytes);
    offset = first + plan.classCount() + 1;
    weight = offset + plan.taps;
  }

  void fill(const Plan& plan) {
    const Convolution& conv = plan.conv;
    const Source& s = plan.source;
    int64_t n = 0, number = 0, r[3], k[3];
    for (r[0] = 0; r[0] < plan.classes[0]; r[0]++) {
      for (r[1] = 0; r[1] < plan.classes[1]; r[1]++) {
        for (r[2] = 0; r[2] < plan.classes[2]; r[2]++) {
          first[number++] = n;
          for (int64_t c = 0; c < s.channels; c++) {
            int64_t at = c * conv.taps * (plan.transposed ? conv.channels : 1);
            for (k[0] = 0; k[0] < conv.k[0]; k[0]++) {
              for (k[1] = 0; k[1] < conv.k[1]; k[1]++) {
                for (k[2] = 0; k[2] < conv.k[2]; k[2]++, at++) {
                  if (!plan.transposed) {
                    offset[n] = tapOffset(s, conv, c, k);
                  } else {
                    int64_t shift[3];
                    bool meets = true;
                    for (int d = 0; d < 3; d++) {
                      const int64_t distance = r[d] + conv.padding[d] - k[d] * conv.dilation[d];
                      meets = meets && distance % conv.stride[d] == 0;
                      shift[d] = floorDivide(distance, conv.stride[d]) - s.first[d];
                    }
                    if (!meets) continue;
                    offset[n] = c * s.channel + s.base(shift[0], shift[1], shift[2]);
                  }
                  weight[n++] = at;
                }
              }
            }
          }
        }
      }
    }
    first[number] = n;
  }
};

struct Task {
  const Plan* plan;
  const Tables* tables;
  const char *from, *weights;
  char* to;
  int64_t perPiece, pieces;
};

/// Packs the weights of one panel of channels (or one channel) of a group: by class, each tap's after the other.
template <class T>
void packPiece(void* context, int64_t piece, char*) {
  const Task& task = *static_cast<Task*>(context);
  const Plan& plan = *task.plan;
  const Convolution& conv = plan.conv;
  const int64_t most = plan.direct ? 1 : kConvVectors * VectorOf<T>::lanes, panels = ceilDivide(plan.columns, most);
  const int64_t group = piece / panels, column = piece % panels * most;
  const int64_t width = least(most, plan.columns - column), columns = least(width, plan.lanes - column);
  const int64_t lane = plan.transposed ? conv.taps : conv.channels * conv.taps;
  const T* weights = reinterpret_cast<const T*>(task.weights) + group * conv.outputs * conv.channels * conv.taps + column * lane;
  T* packed = reinterpret_cast<T*>(task.tables->packed) + group * plan.taps * plan.columns;
  for (int64_t c = 0; c < plan.classCount(); c++) {
    const int64_t first = task.tables->first[c], taps = task.tables->first[c + 1] - first;
    T* to = packed + first * plan.columns + taps * column;
    if (!plan.transposed) {
      packPanel(to, weights, int64_t(1), lane, taps, columns, width);
      continue;
    }
    for (int64_t t = 0; t < taps; t++, to += width) {
      const T* from = weights + task.tables->weight[first + t];
      for (int64_t j = 0; j < width; j++) to[j] = j < columns ? from[j * lane] : T(0);
    }
  }
}

/// The outputs of one class in one band of some images.
struct Sweep {
  int64_t from[3], to[3];
  int64_t r[3];
  int64_t taps;
  const int64_t* offset;
  int64_t first;  // its first tap, of all classes
};

Sweep sweepOf(const Plan& plan, const Tables& tables, int64_t number, int64_t start) {
  const int64_t first = tables.first[number];
  Sweep sweep{{}, {}, {number / (plan.classes[1] * plan.classes[2]), number / plan.classes[2] % plan.classes[1], number % plan.classes[2]}, tables.first[number + 1] - first, tables.offset + first, first};
  const Source& s = plan.source;
  for (int d = 0; d < 3; d++) {
    sweep.from[d] = d == s.band ? start : 0;
    sweep.to[d] = ceilDivide(plan.size[d] - sweep.r[d], plan.step[d]);
    if (d == s.band) sweep.to[d] = least(sweep.to[d], start + s.bandLength);
  }
  return sweep;
}

/// Stores outputs whose number in a plane is not negative.
template <class T>
void storeBlock(T* to, int64_t plane, const T* block, int64_t columns, int64_t lanes, const int64_t* at, int64_t count) {
  for (int64_t j = 0; j < count;) {
    int64_t run = 1;
    while (at[j] >= 0 && j + run < count && at[j + run] == at[j] + run) run++;
    if (at[j] >= 0) transpose(to + at[j], plane, block + j * columns, columns, run, lanes);
    j += run;
  }
}

/// The outputs of all classes that are neighbours along the last dim: they are stored together, as they lie.
template <class T>
void sweepChannels(const Plan& plan, const Tables& tables, int64_t number, int64_t start, const T* source, const T* packed, T* to, int64_t image0, int64_t images, int64_t group, char* scratch) {
  constexpr int64_t W = VectorOf<T>::lanes;
  const Source& s = plan.source;
  const Sweep front = sweepOf(plan, tables, number, start);
  const int64_t plane = volume(plan.size), starts[3] = {s.band == 0 ? start : 0, s.band == 1 ? start : 0, s.band == 2 ? start : 0};
  const int64_t classes = plan.classes[2];
  int64_t* bases = reinterpret_cast<int64_t*>(scratch);
  int64_t* at = bases + plan.positions;
  T* block = reinterpret_cast<T*>(scratch + plan.placeBytes());
  for (Outputs out(front.from, front.to, images); !out.done() && !stopRequested();) {
    int64_t count = 0;
    for (; count < plan.positions && !out.done(); count++, out.next()) {
      bases[count] = out.image * s.image + s.base(out.at[0] - starts[0], out.at[1] - starts[1], out.at[2] - starts[2]);
      int64_t first = (image0 + out.image) * plan.conv.groups * plan.lanes * plane;
      first += ((out.at[0] * plan.step[0] + front.r[0]) * plan.size[1] + out.at[1] * plan.step[1] + front.r[1]) * plan.size[2];
      for (int64_t r = 0, last = out.at[2] * plan.step[2]; r < classes; r++, last++) at[count * classes + r] = last < plan.size[2] ? first + last : -1;
    }
    for (int64_t r = 0; r < classes; r++) {
      const Sweep sweep = sweepOf(plan, tables, number + r, start);
      const int64_t blocks = ceilDivide(sweep.taps, kConvBlock), depth = blocks ? ceilDivide(sweep.taps, blocks) : 0;
      T* results = block + r * plan.columns;
      for (int64_t i = 0; sweep.taps == 0 && i < count; i++) memset(static_cast<void*>(results + i * classes * plan.columns), 0, size_t(plan.columns) * sizeof(T));
      for (int64_t k0 = 0; k0 < sweep.taps; k0 += depth) {
        for (int64_t column = 0; column < plan.columns; column += kConvVectors * W) {
          const int64_t width = least(kConvVectors * W, plan.columns - column);
          const T* weights = packed + sweep.first * plan.columns + sweep.taps * column + k0 * width;
          const SumArguments<T> x{least(depth, sweep.taps - k0), source, bases, sweep.offset + k0, weights, results + column, classes * plan.columns, k0 > 0};
          allSums(x, count, width / W);
        }
      }
    }
    storeBlock(to + group * plan.lanes * plane, plane, block, plan.columns, plan.lanes, at, count * classes);
  }
}

/// One row of outputs of L channels.
template <class T, int L>
void windowRow(T* row, int64_t plane, int64_t step, const T* from, const Sweep& sweep, const T* weights) {
  constexpr int64_t W = VectorOf<T>::lanes;
  constexpr int most = L == 4 ? 2 : 4;
  T results[L * most * W];
  for (int64_t w = sweep.from[2]; w < sweep.to[2]; w += most * W) {
    const int64_t rest = least(sweep.to[2] - w, most * W);
    const bool whole = step == 1 && rest == most * W;
    T* out = whole ? row + w : results;
    const int64_t outRow = whole ? plane : most * W;
    if (rest > 2 * W) windows<T, L, most>(out, outRow, from + w, sweep.offset, weights, sweep.taps);
    else if (rest > W) windows<T, L, 2>(out, outRow, from + w, sweep.offset, weights, sweep.taps);
    else windows<T, L, 1>(out, outRow, from + w, sweep.offset, weights, sweep.taps);
    if (whole) continue;
    for (int64_t i = 0; i < L; i++) {
      for (int64_t j = 0; j < rest; j++) row[i * plane + (w + j) * step] = results[i * outRow + j];
    }
  }
}

template <class T>
void sweepWindows(const Plan& plan, const Sweep& sweep, const T* source, const T* packed, T* to, int64_t image0, int64_t images, int64_t group) {
  const Source& s = plan.source;
  const int64_t plane = volume(plan.size), starts[3] = {s.band == 0 ? sweep.from[0] : 0, s.band == 1 ? sweep.from[1] : 0, s.band == 2 ? sweep.from[2] : 0};
  for (int64_t image = 0; image < images; image++) {
    for (int64_t lane = 0; lane < plan.lanes && !stopRequested();) {
      const int64_t left = plan.lanes - lane, together = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      T* result = to + (((image0 + image) * plan.conv.groups + group) * plan.lanes + lane) * plane;
      const T* weights = packed + lane * sweep.taps;
      for (int64_t d = sweep.from[0]; d < sweep.to[0]; d++) {
        for (int64_t h = sweep.from[1]; h < sweep.to[1]; h++) {
          T* row = result + ((d * plan.step[0] + sweep.r[0]) * plan.size[1] + h * plan.step[1] + sweep.r[1]) * plan.size[2] + sweep.r[2];
          const T* from = source + image * s.image + s.base(d - starts[0], h - starts[1], -starts[2]);
          if (together == 4) windowRow<T, 4>(row, plane, plan.step[2], from, sweep, weights);
          else if (together == 2) windowRow<T, 2>(row, plane, plan.step[2], from, sweep, weights);
          else windowRow<T, 1>(row, plane, plan.step[2], from, sweep, weights);
        }
      }
      lane += together;
    }
  }
}

/// Units [piece * perPiece, …): a band of some images of a group each.
template <class T>
void unitsPiece(void* context, int64_t piece, char* scratch) {
  const Task& task = *static_cast<Task*>(context);
  const Plan& plan = *task.plan;
  const Source& s = plan.source;
  const int64_t end = least((piece + 1) * task.perPiece, plan.units());
  T* source = reinterpret_cast<T*>(scratch);
  for (int64_t unit = piece * task.perPiece; unit < end && !stopRequested(); unit++) {
    const int64_t start = unit % s.bands * s.bandLength, group = unit / s.bands % plan.conv.groups, image0 = unit / s.bands / plan.conv.groups * plan.images;
    const int64_t images = least(plan.images, plan.conv.batch - image0);
    for (int64_t i = 0; i < images; i++) s.fill(source + i * s.image, reinterpret_cast<const T*>(task.from), image0 + i, group, start, 0, s.channels);
    const T* packed = reinterpret_cast<const T*>(task.tables->packed) + group * plan.taps * plan.columns;
    T* to = reinterpret_cast<T*>(task.to);
    for (int64_t c = 0; c < plan.classCount(); c += plan.direct ? 1 : plan.classes[2]) {
      if (plan.direct) {
        const Sweep sweep = sweepOf(plan, *task.tables, c, start);
        sweepWindows<T>(plan, sweep, source, packed + sweep.first * plan.columns, to, image0, images, group);
      } else sweepChannels<T>(plan, *task.tables, c, start, source, packed, to, image0, images, group, scratch + plan.sourceBytes);
    }
  }
}

template <class T>
void run(const Plan& plan, const Frame& frame, const CallView& from, const CallView& weights, const CallView& to) {
  if (to.dims.points() == 0) return;
  if (plan.taps == 0 || from.dims.points() == 0) {
    memset(static_cast<void*>(at(frame, to.place)), 0, size_t(to.dims.points()) * sizeof(T));
    return;
  }
  Tables tables(plan, frame.shared);
  tables.fill(plan);
  Task task{&plan, &tables, at(frame, from.place), at(frame, weights.place), at(frame, to.place), 0, 0};
  const int64_t panels = plan.conv.groups * ceilDivide(plan.columns, plan.direct ? 1 : kConvVectors * VectorOf<T>::lanes);
  if (piecesFor(panels, double(plan.packedBytes) * 0.2) > 1) parallel(panels, packPiece<T>, &task);
  else
    for (int64_t i = 0; i < panels; i++) packPiece<T>(&task, i, nullptr);
  const double products = double(plan.conv.batch * plan.conv.groups) * double(volume(plan.source.count)) * double(plan.taps) * double(plan.columns);
  const double cost = products / (VectorOf<T>::lanes * 3.0) + double(to.dims.points() + from.dims.points()) * 0.5;
  const int64_t pieces = piecesFor(plan.units(), cost);
  task.perPiece = ceilDivide(plan.units(), pieces);
  if (pieces == 1) unitsPiece<T>(&task, 0, callerScratch());
  else parallel(ceilDivide(plan.units(), task.perPiece), unitsPiece<T>, &task);
}

struct Values {
  const CallView &from, &weights, &to;
};

Values valuesOf(const CallKernel& call) { return {call.operands[0], call.operands[1], call.results[0]}; }

const char* convOf(const CallKernel& call, bool transposed, Convolution& conv) {
  const Values v = valuesOf(call);
  const char* wrong = transposed ? convolutionOf(v.to, v.weights, v.from, call.attributes, conv) : convolutionOf(v.from, v.weights, v.to, call.attributes, conv);
  if (!wrong && (overlap(v.from, v.to) || overlap(v.weights, v.to))) return "a convolution's call overwrites its operands";
  return wrong;
}

/// Calls f with the plan of a checked call and a zero of its dtype.
template <class F>
int64_t withPlan(const CallKernel& call, bool transposed, F f) {
  Convolution conv{};
  convOf(call, transposed, conv);
  return call.results[0].dtype == kFloat64 ? f(planOf<double>(conv, transposed), 0.0) : f(planOf<float>(conv, transposed), 0.0f);
}

/// The convolution of a checked call, where Winograd's method computes it.
bool isWinograd(const CallKernel& call, bool transposed, Convolution& conv) {
  convOf(call, transposed, conv);
  return winogradPays(conv, call.results[0].dtype);
}

int64_t scratchOf(const CallKernel& call, bool transposed) {
  Convolution conv{};
  if (isWinograd(call, transposed, conv)) return winogradScratch(conv, transposed);
  return withPlan(call, transposed, [](const Plan& plan, auto zero) { return plan.sourceBytes + plan.placeBytes() + roundUp(plan.positions * plan.classes[2] * plan.columns * int64_t(sizeof zero), 64); });
}

int64_t sharedOf(const CallKernel& call, bool transposed) {
  Convolution conv{};
  if (isWinograd(call, transposed, conv)) return winogradShared(conv, transposed);
  return withPlan(call, transposed, [](const Plan& plan, auto) { return Tables::bytes(plan); });
}

void runCall(const CallKernel& call, const Frame& frame, bool transposed) {
  const Values v = valuesOf(call);
  Convolution conv{};
  if (isWinograd(call, transposed, conv))
    return winograd(conv, transposed, frame, dataOf<float>(frame, v.from), dataOf<float>(frame, v.weights), dataOf<float>(frame, v.to));
  withPlan(call, transposed, [&](const Plan& plan, auto zero) {
    run<decltype(zero)>(plan, frame, v.from, v.weights, v.to);
    return int64_t(0);
  });
}

}  // namespace

const char* checkConvolution(const CallKernel& call) {
  Convolution conv{};
  return convOf(call, false, conv);
}
const char* checkConvolutionInput(const CallKernel& call) {
  Convolution conv{};
  return convOf(call, true, conv);
}
int64_t convolutionScratch(const CallKernel& call) { return scratchOf(call, false); }
int64_t convolutionInputScratch(const CallKernel& call) { return scratchOf(call, true); }
int64_t convolutionShared(const CallKernel& call) { return sharedOf(call, false); }
int64_t convolutionInputShared(const CallKernel& call) { return sharedOf(call, true); }
void convolve(const CallKernel& call, const Frame& frame) { runCall(call, frame, false); }
void convolveInput(const CallKernel& call, const Frame& frame) { runCall(call, frame, true); }

}  // namespace CG_ISA
}  // namespace cellgrad
