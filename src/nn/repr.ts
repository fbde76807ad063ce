/**
 * How a module shows itself: as text like PyTorch's, and in a notebook as a table of layers, shapes and parameter counts.
 */
import { element, type Content, type Markup } from "../../html/writer.js";
import { Parameter } from "./parameter.js";
import type { Module } from "./module.js";

/** `Name(extra)` for a layer without children, else one line a child, indented. */
export function describeModule(module: Module): string {
  const extra = module.extraRepr();
  const children = module.namedChildren();
  if (children.length === 0) return `${module.name()}(${extra})`;
  const lines = children.map(([name, child]) => `(${name}): ${describeModule(child)}`);
  const body = [...(extra === "" ? [] : [extra]), ...lines].join("\n").replaceAll("\n", "\n  ");
  return `${module.name()}(\n  ${body}\n)`;
}

/** A table with a row for every module that has no children or has parameters of its own, and the sum below. */
export function moduleTable(module: Module): Markup {
  const counted = new Set<Parameter>();
  let total = 0;
  let trained = 0;
  const rows: Markup[] = [];
  for (const [name, part] of module.namedModules()) {
    const tensors = part.ownTensors();
    if (tensors.length === 0 && part.namedChildren().length > 0) continue;
    let count = 0;
    for (const [, tensor] of tensors) {
      if (!(tensor instanceof Parameter) || counted.has(tensor)) continue;
      counted.add(tensor);
      count += tensor.numel();
      if (tensor.requiresGrad) trained += tensor.numel();
    }
    total += count;
    const shapes = tensors.map(([key, tensor], i) => [
      i === 0 ? "" : element("br"),
      `${key} [${tensor.shape.join(", ")}]`,
    ]);
    const extra = part.extraRepr();
    rows.push(
      row([name, `${part.name()}(${extra})`, shapes, count === 0 ? "" : count.toLocaleString("en-US")]),
    );
  }
  const frozen = total - trained;
  const sum =
    total.toLocaleString("en-US") + (frozen > 0 ? ` (${frozen.toLocaleString("en-US")} frozen)` : "");
  const head = row(["name", "layer", "parameters and buffers", "count"], "th");
  const foot = row(["", module.name(), "", sum], "th");
  const parts = [element("thead", {}, head), element("tbody", {}, rows), element("tfoot", {}, foot)];
  // A line of it is a line in a narrow page too; what is wider is scrolled to.
  return element(
    "div",
    { style: { "overflow-x": "auto" } },
    element("table", { class: "cellgrad-module" }, parts),
  );
}

function row(cells: readonly Content[], tag: "td" | "th" = "td"): Markup {
  const written = cells.map((content, i) =>
    element(
      tag,
      { style: { "text-align": i === cells.length - 1 ? "right" : "left", "white-space": "nowrap" } },
      content,
    ),
  );
  return element("tr", {}, written);
}
