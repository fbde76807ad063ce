/** What is told of tsconfig.json files that cannot be read. */
import { basename } from "node:path";
import type { Diagnostic } from "../language.js";
import type { Toolchain } from "../program/compiler-options.js";

export class ConfigProblems {
  readonly #told = new Set<string>();

  /** What is wrong with the tsconfig.json files that count here, each said once. */
  news({ configs }: Toolchain): Diagnostic[] {
    return configs.broken.flatMap(({ path = "", problem = "" }) => {
      if (this.#told.has(problem)) return [];
      this.#told.add(problem);
      const message = `${basename(path)} was left aside: ${problem}\nUntil it is mended all is as if it were not there, types as well as files that are run.`;
      return [{ code: 0, category: "warning", message, line: 1, column: 1, frame: "" }];
    });
  }
}
