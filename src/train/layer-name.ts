/** What tables call a layer. */
import type { Module } from "../nn/module.js";

/** Path and class, such as "0: Conv2d"; of the model itself the class. */
export function layerName(path: string, module: Module): string {
  return path === "" ? module.name() : `${path}: ${module.name()}`;
}
