/** The PDF of a static picture: a file whose objects lie where its table says, and that draws what the picture shows. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import { pdfPath } from "../../src/viz/static/pdf-path.js";
import { runsOf } from "../../src/viz/static/pdf-text.js";
import { pdfOf } from "../../src/viz/static/pdf.js";
import * as viz from "../../src/viz/viz.js";
import { FakeNotebook } from "./fake-notebook.js";
import { gallery } from "./gallery.js";

/** The file's objects by number, read by its own table. */
function objects(file: Buffer): Map<number, Buffer> {
  const text = file.toString("latin1");
  assert.match(text, /^%PDF-1\.\d\n/);
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  const rows = [...text.slice(table).matchAll(/(\d{10}) 00000 n \n/g)].map((found) => Number(found[1]));
  assert.ok(text.startsWith("xref\n", table) && rows.length > 0);
  return new Map(
    rows.map((at, i) => {
      assert.ok(text.startsWith(`${i + 1} 0 obj\n`, at), `object ${i + 1} lies at ${at}`);
      return [i + 1, file.subarray(at, rows[i + 1] ?? table)];
    }),
  );
}

/** What a stream holds. */
function unpack(object: Buffer): Buffer {
  const start = object.indexOf("stream\n") + "stream\n".length;
  const length = Number(/\/Length (\d+)/.exec(object.toString("latin1"))?.[1]);
  return inflateSync(object.subarray(start, start + length));
}

/** The operators of the page. */
function content(svg: string): string {
  const found = objects(Buffer.from(pdfOf(svg)));
  const page = [...found.values()].find((object) => object.includes("/Type /Page "))!.toString("latin1");
  return unpack(found.get(Number(/\/Contents (\d+)/.exec(page)?.[1]))!).toString("latin1");
}

const hex = (words: string): string => Buffer.from(words, "latin1").toString("hex");

describe("the PDF of a figure", () => {
  for (const [kind, { figure }] of Object.entries(gallery)) {
    test(`of ${kind} is whole, and each state that it saves it restores`, () => {
      const operators = content(figure.toSVG());
      assert.doesNotMatch(operators, /NaN|undefined|Infinity/);
      const lines = operators.split("\n");
      assert.equal(lines.filter((line) => line === "q").length, lines.filter((line) => line === "Q").length);
      assert.ok(lines.length > 20);
    });
  }

  test("is in the bundle, in base64, as large as the picture", () => {
    const [, output] = new FakeNotebook().run("a", () =>
      viz.plot([{ y: [1, 2] }], { width: 400, height: 200 }),
    );
    const file = Buffer.from(String(output!.bundle["application/pdf"]), "base64");
    assert.match(file.toString("latin1"), /\/MediaBox \[0 0 300 150\]/);
  });

  test("has the words, colours and lines of the picture", () => {
    const svg = viz
      .plot([{ x: [0, 1], y: [0, 1], line: { color: "rgb(255, 0, 51)", dash: "dot" } }], {
        title: "A (title) \\ <b>bold</b>",
      })
      .toSVG();
    const operators = content(svg);
    assert.ok(operators.includes(`<${hex("A (title) \\ ")}> Tj`));
    assert.ok(operators.includes(`/bold 15 Tf`) && operators.includes(`<${hex("bold")}> Tj`));
    assert.match(operators, /1 0 0\.2 RG 2 w 1 j \[2 3\] 0 d/);
  });

  test("takes a heatmap's pixels as they are, and those with opacities apart", () => {
    const images = (svg: string) =>
      [...objects(Buffer.from(pdfOf(svg))).values()].filter((object) => object.includes("/Subtype /Image"));
    const z = Array.from({ length: 30 }, (_, i) =>
      Array.from({ length: 30 }, (_, j) => (i + j === 7 ? NaN : i * j)),
    );
    const [heatmap] = images(viz.plot([{ type: "heatmap", z }]).toSVG());
    assert.match(heatmap!.toString("latin1"), /\/Indexed \/DeviceRGB.*\/Mask \[\d+ \d+\].*\/Predictor 15/);
    assert.equal(unpack(heatmap!).length, 30 * 31);
    const pixels = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 20 }, (_, j) => [i, j, 9, i * 10]),
    );
    const found = images(viz.plot([{ type: "image", z: pixels } as never]).toSVG());
    const colors = unpack(found.find((object) => object.includes("/SMask"))!);
    const opacities = unpack(found.find((object) => object.includes("/DeviceGray"))!);
    assert.deepEqual([...colors.subarray(63, 66), opacities[21]], [1, 1, 9, 10]);
  });
});

describe("a path in a PDF", () => {
  test("has lines, relative and absolute", () => {
    assert.equal(pdfPath("M1 2h3v4H0V0Z"), "1 2 m\n4 2 l\n4 6 l\n0 6 l\n0 0 l\nh");
    assert.equal(pdfPath("M0 0L1 1 2 3l1-1"), "0 0 m\n1 1 l\n2 3 l\n3 2 l");
  });

  test("has a circle's arcs on the circle", () => {
    for (const sweep of [0, 1]) {
      const curves = pdfPath(`M-5 0A5 5 0 1 ${sweep} 5 0A5 5 0 1 ${sweep} -5 0Z`).split("\n").slice(1, -1);
      assert.equal(curves.length, 4);
      const ends = curves.map((line) => line.split(" ").slice(4, 6).map(Number));
      for (const [x, y] of ends) assert.ok(Math.abs(Math.hypot(x!, y!) - 5) < 0.02);
      assert.equal(Math.sign(ends[0]![1]!), sweep === 1 ? -1 : 1);
    }
  });

  test("takes the arc that the flags choose", () => {
    const lowest = (flags: string): number =>
      Math.max(
        ...pdfPath(`M0 0A10 10 0 ${flags} 10 10`)
          .split("\n")
          .slice(1)
          .map((line) => Number(line.split(" ")[5])),
      );
    assert.equal(lowest("0 0"), 10);
    assert.ok(lowest("1 0") > 10);
  });
});

test("text has a font for what Helvetica lacks, and raised and lowered digits", () => {
  const fonts = (words: string) => runsOf(words, 10, false).map(({ font, codes }) => `${font} ${codes}`);
  assert.deepEqual(fonts("µα−损"), ["regular b5", "symbol 61", "regular 96", "cjk 635f"]);
  const [ten, power] = runsOf("10⁻²", 10, false);
  assert.deepEqual([ten!.codes, power!.codes], [hex("10"), `96${hex("2")}`]);
  assert.ok(power!.rise > 0 && power!.size < 10);
  assert.ok(runsOf("w₁", 10, false)[1]!.rise < 0);
});
