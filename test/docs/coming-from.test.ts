/** The pages for those who come from elsewhere say what is so: what they write in the place of another library's runs. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import * as cellgrad from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-docs-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const { data, nn, optim, randn, tensor } = cellgrad;

/** Cells of the tables below a heading of a page, without their heads. */
function rows(page: string, heading: string): string[][] {
  const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), "utf8");
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  assert.ok(section, `${page} has a section "${heading}"`);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1));
}

const spans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** What the pages say that their examples have. */
function world(): Record<string, unknown> {
  const x = randn([4, 3]);
  const labels = tensor([0, 1, 1, 0], { dtype: "int32" });
  const model = new nn.Linear(3, 2);
  const dataset = new data.TensorDataset(x, labels);
  return {
    ...cellgrad,
    x,
    y: randn([4, 3]),
    labels,
    model,
    dataset,
    loader: new data.DataLoader(dataset, { batchSize: 2 }),
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    path: join(folder, "file"),
    console: { log: String },
  };
}

async function run(code: string): Promise<void> {
  // `var` is a word of the language, which only a namespace can have as a name.
  const { var: _variance, ...names } = world();
  const body = new Function(...Object.keys(names), `"use strict"; return (async () => {\n${code}\n})();`);
  await (body(...Object.values(names)) as Promise<void>);
}

for (const [page, least] of [
  ["from-pytorch", 55],
  ["from-tensorflow-js", 50],
] as const) {
  describe(`docs/${page}.md`, () => {
    const codes = rows(page, "Spelled differently").flatMap(([, ours]) => spans(ours!));
    for (const code of codes) it(code, () => run(code));

    it("has not lost its lines", () => assert.ok(codes.length >= least, String(codes.length)));
  });
}

describe("what is not there", () => {
  const missing = ["from-pytorch", "from-tensorflow-js"].flatMap((page) =>
    rows(page, "What is not there").flatMap(absentNames),
  );
  for (const name of new Set(missing)) {
    const path = name.replace(/^torch\./, "");
    // The first part may be a name that there is not, a later one a member.
    const [first] = path.split(".");
    it(`${name} is not`, () =>
      run(
        `if (typeof ${first} !== "undefined" && ${path} !== undefined) throw new Error("it is there now: say so on the page");`,
      ));
  }
});

/** Names of a row that would be cellgrad's if it had them; methods that it points to instead are not among them. */
function absentNames([theirs, ours]: string[]): string[] {
  return [...spans(theirs!), ...spans(ours!)].filter(
    (name) => !name.includes("(") && !/^tf|^x\.(?:unfold|matmul)$/.test(name),
  );
}
