/** Static pictures say what the data say: places of marks, read from the SVG, against the values that they stand for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Layout, Trace } from "../../src/viz/plotly.js";
import * as viz from "../../src/viz/viz.js";
import { noise } from "./gallery.js";

const draw = (traces: readonly Trace[], layout?: Layout): string => viz.plot(traces, layout).toSVG();

/** Centres of the markers, in the order of the points. */
function markers(svg: string): [number, number][] {
  return [...svg.matchAll(/transform="translate\(([-\d.]+) ([-\d.]+)\)"/g)].map((found) => [
    Number(found[1]),
    Number(found[2]),
  ]);
}

/** Texts with the places where they stand; lines of one text as one, parted by a bar. */
function texts(svg: string): { words: string; x: number; y: number }[] {
  return [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>(.*?)<\/text>/g)].map(
    ([, x, y, content]) => ({
      words: content!.replace(/<\/tspan><tspan/g, "|<tspan").replace(/<[^>]*>/g, ""),
      x: Number(x),
      y: Number(y),
    }),
  );
}

const labels = (svg: string): string[] => texts(svg).map(({ words }) => words);

/** Corners of the first path with a class. */
function corners(svg: string, kind: string): [number, number][] {
  const d = new RegExp(`<path d="([^"]*)" class="${kind}"`).exec(svg)?.[1] ?? "";
  return [...d.matchAll(/([-\d.]+)[ ,]([-\d.]+)/g)].map((found) => [Number(found[1]), Number(found[2])]);
}

/** Bars (rectangles outside of clips) as left, top, width, height. */
function rects(svg: string): number[][] {
  return [
    ...svg
      .replace(/<clipPath.*?<\/clipPath>/g, "")
      .matchAll(/<rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)"/g),
  ].map((found) => found.slice(1, 5).map(Number));
}

function near(actual: number, expected: number, tolerance: number, what = ""): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected} ± ${tolerance}`);
}

/** How far along from the first to the last each lies. */
const shares = (places: readonly number[]): number[] =>
  places.map((place) => (place - places[0]!) / (places.at(-1)! - places[0]!));

describe("time axes", () => {
  const uneven = [0, 1 / 365, 1];
  const forms: [string, Trace["x"]][] = [
    ["days", ["2020-01-01", "2020-01-02", "2020-12-31"]],
    ["days with a time", ["2020-01-01 00:00", "2020-01-02T00:00:00", "2020-12-31 00:00:00.000"]],
    [
      "days with a zone, which is left aside",
      ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00+09:00", "2020-12-31T00:00:00Z"],
    ],
    ["Date objects", [new Date(2020, 0, 1), new Date(2020, 0, 2), new Date(2020, 11, 31)]],
  ];
  for (const [name, x] of forms) {
    test(`place ${name} by their time`, () => {
      const svg = draw([{ x: x!, y: [1, 2, 3], mode: "markers" }]);
      shares(markers(svg).map(([px]) => px)).forEach((share, i) => near(share, uneven[i]!, 2e-3));
      assert.ok(
        labels(svg).some((words) => /^[A-Z][a-z]{2} 202[01]$/.test(words)),
        labels(svg).join(),
      );
      assert.ok(labels(svg).every((words) => words.length < 20));
    });
  }

  test("take milliseconds where the axis says so, along y as well", () => {
    const day = 86_400_000;
    const svg = draw([{ x: [1, 2, 3], y: [0, day, 365 * day], mode: "markers" }], {
      yaxis: { type: "date" },
    });
    shares(markers(svg).map(([, py]) => py)).forEach((share, i) => near(share, uneven[i]!, 2e-3));
    assert.ok(labels(svg).includes("Jul 1970"), labels(svg).join());
  });

  const spans: [string, string, string, RegExp][] = [
    ["years", "1990-06-01", "2020-06-01", /^(1995|2000)$/],
    ["months", "2020-01-05", "2020-09-20", /^May 2020$/],
    ["days", "2021-12-27", "2022-01-04", /^Jan 1\|2022$/],
    ["hours", "2021-11-20 03:00", "2021-11-21 20:00", /^00:00\|Nov 21, 2021$/],
    ["seconds", "2021-11-20 03:00:00", "2021-11-20 03:00:20", /^03:00:10$/],
  ];
  for (const [name, from, to, wanted] of spans) {
    test(`label ${name} shortly, at the place of their time`, () => {
      const svg = draw([{ x: [from, to], y: [1, 2], mode: "lines" }], { width: 720 });
      assert.ok(
        labels(svg).some((words) => wanted.test(words)),
        labels(svg).join(" "),
      );
    });
  }

  test("a label stands where its time is", () => {
    const svg = draw([
      { x: ["2020-01-01", "2020-05-01", "2020-09-01"], y: [1, 2, 3], mode: "lines+markers" },
    ]);
    const may = texts(svg).find(({ words }) => words === "May 2020");
    near(may!.x, markers(svg)[1]![0], 0.5);
  });

  test("a range and a shape name times", () => {
    const svg = draw([{ x: ["2020-01-01", "2020-03-01"], y: [1, 2], mode: "markers" }], {
      xaxis: { range: ["2020-01-01", "2020-03-01"] as never },
      shapes: [{ type: "line", x0: "2020-01-31", x1: "2020-01-31", yref: "paper", y0: 0, y1: 1 }],
    });
    const [[from], [to]] = markers(svg) as [[number, number], [number, number]];
    near((corners(svg, "shape")[0]![0] - from) / (to - from), 0.5, 1e-3);
  });
});

describe("points in space", () => {
  const cloud = { type: "scatter3d", x: [0, 1, 0, 1], y: [0, 0, 1, 1], z: [0, 1, 2, 3] } as const;

  test("are markers where the trace says so, and joined by a line where it says that", () => {
    const lines = (svg: string): number => svg.split('stroke-width="2"').length - 1;
    for (const [mode, points, paths] of [
      ["markers", 4, 0],
      ["lines", 0, 1],
      ["lines+markers", 4, 1],
    ] as const) {
      const svg = draw([{ ...cloud, mode }]);
      assert.deepEqual([markers(svg).length, lines(svg)], [points, paths], mode);
    }
  });

  test("have the colours of their trace, and a size that does not hide them in each other", () => {
    const svg = draw([
      { ...cloud, mode: "markers", marker: { color: ["#ff0000", "#00ff00", "#0000ff", "#ffff00"] } },
    ]);
    for (const color of ["#ff0000", "#00ff00", "#0000ff", "#ffff00"])
      assert.ok(svg.includes(`fill="${color}"`));
    const { data, layout } = viz.plot([{ ...cloud, marker: { color: "red" } }]).spec;
    assert.deepEqual(data[0]!.marker, { size: 4, color: "red" });
    assert.equal((layout.scene as { aspectmode?: string }).aspectmode, "cube");
    const own = viz.plot([cloud], { scene: { aspectmode: "data" } }).spec.layout.scene as {
      aspectmode?: string;
    };
    assert.equal(own.aspectmode, "data");
    assert.deepEqual(viz.plot([{ ...cloud, marker: { size: 9 } }]).spec.data[0]!.marker, { size: 9 });
  });
});

describe("axes of names, logarithms and turned ranges", () => {
  test("names stand in the order in which they come, or as the layout wants", () => {
    const order = (layout?: Layout): string[] =>
      texts(draw([{ type: "bar", x: ["pear", "fig", "apple"], y: [1, 2, 3] }], layout))
        .filter(({ words }) => /[a-z]/.test(words))
        .sort((a, b) => a.x - b.x)
        .map(({ words }) => words);
    assert.deepEqual(order(), ["pear", "fig", "apple"]);
    assert.deepEqual(order({ xaxis: { categoryorder: "category ascending" } }), ["apple", "fig", "pear"]);
  });

  test("names are turned, and have room for it, only where they would lie over one another", () => {
    const below = (names: readonly string[]) => {
      const figure = viz.plot([{ type: "bar", x: names, y: names.map((_, i) => i + 1) }]);
      const { b } = figure.spec.layout.margin as { b: number };
      return { room: b, isTurned: /<text [^>]*transform="rotate/.test(figure.toSVG()) };
    };
    const long = "a rather long name of a category of things";
    const plain = below(["a", "b", "c", "d"]);
    assert.deepEqual(below([long, "b", "c", "d"]), plain);
    assert.equal(plain.isTurned, false);
    const { room, isTurned } = below([long, `${long}, too`, "c", "d"]);
    assert.ok(isTurned && room > plain.room, String(room));
  });

  test("numbers written as texts are numbers", () => {
    const svg = draw([{ x: ["1", "2", "10"], y: [1, 2, 3], mode: "markers" }]);
    near(shares(markers(svg).map(([px]) => px))[1]!, 1 / 9, 1e-3);
  });

  test("logarithms are even, annotations there have logarithms and shapes values", () => {
    const svg = draw([{ x: [1, 2, 3], y: [1, 100, 10_000], mode: "markers" }], {
      yaxis: { type: "log" },
      shapes: [{ type: "line", x0: 1, x1: 3, y0: 100, y1: 100 }],
      annotations: [{ x: 2, y: 2, text: "here", showarrow: false }],
    });
    const ys = markers(svg).map(([, py]) => py);
    near(shares(ys)[1]!, 0.5, 1e-3);
    near(corners(svg, "shape")[0]![1], ys[1]!, 0.1);
    near(texts(svg).find(({ words }) => words === "here")!.y, ys[1]!, 8);
  });

  test("a range may be turned, by hand or by the layout", () => {
    const xs = (layout: Layout): number[] =>
      markers(draw([{ x: [1, 2], y: [1, 2], mode: "markers" }], layout)).map(([x]) => x);
    for (const xaxis of [{ range: [3, 0] }, { autorange: "reversed" }]) {
      const [first, second] = xs({ xaxis });
      assert.ok(first! > second!);
    }
  });
});

describe("subplots", () => {
  const boxes = (svg: string): number[][] =>
    [
      ...svg.matchAll(
        /<clipPath id="[^"]*"><rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)"/g,
      ),
    ].map((found) => found.slice(1, 5).map(Number));

  test("of a grid lie beside each other, with labels of their own", () => {
    const svg = draw(
      [
        { x: [1, 2], y: [1, 2] },
        { x: [1, 2], y: [100, 200], xaxis: "x2", yaxis: "y2" },
      ],
      { grid: { rows: 1, columns: 2, pattern: "independent" } },
    );
    const [left, right] = boxes(svg);
    assert.ok(left![0]! + left![2]! < right![0]!);
    near(left![2]!, right![2]!, 0.1);
    const hundred = texts(svg).find(({ words }) => words === "100")!;
    assert.ok(
      hundred.x > left![0]! + left![2]! && hundred.x < right![0]!,
      "the right plot's labels stand between both",
    );
  });

  test("of a grid of rows go from the top; a shared axis has its labels at the bottom once", () => {
    const svg = draw(
      [{ y: [1, 2, 3] }, { y: [30, 20, 10], yaxis: "y2" }, { y: [5, 6, 4], xaxis: "x2", yaxis: "y2" }],
      { grid: { rows: 2, columns: 2 } },
    );
    const [upper, lower] = boxes(svg);
    assert.ok(upper![1]! + upper![3]! < lower![1]!);
    const ones = texts(svg).filter(({ words, y }) => words === "1" && y > lower![1]! + lower![3]!);
    assert.equal(ones.length, 2, "one for each column");
  });

  test("a second axis at the right has a scale of its own, and room", () => {
    const svg = draw([{ y: [1, 2] }, { y: [100, 300], yaxis: "y2" }], {
      yaxis2: { overlaying: "y", side: "right", title: "other" },
    });
    const [first, second] = [markers(svg)[1]!, markers(svg)[3]!];
    near(first[1], second[1], 0.1, "both curves end at the top");
    const label = texts(svg).find(({ words }) => words === "300")!;
    assert.ok(label.x > first[0] && label.x < 690);
  });

  test("domains may be given axis by axis", () => {
    const svg = draw([{ y: [1, 2] }, { y: [1, 2], yaxis: "y2" }], {
      yaxis: { domain: [0, 0.4] },
      yaxis2: { domain: [0.6, 1] },
    });
    const [lower, upper] = boxes(svg);
    assert.ok(upper![1]! + upper![3]! < lower![1]!);
  });
});

describe("boxes and violins", () => {
  test("a box has its quartiles, fences and outliers where the values are", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 30];
    const svg = draw([
      { type: "box", y: values, name: "a" },
      { y: [0, 2.75, 5, 7.25, 8, 30], x: ["a", "a", "a", "a", "a", "a"], mode: "markers" },
    ]);
    const at = markers(svg);
    // The outlier comes first, then the witnesses.
    const [outlier, , q1, median, q3, fence, last] = at.map(([, py]) => py);
    near(outlier!, last!, 0.2);
    const ys = corners(svg, "box").map(([, py]) => py);
    for (const [what, expected] of Object.entries({ q1, median, q3, fence }))
      assert.ok(
        ys.some((py) => Math.abs(py - expected!) < 0.6),
        `${what} ${expected} is in ${ys.join()}`,
      );
    assert.ok(!ys.some((py) => py < fence! - 1), "the whisker ends at the fence");
  });

  test("boxes of several traces stand over their names, grouped ones beside each other", () => {
    const left = (svg: string): number[] =>
      [...svg.matchAll(/<path d="M([-\d.]+) [^"]*" class="box"/g)].map((found) => Number(found[1]));
    const apart = draw([
      { type: "box", y: [1, 2, 3], name: "one" },
      { type: "box", y: [1, 2, 3], name: "two" },
    ]);
    assert.ok(labels(apart).includes("one") && labels(apart).includes("two"));
    assert.ok(left(apart)[1]! - left(apart)[0]! > 200);
    const x = ["u", "u", "u", "v", "v", "v"];
    const grouped = draw(
      [
        { type: "box", x, y: [1, 2, 3, 2, 3, 4], name: "one" },
        { type: "box", x, y: [1, 2, 3, 2, 3, 4], name: "two" },
      ],
      { boxmode: "group" },
    );
    assert.equal(new Set(left(grouped)).size, 4);
  });

  test("a violin is wide where values are many", () => {
    const values = Array.from({ length: 400 }, (_, i) => noise(i) + noise(i + 1000) + noise(i + 2000));
    const svg = draw([{ type: "violin", y: values, name: "v" }]);
    const outline = corners(svg, "violin");
    const xs = outline.map(([x]) => x);
    const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
    const widest = outline.reduce((best, at) => (at[0] > best[0] ? at : best));
    const ys = outline.map(([, y]) => y);
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    near((widest[1] - top) / (bottom - top), 0.5, 0.15);
    near(outline.find(([, y]) => y === top)![0], middle, 10);
  });
});

describe("pies", () => {
  test("have slices by share, the largest first, with a legend of labels", () => {
    const svg = draw([{ type: "pie", labels: ["few", "most", "some"], values: [10, 60, 30] }]);
    assert.deepEqual(
      labels(svg)
        .filter((words) => words.endsWith("%"))
        .sort(),
      ["10%", "30%", "60%"],
    );
    assert.deepEqual(
      labels(svg).filter((words) => /^[a-z]/.test(words)),
      ["most", "some", "few"],
    );
    assert.equal(svg.match(/class="slice"/g)?.length, 3);
    assert.equal(/fill="none" stroke/.test(svg), false, "no axes");
  });

  test("may have a hole, cells of a grid and one slice alone", () => {
    const svg = draw(
      [
        { type: "pie", values: [1, 1], hole: 0.5, domain: { row: 0, column: 0 } },
        { type: "pie", values: [5], domain: { row: 0, column: 1 } },
      ],
      { grid: { rows: 1, columns: 2 } },
    );
    const starts = [...svg.matchAll(/<path d="M([-\d.]+) [^"]*" class="slice"/g)].map((found) =>
      Number(found[1]),
    );
    assert.equal(starts.length, 3);
    assert.ok(starts[2]! > 390 && starts[0]! < 360);
    assert.ok(labels(svg).includes("100%"));
    assert.doesNotMatch(svg, /NaN/);
  });
});

describe("counts", () => {
  test("two histograms share their bins, and their bars count all values", () => {
    const a = Array.from({ length: 300 }, (_, i) => noise(i));
    const b = a.map((v) => v + 0.5);
    const svg = draw(
      [
        { type: "histogram", x: a },
        { type: "histogram", x: b },
      ],
      { barmode: "overlay", showlegend: false },
    );
    const bars = rects(svg);
    const widths = new Set(bars.map(([, , width]) => Math.round(width!)));
    assert.equal(widths.size, 1);
    assert.ok([...widths][0]! > 3);
  });

  test("whole numbers have bins of their own, around them", () => {
    const svg = draw(
      [
        { type: "histogram", x: [1, 1, 2, 3, 3, 3] },
        { x: [1, 2, 3], y: [2, 1, 3], mode: "markers" },
      ],
      { showlegend: false },
    );
    const bars = rects(svg);
    markers(svg).forEach(([px, py], i) => {
      const [left, top, width] = bars[i]!;
      near(left! + width! / 2, px, 0.6);
      near(top!, py, 0.6);
    });
  });

  test("names are counted", () => {
    const svg = draw([{ type: "histogram", x: ["b", "a", "b"] }]);
    const [b, a] = rects(svg);
    near(b![3]! / a![3]!, 2, 0.01);
  });

  test("in two dimensions are a grid of colours with a scale", () => {
    for (const type of ["histogram2d", "histogram2dcontour"]) {
      const svg = draw([{ type, x: [0, 0, 0, 5, 9], y: [0, 0, 0, 5, 9], nbinsx: 5, nbinsy: 5 } as Trace]);
      assert.match(svg, /linearGradient/);
      assert.ok(labels(svg).includes("3"), "the scale goes to the largest count");
    }
  });
});

describe("error bars, areas, stacks and notes", () => {
  test("error bars reach as far as the values say, up and down apart", () => {
    const svg = draw([
      { x: [1, 2], y: [5, 5], mode: "markers", error_y: { type: "data", array: [1, 1], arrayminus: [3, 3] } },
      { x: [1, 1], y: [6, 2], mode: "markers" },
    ]);
    const d = /<path d="M[\d.]+ ([\d.]+)V([\d.]+)[^"]*" class="error"/.exec(svg)!;
    const witnesses = markers(svg).slice(2);
    near(Number(d[1]), witnesses[1]![1], 0.2);
    near(Number(d[2]), witnesses[0]![1], 0.2);
  });

  test("error bars in per cent, constant, along x and on bars", () => {
    for (const trace of [
      { y: [10, 20], error_y: { type: "percent", value: 10 } },
      { x: [1, 2], y: [10, 20], error_x: { type: "constant", value: 1 } },
      { type: "bar", y: [10, 20], error_y: { type: "data", array: [1, 2] } },
    ])
      assert.match(draw([trace as Trace]), /class="error"/);
  });

  test("an area to the trace before lies between both", () => {
    const svg = draw([{ y: [1, 1] }, { y: [3, 3], fill: "tonexty" }]);
    const ys = corners(svg, "area").map(([, py]) => py);
    const [low, , high] = markers(svg).map(([, py]) => py);
    assert.deepEqual(
      [Math.max(...ys), Math.min(...ys)].map(Math.round),
      [low, high].map((y) => Math.round(y!)),
    );
  });

  test("a stack adds what lies below", () => {
    const svg = draw([
      { y: [1, 2], stackgroup: "s", mode: "lines+markers" },
      { y: [2, 1], stackgroup: "s", mode: "lines+markers" },
      { x: [0, 1], y: [3, 3], mode: "markers" },
    ]);
    const at = markers(svg);
    [2, 3].forEach((i) => near(at[i]![1], at[i + 2]![1], 0.1));
  });

  test("relative bars go up and down from 0, stacked and horizontal ones lie at each other's ends", () => {
    const relative = rects(
      draw(
        [
          { type: "bar", y: [2] },
          { type: "bar", y: [-1] },
        ],
        { barmode: "relative", showlegend: false },
      ),
    );
    near(relative[0]![1]! + relative[0]![3]!, relative[1]![1]!, 0.1);
    const stacked = rects(
      draw(
        [
          { type: "bar", orientation: "h", y: ["a"], x: [2] },
          { type: "bar", orientation: "h", y: ["a"], x: [3] },
        ],
        { barmode: "stack", showlegend: false },
      ),
    );
    near(stacked[0]![0]! + stacked[0]![2]!, stacked[1]![0]!, 0.1);
    near(stacked[1]![2]! / stacked[0]![2]!, 1.5, 0.01);
  });

  test("an annotation's arrow points at its place; on paper the text stays inside", () => {
    const svg = draw([{ x: [1, 2, 3], y: [1, 3, 2], mode: "markers" }], {
      annotations: [
        { x: 2, y: 3, text: "peak", ax: 60, ay: 40 },
        { xref: "paper", yref: "paper", x: 1, y: 0, text: "corner", showarrow: false },
      ],
    });
    const [, tip] = corners(svg, "arrow");
    const peak = markers(svg)[1]!;
    near(tip![0], peak[0], 0.1);
    near(tip![1], peak[1], 0.1);
    near(texts(svg).find(({ words }) => words === "peak")!.x, peak[0] + 60, 0.1);
    assert.ok(texts(svg).find(({ words }) => words === "corner")!.x < 690);
  });

  test("a shape below the traces lies below them", () => {
    const svg = draw([{ y: [1, 2] }], {
      shapes: [{ type: "path", path: "M 0 1 L 1 2 L 1 1 Z", layer: "below" }],
    });
    assert.ok(svg.indexOf('class="shape"') < svg.indexOf("translate("));
    const [from, to] = markers(svg);
    near(corners(svg, "shape")[0]![0], from![0], 0.1);
    near(corners(svg, "shape")[1]![1], to![1], 0.1);
  });
});

test("a contour lies where its level is", () => {
  // A plane: the line of level v lies at x = v, whatever y is.
  const x = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const svg = draw([
    {
      type: "contour",
      x,
      y: x,
      z: x.map(() => x),
      contours: { start: 2, end: 6, size: 2 },
      showscale: false,
    } as Trace,
    { x: [2, 4, 6], y: [4, 4, 4], mode: "markers", showlegend: false },
  ]);
  const places = markers(svg).map(([px]) => px);
  const rings = [...svg.matchAll(/<path d="(M[^"]*)" [^>]*fill-rule="evenodd"/g)].map((found) => {
    let at = 0;
    const steps = found[1]!.match(/-?(?:\d+\.?\d*|\.\d+)/g)!.map(Number);
    return steps.filter((_, i) => i % 2 === 0).map((step) => (at += step));
  });
  assert.equal(rings.length, 3);
  rings.forEach((ring, i) => near(Math.min(...ring), places[i]!, 0.2, `level ${i}`));
});

describe("many values", () => {
  const points = (n: number): Trace => ({
    x: Array.from({ length: n }, (_, i) => i),
    y: Array.from({ length: n }, (_, i) => noise(i)),
    mode: "markers",
  });
  const sizeOf = (figure: viz.Figure): number =>
    JSON.stringify((figure as unknown as Record<symbol, () => unknown>)[Symbol.for("Jupyter.display")]!())
      .length;

  test("a scatter of 100,000 points is a few megabytes, all of them there, for WebGL", () => {
    viz.plot([points(1)]).toSVG();
    const figure = viz.plot([points(100_000)]);
    const [trace] = figure.spec.data;
    assert.equal((trace!["y"] as number[]).length, 100_000);
    assert.equal(trace!["type"], "scattergl");
    assert.match(figure.toSVG(), /class="markers"/);
    assert.ok(figure.toSVG().length < 1_000_000);
    // plotly.js may come along.
    assert.ok(sizeOf(figure) < 6_000_000, `${sizeOf(figure)} bytes`);
  });

  test("a million points are thinned to those that lie apart, which the legend tells", () => {
    const figure = viz.plot([points(1_000_000)]);
    const [trace] = figure.spec.data;
    const kept = (trace!["y"] as number[]).length;
    assert.ok(kept <= 200_000 && kept > 20_000, `${kept} points`);
    assert.match(String(trace!["name"]), /^\d+ of 1000000 points$/);
    assert.ok(sizeOf(figure) < 6_000_000);
  });

  test("a line keeps its shape where points are dense and where they are few", () => {
    // 99,000 points in the first thousandth, then 1,000 of a slow wave.
    const x = Array.from({ length: 100_000 }, (_, i) => (i < 99_000 ? i / 99_000 : i - 98_999));
    const y = x.map((v, i) => (i === 500 ? 9 : Math.sin(v / 20)));
    const [trace] = viz.plot([{ x, y, mode: "lines" }]).spec.data;
    const [xs, ys] = [trace!["x"], trace!["y"]] as [number[], number[]];
    assert.ok(xs.length <= 4000);
    assert.equal(Math.max(...ys), 9);
    const worst = xs.slice(1).reduce((gap, v, i) => Math.max(gap, v - xs[i]!), 0);
    assert.ok(worst <= 4, `no step is longer than the columns of a screen, but one is ${worst}`);
  });

  test("a line over dates is thinned as well", () => {
    const x = Array.from({ length: 20_000 }, (_, i) =>
      new Date(Date.UTC(2020, 0, 1) + i * 3_600_000).toISOString(),
    );
    const [trace] = viz.plot([{ x, y: x.map((_, i) => noise(i)), mode: "lines" }]).spec.data;
    const kept = trace!["x"] as string[];
    assert.ok(kept.length <= 4000);
    assert.ok(kept.every((at) => x.includes(at)));
  });

  test("a heatmap of 1000 × 1000 has a picture of its pixels", () => {
    const z = Array.from({ length: 1000 }, (_, i) =>
      Array.from({ length: 1000 }, (_, j) => noise(i * 1000 + j)),
    );
    const figure = viz.plot([{ type: "heatmap", z }]);
    assert.ok(figure.toSVG().length < 1_800_000, `${figure.toSVG().length} bytes`);
    assert.ok(sizeOf(figure) < 10_000_000, `${sizeOf(figure)} bytes`);
  });
});
