import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";
import { describe, test } from "node:test";
import { code, element, fragment, page, script, template } from "../../html/writer.js";
import { hostile } from "./hostile.js";

describe("the writer of HTML", () => {
  test("takes strings for text, and what it has written itself for markup", () => {
    const written = element("p", { class: "a" }, ["1 < 2 & ", element("b", {}, '"x"'), 3, undefined]);
    assert.equal(String(written), '<p class="a">1 &lt; 2 &amp; <b>&quot;x&quot;</b>3</p>');
    assert.equal(String(fragment(String(element("br")))), "&lt;br/&gt;");
    // An object that only looks like it is text, too.
    assert.equal(String(fragment({ toString: () => "<b>" } as never)), "&lt;b&gt;");
  });

  test("writes no character that XML forbids", () => {
    assert.equal(String(fragment("a\u0000\u0008\u001b\ufffeb\n")), "ab\n");
  });

  test("leaves out attributes that are no text or number", () => {
    const attributes = {
      width: NaN,
      height: Infinity,
      id: undefined,
      fill: {} as never,
      class: ["x"] as never,
      x: 0,
    };
    assert.equal(String(element("rect", attributes)), '<rect x="0"/>');
  });

  test("has no addresses but pictures in place and parts of the document", () => {
    const picture = "data:image/png;base64,AAAA";
    assert.equal(String(element("img", { src: picture })), `<img src="${picture}"/>`);
    assert.equal(String(element("use", { href: "#mark-1" })), '<use href="#mark-1"/>');
    for (const address of [
      ...hostile,
      "https://example.org/x.png",
      "//example.org/x.png",
      " javascript:alert(1)",
      "data:text/html;base64,AAAA",
      `${picture}" onload="x`,
      "data:image/svg+xml,<svg/>",
    ])
      for (const name of ["src", "href", "xlink:href", "srcset", "action"])
        assert.equal(String(element("img", { [name]: address })), "<img/>", address);
  });

  test("has styles of words, numbers and colours alone", () => {
    const style = {
      width: "10px",
      "max-width": "100%",
      color: "rgba(1, 2, 3, 0.5)",
      "--cg-a": "calc(1px + 2%)",
      opacity: 0.5,
    };
    assert.equal(
      String(element("i", { style }, "")),
      '<i style="width:10px;max-width:100%;color:rgba(1, 2, 3, 0.5);--cg-a:calc(1px + 2%);opacity:0.5"></i>',
    );
    for (const value of [
      ...hostile.filter((text) => /[^\w]/.test(text)),
      "1px;x:y",
      "a\\62",
      "/**/url(x)",
      "image(x)",
      "1px}b{",
    ])
      assert.equal(String(element("i", { style: { width: value } }, "")), "<i></i>", value);
    assert.equal(String(element("i", { style: { "x:url(y);z": "1" } }, "")), "<i></i>");
    // Not as text: what it holds would not be looked at.
    assert.equal(String(element("i", { style: "width:1px" }, "")), "<i></i>");
  });

  test("lets no paint load anything, and texts say what they like", () => {
    assert.equal(String(element("rect", { fill: "url(#c1-0)" })), '<rect fill="url(#c1-0)"/>');
    for (const fill of ["url(https://evil.example/x#y)", "URL( //x )", "\\75rl(x)"])
      assert.equal(String(element("rect", { fill })), "<rect/>");
    assert.equal(String(element("img", { alt: "url(x)" })), '<img alt="url(x)"/>');
  });

  test("refuses names that no element or attribute has, handlers, and elements whose text is not read as text", () => {
    for (const name of ["script", "style", "STYLE", "a b", "x><img", "", "!--"])
      assert.throws(() => element(name));
    for (const name of ["onclick", "ONLOAD", "a b", 'x"', "", "__proto__"])
      assert.throws(() => element("p", Object.fromEntries([[name, "x"]])), name);
  });

  test("puts values into scripts as JSON that neither HTML nor JavaScript reads otherwise", () => {
    for (const value of [...hostile, { [hostile[0]!]: [hostile[7]] }, undefined, [1, null]]) {
      const written = String(script(code`result = ${value};`));
      assert.equal(written.slice(8, -9).includes("<"), false);
      const context: { result?: unknown } = {};
      vm.runInNewContext(written.slice(8, -9), context);
      assert.equal(JSON.stringify(context.result), JSON.stringify(value ?? null));
    }
    assert.equal(String(script(code`a(${code`b(${1})`})`)), "<script>a(b(1))</script>");
  });

  test("writes a page whose title is text", () => {
    assert.match(
      String(page("</title><script>", element("p", {}, ""))),
      /<title>&lt;\/title&gt;&lt;script&gt;<\/title><p><\/p>$/,
    );
  });

  test("is the only place that writes markup", () => {
    const files = ["kernel", "src"].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(folder, name)),
    );
    assert.ok(files.length > 200);
    for (const file of files) {
      // Comments may show HTML, and a tag in a quoted example of documentation is none of ours.
      const text = readFileSync(file, "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
      assert.doesNotMatch(text, /&lt;|&amp;|&quot;|&#\d/, `${file} escapes by itself`);
      assert.doesNotMatch(
        text,
        /["'`]<(?:div|span|table|tr|td|p|svg|g|path|img|script|style|html|pre)[ >][^"'`]*\$\{/,
        `${file} writes tags`,
      );
    }
  });
});

/** A template by a name that no formatter takes for HTML. */
const written = (parts: TemplateStringsArray, ...values: unknown[]): string =>
  String(template(parts, values));

test("a value in a template is text, an attribute's value, or JSON in a script, whatever it holds", () => {
  assert.equal(written`<p>${"<b>&"}</p>`, "<p>&lt;b&gt;&amp;</p>");
  assert.equal(
    written`<p class="a ${'" onclick="x'}" id='${"'"}'>`,
    `<p class="a &quot; onclick=&quot;x" id='&#39;'>`,
  );
  assert.equal(written`<p class=${"a onclick=x"}>`, '<p class="a onclick=x">');
  assert.equal(
    written`<a href="${"https://example.org/?a=1&b=2"}">`,
    '<a href="https://example.org/?a=1&amp;b=2">',
  );
  for (const address of [
    "javascript:alert(1)",
    " JaVa\nScript:alert(1)",
    "vbscript:x",
    "data:text/html,x",
    "\u0001javascript:x",
  ])
    assert.equal(written`<a href="${address}">`, '<a href="">', address);
  assert.equal(
    written`<script>const x = ${{ a: "</script>" }};</script>${"<"}`,
    '<script>const x = {"a":"\\u003c/script>"};</script>&lt;',
  );
  assert.equal(
    written`<style>p { color: ${"</style>"} }</style>`,
    "<style>p { color: \\3c /style> }</style>",
  );
  assert.equal(written`a < ${"b"} > <!-- <p --> ${"<"}`, "a < b > <!-- <p --> &lt;");
  assert.equal(written`${[1, null, undefined, false, 0, template(["<b>x</b>"], [])]}`, "10<b>x</b>");
  for (const wrong of [
    () => written`<${"b"}>`,
    () => written`<p ${"onclick"}>`,
    () => written`<p a${"b"}="x">`,
    () => written`</${"p"}>`,
    () => written`<!-- ${"-->"} -->`,
    () => written`<p x=a${"b"}>`,
  ])
    assert.throws(wrong, /a value stands for text/);
});

test("hostile text in any place of a template stays text", () => {
  const made = (text: string) =>
    String(template(["<p title='", "' class=", ">", "</p>"], [text, text, text]));
  const skeleton = (html: string) => html.replace(/"[^"<>]*"|'[^'<>]*'/g, "S").replace(/>[^<>]*</, ">T<");
  for (const text of hostile) assert.equal(skeleton(made(text)), skeleton(made("plain")), text);
});
