// The decoder: reads the words of a program kernel by kernel, and refuses whatever could make a run leave its buffers.
#pragma once
#include "call_views.h"
#include "decode.h"
#include "schedule.h"

namespace cellgrad {

struct Decoder {
  Words words;
  const KernelTable& table;
  Executable& executable;
  Block* scratch = nullptr;  // freed after each kernel
  const char* error = nullptr;
  int64_t* bytes = nullptr;  // per base

  void program();

 private:
  void map(Kernel& kernel);
  void reduce(Kernel& kernel);
  void matmul(Kernel& kernel);
  void call(Kernel& kernel);

  /// The first thing that is wrong is what is told.
  void fail(const char* text) {
    if (!error) error = text;
  }

  void check(const ViewWords& view, const Dims& dims);
  void check(const BodyWords& body, const Dims& dims);
  /// Only an epilogue has results, of a reduction or of a product.
  void checkNoResult(const BodyWords& body);
  void check(const StoreWords* stores, int32_t count, const Dims& dims);
  void check(const CallKernel& call, const CallRow& row);
  void plainBody(TileProgram& program, const Dims& dims, const BodyWords& body, const StoreWords* stores, int32_t storeCount, bool fromStart);
  CallView callView();
  CallView* callViews(int32_t expected);

  void needScratch(int64_t amount) {
    if (amount > executable.scratchBytes) executable.scratchBytes = amount;
  }
  void needShared(int64_t amount) {
    if (amount > executable.sharedBytes) executable.sharedBytes = amount;
  }
};

}  // namespace cellgrad
