import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import { colorScale, cssColor, parseColor } from "../../src/viz/static/color.js";
import { pngDataUri } from "../../src/viz/static/png.js";
import * as viz from "../../src/viz/viz.js";
import { gallery } from "./gallery.js";

/** Names of the elements, all closed in order; throws where XML would be ill-formed. */
function elements(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end: string, name: string, _attributes, empty: string) => {
      if (end === "/") assert.equal(open.pop(), name);
      else {
        names.push(name);
        if (empty === "") open.push(name);
      }
      return "";
    },
  );
  assert.deepEqual(open, [], "every element is closed");
  assert.doesNotMatch(rest, /[<>]|&(?!(amp|lt|gt|quot);)/, "nothing else looks like markup");
  return names;
}

describe("the static image", () => {
  for (const [kind, { figure, words }] of Object.entries(gallery)) {
    test(`of ${kind} is well-formed and says what the figure says`, () => {
      const svg = figure.toSVG();
      assert.equal(elements(svg)[0], "svg");
      for (const word of words) assert.ok(svg.includes(word), `"${word}" is in the picture`);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity|null/);
    });
  }

  test("draws a gap where a value is missing", () => {
    const svg = viz.plot([{ y: [1, 2, NaN, 3, 4], mode: "lines" }]).toSVG();
    const path = /<path d="(M[^"]*)" fill="none"/.exec(svg)?.[1];
    assert.equal(path?.match(/M/g)?.length, 2);
  });

  test("says so, without axes, when it meets a kind of trace that it cannot draw", () => {
    const svg = viz.plot([{ type: "scatterpolar", r: [1, 2] }, { type: "sankey" }]).toSVG();
    assert.match(svg, /scatterpolar, sankey: open the notebook/);
    assert.equal(elements(svg).filter((name) => name === "text").length, 1);
    assert.equal(elements(svg).includes("path"), false);
  });

  const log = { type: "log" } as const;
  for (const [kind, trace, layout] of [
    ["a violin on a log axis", { type: "violin", y: [1, 10, 100, 5] }, { yaxis: log }],
    ["a box with a zero on a log axis", { type: "box", y: [1, 10, 100, 0] }, { yaxis: log }],
    [
      "a contour on a log axis",
      {
        type: "contour",
        x: [1, 10, 100],
        z: [
          [1, 2, 3],
          [2, 3, 4],
        ],
      },
      { xaxis: log },
    ],
    ["markers without a size", { y: [1, 2], mode: "markers", marker: { size: [NaN, -3] } }, {}],
    [
      "colours up to NaN",
      {
        type: "heatmap",
        z: [
          [1, 2],
          [3, NaN],
        ],
        zmax: NaN,
      },
      {},
    ],
    [
      "levels from infinity",
      {
        type: "contour",
        z: [
          [1, 2],
          [3, 4],
        ],
        contours: { start: -Infinity },
      },
      {},
    ],
    ["bins from NaN", { type: "histogram2d", x: [1, 2, NaN], y: [1, 2, 3], xbins: { start: NaN } }, {}],
    [
      "times apart by less than a millisecond",
      { x: ["2020-01-01", "2020-01-01 00:00:00.001"], y: [1, 2] },
      { xaxis: { dtick: 1e-9 } },
    ],
  ] as const)
    test(`of ${kind} has a place for everything`, () => {
      const svg = viz.plot([trace] as never, layout as never).toSVG();
      assert.doesNotMatch(svg, /NaN|Infinity|open the notebook/);
    });

  test("of a box on a log axis spans what is above zero", () => {
    const svg = viz.plot([{ type: "box", y: [1, 10, 100, 0] }], { yaxis: log }).toSVG();
    assert.match(svg, />1<\/text>/);
    assert.match(svg, />10²<\/text>/);
  });

  test("of a histogram of names leaves out what has none", () => {
    const svg = viz.plot([{ type: "histogram", x: ["a", null, "b", undefined] }] as never).toSVG();
    assert.doesNotMatch(svg, />(?:null|undefined)</);
  });

  test("of an empty figure has axes and no marks", () => {
    assert.equal(elements(viz.plot([]).toSVG()).includes("text"), true);
  });

  test("of many points stays small", () => {
    const svg = viz.plot([{ y: Array.from({ length: 200_000 }, (_, i) => Math.sin(i / 999)) }]).toSVG();
    assert.ok(svg.length < 40_000, `${svg.length} bytes`);
  });
});

/** A PNG's chunks by name. */
function chunks(uri: string): Map<string, Buffer> {
  const file = Buffer.from(uri.slice("data:image/png;base64,".length), "base64");
  assert.equal(file.toString("latin1", 1, 4), "PNG");
  const found = new Map<string, Buffer>();
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at))
    found.set(file.toString("latin1", at + 4, at + 8), file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  return found;
}

test("a PNG of few colours holds them in a palette", () => {
  const png = chunks(pngDataUri(2, 2, (column, row) => [column * 255, row * 255, 7, row]));
  assert.deepEqual([png.get("IHDR")!.readUInt32BE(0), png.get("IHDR")!.readUInt32BE(4)], [2, 2]);
  const [colors, alphas] = [png.get("PLTE")!, png.get("tRNS")!];
  const rows = inflateSync(png.get("IDAT")!);
  const pixels = [1, 2, 4, 5].map((at) => {
    const index = rows[at]!;
    return [...colors.subarray(3 * index, 3 * index + 3), alphas[index]];
  });
  assert.deepEqual(pixels, [
    [0, 0, 7, 0],
    [255, 0, 7, 0],
    [0, 255, 7, 255],
    [255, 255, 7, 255],
  ]);
});

test("a PNG of many colours holds each pixel", () => {
  const png = chunks(pngDataUri(20, 20, (column, row) => [column, row, 7, 1]));
  const rows = inflateSync(png.get("IDAT")!);
  assert.deepEqual([...rows.subarray(0, 9)], [0, 0, 0, 7, 255, 1, 0, 7, 255]);
  assert.deepEqual([...rows.subarray(81, 86)], [0, 0, 1, 7, 255]);
});

test("colours between two stops are their mixture", () => {
  const color = colorScale(
    [
      [0, "#000000"],
      [1, "rgb(200, 100, 50)"],
    ],
    -1,
    1,
  );
  assert.equal(cssColor(color(0)), "#643219");
  assert.equal(cssColor(color(-5)), "#000000");
  assert.equal(color(NaN)[3], 0);
  assert.deepEqual(parseColor("#abc"), [170, 187, 204, 1]);
});
