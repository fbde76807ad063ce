/**
 * The Debug Adapter Protocol as far as it is spoken here, with Jupyter's additions. Names and meanings are the specification's:
 * https://microsoft.github.io/debug-adapter-protocol/specification
 */
import type { Json } from "../wire/message.js";

export interface DapRequest {
  readonly seq: number;
  readonly command: string;
  readonly arguments: Json;
}

export interface Source {
  readonly name: string;
  readonly path: string;
}

export interface SourceBreakpoint {
  readonly line: number;
  readonly column?: number;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

export interface Breakpoint {
  readonly id: number;
  readonly verified: boolean;
  readonly line: number;
  readonly source: Source;
  readonly message?: string;
}

export interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly source?: Source;
  readonly line: number;
  readonly column: number;
}

export interface Scope {
  readonly name: string;
  readonly presentationHint?: "locals" | "globals";
  readonly variablesReference: number;
  readonly expensive: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  readonly evaluateName?: string;
  /** 0 where there is nothing to expand. */
  readonly variablesReference: number;
  readonly indexedVariables?: number;
  readonly presentationHint?: {
    readonly kind?: "class" | "method" | "virtual" | "data";
    readonly attributes?: readonly string[];
    readonly visibility?: "private" | "internal";
    readonly lazy?: boolean;
  };
}

/** A request that cannot be carried out; its message is for the person who debugs. */
export class DapError extends Error {}
