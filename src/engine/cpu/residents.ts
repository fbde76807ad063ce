/**
 * Which values stay in the linear memory of the WebAssembly engine between runs, so that weights are not copied at every run, nor large
 * results that nobody reads.
 *
 * A value's home is its ArrayBuffer: that is what outlives an instance. A resident has a place in linear memory besides, and a large result has no
 * ArrayBuffer before one is needed. A run reads places, and writes into spare places that become the places when it commits; so a run that
 * fails or is cut off has changed nothing. A home is brought up to date when somebody reads it, or when the place is given up.
 *
 * There is a limit, at which the residents that were not used for the longest time are dropped. Homes are held weakly: the place of one that was
 * collected is free. Results rely on that, and get no place where there is no room even after garbage was collected.
 *
 * V8 may end the execution at any call and in any loop. Then the machine takes a fresh instance before anything else is placed, and `leave`
 * saves what the old one holds. It finds all of that because a home is listed before it gets a place; counts and spare places may be left
 * half-done, they begin anew.
 */
import { platform } from "../../platform/node.js";
import { OutOfMemory } from "../engine.js";
import type { External } from "../program.js";
import type { Home, Listing } from "./home.js";
import { CollectingPace } from "./large-buffers.js";
import { type CpuStorage, firstBytes } from "./storage.js";

/** How much linear memory residents take, in bytes. */
export interface Limits {
  /** The most for all places, the spare ones of a run included. */
  readonly places: number;
  /** Where that does not suffice, residents are dropped until so much is left: finding the oldest is done for many at once. Results take no more. */
  readonly kept: number;
}

/**
 * Enough for 40 million weights twice over, since an optimizer alternates between two buffers, or for ten results of 40 MB between two
 * collections of garbage, and not too much for the tab of a browser.
 */
export const usualLimits: Limits = { places: 512 * 2 ** 20, kept: 448 * 2 ** 20 };

/**
 * A value becomes a resident when it is used so many times. Most values are made by one run, read by the next, and garbage then: placing them
 * would keep their homes alive beyond the collector's quick first look, and walk through cold memory, which took longer than copying.
 */
const usesOfResidents = 3;

/** Linear memory. A piece that was asked for may move the views of all the memory, so addresses are what is kept. */
export interface LinearMemory {
  /** Address of so many bytes; 0 where they cannot be had. */
  allocate(bytes: number): number;
  release(address: number): void;
  copyIn(from: Uint8Array, address: number): void;
  copyOut(address: number, to: Uint8Array): void;
  copyWithin(from: number, to: number, bytes: number): void;
}

export class Residents {
  /** Of every home that has a place, and perhaps of some that have none. */
  private readonly listings = new Set<Listing>();
  private readonly pace = new CollectingPace();
  /** Bytes of all places, spare ones too. */
  private placed = 0;
  /** The most that was placed: what an instance once took it keeps, so only beyond this there is memory to ask for. */
  private peak = 0;

  private run = 0;
  private placing = true;
  /** Homes that have a spare place in this run. */
  private readonly written: Home[] = [];
  /** The places that the spare ones replace. */
  private readonly replaced: { readonly address: number; readonly bytes: number }[] = [];

  /** @param takeMemory asks for memory of the system's. @throws OutOfMemory */
  constructor(
    private readonly memory: LinearMemory,
    private readonly takeMemory: (bytes: number) => void,
    private readonly limits: Limits,
  ) {}

  /** A run begins. @param placing whether values that have no place may get one */
  begin(placing: boolean): void {
    this.run++;
    this.placing = placing;
    this.written.length = this.replaced.length = 0;
  }

  /** The run uses so many bytes of a home. Said of all externals before the first is given an address, so that none is dropped for another. */
  need(home: Home, bytes: number, access: External["access"]): void {
    if (home.run !== this.run) {
      home.run = this.run;
      home.wanted = home.spare = 0;
      home.usesOld = false;
      home.uses++;
    }
    home.wanted += bytes;
    if (access !== "out" || bytes < home.byteLength) home.usesOld = true;
  }

  /** Address of the value for a run that reads it; 0: it is to be copied for this run. */
  toRead(home: Home): number {
    if (home.address !== 0 || !this.isWorthwhile(home)) return home.address;
    const address = this.take(home.byteLength);
    if (address === 0) return 0;
    this.memory.copyIn(home.bytes(), address);
    const listing = home.listed();
    this.listings.add(listing);
    return (listing.address = address);
  }

  /** Address of the value for a run that writes it, with the old value where that matters; 0: it is to be copied for this run. */
  toWrite(home: Home): number {
    if (home.spare !== 0) return home.spare;
    const isResult = this.placing && !home.hasBuffer && home.address === 0 && !home.usesOld;
    if (!isResult && !this.isWorthwhile(home)) return 0;
    const { byteLength } = home;
    const address = isResult
      ? this.takeForResult(byteLength)
      : this.takeDiscarded(home) || this.take(byteLength);
    if (address === 0) return 0;
    if (home.usesOld) {
      if (home.address !== 0) this.memory.copyWithin(home.address, address, home.byteLength);
      else this.memory.copyIn(home.bytes(), address);
    }
    home.listed();
    this.written.push(home);
    return (home.spare = address);
  }

  /** Copies the first bytes of a storage to an address, from its place where it has one. */
  copyIn(storage: CpuStorage, bytes: number, address: number): void {
    const { home } = storage;
    if (home === undefined || home.address === 0) this.memory.copyIn(firstBytes(storage, bytes), address);
    else this.memory.copyWithin(home.address + storage.byteOffset, address, bytes);
  }

  /** Gives the first bytes of a storage a new value. Doing it twice is doing it once. */
  copyOut(address: number, storage: CpuStorage, bytes: number): void {
    const { home } = storage;
    if (home === undefined || home.address === 0) {
      this.memory.copyOut(address, firstBytes(storage, bytes));
    } else {
      home.stale = true;
      this.memory.copyWithin(address, home.address + storage.byteOffset, bytes);
    }
  }

  /** Before the commit: notes what is given up after it. */
  prepare(): void {
    for (const home of this.written) {
      if (home.address !== 0) this.replaced.push({ address: home.address, bytes: home.byteLength });
    }
  }

  /** What the run wrote into spare places becomes the values. Doing it twice is doing it once. */
  commit(): void {
    for (const home of this.written) {
      const listing = home.listed();
      this.listings.add(listing);
      home.stale = true;
      listing.address = home.spare;
    }
  }

  /** After the commit. */
  finish(): void {
    for (const { address, bytes } of this.replaced) this.give(address, bytes);
    // Nor are values kept alive until the next run.
    this.written.length = 0;
  }

  /** Instead of a commit: the values stay what they were. */
  abandon(): void {
    for (const home of this.written) this.give(home.spare, home.byteLength);
    this.written.length = 0;
  }

  /** Brings a home up to date. */
  bringHome(home: Home): void {
    if (!home.stale) return;
    this.memory.copyOut(home.address, home.bytes());
    home.stale = false;
  }

  /** Gives a place up. */
  drop(home: Home): void {
    this.bringHome(home);
    const listing = home.listed();
    const { address } = listing;
    listing.address = 0;
    this.listings.delete(listing);
    if (address !== 0) this.give(address, home.byteLength);
  }

  /** Bytes of values that have no ArrayBuffer. */
  get outsideBuffers(): number {
    let bytes = 0;
    for (const { home } of this.listings) {
      const reached = home.deref();
      if (reached !== undefined && !reached.hasBuffer && reached.address !== 0) bytes += reached.byteLength;
    }
    return bytes;
  }

  /** Brings everything home, before the instance whose memory this is goes. */
  leave(): void {
    for (const { home } of this.listings) {
      const reached = home.deref();
      if (reached !== undefined) this.bringHome(reached);
    }
    for (const listing of this.listings) listing.address = 0;
    this.listings.clear();
    this.placed = this.peak = 0;
    this.written.length = this.replaced.length = 0;
  }

  /** A place costs copying all of the home: that shall not be much more than what the run would copy without it. */
  private isWorthwhile({ uses, byteLength, wanted }: Home): boolean {
    return this.placing && uses >= usesOfResidents && 2 * wanted >= byteLength;
  }

  /** The place of a value that nobody needs, or 0. Two buffers that alternate then stay two in the processor's caches. */
  private takeDiscarded(home: Home): number {
    const { address, discarded, usesOld } = home;
    home.discarded = false;
    if (!discarded || usesOld) return 0;
    home.stale = false;
    home.listed().address = 0;
    return address;
  }

  /** For what only this run has written so far: drops nothing, since what is dropped may be garbage that would be copied first. */
  private takeForResult(bytes: number): number {
    const { kept } = this.limits;
    if (bytes > kept) return 0;
    this.pace.handedOut(bytes);
    if (this.placed + bytes > kept) this.reclaim();
    if (this.placed + bytes > kept && this.pace.isDue() && platform.collectReferred()) {
      this.reclaim();
      this.pace.collected(this.placed + bytes <= kept);
    }
    return this.placed + bytes > kept ? 0 : this.take(bytes);
  }

  /** Gives back the places of values that were collected. */
  private reclaim(): void {
    for (const listing of this.listings) {
      if (listing.home.deref() !== undefined) continue;
      this.listings.delete(listing);
      if (listing.address !== 0) this.give(listing.address, listing.bytes);
    }
  }

  private take(bytes: number): number {
    const { limits } = this;
    if (bytes <= limits.places && this.placed + bytes > limits.places) {
      this.reclaim();
      if (this.placed + bytes > limits.places) this.dropOldest(bytes);
    }
    const after = this.placed + bytes;
    if (after > limits.places || (after > this.peak && !this.mayGrow(after - this.peak))) return 0;
    const address = this.memory.allocate(bytes);
    if (address === 0) return 0;
    this.placed += bytes;
    this.peak = Math.max(this.peak, this.placed);
    return address;
  }

  private mayGrow(bytes: number): boolean {
    try {
      this.takeMemory(bytes);
      return true;
    } catch (error) {
      if (error instanceof OutOfMemory) return false;
      throw error;
    }
  }

  private give(address: number, bytes: number): void {
    this.placed -= bytes;
    this.memory.release(address);
  }

  /** Drops residents that this run does not use, the oldest first. @param bytes room that is needed beside what is kept */
  private dropOldest(bytes: number): void {
    const { limits } = this;
    const homes = [...this.listings].map(({ home }) => home.deref());
    const unused = homes.filter((home) => home !== undefined && home.run !== this.run) as Home[];
    unused.sort((a, b) => a.run - b.run);
    for (const home of unused) {
      if (this.placed <= limits.kept && this.placed + bytes <= limits.places) return;
      this.drop(home);
    }
  }
}
