// Checks the instructions of a body and finds how their values walk memory: see scheduler.h.
#include "scheduler.h"

namespace cellgrad {
namespace {

const char* findOperation(const InstructionWords* code, int32_t number, const KernelTable& table, OpFn& fn) {
  const InstructionWords& i = code[number];
  for (int32_t w = 0; w < operandCount(i); w++) {
    if (operand(i, w) < 0 || operand(i, w) >= number) return "an instruction names an operand that is not an earlier value";
  }
  switch (i.code) {
    case Code::unary: {
      const DType type = code[i.p[1]].dtype;
      if (i.dtype != resultOf(Unary(i.p[0]), type)) return "a unary instruction has the wrong dtype for its operand";
      fn = table.unary(Unary(i.p[0]), type);
      break;
    }
    case Code::binary: {
      const DType type = code[i.p[1]].dtype;
      if (code[i.p[2]].dtype != type) return "a binary instruction has operands of two dtypes";
      if (i.dtype != resultOf(Binary(i.p[0]), type)) return "a binary instruction has the wrong dtype for its operands";
      fn = table.binary(Binary(i.p[0]), type, Uniform::none);
      break;
    }
    case Code::select:
      if (code[i.p[0]].dtype != kBool) return "a select instruction needs a bool condition";
      if (code[i.p[1]].dtype != i.dtype || code[i.p[2]].dtype != i.dtype) return "a select instruction has the wrong dtype for its operands";
      fn = table.select(i.dtype, Uniform::none);
      break;
    case Code::cast: fn = table.cast(code[i.p[0]].dtype, i.dtype); break;
    default: return nullptr;
  }
  return fn ? nullptr : "an operation is not defined for the dtype of its operands";
}

/// The strides along which the value of an instruction changes from point to point.
const char* findStrides(const InstructionWords& instruction, const BodySpec& spec, int64_t* strides) {
  switch (instruction.code) {
    case Code::load: {
      if (instruction.p[0] < 0 || instruction.p[0] >= spec.body->loadCount) return "an instruction names a load that does not exist";
      const ViewWords& view = spec.body->loads[instruction.p[0]];
      if (view.dtype != instruction.dtype) return "a load instruction has another dtype than its view";
      if (view.count != spec.dims.count) return "a view has another number of strides than its kernel has dims";
      for (int32_t d = 0; d < spec.dims.count; d++) strides[d] = view.strides[spec.order[d]];
      return nullptr;
    }
    case Code::random:
      if (instruction.dtype != kFloat32 && instruction.dtype != kFloat64) return "random numbers are float32 or float64";
      [[fallthrough]];
    case Code::index:
      for (int32_t d = 0; d < spec.dims.count; d++) strides[d] = spec.rowMajor[d];
      return nullptr;
    case Code::coordinate:
      for (int32_t d = 0; d < spec.dims.count; d++) strides[d] = spec.order[d] == instruction.p[0];
      return nullptr;
    default: return nullptr;
  }
}

}  // namespace

const char* describeValues(BodyValue* values, const BodySpec& spec, const KernelTable& table) {
  const InstructionWords* code = spec.body->code;
  const int32_t count = spec.body->codeCount;
  for (int32_t i = 0; i < count; i++) {
    BodyValue& value = values[i];
    const InstructionWords& instruction = code[i];
    value.root = i;
    value.lastUse = -1;
    value.product = -1;
    if (const char* error = findOperation(code, i, table, value.fn)) return error;
    if (instruction.code == Code::cast && code[instruction.p[0]].dtype == instruction.dtype) value.root = values[instruction.p[0]].root;
    int64_t strides[kMaxAxes] = {};
    if (const char* error = findStrides(instruction, spec, strides)) return error;
    value.pattern = makePattern(spec.dims, strides);
  }
  for (int32_t i = 0; i < spec.storeCount; i++) {
    const StoreWords& store = spec.stores[i];
    if (store.value < 0 || store.value >= count) return "a store names a value that does not exist";
    if (store.view.count != spec.dims.count) return "a view has another number of strides than its kernel has dims";
    if (store.view.dtype != code[store.value].dtype) return "a store has another dtype than its value";
  }
  return nullptr;
}

Pattern makePattern(const Dims& dims, const int64_t* strides) {
  Pattern pattern{};
  for (int32_t d = 0; d < dims.count; d++) {
    if (dims.size[d] == 1) continue;
    if (pattern.count) {
      Axis& last = pattern.axes[pattern.count - 1];
      if (last.stride == strides[d] * dims.size[d]) {
        last = {last.size * dims.size[d], strides[d]};
        continue;
      }
    }
    pattern.axes[pattern.count++] = {dims.size[d], strides[d]};
  }
  pattern.constant = pattern.count == 0 || (pattern.count == 1 && pattern.axes[0].stride == 0);
  pattern.linear = pattern.count == 0 || (pattern.count == 1 && pattern.axes[0].stride == 1);
  if (pattern.constant) pattern.count = 0;
  return pattern;
}

}  // namespace cellgrad
