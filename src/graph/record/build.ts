/**
 * All that makes nodes, in one place to import from. The arguments are trusted: ops/ has checked shapes and dtypes and thrown at the user's
 * line. What is known without computing is simplified here (a reshape to the same shape is the operand), everything else in the planner.
 */
export { cast, iota, leaf, random, scalar } from "./make.js";
export * from "./arithmetic.js";
export * from "./move.js";
export * from "./call.js";
