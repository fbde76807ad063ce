/** The elements of a picture that svg.ts has written, read back. */
import { textOf } from "../../../html/writer.js";

export interface SvgNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (SvgNode | string)[];
}

/** Reads what svg.ts writes and no other SVG. */
export function parseSvg(svg: string): SvgNode {
  const root: SvgNode = { name: "", attributes: {}, children: [] };
  const open = [root];
  for (const [, end, name, given, empty, text] of svg.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g,
  )) {
    if (text !== undefined) open.at(-1)!.children.push(textOf(text));
    else if (end === "/") open.pop();
    else {
      const pairs = [...given!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
        ([, key, value]) => [key!, textOf(value!)] as const,
      );
      const node: SvgNode = { name: name!, attributes: Object.fromEntries(pairs), children: [] };
      open.at(-1)!.children.push(node);
      if (empty !== "/") open.push(node);
    }
  }
  return root.children.find((child): child is SvgNode => typeof child !== "string")!;
}

export function elements(node: SvgNode): SvgNode[] {
  return node.children.filter((child): child is SvgNode => typeof child !== "string");
}
