/**
 * What figures and progress say, in the user's language. Only words of this package are here: titles, labels and names that a user gives
 * are shown as they are.
 */
import { locale } from "../../locale/locale.js";
import { platform } from "../platform/node.js";

/** `{0}`, `{1}` are places for values. A word that is not here cannot be said: `say` does not compile. */
const CHINESE = {
  // Losses over steps
  step: "步",
  epoch: "轮",
  loss: "损失",
  metrics: "指标",
  training: "训练",
  validation: "验证",
  "log / linear": "对数 / 线性",

  // Matrices
  row: "行",
  column: "列",
  input: "输入",
  output: "输出",
  "pink: {0}": "粉色：{0}",
  "row {0}, column {1}": "第 {0} 行，第 {1} 列",
  "{0} × {1} values about row {2}, column {3}": "第 {2} 行、第 {3} 列附近的 {0} × {1} 个值",
  "largest magnitude: {0}": "绝对值最大：{0}",
  "from {0} to {1}, mean {2}": "从 {0} 到 {1}，均值 {2}",

  // Other figures
  count: "数量",
  start: "起点",
  "after {0} steps": "{0} 步之后",
  "{0} of {1} points": "{1} 个点中的 {0} 个",
  "open the notebook to see this plot": "请打开笔记本查看此图",
  "plotly.js, for the figures below": "plotly.js，供下面的图使用",
  Figure: "图",
  "Figure ({0}: {1})": "图（{0}：{1}）",
  "Figure: {0} ({1}: {2})": "图：{0}（{1}：{2}）",
  "1 trace": "1 条数据",
  "{0} traces": "{0} 条数据",

  // Progress
  it: "步",
  stopped: "已停止",
  progress: "进度",
  "Epoch {0}/{1}": "第 {0}/{1} 轮",
  "Stopped after epoch {0}: {1}": "在第 {0} 轮之后停止：{1}",
  "Stopped in epoch {0}: {1}": "在第 {0} 轮中停止：{1}",
  interrupted: "被中断",
  "a callback asked for it": "回调要求停止",
  "no better than {0} {1} of epoch {2} for {3} epochs": "已有 {3} 轮不优于第 {2} 轮的{0} {1}",
} as const;

/** Losses and metrics that this package has or draws, by the names under which histories keep them. */
const METRICS: Readonly<Record<string, string>> = {
  loss: "损失",
  accuracy: "准确率",
  meanAbsoluteError: "平均绝对误差",
  error: "误差",
  perplexity: "困惑度",
  learningRate: "学习率",
};

export type Phrase = keyof typeof CHINESE;

export function isChinese(): boolean {
  return locale(platform.setting) === "zh";
}

/** The phrase in the user's language, with values in its places. */
export function say(phrase: Phrase, ...values: readonly (string | number)[]): string {
  const template: string = isChinese() ? CHINESE[phrase] : phrase;
  return template.replaceAll(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)]));
}

/** A curve's name: one that is known in the user's language, "valLoss" and "val_loss" as the validation of "loss"; others as they are. */
export function sayMetric(name: string): string {
  if (!isChinese()) return name;
  const [, validation, first = "", rest = ""] = /^(val_?(?=[A-Z_a-z]))?(.)(.*)$/.exec(name) ?? [];
  const known = METRICS[validation === undefined ? name : first.toLowerCase() + rest];
  if (known === undefined) return name;
  return validation === undefined ? known : `${CHINESE.validation}${known}`;
}
