/**
 * Colours and default looks of all figures: one palette that colour-blind readers can tell apart (Okabe and Ito 2008), a diverging
 * scale centred on 0, a sequential one, and the Plotly template, transparent so that it sits in light and dark pages.
 */

/** Okabe–Ito without yellow and black, which vanish on white and on dark pages. */
export const palette = [
  "#2b7fbf",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#8c6bb1",
  "#7f7f7f",
] as const;

/** Blue (negative) – white (0) – red (positive), after ColorBrewer's RdBu. */
export const diverging: readonly (readonly [number, string])[] = [
  [0, "#053061"],
  [0.1, "#2166ac"],
  [0.2, "#4393c3"],
  [0.3, "#92c5de"],
  [0.4, "#d1e5f0"],
  [0.5, "#f7f7f7"],
  [0.6, "#fddbc7"],
  [0.7, "#f4a582"],
  [0.8, "#d6604d"],
  [0.9, "#b2182b"],
  [1, "#67001f"],
];

/** Viridis at eleven points. */
export const sequential: readonly (readonly [number, string])[] = [
  [0, "#440154"],
  [0.1, "#482475"],
  [0.2, "#414487"],
  [0.3, "#355f8d"],
  [0.4, "#2a788e"],
  [0.5, "#21918c"],
  [0.6, "#22a884"],
  [0.7, "#44bf70"],
  [0.8, "#7ad151"],
  [0.9, "#bddf26"],
  [1, "#fde725"],
];

/** White on black, as ink is stored in the digits' data sets. */
export const ink: readonly (readonly [number, string])[] = [
  [0, "#000000"],
  [1, "#ffffff"],
];

/** Readable on white and on dark grey alike (contrast about 4 on both). The page's own text colour replaces it where a script runs. */
export const textColor = "#767e8a";
export const gridColor = "rgba(128, 128, 128, 0.2)";
export const lineColor = "rgba(128, 128, 128, 0.45)";
export const fontFamily =
  '"Helvetica Neue", Arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
export const fontSize = 12;
export const titleSize = 15;

const axis = {
  gridcolor: gridColor,
  zerolinecolor: lineColor,
  linecolor: lineColor,
  title: { standoff: 8, font: { size: 12 } },
};

/** Plotly template: defaults that any attribute of a figure overrides. */
export const template = {
  layout: {
    colorway: palette,
    font: { family: fontFamily, size: fontSize, color: textColor },
    title: { font: { size: titleSize }, x: 0.01, xanchor: "left" },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: axis,
    yaxis: axis,
    hoverlabel: { font: { family: fontFamily } },
    legend: { bgcolor: "rgba(0,0,0,0)" },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,128,128,0.6)", activecolor: palette[0] },
    updatemenudefaults: {
      bgcolor: "rgba(128,128,128,0.12)",
      bordercolor: gridColor,
      font: { color: textColor, size: 11 },
    },
  },
};
