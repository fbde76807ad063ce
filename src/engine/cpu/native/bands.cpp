#include "bands.h"

#include <string.h>

#include "tile.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

constexpr int64_t kLine = 64;
/// Points of a row that are computed at a time.
constexpr int64_t kSegment = 256;
/// Maps of fewer points stay in the first-level cache however they are read.
constexpr int64_t kFewest = 4096;
/// Loads of one map that are read in blocks.
constexpr int kMostLoads = 8;

struct BandLoad {
  const Source* source;
  int32_t value;
  int64_t size;
  char* buffer;
};

/// The map's points are counted along `axes`; rows of a band differ in `across`, along which the loads' elements lie side by side.
struct Bands {
  int32_t count, across;
  int64_t sizes[kMaxAxes], steps[kMaxAxes];
  int64_t columns, rows, height, segment;
  int loadCount;
  BandLoad loads[kMostLoads];

  int64_t segments() const { return (columns + segment - 1) / segment; }
  int64_t bands() const { return (rows + height - 1) / height; }
  int64_t bufferBytes(const BandLoad& load) const { return roundUp((height * segment + kLanes) * load.size, kLine); }
};

/// The axis along which the elements of a pattern lie side by side while its points go across; -1: there is none.
int32_t acrossOf(const Pattern& pattern) {
  const int32_t last = pattern.count - 1;
  if (last < 1) return -1;
  const Axis inner = pattern.axes[last];
  if (inner.size < 16 || (inner.stride > -4 && inner.stride < 4)) return -1;
  for (int32_t d = last - 1; d >= 0; d--)
    if (pattern.axes[d].stride == 1 && pattern.axes[d].size >= 4) return d;
  return -1;
}

bool isLike(const Pattern& pattern, const Bands& bands) {
  bool same = pattern.count == bands.count && acrossOf(pattern) == bands.across;
  for (int32_t d = 0; same && d < bands.count; d++) same = pattern.axes[d].size == bands.sizes[d];
  return same;
}

/// The first load that reads across says what a band is; those that read likewise are read with it.
bool findBands(const TileProgram& program, Bands& bands) {
  bands.loadCount = 0;
  if (program.points < kFewest) return false;
  // What repeats from tile to tile does so in the usual order of tiles.
  for (int32_t i = 0; i < program.prologueCount; i++) {
    const Step& step = program.prologue[i];
    if (step.source && step.kind != StepKind::scalar && !step.source->pattern.constant) return false;
  }
  for (int32_t i = 0; i < program.stepCount && bands.loadCount < kMostLoads; i++) {
    const Step& step = program.steps[i];
    if (step.kind != StepKind::load) continue;
    const Pattern& pattern = step.source->pattern;
    const int64_t size = bytesOf(step.source->dtype);
    if (bands.loadCount == 0) {
      bands.across = acrossOf(pattern);
      if (bands.across < 0) continue;
      bands.count = pattern.count;
      int64_t points = 1;
      for (int32_t d = pattern.count - 1; d >= 0; d--) {
        bands.sizes[d] = pattern.axes[d].size;
        bands.steps[d] = points;
        points *= pattern.axes[d].size;
      }
      bands.columns = bands.sizes[bands.count - 1];
      bands.rows = bands.sizes[bands.across];
      bands.height = kLine / size;
      bands.segment = program.tile < kSegment ? program.tile : kSegment;
      if (bands.columns < bands.segment) bands.segment = bands.columns;
    } else if (!isLike(pattern, bands)) {
      continue;
    }
    bands.loads[bands.loadCount++] = {step.source, step.out, size, nullptr};
  }
  return bands.loadCount > 0;
}

/// The load whose elements are stored as they are, in the order of the points, where the map does nothing else; null otherwise.
const BandLoad* copied(const TileProgram& program, const Bands& bands) {
  const bool isOne = program.stepCount == 1 && program.storeCount == 1 && program.directStoreCount == 0;
  return isOne && program.stores[0].pattern.linear && program.stores[0].value == bands.loads[0].value ? &bands.loads[0] : nullptr;
}

struct BandTask {
  const TileProgram* program;
  const Frame* frame;
  const Bands* bands;
  int64_t units, perPiece;
};

/// A piece's own program, in which the steps that read across are left out, and where its buffers are.
struct BandRunner {
  const TileProgram* whole;
  TileProgram program;
  Bands bands;
  TileRunner tiles;

  void begin(const BandTask& task, char* scratch) {
    whole = task.program;
    program = *whole;
    bands = *task.bands;
    for (int i = 0; i < bands.loadCount; i++) {
      bands.loads[i].buffer = scratch;
      memset(scratch, 0, size_t(bands.bufferBytes(bands.loads[i])));
      scratch += bands.bufferBytes(bands.loads[i]);
    }
    Step* steps = reinterpret_cast<Step*>(scratch);
    program.stepCount = 0;
    for (int32_t i = 0; i < whole->stepCount; i++) {
      const Step& step = whole->steps[i];
      bool isRead = false;
      for (int l = 0; l < bands.loadCount; l++) isRead = isRead || (step.kind == StepKind::load && step.out == bands.loads[l].value);
      if (!isRead) steps[program.stepCount++] = step;
    }
    program.steps = steps;
    tiles.begin(program, *task.frame, scratch + roundUp(whole->stepCount * int64_t(sizeof(Step)), kLine), program.tile);
  }

  /// Elements of a load for `rows` rows of `length` points, which lie `pitch` apart where they go.
  void read(const BandLoad& load, int64_t offset, char* to, int64_t pitch, int64_t rows, int64_t length) const {
    withBytes(load.size, [&](auto bits) {
      using T = decltype(bits);
      const T* from = reinterpret_cast<const T*>(at(*tiles.frame, load.source->place)) + offset;
      transpose(reinterpret_cast<T*>(to), pitch, from, load.source->pattern.axes[bands.count - 1].stride, length, rows);
    });
  }

  void unit(int64_t number) {
    const int32_t last = bands.count - 1;
    int64_t rest = number;
    const int64_t row = rest % bands.bands() * bands.height;
    rest /= bands.bands();
    const int64_t column = rest % bands.segments() * bands.segment;
    rest /= bands.segments();
    int64_t first = row * bands.steps[bands.across] + column, offsets[kMostLoads];
    for (int l = 0; l < bands.loadCount; l++) offsets[l] = row + column * bands.loads[l].source->pattern.axes[last].stride;
    for (int32_t d = last - 1; d >= 0; d--) {
      if (d == bands.across) continue;
      const int64_t coordinate = rest % bands.sizes[d];
      rest /= bands.sizes[d];
      first += coordinate * bands.steps[d];
      for (int l = 0; l < bands.loadCount; l++) offsets[l] += coordinate * bands.loads[l].source->pattern.axes[d].stride;
    }
    const int64_t rows = bands.rows - row < bands.height ? bands.rows - row : bands.height;
    const int64_t length = bands.columns - column < bands.segment ? bands.columns - column : bands.segment;
    compute(first, rows, length, offsets);
  }

  void compute(int64_t first, int64_t rows, int64_t length, const int64_t* offsets) {
    const int64_t step = bands.steps[bands.across];
    if (const BandLoad* load = copied(*whole, bands)) {
      read(*load, offsets[0], at(*tiles.frame, whole->stores[0].place) + first * load->size, step, rows, length);
      return;
    }
    for (int l = 0; l < bands.loadCount; l++) read(bands.loads[l], offsets[l], bands.loads[l].buffer, length, rows, length);
    // Whole rows that follow one another are tiles together.
    const int64_t together = step == length && length < program.tile ? program.tile / length : 1;
    for (int64_t i = 0; i < rows; i += together) {
      for (int l = 0; l < bands.loadCount; l++) tiles.values[bands.loads[l].value] = bands.loads[l].buffer + i * length * bands.loads[l].size;
      tiles.run(first + i * step, (rows - i < together ? rows - i : together) * length);
    }
  }
};

void bandPiece(void* context, int64_t piece, char* scratch) {
  const BandTask& task = *static_cast<BandTask*>(context);
  BandRunner runner;
  runner.begin(task, scratch);
  const int64_t end = (piece + 1) * task.perPiece < task.units ? (piece + 1) * task.perPiece : task.units;
  for (int64_t unit = piece * task.perPiece; unit < end; unit++) runner.unit(unit);
}

}  // namespace

int64_t bandScratch(const TileProgram& program) {
  Bands bands;
  if (!findBands(program, bands)) return 0;
  int64_t bytes = roundUp(program.stepCount * int64_t(sizeof(Step)), kLine);
  for (int i = 0; i < bands.loadCount; i++) bytes += bands.bufferBytes(bands.loads[i]);
  return bytes;
}

bool runInBands(const MapKernel& kernel, const Frame& frame) {
  Bands bands;
  const TileProgram& program = kernel.program;
  if (!findBands(program, bands)) return false;
  const int64_t units = program.points / (bands.rows * bands.columns) * bands.bands() * bands.segments();
  const int64_t pieces = piecesFor(units, double(program.points) * program.cost);
  BandTask task{&program, &frame, &bands, units, (units + pieces - 1) / pieces};
  if (pieces == 1) bandPiece(&task, 0, callerScratch());
  else parallel((units + task.perPiece - 1) / task.perPiece, bandPiece, &task);
  return true;
}

}  // namespace CG_ISA
}  // namespace cellgrad
