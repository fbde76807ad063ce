/** Runs of cells as `staleness.ts` keeps them: what each has read, written and changed. */

/** A cell as clients know it. */
export interface CellName {
  /** Its id in the notebook, where the client tells it. */
  readonly cellId?: string;
  readonly executionCount: number;
}

/** A variable that was read, and the run that had given it its value. */
interface Read {
  readonly name: string;
  readonly from: Run;
}

/** A cell, by the runs of it that still count. */
export interface RunsOfCell {
  readonly key: string;
  /** The last run that did anything, by which the cell is known. */
  latest: Run;
  /** The last run that gave a name its value. */
  readonly wrote: Map<string, Run>;
  /** Runs whose values count: the last one, and after a failure those before it whose values are still there. */
  runs: Run[];
}

/** What a function reads and changes when it is called. */
interface Later {
  readonly reads: readonly string[];
  readonly changes: readonly string[];
}

/** One run of a cell. */
export class Run {
  readonly reads = new Map<string, Read>();
  /** What its functions read and change when they are called. */
  readonly later = new Map<string, Later>();
  readonly wrote = new Set<string>();
  /** Of variables whose objects it has changed: the runs that had made them what they were, one of each cell, the latest first. */
  readonly changed = new Map<string, readonly Run[]>();

  constructor(
    readonly key: string,
    readonly name: CellName,
    /** Later runs have higher numbers. */
    readonly order: number,
  ) {}
}

/**
 * What a run has read, if not of its own making: of `count` in `count += 1`, and where other cells count it up too, it had the value that
 * was there before its own earlier run.
 */
export function before({ key }: Run, read: Read): Read | undefined {
  for (let at: Read | undefined = read; at; at = at.from.reads.get(at.name))
    if (at.from.key === key) return at.from.reads.get(at.name);
  return read;
}

/** Lets go of the runs before it. */
export function forget({ reads, changed }: Run): void {
  reads.clear();
  changed.clear();
}
