// The records of the encoded program.
#include "words.h"

namespace cellgrad {

Dims readDims(Words& words) {
  Dims dims{};
  dims.count = words.length();
  if (dims.count > kMaxAxes) words.ok = false;
  for (int32_t d = 0; d < dims.count && words.ok; d++) dims.size[d] = words.wide();
  return dims;
}

ViewWords readView(Words& words) {
  ViewWords view{};
  view.place.base = words.word();
  view.place.offset = words.wide();
  view.dtype = DType(words.word());
  view.count = words.length();
  if (view.count > kMaxAxes || view.dtype < 0 || view.dtype >= kDTypes) words.ok = false;
  for (int32_t d = 0; d < view.count && words.ok; d++) view.strides[d] = words.wide();
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
    if (instruction.dtype < 0 || instruction.dtype >= kDTypes) words.ok = false;
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
