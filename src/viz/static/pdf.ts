/**
 * The static picture as a PDF, for documents made with LaTeX (`jupyter nbconvert --to pdf`), which take no SVG without Inkscape: what
 * render.ts has written, element by element, as vectors. Knows what that writes and no other SVG.
 */
import { parseColor } from "./color.js";
import { bytesOf, fixed, PdfFile } from "./pdf-file.js";
import { pngObject } from "./pdf-image.js";
import { pdfPath } from "./pdf-path.js";
import { runsOf } from "./pdf-text.js";
import { elements, parseSvg, type SvgNode } from "./svg-tree.js";

/** The content of the page, element by element. */
class Drawing {
  readonly #pdf = new PdfFile();
  readonly #content: string[] = [];
  readonly #ids = new Map<string, SvgNode>();

  constructor(svg: SvgNode) {
    const collect = (node: SvgNode): void => {
      if (node.attributes.id !== undefined) this.#ids.set(node.attributes.id, node);
      elements(node).forEach(collect);
    };
    collect(svg);
    this.#children(svg, 1);
  }

  file(width: number, height: number): Uint8Array {
    return this.#pdf.bytes(this.#content, width, height);
  }

  #children(node: SvgNode, opacity: number): void {
    for (const child of elements(node)) this.#draw(child, opacity);
  }

  #draw(node: SvgNode, inherited: number): void {
    const { name, attributes } = node;
    if (name === "defs") return;
    const opacity = inherited * Number(attributes.opacity ?? 1);
    if (name === "text") return this.#text(node, opacity);
    this.#content.push("q");
    const clip = this.#ids.get(/^url\(#(.*)\)$/.exec(attributes["clip-path"] ?? "")?.[1] ?? "");
    const hole = clip && elements(clip)[0];
    if (hole) this.#content.push(`${rectangle(hole.attributes)} W n`);
    const moved = /^translate\(([-\d.]+) ([-\d.]+)\)$/.exec(attributes.transform ?? "");
    if (moved) this.#content.push(`1 0 0 1 ${moved[1]} ${moved[2]} cm`);
    if (name === "g") this.#children(node, opacity);
    else if (name === "image") this.#image(attributes, opacity);
    else if (name === "rect") this.#rect(attributes, opacity);
    else if (name === "path") this.#paint(pdfPath(attributes.d ?? ""), attributes, opacity);
    else if (name === "ellipse") this.#paint(ellipse(attributes), attributes, opacity);
    this.#content.push("Q");
  }

  #rect(attributes: SvgNode["attributes"], opacity: number): void {
    const gradient = this.#ids.get(/^url\(#(.*)\)$/.exec(attributes.fill ?? "")?.[1] ?? "");
    if (!gradient) return this.#paint(rectangle(attributes), attributes, opacity);
    // A colour bar from below: strips that overlap a little, so that no seam shows.
    const stops = elements(gradient).map(
      (stop) => [Number(stop.attributes.offset), stop.attributes["stop-color"] ?? ""] as const,
    );
    const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(attributes[key])) as [
      number,
      number,
      number,
      number,
    ];
    const strips = 100;
    for (let i = 0; i < strips; i++) {
      const share = (i + 0.5) / strips;
      const top = y + height * (1 - (i + 1) / strips);
      this.#content.push(
        `${rgb(between(stops, share))} rg ${fixed(x)} ${fixed(top)} ${fixed(width)} ${fixed(i === 0 ? height / strips : (1.5 * height) / strips)} re f`,
      );
    }
    this.#paint(rectangle(attributes), { ...attributes, fill: "none" }, opacity);
  }

  /** Fills and strokes the path. */
  #paint(path: string, attributes: SvgNode["attributes"], opacity: number): void {
    if (path === "") return;
    const fill = attributes.fill ?? "#000000";
    const stroke = attributes.stroke ?? "none";
    const [inner, outer] = [parseColor(fill), parseColor(stroke)];
    const [filled, stroked] = [fill !== "none", stroke !== "none"];
    if (!filled && !stroked) return;
    this.#alpha(
      opacity * (filled ? inner[3] : 1) * Number(attributes["fill-opacity"] ?? 1),
      opacity * (stroked ? outer[3] : 1),
    );
    if (filled) this.#content.push(`${rgb(inner)} rg`);
    if (stroked) {
      const dash = (attributes["stroke-dasharray"] ?? "").trim();
      this.#content.push(
        `${rgb(outer)} RG ${Number(attributes["stroke-width"] ?? 1)} w 1 j [${/^[\d. ]*$/.test(dash) ? dash : ""}] 0 d`,
      );
    }
    const odd = attributes["fill-rule"] === "evenodd" ? "*" : "";
    this.#content.push(path, filled && stroked ? `B${odd}` : filled ? `f${odd}` : "S");
  }

  #alpha(fill: number, stroke: number): void {
    if (fill === 1 && stroke === 1) return;
    this.#content.push(`/${this.#pdf.opacityState(fill, stroke)} gs`);
  }

  #text({ attributes, children }: SvgNode, opacity: number): void {
    const size = Number(attributes["font-size"] ?? 12);
    const color = parseColor(attributes.fill ?? "#000000");
    this.#content.push("q");
    this.#alpha(opacity * color[3], 1);
    const turned = /^rotate\(([-\d.]+) ([-\d.]+) ([-\d.]+)\)$/.exec(attributes.transform ?? "");
    if (turned) {
      const [angle, x, y] = turned.slice(1).map(Number) as [number, number, number];
      const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      this.#content.push(
        `${fixed(c)} ${fixed(s)} ${fixed(-s)} ${fixed(c)} ${fixed(x - c * x + s * y)} ${fixed(y - s * x - c * y)} cm`,
      );
    }
    // A line is what stands at a place of its own; what follows it in tags stands behind it.
    const lines: { x: number; y: number; runs: ReturnType<typeof runsOf> }[] = [];
    const line = (at: SvgNode["attributes"]) => ({
      x: Number(at.x),
      y: Number(at.y),
      runs: [] as ReturnType<typeof runsOf>,
    });
    const read = (parts: readonly (SvgNode | string)[], bold: boolean, scale: number, rise: number): void => {
      for (const part of parts) {
        if (typeof part === "string") {
          const runs = runsOf(part, size * scale, bold).map((run) => ({
            ...run,
            rise: run.rise + rise * size,
          }));
          lines.at(-1)!.runs.push(...runs);
          continue;
        }
        if (part.attributes.x !== undefined) lines.push(line(part.attributes));
        const style = part.attributes.style ?? "";
        const shift = style.includes("super") ? 0.35 : style.includes("sub") ? -0.15 : 0;
        read(part.children, bold || style.includes("bold"), shift === 0 ? scale : scale * 0.75, rise + shift);
      }
    };
    lines.push(line(attributes));
    read(children, attributes["font-weight"] === "bold", 1, 0);
    this.#content.push(`BT ${rgb(color)} rg`);
    for (const { x, y, runs } of lines) {
      const width = runs.reduce((sum, run) => sum + run.width, 0);
      const anchor = attributes["text-anchor"];
      let from = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
      for (const run of runs) {
        this.#content.push(
          `/${run.font} ${fixed(run.size)} Tf 1 0 0 -1 ${fixed(from)} ${fixed(y - run.rise)} Tm <${run.codes}> Tj`,
        );
        from += run.width;
      }
    }
    this.#content.push("ET", "Q");
  }

  #image(attributes: SvgNode["attributes"], opacity: number): void {
    const base64 = /^data:image\/png;base64,(.*)$/.exec(attributes.href ?? "")?.[1];
    const object = base64 === undefined ? undefined : pngObject(this.#pdf, bytesOf(atob(base64)));
    if (object === undefined) return;
    const name = this.#pdf.nameImage(object);
    this.#alpha(opacity, opacity);
    const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(attributes[key])) as [
      number,
      number,
      number,
      number,
    ];
    this.#content.push(
      `${fixed(width)} 0 0 ${fixed(-height)} ${fixed(x)} ${fixed(y + height)} cm /${name} Do`,
    );
  }
}

function rgb([r, g, b]: readonly number[]): string {
  return [r!, g!, b!].map((part) => fixed(part / 255)).join(" ");
}

function between(stops: readonly (readonly [number, string])[], share: number): number[] {
  const next = Math.max(
    1,
    stops.findIndex(([at]) => at >= share),
  );
  const [from, to] = [stops[next - 1]!, stops[next] ?? stops[next - 1]!];
  const part = to[0] > from[0] ? (share - from[0]) / (to[0] - from[0]) : 0;
  const [a, b] = [parseColor(from[1]), parseColor(to[1])];
  return [0, 1, 2].map((i) => a[i]! + (b[i]! - a[i]!) * part);
}

function rectangle(attributes: SvgNode["attributes"]): string {
  return `${["x", "y", "width", "height"].map((key) => fixed(Number(attributes[key] ?? 0))).join(" ")} re`;
}

function ellipse({ cx, cy, rx, ry }: SvgNode["attributes"]): string {
  const [x, y, a, b] = [cx, cy, rx, ry].map(Number) as [number, number, number, number];
  return pdfPath(`M${x - a} ${y}A${a} ${b} 0 1 1 ${x + a} ${y}A${a} ${b} 0 1 1 ${x - a} ${y}Z`);
}

/** A picture that render.ts has written, as a PDF of the same size. */
export function pdfOf(svg: string): Uint8Array {
  const root = parseSvg(svg);
  return new Drawing(root).file(Number(root.attributes.width), Number(root.attributes.height));
}
