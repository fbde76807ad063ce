/**
 * `npm run bench -- growth`: how a training step's time and memory grow with sizes, and `npm run bench -- memory`: the peak memory of rows. Each
 * measurement has a process of its own, so that its peak is nobody else's; cellgrad and PyTorch take turns, row by row.
 */
import { Contender, contenders, quantile } from "./bench-rows.mjs";

/** Microseconds a step (median) and the peak bytes of a process that does nothing else; nothing where it ended. */
async function alone(description, name, seconds) {
  const contender = new Contender(description);
  const ready = await contender.ask({ begin: name, threads: description.threads });
  const answer = ready?.ready ? await contender.ask({ measure: seconds }) : undefined;
  await contender.end();
  if (answer === undefined) return undefined;
  const us = quantile(
    answer.us.sort((a, b) => a - b),
    0.5,
  );
  return { us, peakBytes: answer.peakBytes };
}

/** Rows by cellgrad and PyTorch, of which the faster number of threads counts. */
async function measureAlone({ python, seconds, only, missing, choose }) {
  const found = contenders(python, missing).filter(({ peer }) => peer === "cellgrad" || peer === "PyTorch");
  const own = new Contender(found[0]);
  const names = choose(await own.ask({ list: true })).filter((name) => name.includes(only));
  await own.end();
  const results = [];
  for (const name of names) {
    process.stderr.write(`  measuring ${name} …\n`);
    const of = [];
    for (const description of found) {
      const measured = await alone(description, name, seconds);
      if (measured) of.push({ name, peer: description.peer, threads: description.threads, ...measured });
    }
    for (const peer of new Set(of.map((row) => row.peer)))
      results.push(of.filter((row) => row.peer === peer).reduce((a, b) => (a.us <= b.us ? a : b)));
  }
  return results;
}

export const measureGrowth = (options) => measureAlone({ ...options, choose: ({ growth }) => growth });

/** Of the rows that the table names for memory. */
export const measureMemory = (options) =>
  measureAlone({
    ...options,
    choose: ({ names }) => names.filter((name) => /^(CNN|residual|GPT|LSTM|encoder)/.test(name)),
  });

const colours = { cellgrad: "#1b6ca8", PyTorch: "#d1495b" };
const panel = { width: 330, height: 210, left: 56, top: 26, right: 12, bottom: 34 };

/** A panel of curves on logarithmic axes, as SVG. */
function curves(title, across, down, points, column, row) {
  const { width, height, left, top, right, bottom } = panel;
  const decades = (values) => {
    const logs = values.map(Math.log10);
    return [Math.floor(Math.min(...logs) + 1e-9), Math.ceil(Math.max(...logs) - 1e-9)];
  };
  const [x0, x1] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))].map(
    Math.log10,
  );
  const [y0, low] = decades(points.map(({ y }) => y));
  const y1 = Math.max(low, y0 + 1);
  const px = (x) => left + ((Math.log10(x) - x0) / (x1 - x0)) * (width - left - right);
  const py = (y) => height - bottom - ((Math.log10(y) - y0) / (y1 - y0)) * (height - top - bottom);
  const parts = [`<text x="${left}" y="16" font-weight="bold">${title}</text>`];
  for (let decade = y0; decade <= y1; decade++) {
    const y = py(10 ** decade);
    parts.push(`<line x1="${left}" y1="${y}" x2="${width - right}" y2="${y}" stroke="#ddd"/>`);
    parts.push(
      `<text x="${left - 6}" y="${y + 4}" text-anchor="end">${Number((10 ** decade).toPrecision(1))}</text>`,
    );
  }
  for (const x of new Set(points.map((point) => point.x)))
    parts.push(`<text x="${px(x)}" y="${height - bottom + 16}" text-anchor="middle">${x}</text>`);
  parts.push(
    `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${across}</text>`,
  );
  parts.push(
    `<text transform="translate(12 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${down}</text>`,
  );
  for (const [peer, colour] of Object.entries(colours)) {
    const own = points.filter((point) => point.peer === peer);
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${own.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ")}"/>`,
      ...own.map(
        ({ x, y }) => `<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3" fill="${colour}"/>`,
      ),
    );
  }
  return `<g transform="translate(${column * width} ${row * height + 24})">${parts.join("")}</g>`;
}

const titles = {
  batch: ["784-512-256-10", "batch"],
  width: ["3 layers, batch 64", "width"],
  depth: ["layers of 64, batch 32", "depth"],
  sequence: ["encoder layer 128/4/512, batch 4", "length of sequences"],
};

/** Time above, memory below, a column for each series. */
export function drawGrowth(results) {
  const columns = Object.keys(titles).filter((name) => results.some((row) => row.name.startsWith(name)));
  const graphs = columns.flatMap((name, column) => {
    const rows = results.filter((row) => row.name.startsWith(`${name}:`));
    const points = (value) =>
      rows.map((row) => ({ peer: row.peer, x: Number(row.name.split(": ")[1]), y: value(row) }));
    const [title, across] = titles[name];
    return [
      curves(
        title,
        across,
        "ms a training step",
        points(({ us }) => us / 1000),
        column,
        0,
      ),
      curves(
        "",
        across,
        "peak memory, MB",
        points(({ peakBytes }) => peakBytes / 1e6),
        column,
        1,
      ),
    ];
  });
  const legend = Object.entries(colours).map(
    ([peer, colour], i) =>
      `<circle cx="${64 + 110 * i}" cy="14" r="5" fill="${colour}"/><text x="${74 + 110 * i}" y="18">${peer}</text>`,
  );
  const [width, height] = [columns.length * panel.width, 2 * panel.height + 24];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>${legend.join("")}${graphs.join("")}</svg>\n`;
}
