/** How tensors are printed; PyTorch's torch.set_printoptions. */
import { type Given, takes } from "./signature.js";

/** What printing goes by. @internal */
export const printOptions = {
  precision: 4,
  /** Tensors with more elements are summarized. */
  threshold: 1000,
  edgeitems: 3,
  linewidth: 80,
  /** null: as the numbers ask for it. */
  sciMode: null as boolean | null,
};

const profiles = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
} as const;

/** Options of `setPrintoptions`. */
export interface PrintOptions {
  /** Digits behind the point; 4 at first. */
  precision?: number | null;
  /** Tensors of more elements are summarized; 1000 at first. */
  threshold?: number | null;
  /** How many entries a summary shows at the beginning and at the end of each dim; 3 at first. */
  edgeitems?: number | null;
  /** Characters of a line; 80 at first. */
  linewidth?: number | null;
  /** All of these at once: the options beside it count for more. */
  profile?: keyof typeof profiles | null;
  /** Whether numbers are written as 1.0000e+00; as they ask for it if not given, whatever was said before. */
  sciMode?: boolean | null;
}

function checkWhole(key: string, value: number, isUnbounded: boolean): void {
  if ((Number.isInteger(value) && value >= 0) || (isUnbounded && value === Infinity)) return;
  throw new RangeError(`setPrintoptions: expected ${key} as a whole number from 0 on, got ${value}`);
}

/**
 * Says how tensors are printed from now on. What is not given stays, but for `sciMode` (`torch.set_printoptions`).
 * @throws RangeError for what is not a whole number, and for another profile
 */
export const setPrintoptions = takes<
  (
    ...options: Given<
      PrintOptions,
      [
        precision: "precision",
        threshold: "threshold",
        edgeitems: "edgeitems",
        linewidth: "linewidth",
        profile: "profile",
        sciMode: "sciMode",
      ]
    >
  ) => void
>(
  "setPrintoptions",
  "| precision, threshold, edgeitems, linewidth, profile, sciMode",
  ({ profile = null, sciMode = null, ...numbers }: PrintOptions) => {
    if (profile !== null && !Object.hasOwn(profiles, profile))
      throw new RangeError(
        `setPrintoptions: expected profile as ${Object.keys(profiles).join(", ")}, got ${JSON.stringify(profile)}`,
      );
    const given = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== null);
    for (const [key, value] of given) checkWhole(key, value, key !== "precision");
    Object.assign(printOptions, profile === null ? {} : profiles[profile], Object.fromEntries(given), {
      sciMode,
    });
  },
);
