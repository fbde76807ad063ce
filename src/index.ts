/**
 * The public API of cellgrad. One line a module; namespaces (nn, optim, data, train, viz, io) hold what belongs to them.
 */
export { Tensor } from "./tensor/tensor.js";
