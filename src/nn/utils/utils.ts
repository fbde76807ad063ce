/** The names in `nn.utils`. */
export { clipGradNorm_, clipGradValue_ } from "../../optim/clip.js";
export * as rnn from "./rnn.js";
