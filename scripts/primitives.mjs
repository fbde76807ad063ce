/**
 * C++ for the table of primitives (src/primitives): enums in the numbers of the encoder, and the dispatch of elementwise functions. The
 * engines' builds put these headers beside their sources.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

async function loadTable() {
  const { outputFiles } = await build({
    stdin: {
      contents: ["table", "dtypes", "elementwise", "kernels"]
        .map((name) => `export * from "./${name}.ts";`)
        .join("\n"),
      resolveDir: join(root, "src/primitives"),
    },
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** Words that C++ keeps for itself. */
const RESERVED = new Set(["and", "or", "xor", "not"]);
const member = (name) => (RESERVED.has(name) ? `${name}_` : name);
const dtypeName = (name) => `k${name[0].toUpperCase()}${name.slice(1)}`;
const lines = (...all) => `${all.flat(Infinity).join("\n")}\n`;
const head = "// Made from src/primitives by scripts/primitives.mjs.";

function enumOf(name, members) {
  return `enum class ${name} : int32_t { ${members.map(member).join(", ")} };`;
}

/** `switch` over the names for which `value` is not the default. */
function chosen(signature, type, names, value, otherwise) {
  const cases = names
    .filter((name) => value(name) !== otherwise)
    .map((name) => `    case ${type}::${member(name)}: return ${value(name)};`);
  return [
    `inline ${signature} {`,
    "  switch (op) {",
    ...cases,
    `    default: return ${otherwise};`,
    "  }",
    "}",
  ];
}

function numbers(table) {
  const { dtypes, dtypeNames, unary, binary, unaryOps, binaryOps } = table;
  const result = (rows) => (op) => (rows[op].result === "bool" ? "kBool" : "operand");
  const isMath = (rows) => (op) => String(Object.values(rows[op].cpp).some((cpp) => isMathFunction(cpp)));
  return lines(
    head,
    "#pragma once",
    '#include "numbers.h"',
    "",
    "namespace cellgrad {",
    "",
    `constexpr int32_t kTableHash = int32_t(${table.tableHash >>> 0}u);`,
    "",
    `enum DType : int32_t { ${dtypeNames.map(dtypeName).join(", ")} };`,
    `constexpr int32_t kDTypes = ${dtypeNames.length};`,
    "",
    "inline int64_t bytesOf(DType type) {",
    "  switch (type) {",
    dtypeNames.map((name) => `    case ${dtypeName(name)}: return ${dtypes[name].bytes};`),
    "  }",
    "  return 0;",
    "}",
    isOneOf(table, "isFloat", (name) => dtypes[name].kind === "float"),
    "/// Whether engines compute with it, and not only store it.",
    isOneOf(table, "isComputed", table.isComputed),
    "",
    "/// Calls f with a zero of the dtype's type.",
    ...withTypes(table, "withType", () => true),
    "/// The same for a dtype that engines compute with.",
    ...withTypes(table, "withNumber", table.isComputed),
    "/// Calls f with a zero of an unsigned integer of so many bytes: enough for what only moves elements.",
    "template <class F>",
    "inline auto withBytes(int64_t bytes, F f) {",
    "  switch (bytes) {",
    [1, 2, 4, 8].map((bytes) => `    case ${bytes}: return f(uint${8 * bytes}_t(0));`),
    "  }",
    "  __builtin_unreachable();",
    "}",
    "",
    enumOf("Unary", unaryOps),
    enumOf("Binary", binaryOps),
    enumOf("Fold", table.reduceOps),
    `constexpr int32_t kFolds = ${table.reduceOps.length};`,
    enumOf("Code", table.instructionKinds),
    `constexpr int32_t kCodes = ${table.instructionKinds.length};`,
    enumOf("KernelKind", table.kernelKinds),
    enumOf("Call", table.kernelOps),
    callRows(table),
    "",
    chosen("DType resultOf(Unary op, DType operand)", "Unary", unaryOps, result(unary), "operand"),
    chosen("DType resultOf(Binary op, DType operand)", "Binary", binaryOps, result(binary), "operand"),
    "/// Functions that the hardware has no instruction for.",
    chosen("bool isTranscendental(Unary op)", "Unary", unaryOps, isMath(unary), "false"),
    chosen("bool isTranscendental(Binary op)", "Binary", binaryOps, isMath(binary), "false"),
    "",
    "}  // namespace cellgrad",
  );
}

function isOneOf({ dtypeNames }, name, isThere) {
  const all = dtypeNames.filter(isThere).map((dtype) => `type == ${dtypeName(dtype)}`);
  return [`inline bool ${name}(DType type) {`, `  return ${all.join(" || ")};`, "}"];
}

function withTypes({ dtypes, dtypeNames }, name, isThere) {
  const cases = (wanted) => dtypeNames.filter((dtype) => isThere(dtype) === wanted);
  return [
    "template <class F>",
    `inline auto ${name}(DType type, F f) {`,
    "  switch (type) {",
    ...cases(true).map((dtype) => `    case ${dtypeName(dtype)}: return f(${dtypes[dtype].cpp}{});`),
    ...cases(false).map((dtype) => `    case ${dtypeName(dtype)}:`),
    ...(cases(false).length > 0 ? ["      break;"] : []),
    "  }",
    "  __builtin_unreachable();",
    "}",
  ];
}

const isMathFunction = (cpp) => typeof cpp === "object" && !("same" in cpp);

/** The loop over an element's function: an expression of type OpFn. */
function loop(cpp, dtype, row, operands) {
  const type = dtype.cpp;
  const result = row.result === "bool" ? "Bool" : type;
  const named = (text) => text.replace(/<T>/g, `<${type}>`);
  const map = operands === 1 ? "map1" : "map2";
  if (typeof cpp === "string") return `${map}<${result}, ${type}, ${named(cpp)}>`;
  if ("same" in cpp) return "castOp(operand, operand)";
  if ("angle" in cpp) return `eachAngle<${cpp.angle}, ${cpp.library}>`;
  if ("math" in cpp) return `${map}<${result}, ${type}, ${named(cpp.math)}>`;
  return `static_cast<OpFn>(each${operands === 1 ? "" : "2"}<${type}, ${named(cpp.library)}>)`;
}

/** The cases of one function that `part` is about; what belongs to the other part is looked up there. */
function cases(table, type, name, row, operands, part) {
  const found = [];
  for (const dtypeOf of table.dtypeNames) {
    const dtype = table.dtypes[dtypeOf];
    if (!table.isDefinedFor(row, dtypeOf)) continue;
    const cpp = row.cpp[dtypeOf] ?? row.cpp[dtype.kind];
    const label = `        case ${dtypeName(dtypeOf)}: return`;
    if (isMathFunction(cpp)) {
      if (part === "math") found.push(`${label} ${loop(cpp, dtype, row, operands)};`);
      else
        found.push(
          `${label} ${operands === 1 ? "unaryMathOp(op, operand)" : "uniform == Uniform::none ? binaryMathOp(op, operand) : nullptr"};`,
        );
    } else if (part === "arithmetic") {
      const plain = loop(cpp, dtype, row, operands);
      // Loops with a uniform operand, for what training steps are made of.
      const uniform = dtype.kind === "float" || (row.result === "bool" && dtype.kind !== "bool");
      if (operands === 1) found.push(`${label} ${plain};`);
      else if (uniform) found.push(`${label} ${plain.replace("map2", "pair")}(uniform);`);
      else found.push(`${label} uniform == Uniform::none ? ${plain} : nullptr;`);
    }
  }
  if (found.length === 0) return [];
  return [
    `    case ${type}::${member(name)}:`,
    "      switch (operand) {",
    ...found,
    ...(found.length < table.dtypeNames.length ? ["        default: return nullptr;"] : []),
    "      }",
    "      return nullptr;",
  ];
}

function dispatch(table, signature, type, rows, operands, part) {
  const all = Object.entries(rows).map(([name, row]) => cases(table, type, name, row, operands, part));
  const missing = all.some((each) => each.length === 0);
  return [
    `OpFn ${signature} {`,
    "  switch (op) {",
    all,
    ...(missing ? ["    default: return nullptr;"] : []),
    "  }",
    ...(missing ? [] : ["  return nullptr;"]),
    "}",
  ];
}

function functions(table, part) {
  const math = part === "math";
  return lines(
    head,
    dispatch(
      table,
      math ? "unaryMathOp(Unary op, DType operand)" : "unaryOp(Unary op, DType operand)",
      "Unary",
      table.unary,
      1,
      part,
    ),
    "",
    dispatch(
      table,
      math ? "binaryMathOp(Binary op, DType operand)" : "binaryOp(Binary op, DType operand, Uniform uniform)",
      "Binary",
      table.binary,
      2,
      part,
    ),
  );
}

/** Kernels that are called: the functions that check and run them and say what memory they need. */
function calls(table) {
  const rows = Object.entries(table.kernels);
  const chosenBy = (signature, value, otherwise) => [
    `${signature} {`,
    "  switch (call.op) {",
    rows.map(([name, row]) => `    case Call::${member(name)}: return ${value(row) ?? otherwise};`),
    "  }",
    `  return ${otherwise};`,
    "}",
  ];
  const named = (what, of = rows) => [...new Set(of.map(([, { cpp }]) => cpp[what]).filter(Boolean))];
  const failing = rows.filter(([, { canFail }]) => canFail);
  const others = rows.filter(([, { canFail }]) => !canFail);
  return lines(
    head,
    named("run", others).map((name) => `void ${name}(const CallKernel& call, const Frame& frame);`),
    named("run", failing).map(
      (name) => `bool ${name}(const CallKernel& call, const Frame& frame, RunStatus& status);`,
    ),
    named("check").map((name) => `const char* ${name}(const CallKernel& call);`),
    [...named("scratch"), ...named("shared")].map((name) => `int64_t ${name}(const CallKernel& call);`),
    "",
    "bool runCall(const CallKernel& call, const Frame& frame, RunStatus& status) {",
    "  switch (call.op) {",
    rows.map(([name, { cpp, canFail }]) =>
      canFail
        ? `    case Call::${member(name)}: return ${cpp.run}(call, frame, status);`
        : `    case Call::${member(name)}: ${cpp.run}(call, frame); return true;`,
    ),
    "  }",
    "  return true;",
    "}",
    chosenBy("const char* callCheck(const CallKernel& call)", ({ cpp }) => `${cpp.check}(call)`, "nullptr"),
    chosenBy(
      "int64_t callScratch(const CallKernel& call)",
      ({ cpp }) => cpp.scratch && `${cpp.scratch}(call)`,
      "0",
    ),
    chosenBy(
      "int64_t callShared(const CallKernel& call)",
      ({ cpp }) => cpp.shared && `${cpp.shared}(call)`,
      "0",
    ),
  );
}

/** What the decoder checks of each call. */
function callRows(table) {
  const list = Object.values(table.kernels).map((row) => {
    const counts = [row.operands, row.results, row.attributes, row.scalars ?? []].map(({ length }) => length);
    return `{${[...counts, row.strided !== undefined, row.updates === true, row.moves === true].join(", ")}}`;
  });
  return [
    `constexpr int32_t kCalls = ${table.kernelOps.length};`,
    "/// How many values a call has, whether they may be strided, whether its result lies where its first operand does, and",
    "/// whether it only moves elements.",
    "struct CallRow {",
    "  int32_t operands, results, attributes, scalars;",
    "  bool strided, updates, moves;",
    "};",
    `constexpr CallRow kCallRows[kCalls] = {${list.join(", ")}};`,
  ];
}

/** @returns {Promise<Readonly<Record<string, string>>>} Headers by name. */
export async function primitiveHeaders() {
  const table = await loadTable();
  return {
    "primitives.h": numbers(table),
    "arithmetic_dispatch.h": functions(table, "arithmetic"),
    "math_dispatch.h": functions(table, "math"),
    "call_dispatch.h": calls(table),
  };
}
