/**
 * The static picture as a PDF, for documents made with LaTeX (`jupyter nbconvert --to pdf`), which take no SVG without Inkscape: what
 * render.ts has written, element by element, as vectors. Knows what that writes and no other SVG.
 */
import { textOf } from "../../../html/writer.js";
import { platform } from "../../platform/node.js";
import { parseColor } from "./color.js";
import { pdfPath } from "./pdf-path.js";
import { runsOf } from "./pdf-text.js";
import type { Font } from "./pdf-text.js";

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Node | string)[];
}

function parse(svg: string): Node {
  const root: Node = { name: "", attributes: {}, children: [] };
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
      const node: Node = { name: name!, attributes: Object.fromEntries(pairs), children: [] };
      open.at(-1)!.children.push(node);
      if (empty !== "/") open.push(node);
    }
  }
  return root.children.find((child): child is Node => typeof child !== "string")!;
}

function elements(node: Node): Node[] {
  return node.children.filter((child): child is Node => typeof child !== "string");
}

/** Bytes of a text whose characters are bytes. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function binary(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return parts.join("");
}

function fixed(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

class Document {
  readonly #objects: string[] = [];
  readonly #content: string[] = [];
  readonly #resources = { ExtGState: new Map<string, string>(), XObject: new Map<string, string>() };
  readonly #ids = new Map<string, Node>();

  constructor(svg: Node) {
    const collect = (node: Node): void => {
      if (node.attributes.id !== undefined) this.#ids.set(node.attributes.id, node);
      elements(node).forEach(collect);
    };
    collect(svg);
    this.#children(svg, 1);
  }

  /** The whole file. Points are three quarters of the screen's pixels; y goes down as in SVG. */
  file(width: number, height: number): Uint8Array {
    const [w, h] = [width * 0.75, height * 0.75];
    const content = this.#add(
      this.#stream("", bytesOf(`0.75 0 0 -0.75 0 ${fixed(h)} cm\n${this.#content.join("\n")}`)),
    );
    const fonts: Record<Font, string> = {
      regular: this.#add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
      bold: this.#add(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
      ),
      symbol: this.#add("<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"),
      cjk: this.#cjkFont(),
    };
    const dictionary = (entries: Iterable<readonly [string, string]>): string =>
      `<< ${[...entries].map(([key, value]) => `/${key} ${value}`).join(" ")} >>`;
    const resources = dictionary([
      ["Font", dictionary(Object.entries(fonts))],
      ["ExtGState", dictionary(this.#resources.ExtGState)],
      ["XObject", dictionary(this.#resources.XObject)],
    ]);
    const pages = this.#objects.length + 2;
    const page = this.#add(
      `<< /Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${fixed(w)} ${fixed(h)}] /Contents ${content} /Resources ${resources} >>`,
    );
    this.#add(`<< /Type /Pages /Kids [${page}] /Count 1 >>`);
    const catalog = this.#add(`<< /Type /Catalog /Pages ${pages} 0 R >>`);
    let text = "%PDF-1.5\n%\xe2\xe3\xcf\xd3\n";
    const places = this.#objects.map((object, i) => {
      const at = text.length;
      text += `${i + 1} 0 obj\n${object}\nendobj\n`;
      return `${String(at).padStart(10, "0")} 00000 n \n`;
    });
    const size = this.#objects.length + 1;
    text += `xref\n0 ${size}\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size ${size} /Root ${catalog} >>\nstartxref\n${text.length}\n%%EOF\n`;
    return bytesOf(text);
  }

  /** Adds an object and returns the reference to it. */
  #add(object: string): string {
    return `${this.#objects.push(object)} 0 R`;
  }

  #stream(entries: string, bytes: Uint8Array): string {
    const packed = binary(platform.deflate(bytes));
    return `<< ${entries} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}\nendstream`;
  }

  #cjkFont(): string {
    const descendant = this.#add(
      "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    );
    return this.#add(
      `<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [${descendant}] >>`,
    );
  }

  #children(node: Node, opacity: number): void {
    for (const child of elements(node)) this.#draw(child, opacity);
  }

  #draw(node: Node, inherited: number): void {
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

  #rect(attributes: Node["attributes"], opacity: number): void {
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
  #paint(path: string, attributes: Node["attributes"], opacity: number): void {
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
    const name = `a${Math.round(fill * 100)}s${Math.round(stroke * 100)}`;
    this.#resources.ExtGState.set(name, `<< /ca ${fixed(fill)} /CA ${fixed(stroke)} >>`);
    this.#content.push(`/${name} gs`);
  }

  #text({ attributes, children }: Node, opacity: number): void {
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
    const line = (at: Node["attributes"]) => ({
      x: Number(at.x),
      y: Number(at.y),
      runs: [] as ReturnType<typeof runsOf>,
    });
    const read = (parts: readonly (Node | string)[], bold: boolean, scale: number, rise: number): void => {
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

  #image(attributes: Node["attributes"], opacity: number): void {
    const base64 = /^data:image\/png;base64,(.*)$/.exec(attributes.href ?? "")?.[1];
    const object = base64 === undefined ? undefined : this.#png(bytesOf(atob(base64)));
    if (object === undefined) return;
    const name = `i${this.#resources.XObject.size}`;
    this.#resources.XObject.set(name, object);
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

  /** A PNG as an image: PDF reads its rows as they are, unless their pixels have an opacity each. Undefined for what it cannot read. */
  #png(file: Uint8Array): string | undefined {
    const view = new DataView(file.buffer);
    const chunks = new Map<string, Uint8Array[]>();
    for (let at = 8; at + 12 <= file.length; at += 12 + view.getUint32(at)) {
      const name = binary(file.subarray(at + 4, at + 8));
      chunks.set(name, [...(chunks.get(name) ?? []), file.subarray(at + 8, at + 8 + view.getUint32(at))]);
    }
    const [width, height, depth, kind, interlaced] = [
      view.getUint32(16),
      view.getUint32(20),
      file[24]!,
      file[25]!,
      file[28]!,
    ];
    const data = (chunks.get("IDAT") ?? []).map(binary).join("");
    const size = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`;
    if (depth !== 8 || interlaced !== 0) return undefined;
    if (kind === 6) return this.#pixels(size, width, bytesOf(data));
    const palette = chunks.get("PLTE")?.[0];
    const spaces = new Map([
      [0, "/DeviceGray"],
      [2, "/DeviceRGB"],
      [
        3,
        palette &&
          `[/Indexed /DeviceRGB ${palette.length / 3 - 1} <${Array.from(palette, (b) => b.toString(16).padStart(2, "0")).join("")}>]`,
      ],
    ]);
    const space = spaces.get(kind);
    if (space === undefined) return undefined;
    const clear = kind === 3 ? (chunks.get("tRNS")?.[0]?.indexOf(0) ?? -1) : -1;
    const mask = clear >= 0 ? `/Mask [${clear} ${clear}]` : "";
    const parameters = `/DecodeParms << /Predictor 15 /Colors ${kind === 2 ? 3 : 1} /BitsPerComponent 8 /Columns ${width} >>`;
    return this.#add(
      `<< ${size} /ColorSpace ${space} /BitsPerComponent 8 ${mask} ${parameters} /Filter /FlateDecode /Length ${data.length} >>\nstream\n${data}\nendstream`,
    );
  }

  /** Pixels with red, green, blue and opacity, as png.ts writes them: colours and opacities are images of their own. */
  #pixels(size: string, width: number, data: Uint8Array): string | undefined {
    const rows = platform.inflate(data);
    const line = 1 + 4 * width;
    if (rows === undefined) return undefined;
    const count = Math.floor(rows.length / line);
    const [colors, opacities] = [new Uint8Array(3 * width * count), new Uint8Array(width * count)];
    for (let row = 0, pixel = 0; row < count; row++) {
      // Rows that are written as differences are none of ours.
      if (rows[row * line] !== 0) return undefined;
      for (let column = 0; column < width; column++, pixel++) {
        const at = row * line + 1 + 4 * column;
        colors.set(rows.subarray(at, at + 3), 3 * pixel);
        opacities[pixel] = rows[at + 3]!;
      }
    }
    const mask = this.#add(this.#stream(`${size} /ColorSpace /DeviceGray /BitsPerComponent 8`, opacities));
    return this.#add(
      this.#stream(`${size} /ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask ${mask}`, colors),
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

function rectangle(attributes: Node["attributes"]): string {
  return `${["x", "y", "width", "height"].map((key) => fixed(Number(attributes[key] ?? 0))).join(" ")} re`;
}

function ellipse({ cx, cy, rx, ry }: Node["attributes"]): string {
  const [x, y, a, b] = [cx, cy, rx, ry].map(Number) as [number, number, number, number];
  return pdfPath(`M${x - a} ${y}A${a} ${b} 0 1 1 ${x + a} ${y}A${a} ${b} 0 1 1 ${x - a} ${y}Z`);
}

/** A picture that render.ts has written, as a PDF of the same size. */
export function pdfOf(svg: string): Uint8Array {
  const root = parse(svg);
  return new Document(root).file(Number(root.attributes.width), Number(root.attributes.height));
}
