/**
 * What displays hold in JupyterLab, measured where they are drawn: nothing that is a line breaks in a narrow page, markers stand below what
 * they mean, and text can be read in light and in dark pages.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { missing } from "./environment.js";
import { skip, useLab } from "./lab.js";

const lab = useLab();

/** Functions of the page that measure. */
const MEASURES = `
  const spots = (node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), found = [];
    for (let at = 0; walker.nextNode(); at += walker.currentNode.length) found.push({ at, node: walker.currentNode });
    return found;
  };
  const place = (all, offset) => {
    const { node, at } = all.findLast((spot) => spot.at <= offset);
    return [node, Math.min(offset - at, node.length)];
  };
  const rangeOf = (node, from, to) => {
    const all = spots(node), range = document.createRange();
    range.setStart(...place(all, from));
    range.setEnd(...place(all, to));
    return range;
  };
  /** How many lines of the page a part of a text takes. */
  const linesOf = (range) => new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top / 4))).size;
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], ground) => [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));
  const groundOf = (node) => {
    const own = numbers(getComputedStyle(node).backgroundColor);
    return (own[3] ?? 1) === 1 ? own : over(own, groundOf(node.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** The contrast of a text with what it stands on, by WCAG. */
  const contrast = (node) => {
    const ground = groundOf(node);
    const [low, high] = [light(over(numbers(getComputedStyle(node).color), ground)), light(ground)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const outputs = [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index='" + args + "'] .jp-OutputArea-output")];
`;

const LONG = "options.first + options.second + ".repeat(8);
const FRAMES: readonly (readonly [what: string, cell: string, marked: string])[] = [
  ["a long line", `const options = { first: 1, second: 2 }; const total = ${LONG}options.third;`, "third"],
  [
    "Chinese text",
    `const 名字 = "数据集"; const 数量: number = 名字 + "：共有一千个样本，每个样本有十个特征";`,
    "数量",
  ],
  ["a long Chinese line", `const 句子 = "${"深度学习".repeat(40)}"; 句子.没有();`, "没有"],
  ["several lines", `const joined: number = [\n  "first",\n].join(\n  "second",\n);`, "joined"],
  ["a local file", 'import { fails } from "./fails"; fails();', "new"],
  ["a cause", 'throw new Error("outer", { cause: new Error("inner") });', "new"],
];

const TABLES: Readonly<Record<string, string>> = {
  "console.table":
    'console.table([{ 名称: "苹果和梨", note: "新鲜的红苹果，产自山东，".repeat(4) }, { 名称: "banana", note: "ripe ".repeat(20) }])',
  "a list of objects":
    "Array.from({ length: 5 }, (_, i) => ({ epoch: i, loss: 1 / (i + 3), comment: 'what happened '.repeat(5), at: new Date(i) }))",
  "%who": "%who",
  "a module": "nn.sequential(new nn.Linear(784, 256), new nn.BatchNorm1d(256), new nn.Linear(256, 10))",
  "a tensor": "randn([4, 30])",
};

test(
  "in a page of 700 pixels code frames and tables have no broken line",
  { skip: skip || missing("Chinese font"), timeout: 900_000 },
  async () => {
    const file = `export function fails(): never { throw new RangeError("${"a text that is long ".repeat(4)}"); }\n`;
    writeFileSync(join(lab.folder, "fails.ts"), file);
    await lab.page.setViewportSize({ width: 700, height: 1000 });
    await lab.notebook("looks.ipynb", [
      "const aVariable = new Map<string, Promise<readonly number[]>>(), b = 'text '.repeat(50);",
    ]);
    await lab.evaluate(`await app.commands.execute("application:toggle-left-area")`);
    await lab.page.keyboard.press("Control+Enter");
    for (const [what, cell, marked] of FRAMES) {
      const index = await lab.launch(cell);
      await lab.cell(index).locator("pre .ansi-bold", { hasText: "^" }).first().waitFor();
      const frames = await lab.evaluate<{ lines: number; marked: string }[]>(
        `${MEASURES}
       return outputs.flatMap((output) => {
         const pre = output.querySelector("pre"), { textContent: text } = pre;
         return [...text.matchAll(/^> .*$/gm)].map((line) => {
           const below = line.index + line[0].length + 1;
           const carets = text.indexOf("^", below), end = text.slice(carets).search(/[^^]/);
           const marker = rangeOf(pre, carets, carets + end).getBoundingClientRect();
           // The character that stands above the marker's beginning.
           const above = [...line[0]].findIndex((_, i, all) => {
             const from = line.index + all.slice(0, i).join("").length;
             const { left, width } = rangeOf(pre, from, from + all[i].length).getBoundingClientRect();
             return marker.left + 2 >= left && marker.left + 2 < left + width;
           });
           const whole = text.slice(line.index, text.indexOf("\\n", carets));
           const ranges = whole.split("\\n").map((part, i, all) => {
             const from = line.index + all.slice(0, i).join("\\n").length + (i > 0 ? 1 : 0);
             return rangeOf(pre, from, from + part.length);
           });
           return { lines: Math.max(...ranges.map(linesOf)), marked: [...line[0]].slice(above).join("") };
         });
       });`,
        index,
      );
      assert.ok(frames.length > 0, what);
      for (const frame of frames) {
        assert.equal(frame.lines, 1, `${what}: a line of the frame breaks`);
        assert.ok(frame.marked.startsWith(marked), `${what}: the marker stands below ${frame.marked}`);
      }
    }
    for (const [what, cell] of Object.entries(TABLES)) {
      const index = await lab.launch(cell);
      await lab.cell(index).locator(".jp-OutputArea-output table td").first().waitFor();
      const broken = await lab.evaluate<string[]>(
        `${MEASURES}
       return outputs.flatMap((output) => [...output.querySelectorAll("td, th")])
         .filter((cell) => {
           const range = document.createRange();
           range.selectNodeContents(cell);
           return linesOf(range) > 1 + cell.querySelectorAll("br").length;
         })
         .map((cell) => cell.textContent);`,
        index,
      );
      assert.deepEqual(broken, [], what);
      const beyond = await lab.evaluate<boolean>(
        `${MEASURES} return document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth;`,
        index,
      );
      assert.equal(beyond, false, `${what}: what is wider than the page is scrolled to in its place`);
    }
  },
);

test("errors and warnings can be read in light and in dark pages", { skip, timeout: 900_000 }, async () => {
  await lab.page.setViewportSize({ width: 1400, height: 1000 });
  await lab.notebook("contrast.ipynb");
  const cells: number[] = [];
  for (const code of [
    'throw new Error("boom", { cause: new TypeError("inner") });',
    "const wrong: number = 'text';",
    "function later() { return nobody; }",
  ]) {
    // What waits behind a cell that fails is not run.
    const index = await lab.launch(code);
    await lab.done(index);
    cells.push(index);
  }
  for (const theme of ["JupyterLab Dark", "JupyterLab Light"]) {
    await lab.evaluate(`await app.commands.execute("apputils:change-theme", { theme: args })`, theme);
    const ground = theme.endsWith("Dark") ? "< 128" : "> 128";
    await lab.until(
      "the page has the theme's colours",
      // While a theme is loading the page has no colour: rgba(0, 0, 0, 0).
      `return Number(getComputedStyle(document.body).backgroundColor.match(/^rgb\\((\\d+)/)?.[1]) ${ground};`,
    );
    for (const index of cells) {
      await lab.select(index);
      await lab.cell(index).locator("pre .ansi-bold").first().waitFor();
      const found = await lab.evaluate<{ text: string; contrast: number; isName: boolean }[]>(
        `${MEASURES}
         return outputs.flatMap((output) => [output.querySelector("pre"), ...output.querySelectorAll("pre span")])
           .map((part) => ({ text: part.textContent, contrast: contrast(part), isName: part.matches(".ansi-red-fg") }));`,
        index,
      );
      for (const { text, contrast, isName } of found)
        // The error's name has the red that all kernels give it.
        assert.ok(contrast >= (isName ? 2.5 : 7), `${theme}: ${text.slice(0, 40)}: ${contrast.toFixed(1)}`);
    }
  }
});
