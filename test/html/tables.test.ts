/** Tables of tensors and modules, of variables, and widgets without a front end, with hostile names in each place where one can stand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn, randn } from "../../src/index.js";
import { Notebook } from "../session/notebook.js";
import { hostile } from "./hostile.js";

const display = Symbol.for("Jupyter.display") as never;
const htmlOf = (value: unknown): string =>
  String((value as Record<symbol, () => Record<string, unknown>>)[display]!()["text/html"]);

/** The elements and attributes of what a writer has written; throws where a tag is none that can be read. */
function skeleton(html: string): string[] {
  const tags: string[] = [];
  const rest = html.replace(/<\/?[a-z][a-z0-9]*((?:\s[\w:-]+="[^"<>]*")*)\/?>/g, (tag) => {
    tags.push(tag);
    return "";
  });
  assert.doesNotMatch(rest, /[<>"]|&(?!(?:amp|lt|gt|quot);)/);
  return tags;
}

test("a tensor's table has the tags of its template, whatever its operation is called", () => {
  const x = randn([3, 3]);
  x.requiresGrad = true;
  const y = x.mul(2);
  const expected = skeleton(htmlOf(y));
  for (const name of hostile) {
    Object.defineProperty(y, "gradFn", { value: { name }, configurable: true });
    assert.deepEqual(skeleton(htmlOf(y)), expected, name);
  }
});

test("a module's table has the tags of its template, whatever layers, parameters and settings are called", () => {
  const model = (name: string, extra: string): nn.Module => {
    class Layer extends nn.Module {
      [key: string]: unknown;
      constructor() {
        super();
        this[`${name} weight`] = new nn.Parameter(randn([2, 2]));
        this[`${name} child`] = new nn.Linear(2, 2);
      }
      override name(): string {
        return extra;
      }
      override extraRepr(): string {
        return extra;
      }
      forward(x: unknown): unknown {
        return x;
      }
    }
    return new Layer() as unknown as nn.Module;
  };
  const expected = skeleton(htmlOf(model("plain", "plain")));
  for (const name of hostile) assert.deepEqual(skeleton(htmlOf(model(name, name))), expected, name);
});

test("variables and widgets show hostile names and values as text", async () => {
  const notebook = new Notebook();
  try {
    const tables = async (text: string): Promise<string[][]> => {
      const known = {
        variables: [
          { name: text, type: text, cell: text, stale: true },
          { name: "value", type: `typeof import(${text})`, cell: text, stale: false },
        ],
        notes: [`Run ${text} again: \`${text}\` and ${text}.`],
      };
      const argument = JSON.stringify(JSON.stringify(known));
      const { events, outcome } = await notebook.run(`
        $.value = ${JSON.stringify(text)};
        $[${JSON.stringify(text)}] = { [${JSON.stringify(text)}]: ${JSON.stringify(text)} };
        __meta.magic("who", { argument: ${argument}, body: "", bodyLine: 1 });
        for (const widget of [$.widgets.slider({ label: $.value }), $.widgets.button($.value), $.widgets.text({ label: $.value, value: $.value }),
          $.widgets.select({ label: $.value, options: [$.value, "b"] }), $.widgets.progress({ label: $.value }), $.widgets.toggle({ label: $.value })])
          $.display(widget);`);
      assert.equal(outcome.status, "ok", JSON.stringify(outcome));
      const shown = events.flatMap((event) =>
        event.type === "display" ? [String(event.bundle.decode().data["text/html"])] : [],
      );
      assert.equal(shown.length, 7);
      return shown.map(skeleton);
    };
    const expected = await tables("plain");
    for (const text of hostile.filter((each) => each !== "__proto__" && !each.includes("`")))
      assert.deepEqual(await tables(text), expected, text);
  } finally {
    await notebook.session.close();
  }
});
