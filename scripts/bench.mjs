/**
 * `npm run bench`: cellgrad beside its peers, measured one after the other in one run on this machine; prints tables of medians.
 * `npm run bench -- rows`, `-- growth`, `-- memory`, `-- layers`, `-- loops` or `-- kernels` runs one part, `--only TEXT` the rows or layers whose names contain it, and
 * `--json FILE` writes what was measured, `--one-thread` measures rows in processor time on one thread. Peers come from `npm run bench:setup`; what is missing is named.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { drawGrowth, measureGrowth, measureMemory } from "./bench-growth.mjs";
import { measurePeak, measureRows } from "./bench-rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const peers = join(root, "bench", "peers");
const python = process.env.CELLGRAD_BENCH_PYTHON ?? join(peers, ".venv", "bin", "python");
const seconds = process.env.CELLGRAD_BENCH_SECONDS ?? "2";
const missing = [];
const {
  values: { only = "", json, "one-thread": oneThread = false },
  positionals: [what = "all"],
} = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, json: { type: "string" }, "one-thread": { type: "boolean" } },
});

/** Runs a measuring program and returns the JSON lines that it printed. */
function measure(label, command, args) {
  process.stderr.write(`  measuring ${label} …\n`);
  const { stdout, status, error } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 26,
  });
  if (error || status !== 0) missing.push(`${label}: ${error?.message ?? `exit code ${status}`}`);
  return (stdout ?? "")
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

const has = (path, what) =>
  existsSync(path) || (missing.push(`${what}: not installed (npm run bench:setup)`), false);
/** Measures cellgrad as its users run it: bundled, as the package is, not compiled on the way. */
function own(file, label, env = [], argument = [seconds]) {
  const outfile = join(root, "build", "bench", file.replace(/\.ts$/, ".mjs"));
  const entryPoints = [join(root, "bench", file)];
  buildSync({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", packages: "external" });
  return measure(label, "env", [...env, process.execPath, outfile, ...argument]);
}

function table(title, rows, unit) {
  console.log(`\n${title}`);
  const base = rows.find((row) => row.peer.startsWith("cellgrad"));
  console.table(
    Object.fromEntries(
      rows.map((row) => [
        [row.peer, row.variant, row.threads && `${row.threads} thread${row.threads > 1 ? "s" : ""}`]
          .filter(Boolean)
          .join(", "),
        {
          [unit]: typeof row.value === "number" ? Number(row.value.toPrecision(4)) : row.value,
          "times cellgrad":
            base && typeof row.value === "number" ? Number((row.value / base.value).toPrecision(3)) : "",
        },
      ]),
    ),
  );
}

/** Groups rows by what was measured, cellgrad first, then from fast to slow. */
function tables(rows, unit) {
  for (const name of new Set(rows.map((row) => row.name))) {
    const rank = (row) => (row.peer.startsWith("cellgrad") ? -1 : 1);
    table(
      name,
      rows.filter((row) => row.name === name).sort((a, b) => rank(a) - rank(b) || a.value - b.value),
      unit,
    );
  }
}

/** Rows of the speed table beside the best of each peer, with the spread of the samples and the share of what the processor can do. */
async function rows() {
  const peak = measurePeak();
  const results = await measureRows({ python, seconds: Number(seconds), only, oneThread, missing });
  const names = [...new Set(results.map(({ name }) => name))];
  const fastest = (rows) => rows.reduce((best, row) => (best && best.us <= row.us ? best : row), undefined);
  const ratios = [];
  const cells = {};
  for (const name of names) {
    const of = results.filter((row) => row.name === name);
    const own = of.find((row) => row.peer === "cellgrad");
    const best = fastest(of.filter((row) => !row.peer.startsWith("cellgrad")));
    const cell = (cells[name] = {});
    for (const peer of new Set(results.map((row) => row.peer))) {
      const row = fastest(of.filter((each) => each.peer === peer));
      if (row) cell[peer] = `${shown(row.us)}${row.threads > 1 ? "" : " (1)"}`;
    }
    if (own) cell.spread = `${percent(own.low / own.us - 1)} to ${percent(own.high / own.us - 1)}`;
    if (own && best) {
      cell["best peer ÷ cellgrad"] = Number((best.us / own.us).toPrecision(3));
      ratios.push(best.us / own.us);
    }
    const flops = multiplyAdds(name);
    if (own && flops && peak)
      cell["of peak"] = percent(flops / 1e3 / own.us / peak.gflops[oneThread ? 0 : 1], "");
  }
  console.log(
    oneThread
      ? "\nµs of the processor on one thread (median)"
      : "\nµs (median; one thread where (1) stands, else two)",
  );
  console.table(cells);
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  if (ratios.length > 0) console.log(`geometric mean of best peer ÷ cellgrad: ${mean.toFixed(2)}`);
  if (peak)
    console.log(
      `this machine at most, one thread and two: ${peak.gflops.join(" and ")} GFLOP/s of float32 multiply-adds in registers, ${peak.gigabytes.join(" and ")} GB/s read`,
    );
  return { peak, results };
}

/** A line for each row with both peers' time and peak memory. */
function besides(results) {
  const cells = {};
  for (const { name, peer, us, peakBytes } of results) {
    const cell = (cells[name] ??= {});
    cell[`${peer}, ms`] = Number((us / 1000).toPrecision(3));
    cell[`${peer}, MB`] = Math.round(peakBytes / 1e6);
  }
  for (const name of Object.keys(cells)) {
    const [own, peer] = ["cellgrad", "PyTorch"].map((each) =>
      results.find((row) => row.name === name && row.peer === each),
    );
    if (own && peer) cells[name]["PyTorch ÷ cellgrad"] = Number((peer.us / own.us).toPrecision(3));
  }
  console.table(cells);
}

/** Writes build/bench/growth.svg too. */
async function growth() {
  const results = await measureGrowth({ python, seconds: Number(seconds), only, missing });
  console.log("\nA training step (median) and the peak memory of a process that does nothing else");
  besides(results);
  const file = join(root, "build", "bench", "growth.svg");
  writeFileSync(file, drawGrowth(results));
  console.log(`the plot: ${file}`);
  return { results };
}

async function memory() {
  const results = await measureMemory({ python, seconds: Number(seconds), only, missing });
  console.log("\nPeak memory of a process that does nothing else");
  besides(results);
  return { results };
}

const shown = (us) => String(Number(us.toPrecision(3)));
const percent = (share, sign = share > 0 ? "+" : "") => `${sign}${(100 * share).toFixed(0)} %`;

/** Twice the multiply-adds of a row that is one product of matrices. */
function multiplyAdds(name) {
  const [, n] = /^matmul (\d+)$/.exec(name) ?? [];
  if (n) return 2 * n ** 3;
  return name.startsWith("64 products") ? 2 * 64 * 128 * 64 * 128 : undefined;
}

/** One table: milliseconds of the computing thread, and how often PyTorch's fit into ours. */
function layers() {
  const rows = own("layers.ts", "cellgrad, layers", [], [seconds, only]);
  rows.push(...own("layers.ts", "cellgrad (wasm), layers", ["CELLGRAD_ENGINE=wasm"], [seconds, only]));
  if (has(python, "PyTorch"))
    rows.push(...measure("PyTorch", python, [join(peers, "layers_torch.py"), seconds, only]));
  const cells = {};
  for (const { name, peer, forward, both } of rows) {
    const cell = (cells[name] ??= {});
    cell[peer] = `${Number(forward.toPrecision(3))} / ${Number(both.toPrecision(3))}`;
    if (!peer.startsWith("PyTorch")) continue;
    const native = rows.find((row) => row.name === name && row.peer === "cellgrad");
    if (native)
      cell["times PyTorch's"] =
        `${(native.forward / forward).toFixed(2)} / ${(native.both / both).toFixed(2)}`;
  }
  console.log("\nLayers on one thread, its ms (median): forward / forward and backward");
  console.table(cells);
  return rows;
}

function loops() {
  const rounds = process.env.CELLGRAD_BENCH_ROUNDS ?? "5";
  const rows = own("loops.ts", "cellgrad, loops", [], [rounds]);
  if (has(python, "PyTorch"))
    rows.push(...measure("PyTorch", python, [join(peers, "loops_torch.py"), rounds]));
  for (const name of new Set(rows.map((row) => row.name))) {
    console.log(`\n${name}`);
    const own = rows.filter((row) => row.name === name);
    console.table(
      Object.fromEntries(
        own.map((row) => {
          const twin = own.find((other) => other.peer === row.peer && other !== row);
          return [
            [row.peer, row.variant].filter(Boolean).join(", "),
            {
              "ms (median)": Number(row.ms.toPrecision(4)),
              "the first time": Number(row.first.toPrecision(4)),
              "times its twin": twin ? Number((row.ms / twin.ms).toPrecision(3)) : "",
            },
          ];
        }),
      ),
    );
  }
  return rows;
}

function kernels() {
  if (!has(python, "ipykernel and jupyter_client")) return;
  const bin = (name) => join(peers, "node_modules", ".bin", name);
  const cellgrad = join(root, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.cellgrad);
  const temporary = mkdtempSync(join(tmpdir(), "cellgrad-bench-"));
  // As its users have it: installing makes the snapshot that the language starts from.
  spawnSync(process.execPath, [cellgrad, "install", "--prefix", temporary], { stdio: "ignore" });
  const list = {
    cellgrad: {
      argv: [process.execPath, cellgrad, "kernel", "{connection_file}"],
      interrupt_mode: "message",
      language: "typescript",
    },
    ipykernel: {
      argv: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
      interrupt_mode: "signal",
      language: "python",
    },
  };
  if (has(bin("deno"), "Deno"))
    list.Deno = {
      argv: [bin("deno"), "jupyter", "--kernel", "--conn", "{connection_file}"],
      interrupt_mode: "message",
      language: "typescript",
    };
  if (has(bin("tslab"), "tslab"))
    list.tslab = {
      argv: [bin("tslab"), "kernel", "--config-path", "{connection_file}"],
      interrupt_mode: "signal",
      language: "typescript",
    };
  const file = join(temporary, "kernels.json");
  writeFileSync(file, JSON.stringify(list));
  const rounds = process.env.CELLGRAD_BENCH_ROUNDS ?? "5";
  const rows = measure("kernels", python, [join(peers, "kernels.py"), file, rounds]);
  tables(
    rows.filter((row) => row.name !== "failure"),
    "median",
  );
  for (const row of rows.filter((row) => row.name === "failure")) console.log(`${row.peer}: ${row.value}`);
  return rows;
}

console.log(`${cpus().length} × ${cpus()[0].model}, Node ${process.version}, ${seconds} s a measurement`);
const parts = { rows, growth, memory, layers, loops, kernels };
const chosen = what === "all" ? Object.keys(parts) : [what];
if (chosen.some((part) => !(part in parts)))
  throw new Error(`there is no part ${what}; parts are ${Object.keys(parts).join(", ")}`);
const measured = {};
for (const part of chosen) measured[part] = await parts[part]();
if (json !== undefined) writeFileSync(json, `${JSON.stringify(measured, null, 1)}\n`);
if (missing.length > 0) console.log(`\nLeft out:\n${missing.map((line) => `  ${line}`).join("\n")}`);
