/** Reads edges.json, PyTorch's answers on edge values; recorded by make_edges.ts. */
import { readFileSync } from "node:fs";
import type { Request } from "../robustness/ops/draw.js";
import { type Answer, wordOf } from "../robustness/ops/peer.js";

export interface Edges {
  readonly seed: number;
  readonly operations: Record<string, readonly { readonly mark: string; readonly answer: Answer }[]>;
}

export function readEdges(): Edges {
  return JSON.parse(readFileSync(new URL("./edges.json", import.meta.url), "utf8")) as Edges;
}

/** Tells one question from another: an answer to an older question is none. */
export function markOf({ torch, inputs }: Request): string {
  const text = torch + JSON.stringify(inputs.map((x) => [x.dtype, x.shape, x.data.map(wordOf)]));
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
