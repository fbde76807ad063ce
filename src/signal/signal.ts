/** The names in `signal`: PyTorch's torch.signal. */
export * as windows from "./windows.js";
