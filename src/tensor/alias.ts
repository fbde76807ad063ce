/**
 * Tensors that show one value: a base, its views, and handles that `detach` gave.
 *
 * The graph is functional, a node never changes. What a change in place changes is a `Cell`, the place where these tensors look their value
 * up: it gets another node. Each tensor remembers which node it saw last and catches up when it is read next, so a change costs nothing
 * for those that nobody reads.
 *
 * Recorded operations must not see such changes, or gradients would be wrong. They refer to states: tensors that never change. A tensor
 * that was never changed is its own state, which is why most tensors have no `Alias` at all.
 */
import { critical } from "../interrupts.js";
import type { Node } from "../graph/record/node.js";
import type { Variable } from "../graph/run/variable.js";
import type { Tensor } from "./core.js";
import type { Op } from "./op.js";
import { type Geometry, wholeOf } from "./geometry.js";
import { readRegion } from "./region.js";

/** A value that several tensors show. */
export class Cell {
  /** What the optimizer's steps change instead, once there is one. */
  variable: Variable | null = null;
  /** Bases that became views of others (ops/layout-in-place.ts), and those. */
  moved: Map<Tensor, Tensor> | null = null;

  constructor(private node: Node) {}

  get value(): Node {
    return this.variable === null ? this.node : this.variable.node;
  }

  set value(node: Node) {
    if (this.variable === null) this.node = node;
    else this.variable.assign(node);
  }
}

/** How a tensor shows the value of a cell. */
export class Alias {
  /** The cell's value when the tensor looked last. */
  seen: Node;
  /** Whether the tensor's own fields are no state any more, but follow the changes. */
  follows = false;
  /** The state that operations refer to now; made when one asks for it. Of use only to a tensor that follows. */
  state: Tensor | null = null;
  /** The state that the tensor itself was, for the operations that refer to the tensor itself. */
  original: Tensor | null = null;

  constructor(
    readonly cell: Cell,
    /** Null: the whole value, in its own shape. */
    readonly geometry: Geometry | null,
    private readonly firstBase: Tensor | null,
  ) {
    this.seen = cell.value;
  }

  /** The tensor whose history a change of this one joins: itself, or of a view its base. Null for views made within noGrad. */
  get base(): Tensor | null {
    const { firstBase } = this;
    const { moved } = this.cell;
    return moved === null || firstBase === null ? firstBase : (moved.get(firstBase) ?? firstBase);
  }
}

/** Where the tensor's elements stand in its cell. */
export function geometryOf(x: Tensor): Geometry {
  return x._alias?.geometry ?? wholeOf(x._node.shape);
}

/** The tensor's alias, made at the first call: from then on others can share its value. */
export function aliasOf(x: Tensor): Alias {
  return (x._alias ??= new Alias(new Cell(x._node), null, x));
}

/** The operations that are recorded for changes: set by ops/region.ts, which has their gradients. */
let reading: Op;
let passing: Op;

export function setChangeOps(ops: { reading: Op; passing: Op }): void {
  ({ reading, passing } = ops);
}

/** The node with the tensor's value now. */
export function catchUp(x: Tensor, alias: Alias): Node {
  const value = alias.cell.value;
  if (value === alias.seen) return x._node;
  const { base, geometry } = alias;
  const follower = geometry !== null && base !== null && base !== x;
  const before = follower ? referredTo(base) : null;
  const node = geometry === null ? value : readRegion(value, geometry);
  // An interrupt in between would leave a tensor that has seen the new value and has the old one, for good.
  critical(() => {
    alias.seen = value;
    if (before !== null && before._requiresGrad && !(x._requiresGrad && x._op === null))
      follow(x, alias, node, x._stateOn(node, reading, before, geometry));
    else follow(x, alias, node, passedBy(x, node));
  });
  return x._node;
}

/**
 * The state after a change that is not recorded: gradients go through it unchanged to the state before. Null for a tensor without history.
 */
export function passedBy(x: Tensor, node: Node): Tensor | null {
  return x._op === null ? null : x._stateOn(node, passing, referredTo(x), null);
}

/** Gives the tensor a new value and history. Whoever calls this has changed the cell. */
export function follow(x: Tensor, alias: Alias, node: Node, state: Tensor | null): void {
  if (!alias.follows) {
    if (x._mark !== 0) alias.original = x._snapshot();
    alias.follows = true;
  }
  x._node = node;
  alias.state = state;
  if (state === null && x._op === null) return;
  x._op = state?._op ?? null;
  x._requiresGrad = state?._requiresGrad ?? false;
  x._a = x._b = x._c = null;
  x._attributes = null;
  const { _extras: extras } = x;
  x._extras = null;
  if (extras?.retainGrad && state !== null) {
    // The gradient that the tensor keeps is that of its last state.
    extras.retainGrad = false;
    extras.owner = null;
    state._extras = {
      ...extras,
      list: state._extras?.list ?? null,
      hooks: null,
      freed: false,
      retainGrad: true,
      owner: x,
    };
  }
}

/** `stateOf` for a step that is recorded now: from now on the state is somebody else's too. */
export function referredTo(x: Tensor): Tensor {
  const state = x._alias === null ? x : stateOf(x);
  if (state._mark === 0) state._mark = 1;
  return state;
}

/** The value and history that the tensor has now. */
export function stateOf(x: Tensor): Tensor {
  const alias = x._alias;
  if (alias === null) return x;
  catchUp(x, alias);
  return alias.follows ? (alias.state ??= x._snapshot()) : x;
}

/** What an operation that refers to `x` itself meant when it was recorded. */
export function stateMeant(x: Tensor): Tensor {
  const alias = x._alias;
  if (alias === null) return x;
  catchUp(x, alias);
  return alias.original ?? x;
}
