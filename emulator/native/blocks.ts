/** Loops of loads and stores within one page, made at once: the first decides for the page, all are counted. */
import { OPERATIONS, READ, WRITE } from '../access/kinds.ts';
import { PLAIN } from '../access/physical.ts';
import type { Width } from '../firmware/port.ts';
import type { NativeHart } from './native-hart.ts';

/** Bytes of a cache block. */
const BLOCK = 64;

/** How many accesses of `width` bytes a range takes that begins at an offset: bytes where it is ragged. */
export function accesses(offset: number, count: number, width: number): number {
  const head = Math.min(count, (width - (offset % width)) % width);
  const whole = Math.floor((count - head) / width);
  return head + whole + (count - head - whole * width);
}

export class Blocks {
  readonly #core: NativeHart;

  constructor(core: NativeHart) {
    this.#core = core;
  }

  /** Bytes of the next access of such a loop. */
  sizeAt(at: bigint, left: number, width: Width): Width {
    return Number(at % BigInt(width)) === 0 && left >= width ? width : 1;
  }

  /** Bytes read into `bytes` from `from` on, up to the end of the page; 0: make the next access for itself. */
  read(at: bigint, bytes: Uint8Array, from: number, width: Width): number {
    const { executor } = this.#core;
    const count = this.#reach(at, bytes.length - from);
    const { hart, cell } = executor;
    const { page, offset } = cell;
    const size = this.sizeAt(at, count, width);
    if (hart.perform(executor.mode, OPERATIONS.load, page, offset, size) !== null) return 0;
    const frame = this.#frame(READ);
    if (frame < 0) {
      this.#core.references.data--;
      return 0;
    }
    hart.port.physical.memory.readBytes(frame, offset, bytes.subarray(from, from + count));
    this.#core.references.data += accesses(offset, count, width) - 1;
    return count;
  }

  /** The same of stores. */
  write(at: bigint, bytes: Uint8Array, from: number, width: Width): number {
    const { executor } = this.#core;
    const count = this.#reach(at, bytes.length - from);
    const { hart, cell } = executor;
    const { page, offset } = cell;
    const size = this.sizeAt(at, count, width);
    const frame = this.#ready(WRITE, page, offset, size);
    if (frame < 0) return 0;
    const { physical } = hart.port;
    physical.heal(hart.port.page, offset, count);
    physical.memory.storeBytes(frame, offset, bytes.subarray(from, from + count));
    this.#core.references.data += accesses(offset, count, width);
    return count;
  }

  /** Bytes set to zero: whole cache blocks by CBO.ZERO where the mode may use it, else by stores. */
  zero(at: bigint, left: number, width: Width): number {
    const { executor } = this.#core;
    const { hart, cell } = executor;
    const hasBlocks = hart.denies(executor.mode, 'cbo_zero') === null;
    const count = this.#reach(at, left);
    const { page, offset } = cell;
    const frame = this.#ready(WRITE, page, offset, this.sizeAt(at, count, width));
    if (frame < 0) return 0;
    const { physical } = hart.port;
    physical.heal(hart.port.page, offset, count);
    physical.memory.zero(frame, offset, count);
    const head = Math.min(count, (BLOCK - (offset % BLOCK)) % BLOCK);
    const blocks = hasBlocks ? Math.floor((count - head) / BLOCK) : 0;
    const rest = count - head - blocks * BLOCK;
    this.#core.references.data += hasBlocks
      ? accesses(offset, head, width) + blocks + accesses(0, rest, width)
      : accesses(offset, count, width);
    return count;
  }

  /** Bytes up to the end of the page of an address, which is left in the cell. */
  #reach(at: bigint, left: number): number {
    const { cell, registers } = this.#core.executor;
    cell.value = registers.xlen === 64 ? at : at & 0xffff_ffffn;
    return Math.min(left, 4096 - cell.offset);
  }

  /** The frame of the page accessed last, if all of it may be accessed so and is plain memory; else -1. */
  #frame(needs: number): number {
    const { port } = this.#core.executor.hart;
    if (port.context.bigEndian) return -1;
    const { physical } = port;
    return physical.ready(port.page, physical.rightsOf(needs, port.context.mode === 'M') | PLAIN);
  }

  /** The same of a page that is going to be written: decided by a store of no bytes. */
  #ready(needs: number, page: number, offset: number, size: number): number {
    const { executor } = this.#core;
    const why = executor.hart.perform(executor.mode, PROBE, page, offset, size);
    if (why !== null) return -1;
    this.#core.references.data--;
    return this.#frame(needs);
  }
}

/** The access of a store, without its effect. */
const PROBE = { kind: 'store', effect: 'none', widths: [1, 2, 4, 8], feature: null } as const;
