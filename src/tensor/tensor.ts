/**
 * Tensor with all its methods: importing this file loads every family of operations.
 */
import "../autograd/backward.js";
import "../ops/activation.js";
import "../ops/arithmetic.js";
import "../ops/cast.js";
import "../ops/clamp.js";
import "../ops/compare.js";
import "../ops/copy.js";
import "../ops/division.js";
import "../ops/exponential.js";
import "../ops/extreme.js";
import "../ops/fill.js";
import "../ops/finite.js";
import "../ops/indexing.js";
import "../ops/join.js";
import "../ops/logical.js";
import "../ops/matmul.js";
import "../ops/norm.js";
import "../ops/power.js";
import "../ops/product.js";
import "../ops/rearrange.js";
import "../ops/rectifiers.js";
import "../ops/reduce.js";
import "../ops/reshape.js";
import "../ops/rounding.js";
import "../ops/scan.js";
import "../ops/scatter.js";
import "../ops/select.js";
import "../ops/slice.js";
import "../ops/softmax.js";
import "../ops/sort.js";
import "../ops/special.js";
import "../ops/statistics.js";
import "../ops/ternary.js";
import "../ops/triangle.js";
import "../ops/trigonometry.js";
import "../ops/views.js";
import "./brackets.js";
import "./display.js";
import "./print.js";
import "./reading.js";

export { Tensor } from "./core.js";
