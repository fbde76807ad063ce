/**
 * The debugger's commands that evaluate code and change values; commands.ts has the table of all.
 */
import type { Runtime } from "node:inspector";
import type { Json } from "../wire/message.js";
import { HOST } from "./cdp.js";
import { DapError, type Variable } from "./dap.js";
import type { Debugger } from "./debugger.js";
import { SHOWN } from "./variables.js";

/** A variable as a cell would show it. */
export async function richInspectVariables(
  debug: Debugger,
  { variableName, frameId }: Json,
): Promise<object> {
  const frame = frameOf(debug, frameId) ?? debug.stopped?.stack.top?.call;
  const nothing = { data: {}, metadata: {} };
  try {
    const value = await debug.evaluation.evaluate(String(variableName), frame, { group: SHOWN });
    const { result } = await debug.cdp.post("Runtime.evaluate", { expression: HOST, objectGroup: SHOWN });
    const shown = await debug.cdp.post("Runtime.callFunctionOn", {
      objectId: result.objectId!,
      functionDeclaration: "function (value) { return this.bundle(value); }",
      arguments: [argument(value)],
      returnByValue: true,
      silent: true,
    });
    return (shown.result.value as object | undefined) ?? nothing;
  } catch (error) {
    if (error instanceof DapError) return nothing;
    throw error;
  }
}

function argument({ objectId, unserializableValue, value }: Runtime.RemoteObject): Runtime.CallArgument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value: value as unknown } : { unserializableValue };
}

function frameOf(debug: Debugger, frameId: unknown) {
  return typeof frameId === "number" && debug.stopped ? debug.stopped.stack.call(frameId) : undefined;
}

/** An expression that the user has written, or points at. */
export async function evaluate(debug: Debugger, { expression, frameId, context }: Json): Promise<object> {
  const frame = frameOf(debug, frameId);
  const code = String(expression);
  const value = await debug.evaluation.evaluate(code, frame, { group: SHOWN, pure: context === "hover" });
  if (context === "clipboard" && value.type === "string")
    return { result: value.value as string, variablesReference: 0 };
  return resultOf(await debug.variables.one("", value, code));
}

/** Runs an assignment; answers the value that was assigned. */
export async function assign(debug: Debugger, code: string, frameId: unknown): Promise<object> {
  const value = await debug.evaluation.evaluate(code, frameOf(debug, frameId), { group: SHOWN });
  const { value: text, ...rest } = await debug.variables.one("", value);
  return { ...rest, value: text };
}

function resultOf({ value, type, variablesReference, indexedVariables }: Variable): object {
  return {
    result: value,
    ...(type !== undefined && { type }),
    variablesReference,
    ...(indexedVariables !== undefined && { indexedVariables }),
  };
}

/** Gives a variable, or a property of an object that is shown, another value. */
export async function setVariable(
  debug: Debugger,
  { variablesReference, name, value }: Json,
): Promise<object> {
  const container = debug.variables.container(Number(variablesReference));
  const frame = "frame" in container ? container.frame : debug.stopped?.stack.top?.call;
  const options = { group: SHOWN };
  if (container.kind === "scope" || container.kind === "notebook") {
    const code = `${String(name)} = (${String(value)}\n)`;
    return debug.variables.one(String(name), await debug.evaluation.evaluate(code, frame, options));
  }
  const given = await debug.evaluation.evaluate(String(value), frame, options);
  const { exceptionDetails } = await debug.cdp.post("Runtime.callFunctionOn", {
    objectId: container.object.objectId!,
    functionDeclaration: `function (name, value) { "use strict"; this[name] = value; }`,
    arguments: [{ value: String(name) }, argument(given)],
    silent: true,
  });
  if (exceptionDetails)
    throw new DapError(`${String(name)} cannot be set: ${exceptionDetails.exception?.description ?? ""}`);
  return debug.variables.one(String(name), given);
}

/** Runs of cells are counted from 1. */
const NO_RUN = 0;

/** Lets later cells know of a variable, which would otherwise be refused for it. */
async function declare({ language }: Debugger, name: string, type: string): Promise<void> {
  const known = ["string", "number", "boolean", "bigint", "symbol"].includes(type) ? type : "any";
  const { ok } = await language.compile({ source: `declare let ${name}: ${known};`, number: NO_RUN });
  if (!ok) return;
  await language.commit(NO_RUN);
  await language.ended(NO_RUN, true);
}

/** A variable of a frame becomes one of the notebook's, which later cells see. */
export async function copyToGlobals(debug: Debugger, args: Json): Promise<object> {
  const { srcVariableName, dstVariableName, srcFrameId } = args;
  const name = String(dstVariableName);
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
    throw new DapError(`copyToGlobals: expected a name, got ${JSON.stringify(dstVariableName)}`);
  const frame = frameOf(debug, srcFrameId);
  const value = await debug.evaluation.evaluate(String(srcVariableName), frame, { group: SHOWN });
  await debug.cdp.post("Runtime.evaluate", { expression: HOST, objectGroup: SHOWN }).then(({ result }) =>
    debug.cdp.post("Runtime.callFunctionOn", {
      objectId: result.objectId!,
      functionDeclaration: "function (name, value) { this.scope[name] = value; }",
      arguments: [{ value: name }, argument(value)],
      silent: true,
    }),
  );
  await declare(debug, name, value.type);
  const { value: text, ...rest } = await debug.variables.one(name, value);
  return { ...rest, value: text };
}
