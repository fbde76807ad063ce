// The Node-API face of the native engine: executables by number, one call a run, no objects made on the way.
#include <node_api.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "decode.h"
#include "isa.h"
#include "large_buffers.h"
#include "memory.h"
#include "pool.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace cellgrad {
namespace {

/// What a run needs, in one Float64Array: [outcome, failed kernel, index, rows, scalars..., addresses of externals...]. JavaScript fills
/// the scalars and addresses, and sets the outcome to 0 before the call; what it is afterwards is the last thing that a run writes.
struct Loaded {
  Executable* executable;
  double* frame;
  napi_ref keep;  // holds the frame's buffer
};

constexpr int kHeader = 4;
enum Outcome { kNotRun = 0, kFinished = 1, kStopped = 2, kFailed = 3 };

/// Growing the shared memory by more than this is asked for first.
constexpr int64_t kMuch = 64 << 20;

/// The runtime of one environment, which is the main thread of JavaScript or a worker: nothing here is shared with another.
struct Instance {
  std::vector<Loaded> executables;
  std::vector<int32_t> freeNumbers;
  const int32_t* stopFlag = nullptr;
  napi_ref keepFlag = nullptr;
  double* kernelTimes = nullptr;
  size_t kernelTimesLength = 0;
  napi_ref keepTimes = nullptr;
  Pool* pool = makePool();
  Room arena, shared;
  std::vector<char*> bases;
  LargeBuffers buffers;
};

napi_value fail(napi_env env, const char* text) {
  napi_throw_error(env, nullptr, text);
  return nullptr;
}

Instance* instanceOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Instance*>(data);
}

void freePlan(napi_env env, Loaded& loaded) {
  if (!loaded.executable) return;
  release(loaded.executable);
  napi_delete_reference(env, loaded.keep);
  loaded = Loaded{};
}

/// compile(words: Int32Array, frame: Float64Array): number
napi_value compile(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_typedarray_type type;
  size_t length = 0, frameLength = 0;
  void *words = nullptr, *frame = nullptr;
  if (count < 2 || napi_get_typedarray_info(env, arguments[0], &type, &length, &words, nullptr, nullptr) != napi_ok || type != napi_int32_array) {
    return fail(env, "compile: expected an Int32Array");
  }
  if (napi_get_typedarray_info(env, arguments[1], &type, &frameLength, &frame, nullptr, nullptr) != napi_ok || type != napi_float64_array) {
    return fail(env, "compile: expected a Float64Array");
  }
  const char* error = nullptr;
  Executable* executable = decode(static_cast<const int32_t*>(words), int64_t(length), chosenTable(), &error);
  if (!executable) return fail(env, error);
  if (frameLength < size_t(kHeader) + size_t(executable->scalars) + size_t(executable->externals)) {
    release(executable);
    return fail(env, "compile: the frame is too short");
  }
  Loaded loaded{executable, static_cast<double*>(frame), nullptr};
  napi_create_reference(env, arguments[1], 1, &loaded.keep);
  Instance* instance = instanceOf(env);
  int32_t number;
  if (instance->freeNumbers.empty()) {
    number = int32_t(instance->executables.size());
    instance->executables.push_back(loaded);
  } else {
    number = instance->freeNumbers.back();
    instance->freeNumbers.pop_back();
    instance->executables[size_t(number)] = loaded;
  }
  napi_value result;
  napi_create_int32(env, number, &result);
  return result;
}

/// What a run of this executable needs beyond what is there.
int64_t missingFor(const Instance& instance, const Executable& executable) {
  const auto growth = [](int64_t wanted, int64_t there) { return wanted > there ? wanted - there : 0; };
  return growth(executable.arenaBytes, instance.arena.size) + growth(executable.sharedBytes, instance.shared.size) + growth(executable.scratchBytes, scratchSize()) * threadCount();
}

/// Plans made earlier may rely on more memory than there is now, so that every run asks.
bool reserveFor(Instance& instance, const Executable& executable) {
  if (instance.bases.size() < size_t(executable.externals) + 1) instance.bases.resize(size_t(executable.externals) + 1);
  return instance.arena.reserve(executable.arenaBytes) && instance.shared.reserve(executable.sharedBytes) && reserveScratch(executable.scratchBytes);
}

/// run(executable: number, grow: boolean): number. 0: the outcome is in the frame. Otherwise nothing was run: so many more bytes are needed, and
/// could not be had, or are so many that `grow` has to allow it.
napi_value run(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  int32_t number = -1;
  bool grow = false;
  napi_get_value_int32(env, arguments[0], &number);
  napi_get_value_bool(env, arguments[1], &grow);
  Instance* instance = static_cast<Instance*>(data);
  if (count < 1 || number < 0 || size_t(number) >= instance->executables.size() || !instance->executables[size_t(number)].executable) return fail(env, "run: no such program");
  const Loaded& loaded = instance->executables[size_t(number)];
  const Executable& executable = *loaded.executable;
  usePool(instance->pool);
  const int64_t missing = missingFor(*instance, executable);
  if ((missing > kMuch && !grow) || !reserveFor(*instance, executable)) {
    napi_value result;
    napi_create_double(env, double(missing), &result);
    return result;
  }
  char** base = instance->bases.data();
  base[0] = instance->arena.bytes;
  const double* addresses = loaded.frame + kHeader + executable.scalars;
  for (int32_t i = 0; i < executable.externals; i++) base[i + 1] = reinterpret_cast<char*>(uintptr_t(addresses[i]));
  const Frame frame{loaded.frame + kHeader, base, instance->shared.bytes};
  RunStatus status;
  watchStop(instance->stopFlag);
  const bool timed = instance->kernelTimes && size_t(executable.kernelCount) <= instance->kernelTimesLength;
  executable.table->run(executable, frame, status, timed ? instance->kernelTimes : nullptr);
  loaded.frame[1] = status.failedKernel;
  loaded.frame[2] = status.index;
  loaded.frame[3] = double(status.rows);
  loaded.frame[0] = status.failedKernel >= 0 ? kFailed : status.stopped ? kStopped : kFinished;
  napi_value none;
  napi_create_int32(env, 0, &none);
  return none;
}

/// interruptFlag(flag: Int32Array | null)
napi_value interruptFlag(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  Instance* instance = instanceOf(env);
  napi_typedarray_type type;
  size_t length = 0;
  void* flag = nullptr;
  bool given = false;
  napi_is_typedarray(env, argument, &given);
  if (given && (napi_get_typedarray_info(env, argument, &type, &length, &flag, nullptr, nullptr) != napi_ok || type != napi_int32_array || length < 1)) {
    return fail(env, "interruptFlag: expected an Int32Array of one element");
  }
  if (instance->keepFlag) napi_delete_reference(env, instance->keepFlag);
  instance->keepFlag = nullptr;
  instance->stopFlag = static_cast<const int32_t*>(flag);
  if (given) napi_create_reference(env, argument, 1, &instance->keepFlag);
  return nullptr;
}

/// kernelTimes(nanoseconds: Float64Array | null): where runs write from here on how long each of their kernels took, if there is room for all.
napi_value kernelTimes(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  Instance* instance = instanceOf(env);
  napi_typedarray_type type;
  size_t length = 0;
  void* times = nullptr;
  bool given = false;
  napi_is_typedarray(env, argument, &given);
  if (given && (napi_get_typedarray_info(env, argument, &type, &length, &times, nullptr, nullptr) != napi_ok || type != napi_float64_array)) {
    return fail(env, "kernelTimes: expected a Float64Array");
  }
  if (instance->keepTimes) napi_delete_reference(env, instance->keepTimes);
  instance->keepTimes = nullptr;
  instance->kernelTimes = static_cast<double*>(times);
  instance->kernelTimesLength = length;
  if (given) napi_create_reference(env, argument, 1, &instance->keepTimes);
  return nullptr;
}

/// multiplyAdds(rounds: number): number. Arithmetic alone on all threads, and how many floating-point operations these were.
napi_value multiplyAdds(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  struct Work {
    int64_t rounds;
    std::atomic<double> operations;
  } work{0, {0}};
  napi_get_value_int64(env, argument, &work.rounds);
  usePool(instanceOf(env)->pool);
  watchStop(nullptr);
  // Of equal pieces each thread takes as many as the others do.
  parallel(4 * threadCount(), [](void* context, int64_t, char*) {
    Work& work = *static_cast<Work*>(context);
    const double done = chosenTable().multiplyAdds(work.rounds);
    double sum = work.operations.load();
    while (!work.operations.compare_exchange_weak(sum, sum + done)) {
    }
  }, &work);
  napi_create_double(env, work.operations.load(), &result);
  return result;
}

/// takeBuffer(byteLength: number, lease: object): ArrayBuffer | null
napi_value takeBuffer(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  double bytes = 0;
  if (count < 2 || napi_get_value_double(env, arguments[0], &bytes) != napi_ok) return fail(env, "takeBuffer: expected a number and an object");
  napi_value buffer = instanceOf(env)->buffers.take(env, bytes, arguments[1]);
  if (!buffer) napi_get_null(env, &buffer);
  return buffer;
}

/// keepBuffer(buffer: ArrayBuffer, lease: object)
napi_value keepBuffer(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  bool fits = false;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  if (count < 2 || napi_is_arraybuffer(env, arguments[0], &fits) != napi_ok || !fits) return fail(env, "keepBuffer: expected an ArrayBuffer and an object");
  instanceOf(env)->buffers.keep(env, arguments[0], arguments[1]);
  return nullptr;
}

/// spareBytes(): number. Of buffers that are kept to be used again.
napi_value spareBytes(napi_env env, napi_callback_info) {
  napi_value result;
  napi_create_double(env, instanceOf(env)->buffers.freeBytes(env), &result);
  return result;
}

/// scratchBytes(): number. What the runs of this runtime share.
napi_value scratchBytes(napi_env env, napi_callback_info) {
  Instance* instance = instanceOf(env);
  usePool(instance->pool);
  napi_value result;
  napi_create_double(env, double(instance->arena.size + instance->shared.size + scratchSize() * threadCount()), &result);
  return result;
}

/// releaseMemory(): gives back what the runs of this runtime share; the next one takes what it needs.
napi_value releaseMemory(napi_env env, napi_callback_info) {
  Instance* instance = instanceOf(env);
  usePool(instance->pool);
  instance->arena.release();
  instance->shared.release();
  instance->buffers.release(env);
  releaseScratch();
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  return nullptr;
}

/// dispose(executable: number)
napi_value dispose(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  int32_t number = -1;
  napi_get_value_int32(env, argument, &number);
  Instance* instance = instanceOf(env);
  if (number >= 0 && size_t(number) < instance->executables.size() && instance->executables[size_t(number)].executable) {
    freePlan(env, instance->executables[size_t(number)]);
    instance->freeNumbers.push_back(number);
  }
  return nullptr;
}

/// address(buffer: ArrayBuffer): number
napi_value address(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  size_t count = 1, length = 0;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (napi_get_arraybuffer_info(env, argument, &data, &length) != napi_ok) return fail(env, "address: expected an ArrayBuffer");
  napi_create_double(env, double(uintptr_t(data)), &result);
  return result;
}

/// threads(count?: number): number
napi_value threads(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  int32_t wanted = 0;
  usePool(instanceOf(env)->pool);
  if (count && napi_get_value_int32(env, argument, &wanted) == napi_ok && wanted > 0) setThreadCount(wanted);
  napi_create_int32(env, threadCount(), &result);
  return result;
}

void freeInstance(napi_env env, void* data, void*) {
  Instance* instance = static_cast<Instance*>(data);
  for (Loaded& loaded : instance->executables) freePlan(env, loaded);
  freePool(instance->pool);
  instance->arena.release();
  instance->shared.release();
  instance->buffers.release(env);
  delete instance;
}

napi_value init(napi_env env, napi_value exports) {
#if defined(__GLIBC__)
  // Freed buffers are used again instead of going back to the system, whose fresh pages cost a fault each: 40 MB cost 22 ms on a virtual
  // machine, three times what computing them does. Blocks over 32 MB would be mapped apart whatever the threshold, so none is.
  static std::once_flag once;
  std::call_once(once, [] {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
  });
#endif
  Instance* instance = new Instance();
  napi_set_instance_data(env, instance, freeInstance, nullptr);
  const unsigned cores = std::thread::hardware_concurrency();
  usePool(instance->pool);
  setThreadCount(cores ? int(cores) : 1);
  const struct {
    const char* name;
    napi_callback fn;
  } functions[] = {{"compile", compile}, {"run", run}, {"dispose", dispose}, {"address", address}, {"threads", threads}, {"interruptFlag", interruptFlag}, {"releaseMemory", releaseMemory}, {"takeBuffer", takeBuffer}, {"keepBuffer", keepBuffer}, {"kernelTimes", kernelTimes}, {"multiplyAdds", multiplyAdds}, {"spareBytes", spareBytes}, {"scratchBytes", scratchBytes}};
  for (const auto& function : functions) {
    napi_value value;
    napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.fn, instance, &value);
    napi_set_named_property(env, exports, function.name, value);
  }
  napi_value isa;
  napi_create_string_utf8(env, chosenTable().name, NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  return exports;
}

}  // namespace
}  // namespace cellgrad

NAPI_MODULE_INIT() { return cellgrad::init(env, exports); }
