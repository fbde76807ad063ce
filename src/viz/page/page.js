/**
 * What runs in the notebook's page: plotly.js and the little that keeps a figure's plot alive over updates. Bundled by
 * scripts/build-plotly.mjs, once with the whole of plotly.js and once with what draws in the plane (WHOLE says which this is), and sent
 * once a notebook (see ../library.ts); ../html.ts calls `draw`.
 */
import Plotly from "plotly.js-dist";
import { chinese } from "./chinese.js";

Plotly.register(chinese);

const pageGlobal = "cellgradFigures2";

/**
 * Figure id → its plots, one for each output that shows it. Weakly, so that the plots of a closed notebook can be collected.
 * @type {Map<string, WeakRef<HTMLElement>[]>}
 */
const plots = new Map();

/** What was last drawn in a plot, and what the reader has chosen with its buttons: axes' types, and each menu's active button. */
const drawn = new WeakMap();

const widths = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const state = drawn.get(target);
    if (!state || contentRect.width === 0 || contentRect.width === state.width) continue;
    state.width = contentRect.width;
    Plotly.Plots.resize(target);
  }
});

/** Live plots of a figure; forgets those that are gone. */
function plotsOf(id) {
  const alive = (plots.get(id) ?? []).filter((ref) => ref.deref());
  plots.set(id, alive);
  return alive.map((ref) => ref.deref());
}

function allPlots() {
  return [...plots.keys()].flatMap(plotsOf).filter((plot) => plot.isConnected);
}

/**
 * The plot to draw into: the one that the client's update has just thrown out of this output, or a new one. A plot whose box still hangs
 * in a (scrolled away, detached) output is left there.
 */
function claim(id, host) {
  const left = plotsOf(id).find(
    (plot) => host.contains(plot) || (!plot.isConnected && !plot.parentElement?.parentElement),
  );
  if (left) return left;
  const plot = document.createElement("div");
  plot.style.cssText = "width:100%;height:100%";
  plots.get(id).push(new WeakRef(plot));
  return plot;
}

/** The box for a script whose place is unknown (some clients run scripts from the document's head). */
function unclaimed(id) {
  const boxes = [...document.querySelectorAll(".cellgrad-figure")].filter((box) => box.dataset.figure === id);
  return boxes.find((box) => !box.dataset.drawn) ?? boxes.at(-1);
}

/** The template's neutral greys replaced by the text colour of the page around the figure. */
function themed(layout, host) {
  const defaults = layout.template?.layout;
  if (!defaults) return layout;
  const { color } = getComputedStyle(host);
  const [r, g, b] = color.match(/[\d.]+/g) ?? [128, 128, 128];
  const faint = (alpha) => `rgba(${r}, ${g}, ${b}, ${alpha})`;
  const axis = { gridcolor: faint(0.13), zerolinecolor: faint(0.35), linecolor: faint(0.35) };
  return {
    ...layout,
    template: {
      ...layout.template,
      layout: {
        ...defaults,
        font: { ...defaults.font, color },
        xaxis: { ...defaults.xaxis, ...axis },
        yaxis: { ...defaults.yaxis, ...axis },
        modebar: { ...defaults.modebar, color: faint(0.5) },
        updatemenudefaults: {
          ...defaults.updatemenudefaults,
          font: { ...defaults.updatemenudefaults?.font, color },
        },
      },
    },
  };
}

function render(plot) {
  const state = drawn.get(plot);
  const { id, spec, axisTypes, active } = state;
  state.color = getComputedStyle(plot).color;
  const layout = themed({ uirevision: id, ...spec.layout, autosize: true }, plot.parentElement);
  for (const [axis, type] of Object.entries(axisTypes)) {
    if (layout[axis] && layout[axis].type !== type) layout[axis] = { ...layout[axis], type };
  }
  layout.updatemenus = layout.updatemenus?.map((menu, i) =>
    i in active ? { ...menu, active: active[i] } : menu,
  );
  return Plotly.react(plot, drawable(spec.data), layout, { ...spec.config, responsive: false });
}

/** Types of traces that WebGL draws; their canvas is blank on paper, where the static picture stands in for it. */
const inSpace = /^(surface|mesh3d|scatter3d|cone|streamtube|isosurface|volume|.*gl|splom|parcoords)$/;

let webgl;

/** Points that are many are drawn by WebGL; a page without it draws them slowly. */
function drawable(data) {
  webgl ??= Boolean(document.createElement("canvas").getContext("webgl"));
  return webgl
    ? data
    : data.map((trace) => (trace.type === "scattergl" ? { ...trace, type: "scatter" } : trace));
}

/** On paper a plot is as wide as the page, whatever the window's width was, and no page ends within it. */
const style = document.createElement("style");
style.textContent = `@media print {
  .cellgrad-figure { width: auto !important; height: auto !important; break-inside: avoid; }
  .cellgrad-figure .js-plotly-plot, .cellgrad-figure .plot-container { width: 100% !important; height: auto !important; }
  .cellgrad-figure .svg-container {
    width: 100% !important; height: auto !important; max-width: var(--cellgrad-width); aspect-ratio: var(--cellgrad-ratio);
  }
  .cellgrad-figure .main-svg, .cellgrad-figure .gl-container, .cellgrad-figure .gl-container > * {
    width: 100% !important; height: 100% !important;
  }
  .cellgrad-figure .modebar-container { display: none; }
  .cellgrad-figure > img { display: block !important; }
  .cellgrad-figure > img + div { display: none; }
}`;
document.head.append(style);

/** A plot of a wide window is drawn anew for paper, so that its words stay large enough to be read. */
const paperWidth = 720;
addEventListener("beforeprint", () => {
  for (const plot of allPlots()) {
    if (plot.clientWidth > paperWidth) Plotly.relayout(plot, { width: paperWidth, autosize: false });
  }
});
addEventListener("afterprint", () => allPlots().forEach(render));

/** Lets the drawing be scaled: its coordinates stay the screen's pixels. */
function scalable(plot) {
  const { width, height } = plot._fullLayout;
  plot.style.setProperty("--cellgrad-width", `${width}px`);
  plot.style.setProperty("--cellgrad-ratio", `${width} / ${height}`);
  for (const svg of plot.querySelectorAll(".main-svg")) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** Of its time the page spends about one part in so many on drawing plots that go on changing: the rest is the reader's. */
const share = 10;
/** Milliseconds after which a changed plot is drawn however long that takes, or one slow drawing would keep it old for long. */
const longestRest = 1000;

/** Plots that have changed and are not drawn yet; only their last state counts. */
const changed = new Set();
let isPacing = false;

function drawLater(plot) {
  changed.add(plot);
  if (!isPacing) drawNext();
}

/** Draws a changed plot, sees how long the page takes until it is on the screen, and leaves the page alone for a multiple of that. */
function drawNext() {
  const [plot] = changed;
  isPacing = plot !== undefined;
  if (!isPacing) return;
  requestAnimationFrame(() => {
    const begin = performance.now();
    // Drawn meanwhile as a last state, or not to be seen: then the next change, or coming into view, draws it.
    if (changed.delete(plot) && plot.isConnected) render(plot);
    requestAnimationFrame(() =>
      setTimeout(() =>
        setTimeout(drawNext, Math.min(longestRest, (share - 1) * (performance.now() - begin))),
      ),
    );
  });
}

/** `isPassing` says that more changes follow, so that this one may be left out. */
function draw(place, id, spec, isPassing) {
  const host = place?.matches?.(".cellgrad-figure") ? place : unclaimed(id);
  if (!host) return;
  host.dataset.drawn = "yes";
  const plot = claim(id, host);
  const picture = host.querySelector("img");
  const stays = picture && spec.data.some(({ type }) => inSpace.test(type));
  if (stays) picture.style.display = "none";
  host.replaceChildren(...(stays ? [picture] : []), plot);
  const before = drawn.get(plot);
  const { axisTypes = {}, active = {} } = before ?? {};
  drawn.set(plot, { id, spec, axisTypes, active, width: before?.width ?? plot.clientWidth });
  if (before && isPassing) {
    drawLater(plot);
    return;
  }
  changed.delete(plot);
  render(plot);
  if (before) return;
  widths.observe(plot);
  scalable(plot);
  plot.on("plotly_afterplot", () => scalable(plot));
  plot.on("plotly_buttonclicked", ({ menu, active: chosen }) => {
    drawn.get(plot).active[menu._index] = chosen;
  });
  plot.on("plotly_relayout", (change) => {
    for (const [key, value] of Object.entries(change)) {
      const axis = /^([xy]axis\d*)\.type$/.exec(key)?.[1];
      if (axis) drawn.get(plot).axisTypes[axis] = value;
    }
  });
}

/** Light and dark themes are attributes of the body (JupyterLab) or of the root (documentation sites). */
const themes = new MutationObserver(() => {
  for (const plot of allPlots()) {
    if (getComputedStyle(plot).color !== drawn.get(plot).color) render(plot);
  }
});
for (const element of [document.documentElement, document.body]) {
  themes.observe(element, { attributeFilter: ["class", "data-jp-theme-name", "data-theme"] });
}

const level = WHOLE ? 2 : 1;
const figures = (window[pageGlobal] ??= { level, waiting: [] });
figures.drawers ??= new Map();
if (!figures.drawers.has(level)) {
  figures.ready = true;
  figures.Plotly = Plotly;
  figures.drawers.set(level, draw);
  /** Which copy of plotly.js draws a figure: the one that has it, or the least that can. */
  figures.owners ??= new Map();
  figures.draw = (place, id, spec, needed, isPassing) => {
    const owner = [figures.owners.get(id), 1, 2].find((each) => each >= needed && figures.drawers.has(each));
    if (owner === undefined) figures.waiting.push([place, id, spec, needed, isPassing]);
    else {
      figures.owners.set(id, owner);
      figures.drawers.get(owner)(place, id, spec, isPassing);
    }
  };
  // Of the updates that came meanwhile, those whose box has been replaced since are of no use.
  for (const [place, ...rest] of figures.waiting.splice(0))
    if (!place || place.isConnected || place.parentElement) figures.draw(place, ...rest);
}
