/**
 * Cells with more branches one after another than TypeScript follows. It gives up on them, and from then on on whatever else the same checker
 * is asked for.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

/** Its error where it gives up. */
export const TOO_MANY_BRANCHES = 2563;

/** From now on checkers do not try to follow the file: variables have the types with which they are declared. */
export function disableFlowAnalysis(file: TS.SourceFile): void {
  const visit = (node: TS.Node & { flowNode?: unknown }): void => {
    delete node.flowNode;
    ts.forEachChild(node, visit);
  };
  visit(file);
}
