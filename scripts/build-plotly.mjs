/**
 * plotly.js and src/viz/page/page.js in one minified, gzipped script, which the first figure of a notebook carries: build/plotly.min.js.gz
 * with every type of trace, build/plotly-plane.min.js.gz, a third as large, with those in the plane alone (src/viz/library.ts chooses).
 * Done again only when one of their sources has changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}src/viz/page/page.js`;
const chinese = `${root}src/viz/page/chinese.js`;
const outputs = [
  { file: `${root}build/plotly.min.js.gz`, whole: true },
  { file: `${root}build/plotly-plane.min.js.gz`, whole: false },
];
const stamp = `${root}build/plotly.stamp`;

/** plotly.js with traces in the plane alone. */
const plane = "plotly.js-cartesian-dist-min";

/** What the outputs depend on: the page's scripts, this one, and the versions of plotly.js and esbuild. */
function fingerprint(require) {
  const versions = ["plotly.js-dist", plane, "esbuild"].map(
    (name) => require(`${name}/package.json`).version,
  );
  const sources = [page, chinese, fileURLToPath(import.meta.url)].map((file) => readFileSync(file, "utf8"));
  return createHash("sha256")
    .update(JSON.stringify([versions, sources]))
    .digest("hex");
}

/** Builds the files if one is missing or old. Resolves to their paths. */
export async function buildPlotly() {
  const wanted = fingerprint(createRequire(import.meta.url));
  const files = outputs.map(({ file }) => file);
  if ([...files, stamp].every((file) => existsSync(file)) && readFileSync(stamp, "utf8") === wanted)
    return files;
  mkdirSync(`${root}build`, { recursive: true });
  for (const { file, whole } of outputs) {
    // Under a name of its own until whole: two builds may run at once.
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, gzipSync(await bundle(whole), { level: 9 }));
    renameSync(partial, file);
  }
  writeFileSync(stamp, wanted);
  return files;
}

async function bundle(whole) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    minify: true,
    format: "iife",
    alias: whole ? {} : { "plotly.js-dist": plane },
    define: { WHOLE: String(whole) },
    // Notebook pages may be served in any charset.
    charset: "ascii",
    // Licences stay in the file that is passed on.
    legalComments: "eof",
    target: "es2022",
    write: false,
    logLevel: "error",
    absWorkingDir: root,
  });
  return outputFiles[0].contents;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await buildPlotly()).join("\n"));
