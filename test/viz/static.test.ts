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

  test("says so when it meets a kind of trace that it cannot draw", () => {
    assert.match(viz.plot([{ type: "pie", values: [1, 2] }]).toSVG(), /pie: open the notebook/);
  });

  test("of an empty figure has axes and no marks", () => {
    assert.equal(elements(viz.plot([]).toSVG()).includes("text"), true);
  });

  test("of many points stays small", () => {
    const svg = viz.plot([{ y: Array.from({ length: 200_000 }, (_, i) => Math.sin(i / 999)) }]).toSVG();
    assert.ok(svg.length < 40_000, `${svg.length} bytes`);
  });
});

test("a PNG holds the pixels that it was given", () => {
  const uri = pngDataUri(2, 2, (column, row) => [column * 255, row * 255, 7, 1]);
  const file = Buffer.from(uri.slice("data:image/png;base64,".length), "base64");
  assert.equal(file.toString("latin1", 1, 4), "PNG");
  assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [2, 2]);
  const start = file.indexOf("IDAT");
  const raw = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)));
  assert.deepEqual([...raw], [0, 0, 0, 7, 255, 255, 0, 7, 255, 0, 0, 255, 7, 255, 255, 255, 7, 255]);
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
