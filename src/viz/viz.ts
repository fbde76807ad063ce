/** The names in `viz`. */
export { Dashboard, dashboard } from "./dashboard.js";
export { setDisplayHost, type DisplayHost, type MimeBundle, type RunningCell } from "./display-host.js";
export { Figure, PlotFigure, plot, type Parts } from "./figure.js";
export { Heatmap, heatmap, type HeatmapOptions } from "./heatmap.js";
export { Images, images, type ImagesOptions } from "./images.js";
export { LossPlot, lossPlot, type HistoryLike, type LossPlotOptions, type Scalar } from "./loss-plot.js";
export { diverging, palette, sequential } from "./palette.js";
export type { Axis, Colorscale, Layout, Spec, Text, Trace } from "./plotly.js";
export {
  histogram,
  regions,
  scatter,
  type ChartOptions,
  type Labels,
  type RegionOptions,
} from "./statistics.js";
export { contour, surface, type Field, type SurfaceOptions } from "./surface.js";
export type { Matrix, TensorLike, Vector } from "./values.js";
export { Weights, weights, type ModelLike, type WeightsOptions } from "./weights.js";
