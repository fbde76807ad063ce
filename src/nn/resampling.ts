/** Which elements an output between elements is made of, and with what weights: PyTorch's rules, along one dim. */

/** Of each output the places of `places.length` inputs, and their weights; without weights each has one input. */
export interface Taps {
  readonly places: readonly Int32Array[];
  readonly weights: readonly (readonly number[])[] | null;
}

/** Distance of neighbouring outputs, in inputs. */
function stepOf(from: number, to: number, scale: number | null, alignCorners: boolean): number {
  if (alignCorners) return to > 1 ? (from - 1) / (to - 1) : 0;
  return scale !== null && scale > 0 ? 1 / scale : from / to;
}

const limited = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);

/** Weights of the four inputs around a place, t behind the second (Keys 1981); a is −0.75 in PyTorch, −0.5 where it averages. */
export function cubicWeights(t: number, a: number): readonly [number, number, number, number] {
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/**
 * @param scale the factor that was given, null where sizes were
 * @param isDouble whether places are computed in float64; otherwise in float32, as PyTorch does for narrower inputs
 */
export function taps(
  mode: string,
  from: number,
  to: number,
  scale: number | null,
  alignCorners: boolean,
  isDouble: boolean,
): Taps {
  const round = isDouble ? (x: number): number => x : Math.fround;
  if (mode === "nearest" || mode === "nearest-exact") return nearest(mode, from, to, scale);
  const step = round(stepOf(from, to, scale, alignCorners));
  const isCubic = mode === "bicubic";
  const count = isCubic ? 4 : 2;
  const places = Array.from({ length: count }, () => new Int32Array(to));
  const weights = Array.from({ length: count }, () => new Array<number>(to).fill(0));
  for (let i = 0; i < to; i++) {
    let at = alignCorners ? round(step * i) : round(round(step * (i + 0.5)) - 0.5);
    if (!isCubic) at = Math.max(at, 0);
    const first = isCubic ? Math.floor(at) : Math.min(Math.floor(at), from - 1);
    const t = Math.min(Math.max(round(at - first), 0), 1);
    const all = isCubic ? cubicWeights(t, -0.75) : [1 - t, t];
    all.forEach((weight, k) => {
      places[k]![i] = limited(first + k - (isCubic ? 1 : 0), from);
      weights[k]![i] = weight;
    });
  }
  return { places, weights };
}

/** PyTorch computes these places in float32 whatever the input is. */
function nearest(mode: string, from: number, to: number, scale: number | null): Taps {
  const step = Math.fround(stepOf(from, to, scale, false));
  const places = Int32Array.from({ length: to }, (_, i) => {
    const at = mode === "nearest" ? i : i + 0.5;
    return Math.min(Math.floor(Math.fround(at * step)), from - 1);
  });
  return { places: [places], weights: null };
}

const filters: Readonly<Record<string, { readonly reach: number; readonly at: (x: number) => number }>> = {
  bilinear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    reach: 2,
    at: (given) => {
      const x = Math.abs(given);
      if (x < 1) return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  lanczos: { reach: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Filters that are widened where the output is smaller, so that each input counts. Where an output has fewer inputs than others, the places that are left are −1. */
export function antialiased(
  mode: string,
  from: number,
  to: number,
  scale: number | null,
  alignCorners: boolean,
): Taps {
  const { reach, at } = filters[mode]!;
  const step = stepOf(from, to, scale, alignCorners);
  const width = Math.max(step, 1);
  const filter = Array.from({ length: to }, (_, i) => {
    const center = step * (i + 0.5);
    const first = Math.max(Math.trunc(center - reach * width + 0.5), 0);
    const end = Math.min(Math.trunc(center + reach * width + 0.5), from);
    const weights = Array.from({ length: Math.max(end - first, 0) }, (_unused, j) =>
      at((first + j - center + 0.5) / width),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: total === 0 ? weights : weights.map((weight) => weight / total) };
  });
  const count = Math.max(1, ...filter.map(({ weights }) => weights.length));
  const each = Array.from({ length: count }, (_, k) => k);
  return {
    places: each.map((k) =>
      Int32Array.from(filter, ({ first, weights }) => (k < weights.length ? first + k : -1)),
    ),
    weights: each.map((k) => filter.map(({ weights }) => weights[k] ?? 0)),
  };
}
