/**
 * Which cell caused what runs now: every promise, timer and handle remembers the task under which it was made, so that
 * output of a timer of cell 3 goes to cell 3, also while cell 5 runs.
 *
 * Node's AsyncLocalStorage does the same, but leaves a visible symbol on every promise that a user prints. This keeps the
 * task in a private field instead, and can also stop what an interrupted task still waits for.
 */
import { AsyncResource, createHook, executionAsyncResource } from "node:async_hooks";
import { inspect } from "node:util";
import { countBeforeHooks } from "../internals.js";

/** A cell that runs or has run, or an expression. */
export interface Task {
  /** Run whose number output carries. */
  readonly run: number;
  /** The cell's id in the notebook, where the client tells it. */
  readonly cellId?: string | undefined;
  /** The client's connection. */
  readonly client?: string | undefined;
  /** Header of the comm message that a handler answers. */
  readonly cause?: unknown;
  /**
   * Set by an interrupt: async ids below it were made before it. What the task waited for then must never continue, or an
   * interrupted loop over `await` would go on behind the scenes.
   */
  interruptedAt?: number;
}

/** Returning another object from a constructor is how a class puts a private field on an object that it did not make. */
const Adopt = function (adopted: object): object {
  return adopted;
} as unknown as new (adopted: object) => object;

class Owned extends Adopt {
  #task: Task;

  private constructor(resource: object, task: Task) {
    super(resource);
    this.#task = task;
  }

  static set(resource: object, task: Task): void {
    if (#task in resource) resource.#task = task;
    else new Owned(resource, task);
  }

  static get(resource: object): Task | undefined {
    return #task in resource ? resource.#task : undefined;
  }
}

/** The task that caused the code that runs now. */
export function currentTask(): Task | undefined {
  return Owned.get(executionAsyncResource());
}

/** The task that made a promise, timer or handle. */
export function taskOf(resource: object): Task | undefined {
  return Owned.get(resource);
}

/** Runs `action` so that all it causes, now and later, belongs to `task`. */
export function runAs(task: Task, action: () => void): void {
  const scope = new AsyncResource("CELL");
  Owned.set(scope, task);
  scope.runInAsyncScope(action);
}

const nobody = new AsyncResource("NOBODY");

/** Runs `action` so that what it causes belongs to no cell: an interrupt does not end it. */
export function runAsNobody(action: () => void): void {
  nobody.runInAsyncScope(action);
}

/** Node writes two enumerable symbols of its own on every promise once it tracks them; whoever prints a promise need not see them. */
function hideTracking(): void {
  const tracking = ["async_id_symbol", "trigger_async_id_symbol"];
  const value = function (this: object) {
    for (const symbol of Object.getOwnPropertySymbols(this)) {
      if (tracking.includes(symbol.description!)) Object.defineProperty(this, symbol, { enumerable: false });
    }
    // Inspection goes on as usual where the object itself is returned.
    return this;
  };
  void Object.defineProperty(Promise.prototype, inspect.custom, {
    value,
    configurable: true,
    writable: true,
  });
}

/** Stops what runs now. */
let terminate: () => void;

/** @param stop stops what runs now: the continuation of a promise that an interrupted task waited for */
export function startAttribution(stop: () => void): void {
  terminate = stop;
  hideTracking();
  createHook({
    init(_id, _type, _trigger, resource) {
      const task = Owned.get(executionAsyncResource());
      if (task !== undefined) Owned.set(resource, task);
    },
    before: stopInterrupted,
  }).enable();
  // Until a task is interrupted there is nothing to be stopped.
  countBeforeHooks(-1);
}

/** Prototypes of what Node queues a tick and a microtask as; a user's own resource may have a `callback` of another kind. */
const NODES_OWN = new Set<object>([Object.prototype, AsyncResource.prototype]);
let anyInterrupted = false;

/**
 * From now on nothing that `task` waits for continues: its timers do nothing, and continuations of its promises are stopped
 * at once. What other code made later on its behalf, such as a library's shared socket, is left alone.
 */
export function disown(task: Task): void {
  task.interruptedAt = new AsyncResource("INTERRUPT").asyncId();
  if (anyInterrupted) return;
  anyInterrupted = true;
  // The hook is enabled from the start: an interrupt that has come amid Node's calls of hooks leaves Node in the belief that they go on,
  // and hooks that are enabled from then on are never called.
  countBeforeHooks(1);
}

/** Called before each asynchronous callback: of an interrupted task none is to run that was made before the interrupt. */
function stopInterrupted(id: number): void {
  const resource = executionAsyncResource() as Partial<Callbacks>;
  const owner = Owned.get(resource);
  if (owner?.interruptedAt === undefined || id >= owner.interruptedAt) return;
  if (resource instanceof Promise) terminate();
  else if (resource._onTimeout) {
    clearTimeout(resource as NodeJS.Timeout);
    // Clearing takes the callback away, and Node is just about to call it.
    resource._onTimeout = () => undefined;
  } else if (resource._onImmediate) resource._onImmediate = () => undefined;
  else if (resource.callback && NODES_OWN.has(Object.getPrototypeOf(resource) as object)) {
    resource.callback = () => undefined;
  }
}

/** Where Node keeps the callback of a timeout, an immediate and a tick. */
interface Callbacks {
  _onTimeout: () => void;
  _onImmediate: () => void;
  callback: () => void;
}
