// The records of the encoded program.
#include "words.h"

namespace cellgrad {

bool isCountable(const Dims& dims) {
  int64_t points = 1;
  for (int32_t d = 0; d < dims.count; d++) {
    const int64_t size = dims.size[d] > 1 ? dims.size[d] : 1;
    if (size > kMost / points) return false;
    points *= size;
  }
  return true;
}

Dims readDims(Words& words) {
  Dims dims{};
  dims.count = words.length();
  if (dims.count > kMaxAxes) words.ok = false;
  for (int32_t d = 0; d < dims.count && words.ok; d++) dims.size[d] = words.size();
  if (!words.ok) return Dims{};
  words.ok = isCountable(dims);
  return dims;
}

ViewWords readView(Words& words) {
  ViewWords view{};
  view.place.base = words.word();
  // In bytes, so up to as many as there may be.
  view.place.offset = words.wide(kMostBytes);
  view.dtype = DType(words.word());
  view.count = words.length();
  if (view.count > kMaxAxes || view.dtype < 0 || view.dtype >= kDTypes) words.ok = false;
  if (!words.ok) return ViewWords{};
  for (int32_t d = 0; d < view.count; d++) view.strides[d] = words.wide();
  return view;
}

BodyWords readBody(Words& words, Block*& memory) {
  BodyWords body{};
  body.loadCount = words.length();
  body.loads = make<ViewWords>(memory, body.loadCount);
  for (int32_t i = 0; i < body.loadCount && words.ok; i++) body.loads[i] = readView(words);
  body.codeCount = words.length();
  body.code = make<InstructionWords>(memory, body.codeCount);
  for (int32_t i = 0; i < body.codeCount && words.ok; i++) {
    InstructionWords& instruction = body.code[i];
    instruction.code = Code(words.word());
    instruction.dtype = DType(words.word());
    for (int32_t& p : instruction.p) p = words.word();
    if (instruction.code < Code(0) || instruction.code >= Code(kCodes) || instruction.dtype < 0 || instruction.dtype >= kDTypes) words.ok = false;
  }
  return body;
}

StoreWords* readStores(Words& words, Block*& memory, int32_t& count) {
  count = words.length();
  StoreWords* stores = make<StoreWords>(memory, count);
  for (int32_t i = 0; i < count && words.ok; i++) {
    stores[i].value = words.word();
    stores[i].view = readView(words);
  }
  return stores;
}

}  // namespace cellgrad
