/**
 * Where the arena's first bytes go: registers and cells of each hart, decoded code, ways. Generated code and
 * TypeScript both read this file, so that neither knows a position by itself. Positions are bytes.
 */

/** Most harts of a machine: their cells lie in the first 64 KiB, so that a 16-bit number addresses any register. */
export const MAX_HARTS = 64;

/** Within a hart's cells, `CELL.x` + 8n is xn; a value of RV32 lies in the low word. */
export const CELL = {
  x: 0,
  /** Where writes to x0 go: nobody reads it. */
  sink: 256,
  f: 264,
  /** 64 bits. */
  pc: 520,
  /** The record of the next instruction (32 bits); 0: look the pc up. */
  record: 528,
  /** Instructions left of this slice (32 bits). */
  remaining: 532,
  /** pc = this + record / 8, as long as the pc stays in its page (64 bits). */
  pcBase: 536,
  /** The virtual address of an access that the ways did not answer, or of a jump that has no target (64 bits). */
  address: 544,
  /** What ways of loads and stores, and of fetches, must be tagged with to serve (64 bits). */
  dataContext: 552,
  codeContext: 560,
  /** 0: float registers are off; 1: may be read; 2: may be written without telling anybody (32 bits). */
  float: 568,
  /** Two records that hold an instruction which lies in no page, and end it (32 bytes). */
  single: 576,
  size: 640,
} as const;

/** Position of a hart's cells. */
export function cellsOf(hart: number): number {
  return hart * CELL.size;
}

/** One decoded instruction: handler, rd, rs1, rs2 (16 bits each: registers by position), imm and number (32 bits each). */
export const RECORD = { size: 16, handler: 0, rd: 2, rs1: 4, rs2: 6, imm: 8, number: 12 } as const;

/** A page of decoded code: a record per 2-byte parcel, and one behind the last. */
export const CODE_PAGE = (2048 + 1) * RECORD.size;
/** So many of them; when none is left, all are decoded anew. */
export const CODE_PAGES = 512;

/** A way: the tag (64 bits), then what is added to the low half of an address to reach its byte (32 bits). */
export const WAY = { size: 16, tag: 0, delta: 8, count: 16384 } as const;
/** The ways of one hart: for loads, stores and fetches. */
export const WAYS = WAY.size * WAY.count * 3;

const CELLS_END = 65536;
/** Position of the first page of decoded code. */
export const CODE = CELLS_END;
const WAYS_BEGIN = CODE + Math.ceil((CODE_PAGE * CODE_PAGES) / 4096) * 4096;

/** Position of a hart's ways: loads first, then stores, then fetches. */
export function waysOf(hart: number): number {
  return WAYS_BEGIN + hart * WAYS;
}

/** Slots of the arena that hold no simulated memory. */
export function reservedSlots(harts: number): number {
  return waysOf(harts) >>> 12;
}
