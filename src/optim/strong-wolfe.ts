/** A line search after PyTorch's, which goes back to Schmidt's minFunc: a step that meets the strong Wolfe conditions, by cubic interpolation. */

/** What the search knows of a point of the line. */
export interface Point<G> {
  /** Where it is: x + t · d. */
  readonly t: number;
  /** The loss there. */
  readonly loss: number;
  readonly gradient: G;
  /** The loss's slope along the line. */
  readonly slope: number;
}

interface Found<G> {
  readonly point: Point<G>;
  readonly evaluations: number;
}

const c1 = 1e-4;
const c2 = 0.9;

/**
 * Searches from `start` (t = 0) for a point with loss ≤ loss₀ + c₁ t slope₀ and |slope| ≤ c₂ |slope₀|, beginning at `t`.
 * @param evaluate the point at a `t`
 * @param length the largest size of an element of d
 * @param most evaluations before the best point found so far is taken
 */
export function strongWolfe<G>(
  evaluate: (t: number) => Point<G>,
  start: Point<G>,
  first: number,
  length: number,
  most: number,
  toleranceChange = 1e-9,
): Found<G> {
  const tooHigh = ({ loss, t }: Point<G>) => loss > start.loss + c1 * t * start.slope;
  const isFlat = ({ slope }: Point<G>) => Math.abs(slope) <= -c2 * start.slope;
  let before = start;
  let now = evaluate(first);
  let evaluations = 1;
  let round = 0;
  // Points on either side of one that meets the conditions.
  let bracket: [Point<G>, Point<G>] | null = null;
  while (round < most) {
    if (tooHigh(now) || (round > 1 && now.loss >= before.loss)) {
      bracket = [before, now];
      break;
    }
    if (isFlat(now)) return { point: now, evaluations };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const bounds: [number, number] = [now.t + 0.01 * (now.t - before.t), now.t * 10];
    const t = interpolated(before, now, bounds);
    before = now;
    now = evaluate(t);
    evaluations++;
    round++;
  }
  bracket ??= [start, now];
  let isStuck = false;
  let low: 0 | 1 = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  while (round < most) {
    if (Math.abs(bracket[1].t - bracket[0].t) * length < toleranceChange) break;
    let t = interpolated(bracket[0], bracket[1]);
    // Near to an end for the second time, or beyond one, the step goes a tenth of the interval inwards.
    const [least, greatest] = [Math.min(bracket[0].t, bracket[1].t), Math.max(bracket[0].t, bracket[1].t)];
    const margin = 0.1 * (greatest - least);
    if (Math.min(greatest - t, t - least) < margin) {
      if (isStuck || t >= greatest || t <= least) {
        t = Math.abs(t - greatest) < Math.abs(t - least) ? greatest - margin : least + margin;
        isStuck = false;
      } else isStuck = true;
    } else isStuck = false;
    now = evaluate(t);
    evaluations++;
    round++;
    const high: 0 | 1 = low === 0 ? 1 : 0;
    if (tooHigh(now) || now.loss >= bracket[low].loss) {
      bracket[high] = now;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
      continue;
    }
    if (isFlat(now)) return { point: now, evaluations };
    if (now.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = now;
  }
  return { point: bracket[low], evaluations };
}

/** Where the cubic through both points, with their slopes, is least; within the bounds. */
function interpolated<G>(a: Point<G>, b: Point<G>, bounds?: readonly [number, number]): number {
  const [least, greatest] = bounds ?? (a.t <= b.t ? [a.t, b.t] : [b.t, a.t]);
  const mean = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = mean * mean - a.slope * b.slope;
  if (!(square >= 0)) return (least + greatest) / 2;
  const root = Math.sqrt(square);
  const t =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + root - mean) / (b.slope - a.slope + 2 * root))
      : a.t - (a.t - b.t) * ((a.slope + root - mean) / (a.slope - b.slope + 2 * root));
  return Math.min(Math.max(t, least), greatest);
}
