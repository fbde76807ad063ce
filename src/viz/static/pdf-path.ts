/** An SVG path as the operators of a PDF's content: arcs and quadratic curves become cubic ones. */

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The cubic curves of an elliptic arc whose axes lie along x and y, from (x0, y0) to (x1, y1). */
function arc(
  x0: number,
  y0: number,
  rx: number,
  ry: number,
  large: number,
  sweep: number,
  x1: number,
  y1: number,
): number[][] {
  if (rx === 0 || ry === 0 || (x0 === x1 && y0 === y1)) return [[x0, y0, x1, y1, x1, y1]];
  // Half the way between the ends, in units of the radii; radii that are too short grow.
  const [dx, dy] = [(x0 - x1) / 2 / rx, (y0 - y1) / 2 / ry];
  const apart = Math.hypot(dx, dy);
  const grow = Math.max(1, apart);
  const [a, b] = [rx * grow, ry * grow];
  const [ux, uy] = [dx / grow, dy / grow];
  const reach =
    Math.sqrt(Math.max(0, 1 / Math.max(ux * ux + uy * uy, 1e-12) - 1)) * (large === sweep ? -1 : 1);
  const [cx, cy] = [(x0 + x1) / 2 + reach * uy * a, (y0 + y1) / 2 - reach * ux * b];
  const from = Math.atan2((y0 - cy) / b, (x0 - cx) / a);
  let turn = Math.atan2((y1 - cy) / b, (x1 - cx) / a) - from;
  if (sweep && turn < 0) turn += 2 * Math.PI;
  if (!sweep && turn > 0) turn -= 2 * Math.PI;
  const pieces = Math.max(1, Math.ceil(Math.abs(turn) / (Math.PI / 2) - 1e-9));
  const step = turn / pieces;
  const k = (4 / 3) * Math.tan(step / 4);
  return Array.from({ length: pieces }, (_, i) => {
    const [p, q] = [from + i * step, from + (i + 1) * step];
    return [
      cx + a * (Math.cos(p) - k * Math.sin(p)),
      cy + b * (Math.sin(p) + k * Math.cos(p)),
      cx + a * (Math.cos(q) + k * Math.sin(q)),
      cy + b * (Math.sin(q) - k * Math.cos(q)),
      cx + a * Math.cos(q),
      cy + b * Math.sin(q),
    ];
  });
}

const sizes: Readonly<Record<string, number>> = {
  M: 2,
  L: 2,
  H: 1,
  V: 1,
  C: 6,
  S: 4,
  Q: 4,
  T: 2,
  A: 7,
  Z: 0,
};

/** Operators that make the path; painting it is left to the caller. */
export function pdfPath(d: string): string {
  const out: string[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const curve = (c: readonly number[]): void => {
    out.push(`${c.map(number).join(" ")} c`);
    [x, y] = [c[4]!, c[5]!];
  };
  const line = (to: readonly [number, number], operator: string): void => {
    [x, y] = to;
    out.push(`${number(x)} ${number(y)} ${operator}`);
  };
  for (const [, letter, rest] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const command = letter!.toUpperCase();
    const relative = letter !== command;
    const values = (rest!.match(/-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/gi) ?? []).map(Number);
    const size = sizes[command];
    if (size === undefined) continue;
    if (size === 0) {
      out.push("h");
      [x, y] = [startX, startY];
      continue;
    }
    for (let at = 0; at + size <= values.length; at += size) {
      const v = values.slice(at, at + size);
      const [ox, oy] = relative ? [x, y] : [0, 0];
      const end = [ox + v[size - 2]!, oy + v[size - 1]!] as const;
      if (command === "H") line([ox + v[0]!, y], "l");
      else if (command === "V") line([x, oy + v[0]!], "l");
      else if (command === "M") {
        line(end, at === 0 ? "m" : "l");
        if (at === 0) [startX, startY] = [x, y];
      } else if (command === "C") curve(v.map((n, i) => n + (i % 2 === 0 ? ox : oy)));
      else if (command === "Q") {
        const [qx, qy] = [ox + v[0]!, oy + v[1]!];
        curve([
          x + (2 / 3) * (qx - x),
          y + (2 / 3) * (qy - y),
          end[0] + (2 / 3) * (qx - end[0]),
          end[1] + (2 / 3) * (qy - end[1]),
          ...end,
        ]);
      } else if (command === "A") arc(x, y, v[0]!, v[1]!, v[3]!, v[4]!, ...end).forEach(curve);
      else line(end, "l");
    }
  }
  return out.join("\n");
}
