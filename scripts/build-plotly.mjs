/**
 * build/plotly.min.js.gz: plotly.js and src/viz/page/page.js in one minified, gzipped script, which the first figure of a notebook
 * carries. Done again only when one of its sources has changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}src/viz/page/page.js`;
const output = `${root}build/plotly.min.js.gz`;
const stamp = `${root}build/plotly.stamp`;

/** What the output depends on: page.js, this script, and the versions of plotly.js and esbuild. */
function fingerprint(require) {
  const versions = ["plotly.js-dist", "esbuild"].map((name) => require(`${name}/package.json`).version);
  const sources = [page, fileURLToPath(import.meta.url)].map((file) => readFileSync(file, "utf8"));
  return createHash("sha256")
    .update(JSON.stringify([versions, sources]))
    .digest("hex");
}

/** Builds the file if it is missing or old. Resolves to its path. */
export async function buildPlotly() {
  const wanted = fingerprint(createRequire(import.meta.url));
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return output;
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    minify: true,
    format: "iife",
    // Notebook pages may be served in any charset.
    charset: "ascii",
    // Licences stay in the file that is passed on.
    legalComments: "eof",
    target: "es2022",
    write: false,
    logLevel: "error",
    absWorkingDir: root,
  });
  mkdirSync(`${root}build`, { recursive: true });
  // Under a name of its own until whole: two builds may run at once.
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, gzipSync(outputFiles[0].contents, { level: 9 }));
  renameSync(partial, output);
  writeFileSync(stamp, wanted);
  return output;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildPlotly());
