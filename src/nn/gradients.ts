/** The names in `nn.utils`: clipping, where PyTorch's users look for it. */
export { clipGradNorm_, clipGradValue_ } from "../optim/clip.js";
