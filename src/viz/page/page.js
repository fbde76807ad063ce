/**
 * What runs in the notebook's page: plotly.js and the little that keeps a figure's plot alive over updates. Bundled by
 * scripts/build-plotly.mjs and sent once a notebook (see ../library.ts); ../html.ts calls `draw`.
 */
import Plotly from "plotly.js-dist";

const pageGlobal = "cellgradFigures1";

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
  return Plotly.react(plot, spec.data, layout, { ...spec.config, responsive: false });
}

function draw(place, id, spec) {
  const host = place?.matches?.(".cellgrad-figure") ? place : unclaimed(id);
  if (!host) return;
  host.dataset.drawn = "yes";
  const plot = claim(id, host);
  host.replaceChildren(plot);
  const before = drawn.get(plot);
  const { axisTypes = {}, active = {} } = before ?? {};
  drawn.set(plot, { id, spec, axisTypes, active, width: plot.clientWidth });
  render(plot);
  if (before) return;
  widths.observe(plot);
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
  for (const id of plots.keys()) {
    for (const plot of plotsOf(id)) {
      if (plot.isConnected && getComputedStyle(plot).color !== drawn.get(plot).color) render(plot);
    }
  }
});
for (const element of [document.documentElement, document.body]) {
  themes.observe(element, { attributeFilter: ["class", "data-jp-theme-name", "data-theme"] });
}

if (!window[pageGlobal]?.ready) {
  const waiting = window[pageGlobal]?.waiting ?? [];
  window[pageGlobal] = { ready: true, draw, Plotly };
  // Of the updates that came meanwhile, those whose box has been replaced since are of no use.
  for (const [place, id, spec] of waiting)
    if (!place || place.isConnected || place.parentElement) draw(place, id, spec);
}
