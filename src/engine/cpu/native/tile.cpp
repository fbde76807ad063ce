// Runs a TileProgram: fills what must be copied into registers, calls the vector operations, stores the results.
#include "tile.h"

#include <string.h>

#include "bands.h"
#include "scalar_math.h"

namespace cellgrad {
namespace CG_ISA {
namespace {

/// What loads read of so many bytes is probably in the cache still.
constexpr int64_t kInCache = 512 << 10;

/// Elements that a register has room for past the end of its tile.
template <class T>
constexpr int kPad = int(64 / sizeof(T));

template <class T>
void gather(T* out, const T* in, const Pattern& pattern, int64_t first, int64_t count) {
  if (pattern.count == 2 && pattern.axes[0].stride == 0 && pattern.axes[1].size < count) {
    // Repeats with the inner size: fill one period, then copy what is there.
    const int64_t period = pattern.axes[1].size;
    Pattern inner{};
    inner.count = 1;
    inner.axes[0] = pattern.axes[1];
    const int64_t phase = first % period;
    gather(out, in, inner, phase, period - phase);
    gather(out + period - phase, in, inner, 0, phase);
    for (int64_t done = period; done < count; done *= 2) memcpy(out + done, out, size_t(done < count - done ? done : count - done) * sizeof(T));
    return;
  }
  if (pattern.count == 2 && pattern.axes[1].stride == 0 && pattern.axes[1].size <= kPad<T>) {
    // Short rows of one value each: written as whole vectors, the next row over the rest of the last.
    const int64_t size = pattern.axes[1].size, stride = pattern.axes[0].stride;
    const T* from = in + first / size * stride;
    int64_t length = size - first % size;
    for (int64_t i = 0; i < count; i += length, length = size, from += stride) {
      const T value = *from;
      for (int j = 0; j < kPad<T>; j++) out[i + j] = value;
    }
    return;
  }
  walk(pattern, first, count, [&](int64_t i, int64_t offset, int64_t stride, int64_t length) {
    const T* from = in + offset;
    T* to = out + i;
    if (stride == 1) {
      if (length * int64_t(sizeof(T)) >= 64) memcpy(to, from, size_t(length) * sizeof(T));
      else
        for (int64_t j = 0; j < length; j++) to[j] = from[j];
    } else if (stride == 0) {
      const T value = *from;
      for (int64_t j = 0; j < length; j++) to[j] = value;
    } else {
      for (int64_t j = 0; j < length; j++) to[j] = from[j * stride];
    }
  });
}

template <class T>
void scatter(T* out, const T* in, const Pattern& pattern, int64_t first, int64_t count) {
  walk(pattern, first, count, [&](int64_t i, int64_t offset, int64_t stride, int64_t length) {
    T* to = out + offset;
    const T* from = in + i;
    if (stride == 1) memcpy(to, from, size_t(length) * sizeof(T));
    else
      for (int64_t j = 0; j < length; j++) to[j * stride] = from[j];
  });
}

template <class T>
void affine(T* out, const Pattern& pattern, int64_t first, int64_t count) {
  walk(pattern, first, count, [&](int64_t i, int64_t offset, int64_t stride, int64_t length) {
    for (int64_t j = 0; j < length; j++) out[i + j] = convert<T>(offset + j * stride);
  });
}

template <class T>
void splat(char* out, T value, int64_t count) {
  T* to = reinterpret_cast<T*>(out);
  for (int64_t i = 0; i < count; i++) to[i] = value;
}

template <class T>
void randomTile(T* out, const Source& source, const double* scalars, int64_t first, int64_t count) {
  const uint64_t seed = uint64_t(scalars[source.scalar]), start = uint64_t(scalars[source.scalar + 1]);
  walk(source.pattern, first, count, [&](int64_t i, int64_t offset, int64_t stride, int64_t length) {
    if (source.normal) drawNormal(out + i, seed, start + uint64_t(offset), uint64_t(stride), length);
    else drawUniform(out + i, seed, start + uint64_t(offset), uint64_t(stride), length);
  });
}

void loadTile(char* out, const char* in, const Source& source, int64_t first, int64_t count) {
  withBytes(bytesOf(source.dtype), [&](auto bits) {
    using T = decltype(bits);
    gather(reinterpret_cast<T*>(out), reinterpret_cast<const T*>(in), source.pattern, first, count);
  });
}

void storeTile(char* out, const char* in, const StoreStep& store, int64_t first, int64_t count) {
  if (store.pattern.linear) {
    memcpy(out + first * store.size, in, size_t(count * store.size));
    return;
  }
  withBytes(store.size, [&](auto bits) {
    using T = decltype(bits);
    scatter(reinterpret_cast<T*>(out), reinterpret_cast<const T*>(in), store.pattern, first, count);
  });
}

void scalarTile(char* out, const Source& source, const double* scalars, int64_t count) {
  const double value = scalars[source.scalar];
  withType(source.dtype, [&](auto zero) { splat(out, convert<decltype(zero)>(value), count); });
}

void affineTile(char* out, const Source& source, int64_t first, int64_t count) {
  withType(source.dtype, [&](auto zero) { affine(reinterpret_cast<decltype(zero)*>(out), source.pattern, first, count); });
}

inline void step(const TileRunner& runner, const Step& step, int64_t first, int64_t count, int64_t padded) {
  char** values = runner.values;
  char* out = values[step.out];
  if (__builtin_expect(step.kind == StepKind::op, 1)) {
    step.fn(out, values[step.a], values[step.b], values[step.c], padded);
    return;
  }
  if (step.kind == StepKind::code) return step.code(values, runner.registers, padded * int64_t(sizeof(float)));
  // The operations that follow work on whole vectors: give the lanes past the last point a value.
  const int64_t size = bytesOf(step.source->dtype);
  if (count != padded) memset(out + (padded - kLanes) * size, 0, size_t(kLanes * size));
  switch (step.kind) {
    case StepKind::load: loadTile(out, at(*runner.frame, step.source->place), *step.source, first, count); break;
    case StepKind::scalar: scalarTile(out, *step.source, runner.frame->scalars, padded); break;
    case StepKind::affine: affineTile(out, *step.source, first, count); break;
    case StepKind::random:
      if (step.source->dtype == kFloat32) {
        randomTile(reinterpret_cast<float*>(out), *step.source, runner.frame->scalars, first, count);
      } else {
        randomTile(reinterpret_cast<double*>(out), *step.source, runner.frame->scalars, first, count);
      }
      break;
    case StepKind::op:
    case StepKind::code: break;
  }
}

}  // namespace

int64_t tileScratch(const TileProgram& program) {
  const int64_t pointers = program.values + program.loadCount + program.directStoreCount + program.storeCount;
  return roundUp(pointers * int64_t(sizeof(char*)), 64) + program.registerBytes + bandScratch(program);
}

char* TileRunner::begin(const TileProgram& tileProgram, const Frame& runFrame, char* scratch, int64_t most) {
  program = &tileProgram;
  frame = &runFrame;
  values = reinterpret_cast<char**>(scratch);
  loadBases = values + tileProgram.values;
  storeBases = loadBases + tileProgram.loadCount;
  bases = storeBases + tileProgram.directStoreCount;
  const int64_t pointers = tileProgram.values + tileProgram.loadCount + tileProgram.directStoreCount + tileProgram.storeCount;
  registers = scratch + roundUp(pointers * int64_t(sizeof(char*)), 64);
  for (int32_t i = 0; i < tileProgram.values; i++) values[i] = registers + tileProgram.registerOf[i];
  int64_t loaded = 0;
  for (int32_t i = 0; i < tileProgram.loadCount; i++) {
    loadBases[i] = at(runFrame, tileProgram.loads[i].place);
    loaded += tileProgram.points * tileProgram.loads[i].size;
  }
  // A single step reads memory all the time as it is.
  fetches = tileProgram.stepCount > 1 && loaded > kInCache;
  for (int32_t i = 0; i < tileProgram.directStoreCount; i++) storeBases[i] = at(runFrame, tileProgram.directStores[i].place);
  for (int32_t i = 0; i < tileProgram.storeCount; i++) bases[i] = at(runFrame, tileProgram.stores[i].place);
  int64_t count = most < tileProgram.tile ? most : tileProgram.tile;
  if (count > tileProgram.points) count = tileProgram.points;  // walking on past the last point would not end
  for (int32_t i = 0; i < tileProgram.prologueCount; i++) {
    const Step& hoisted = tileProgram.prologue[i];
    if (hoisted.uniform) step(*this, hoisted, 0, kLanes, kLanes);
    else step(*this, hoisted, 0, count, roundUp(count, kLanes));
  }
  return registers + tileProgram.registerBytes;
}

void TileRunner::run(int64_t first, int64_t count) {
  const TileProgram& p = *program;
  const int64_t padded = roundUp(count, kLanes);
  const bool full = padded == count;
  for (int32_t i = 0; i < p.loadCount; i++) {
    const Direct& load = p.loads[i];
    char* from = loadBases[i] + first * load.size;
    if (full) {
      values[load.value] = from;
    } else {
      char* to = registers + load.reg;
      memset(to + (padded - kLanes) * load.size, 0, size_t(kLanes * load.size));
      memcpy(to, from, size_t(count * load.size));
      values[load.value] = to;
    }
  }
  for (int32_t i = 0; i < p.directStoreCount; i++) {
    const Direct& store = p.directStores[i];
    values[store.value] = full ? storeBases[i] + first * store.size : registers + store.reg;
  }
  // Beside each step a part of the next tile is fetched: otherwise memory would wait while registers are computed with, and the reverse.
  const int64_t after = first + count;
  const bool fetching = fetches && full && after + count <= p.points;
  int64_t fetched = 0;
  for (int32_t i = 0; i < p.stepCount; i++) {
    if (fetching) {
      const int64_t until = roundUp(count * (i + 1) / p.stepCount, 64);
      for (int32_t l = 0; l < p.loadCount; l++) {
        const char* next = loadBases[l] + (after + fetched) * p.loads[l].size;
        for (int64_t b = 0; b < (until - fetched) * p.loads[l].size; b += 64) __builtin_prefetch(next + b, 0, 3);
      }
      fetched = until;
    }
    step(*this, p.steps[i], first, count, padded);
  }
  if (!full) {
    for (int32_t i = 0; i < p.directStoreCount; i++) {
      const Direct& store = p.directStores[i];
      memcpy(storeBases[i] + first * store.size, registers + store.reg, size_t(count * store.size));
    }
  }
  for (int32_t i = 0; i < p.storeCount; i++) storeTile(bases[i], values[p.stores[i].value], p.stores[i], first, count);
}

namespace {

struct MapTask {
  const TileProgram* program;
  const Frame* frame;
  int64_t tilesPerPiece;
};

void mapPiece(void* context, int64_t piece, char* scratch) {
  const MapTask& task = *static_cast<MapTask*>(context);
  const TileProgram& program = *task.program;
  int64_t first = piece * task.tilesPerPiece * program.tile;
  int64_t end = first + task.tilesPerPiece * program.tile;
  if (end > program.points) end = program.points;
  TileRunner runner;
  runner.begin(program, *task.frame, scratch, end - first);
  for (; first < end; first += program.tile) runner.run(first, end - first < program.tile ? end - first : program.tile);
}

}  // namespace

void runMap(const MapKernel& kernel, const Frame& frame) {
  const TileProgram& program = kernel.program;
  if (program.points == 0 || runInBands(kernel, frame)) return;
  const int64_t tiles = (program.points + program.tile - 1) / program.tile;
  const int64_t pieces = piecesFor(tiles, double(program.points) * program.cost);
  MapTask task{&program, &frame, (tiles + pieces - 1) / pieces};
  if (pieces == 1) mapPiece(&task, 0, callerScratch());
  else parallel((tiles + task.tilesPerPiece - 1) / task.tilesPerPiece, mapPiece, &task);
}

}  // namespace CG_ISA
}  // namespace cellgrad
