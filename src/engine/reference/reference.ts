/**
 * The reference engine: what programs mean, in plain TypeScript (interpret.ts), slow and exact. It is asynchronous on purpose, as an engine
 * on a GPU is: runs queue work, and values appear only when a promise of `read` is fulfilled.
 */
import { checkExternals } from "../externals.js";
import {
  type Engine,
  type Executable,
  type Explain,
  formatBytes,
  OutOfMemory,
  RunError,
  type Storage,
  wholeTable,
} from "../engine.js";
import type { Program } from "../program.js";
import { interpret } from "./interpret.js";

/** What was allocated at once; its parts share it. */
interface Allocation {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why the run that was to write it did not, for its readers; null where it did. */
  failure: Promise<Error> | null;
}

class ReferenceStorage implements Storage {
  constructor(
    readonly engine: Engine,
    readonly allocation: Allocation,
    readonly byteOffset: number,
    readonly byteLength: number,
  ) {}

  /** The first bytes. */
  bytes(length = this.byteLength): Uint8Array<ArrayBuffer> {
    return this.allocation.bytes.subarray(this.byteOffset, this.byteOffset + length);
  }
}

/** Work that waits its turn. An interrupt may end it anywhere, and then it is done again from its beginning: so `work` is idempotent. */
interface Job {
  work(): void;
}

/** Jobs in the order in which they were asked for. */
class Queue {
  private readonly jobs: Job[] = [];
  private scheduled = false;

  add(job: Job): void {
    this.jobs.push(job);
    // A loop that reads nothing must not gather runs for ever; nobody sees that they are done.
    if (this.jobs.length >= mostJobs) this.workOff();
  }

  /** Works off what waits once the caller awaits. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      // First, so that what an interrupt leaves is worked off by the next reader.
      this.scheduled = false;
      this.workOff();
    });
  }

  private workOff(): void {
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      job.work();
      this.jobs.shift();
    }
  }
}

const mostJobs = 64;

class Run implements Job {
  /** What the externals that the program writes hold afterwards; null as long as it has not been computed. */
  private results: readonly (Uint8Array<ArrayBuffer> | null)[] | null = null;

  constructor(
    private readonly program: Program,
    private readonly externals: readonly ReferenceStorage[],
    private readonly scalars: Float64Array,
    private readonly explain: Explain | undefined,
    private readonly ended: () => void,
  ) {}

  work(): void {
    const { program, externals } = this;
    const failure = this.results === null ? this.compute() : null;
    externals.forEach((external, i) => {
      const { access } = program.externals[i]!;
      if (access === "in") return;
      external.allocation.failure = failure;
      const result = this.results?.[i];
      if (result != null) external.bytes(result.length).set(result);
    });
    if (failure === null) this.ended();
  }

  /** Gives why it has failed. */
  private compute(): Promise<Error> | null {
    const { program, externals } = this;
    for (let i = 0; i < externals.length; i++) {
      const { failure } = externals[i]!.allocation;
      if (failure !== null && program.externals[i]!.access !== "out") return failure;
    }
    let memory: Uint8Array<ArrayBuffer>[];
    try {
      memory = externals.map((external, i) => {
        const { bytes, access } = program.externals[i]!;
        return access === "in" ? external.bytes(bytes) : external.bytes(bytes).slice();
      });
      interpret(program, memory, this.scalars);
    } catch (error) {
      return this.told(error as Error);
    }
    this.results = memory.map((bytes, i) => (program.externals[i]!.access === "in" ? null : bytes));
    return null;
  }

  private async told(error: Error): Promise<Error> {
    if (!(error instanceof RunError) || this.explain === undefined) return error;
    return await this.explain(error);
  }
}

class Reading implements Job {
  constructor(
    private readonly storage: ReferenceStorage,
    private readonly resolve: (bytes: ArrayBuffer) => void,
    private readonly reject: (reason: unknown) => void,
  ) {}

  work(): void {
    const { failure } = this.storage.allocation;
    if (failure === null) this.resolve(this.storage.bytes().slice().buffer);
    else failure.then(this.reject, this.reject);
  }
}

class ReferenceExecutable implements Executable {
  readonly scalars: Float64Array;
  finished = false;
  private disposed = false;

  constructor(
    private readonly engine: Engine,
    private readonly queue: Queue,
    private readonly program: Program,
  ) {
    this.scalars = new Float64Array(program.scalars);
  }

  run(externals: readonly Storage[], explain?: Explain): void {
    if (this.disposed) throw new Error("run: this program was disposed");
    checkExternals(this.engine, this.program, externals);
    this.finished = false;
    const storages = externals.slice() as ReferenceStorage[];
    const ended = (): void => {
      this.finished = true;
    };
    this.queue.add(new Run(this.program, storages, this.scalars.slice(), explain, ended));
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** @throws OutOfMemory */
function allocated(byteLength: number): Allocation {
  try {
    return { bytes: new Uint8Array(byteLength), failure: null };
  } catch {
    throw new OutOfMemory(
      byteLength,
      `out of memory: ${formatBytes(byteLength)} are needed, more than one array may have`,
    );
  }
}

/** The reference engine, one thread. */
export function loadReference(): Engine {
  const queue = new Queue();
  const engine: Engine = {
    name: "reference",
    origin: "plain TypeScript",
    description: "reference, plain TypeScript, asynchronous",
    capabilities: wholeTable,
    allocate(byteLength) {
      return new ReferenceStorage(engine, allocated(byteLength), 0, byteLength);
    },
    part(storage, byteOffset, byteLength) {
      const { allocation, byteOffset: start } = storage as ReferenceStorage;
      return new ReferenceStorage(engine, allocation, start + byteOffset, byteLength);
    },
    write(storage, fill) {
      const { buffer, byteOffset } = (storage as ReferenceStorage).bytes();
      fill({ buffer, byteOffset });
    },
    read(storage) {
      return new Promise((resolve, reject) => {
        queue.add(new Reading(storage as ReferenceStorage, resolve, reject));
        queue.schedule();
      });
    },
    compile(program) {
      return new ReferenceExecutable(engine, queue, program);
    },
    get numThreads() {
      return 1;
    },
    set numThreads(_count) {
      // One thread is all there is; asking for more is not an error, so that programs run on every engine.
    },
    interruptFlag() {
      // V8 ends JavaScript wherever it is.
    },
  };
  return engine;
}
