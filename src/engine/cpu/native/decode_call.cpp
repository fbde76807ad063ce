// Decodes calls of the kernels that the table of primitives names.
#include "decoder.h"

namespace cellgrad {

CallView Decoder::callView() {
  CallView value{};
  if (words.next < words.end && *words.next < 0) {
    words.word();
    return value;
  }
  const ViewWords view = readView(words);
  value.wanted = true;
  value.dtype = view.dtype;
  value.place = view.place;
  value.dims = readDims(words);
  for (int32_t d = 0; d < view.count; d++) value.strides[d] = view.strides[d];
  if (words.ok) check(view, value.dims);
  return value;
}

CallView* Decoder::callViews(int32_t expected) {
  if (words.length() != expected) fail("a call has another number of values than its kernel");
  CallView* list = make<CallView>(executable.memory, expected);
  for (int32_t i = 0; i < expected && words.ok && !error; i++) list[i] = callView();
  return list;
}

/// What holds for the values of all kernels; `callCheck` knows what each wants besides.
void Decoder::check(const CallKernel& call, const CallRow& row) {
  for (int32_t i = 0; i < row.operands; i++) {
    if (!call.operands[i].wanted) return fail("a call lacks an operand");
    if (!row.strided && !isDense(call.operands[i])) return fail("a call's operand is not dense");
  }
  for (int32_t i = 0; i < row.results; i++) {
    if (call.results[i].wanted && !row.strided && !isDense(call.results[i])) return fail("a call's result is not dense");
  }
  for (int32_t i = 0; i < row.scalars; i++) {
    if (call.scalars[i] < 0 || call.scalars[i] >= executable.scalars) return fail("a call names a scalar that does not exist");
  }
  if (!row.moves && !isComputed(call.operands[0].dtype)) return fail("a call computes with a dtype that engines only store");
  if (!row.updates) return;
  const CallView &before = call.operands[0], &after = call.results[0];
  bool same = after.wanted && before.dtype == after.dtype && before.place.base == after.place.base && before.place.offset == after.place.offset && sameDims(before.dims, after.dims);
  for (int32_t d = 0; same && d < after.dims.count; d++) same = before.strides[d] == after.strides[d];
  if (!same) fail("a call does not lie where the value that it updates does");
}

void Decoder::call(Kernel& kernel) {
  CallKernel& call = *(kernel.call = make<CallKernel>(executable.memory, 1));
  const int32_t op = words.word();
  if (op < 0 || op >= kCalls) return fail("a call names a kernel that does not exist");
  const CallRow& row = kCallRows[op];
  call.op = Call(op);
  call.operands = callViews(row.operands);
  call.results = callViews(row.results);
  if (words.length() != row.attributes) return fail("a call has another number of attributes than its kernel");
  call.attributes = make<int64_t>(executable.memory, row.attributes);
  for (int32_t i = 0; i < row.attributes; i++) call.attributes[i] = words.wide();
  if (words.length() != row.scalars) return fail("a call has another number of scalars than its kernel");
  call.scalars = make<int32_t>(executable.memory, row.scalars);
  for (int32_t i = 0; i < row.scalars; i++) call.scalars[i] = words.word();
  if (!words.ok || error) return;
  check(call, row);
  if (error) return;
  if (const char* text = table.callCheck(call)) return fail(text);
  needScratch(table.callScratch(call));
  needShared(table.callShared(call));
}

}  // namespace cellgrad
