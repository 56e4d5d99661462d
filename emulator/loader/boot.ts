/** What stands in memory and in registers when a machine is switched on: firmware, what it starts, the device tree. */
import type { Range } from '../platform.ts';
import type { Image, LoadError, Segment } from './image.ts';
import { endOf, hex, misplaced } from './image.ts';

/**
 * Starts OpenSBI and what it boots, as QEMU's `virt` does. OpenSBI is `fw_dynamic` or `fw_jump` (both 1.x), loaded at
 * the beginning of RAM; the payload is a program for S-mode, like U-Boot's `qemu-riscv64_smode`, 2 MiB (RV32: 4 MiB)
 * behind it, where U-Boot is linked.
 *
 * Every hart starts in M-mode at the firmware's entry with a0 = its mhartid, a1 = the address of the device tree,
 * a2 = the address of the information for `fw_dynamic`; `fw_jump` does not look at a2. All harts may start at once: one
 * initialises, the others wait for its IPI (CLINT msip).
 *
 * What `fw_dynamic` is told (`struct fw_dynamic_info`, XLEN-bit words): magic, version 2, address and mode (1 = S) of
 * what follows, options, and the hart that boots, which is 0 here; in `fw_jump` the first at an AMO boots.
 * `fw_jump` goes to 0x8020_0000 (RV32: 0x8040_0000), and copies the tree to 0x8220_0000: both are compiled in.
 */
export interface BootRequest {
  readonly xlen: 32 | 64;
  readonly ram: readonly Range[];
  readonly firmware: Image;
  /** Raw or ELF; null: the firmware goes nowhere else, or holds what it starts. */
  readonly payload: Image | null;
  /** The device tree, from `platformBlob` or from the user. */
  readonly tree: Uint8Array;
}

export interface Boot {
  readonly error: null;
  readonly segments: readonly Segment[];
  /** Registers of every hart, besides a0 = mhartid. */
  readonly pc: bigint;
  readonly a1: bigint;
  readonly a2: bigint;
}

export type Booted = Boot | { readonly error: LoadError };

/** 'OSBI'. */
const MAGIC = 0x4942_534fn;
const VERSION = 2n;
const SUPERVISOR = 1n;
const BOOT_HART = 0n;
/** The tree begins at a multiple of this, below this much of RAM, and finds this much free behind it. */
const ALIGNMENT = 0x20_0000n;
const REACH = 0xc000_0000n;
const ROOM = 0x1_0000n;

/** Where a payload is linked: U-Boot and Linux expect the first large page behind the firmware's. */
export function payloadAddress(xlen: 32 | 64, ram: readonly Range[]): bigint {
  return firstOf(ram).base + (xlen === 64 ? 0x20_0000n : 0x40_0000n);
}

/** Segments to load and registers to set; refused, if something does not fit. */
export function bootImages(request: BootRequest): Booted {
  const { xlen, ram, firmware, payload, tree } = request;
  const images = payload === null ? [firmware] : [firmware, payload];
  for (const image of images) {
    const error = wrongWidth(image, xlen) ?? misplaced(image, ram);
    if (error !== null) return { error };
  }
  const { base, size } = firstOf(ram);
  const reach = size < REACH ? size : REACH;
  const room = BigInt(tree.length) + ROOM;
  // The top of RAM, downwards: firmware and payload grow from the bottom.
  const at = base + reach - room;
  const treeAt = at - (at % ALIGNMENT);
  // The information lies at the end of the room behind the tree.
  const next = payload === null ? firmware.entry : payload.entry;
  const words = [MAGIC, VERSION, next, SUPERVISOR, 0n, BOOT_HART];
  const information: Segment = {
    address: treeAt + room - (room % 16n) - 64n,
    bytes: wordsOf(words, xlen),
    zeros: 0,
  };
  const segments = [
    ...images.flatMap((image) => image.segments),
    { address: treeAt, bytes: tree, zeros: 0 },
    information,
  ];
  const error = treeAt < base ? tooSmall(size) : overlapping(segments);
  if (error !== null) return { error };
  return { error: null, segments, pc: firmware.entry, a1: treeAt, a2: information.address };
}

/** The range in which a machine starts: that of the lowest address. */
function firstOf(ram: readonly Range[]): Range {
  return ram.reduce((first, range) => (range.base < first.base ? range : first));
}

function wordsOf(words: readonly bigint[], xlen: 32 | 64): Uint8Array {
  const width = xlen / 8;
  const view = new DataView(new ArrayBuffer(words.length * width));
  for (const [k, word] of words.entries()) {
    if (xlen === 64) view.setBigUint64(k * width, word, true);
    else view.setUint32(k * width, Number(word), true);
  }
  return new Uint8Array(view.buffer);
}

function wrongWidth({ xlen }: Image, machine: 32 | 64): LoadError | null {
  if (xlen === null || xlen === machine) return null;
  return {
    message: `the program is for RV${xlen}, the machine is RV${machine}`,
    advice: `start it with --isa rv${xlen}gc, or build it for RV${machine}`,
  };
}

function tooSmall(size: bigint): LoadError {
  return {
    message: `${size} bytes of RAM have no room for the device tree`,
    advice: 'give the machine at least 64 MiB',
  };
}

function overlapping(segments: readonly Segment[]): LoadError | null {
  const sorted = [...segments].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const [k, segment] of sorted.entries()) {
    const next = sorted[k + 1];
    if (next === undefined || endOf(segment) <= next.address) continue;
    return {
      message: `what is loaded at ${hex(segment.address)} reaches into what is loaded at ${hex(next.address)}`,
      advice: 'load the payload further up, or give the machine more RAM',
    };
  }
  return null;
}
