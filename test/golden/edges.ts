/** Reads PyTorch's answers on edge values, a file for each operation in edges/; recorded by make_edges.ts. */
import { readdirSync, readFileSync } from "node:fs";
import type { Request } from "../robustness/ops/draw.js";
import { type Answer, wordOf } from "../robustness/ops/peer.js";

/** From which the cases are drawn. */
export const seed = 1;

/** The answers to the cases of one operation. */
export interface Edges {
  readonly operation: string;
  readonly cases: readonly { readonly mark: string; readonly answer: Answer }[];
}

export const folder = new URL("edges/", import.meta.url);

/** The operation's file. Some file systems take `T` and `t` for one name. */
export function fileOf(operation: string): URL {
  return new URL(`${operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.json`, folder);
}

export function readEdges(): Edges[] {
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Edges);
}

/** Tells one question from another: an answer to an older question is none. */
export function markOf({ torch, inputs }: Request): string {
  const text = torch + JSON.stringify(inputs.map((x) => [x.dtype, x.shape, x.data.map(wordOf)]));
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
