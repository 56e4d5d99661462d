/** Random worlds for a program on bare metal: tables, PMP, delegation, and attempts from M, S and U. */
import type { Attempt, OperationKind, World } from './bare-metal.test-support.ts';
import {
  OPERATIONS,
  RAM,
  STUB,
  STUB_IN,
  TABLE_PAGES,
  WINDOW,
  WINDOW_PAGES,
  slotOf,
  supervisorHandler,
  tablesOf,
} from './bare-metal.test-support.ts';
import type { Random } from './random.test-support.ts';

/** What a program is about; QEMU is no oracle for all at once. */
export interface Theme {
  readonly name: string;
  /** Borders of PMP entries: everywhere, at pages, or none but the fixed entries. */
  readonly pmp: 'fine' | 'pages' | 'open';
  readonly kinds: readonly OperationKind[];
  /** Bytes that an access may be off its alignment, and whether it may leave its page. */
  readonly misaligned: 'never' | 'in page' | 'across';
  /** Whether leaves lead out of RAM. */
  readonly isVacant: boolean;
}

const PLAIN: readonly OperationKind[] = ['load', 'compressedLoad', 'store', 'compressedStore'];
const ATOMIC: readonly OperationKind[] = ['amo', 'reserve'];
const REST: readonly OperationKind[] = ['fetch', 'privileged', 'returns'];

/**
 * QEMU 7.2 decides PMP for all bytes from the fetched one to the end of its page, so no fetches where entries end
 * within pages; for all bytes of a straddling access at the first page's physical address, so no straddling accesses
 * where entries end at all; at the ends of an access alone, so only aligned ones (no entry is smaller than their half)
 * where entries are small. On vacant memory an AMO is told as a load there, and a misaligned load with the address of an
 * aligned one: neither where leaves lead out of RAM.
 */
export const THEMES: readonly Theme[] = [
  {
    name: 'tables',
    pmp: 'open',
    kinds: [...PLAIN, ...ATOMIC, ...REST],
    misaligned: 'across',
    isVacant: false,
  },
  {
    name: 'vacant',
    pmp: 'open',
    kinds: [...PLAIN, 'reserve', 'fetch'],
    misaligned: 'never',
    isVacant: true,
  },
  {
    name: 'pages',
    pmp: 'pages',
    kinds: [...PLAIN, ...ATOMIC, ...REST],
    misaligned: 'in page',
    isVacant: false,
  },
  { name: 'fine', pmp: 'fine', kinds: [...PLAIN, ...ATOMIC], misaligned: 'never', isVacant: false },
];

const V = 1n;
const R = 2n;
const W = 4n;
const X = 8n;
const U = 16n;
const A = 64n;
const D = 128n;
const LAST = 511;
/** The root, the pages on the way to the stub, the rest. */
const CHAIN_PAGES = 5;
const ROOM = 1n << 44n;
const MPRV = 1n << 17n;
const SUM = 1n << 18n;
const TSR = 1n << 22n;
/** SIE, MIE, SPIE, MPIE, SPP, SUM, MXR, TVM, TW, TSR. */
const STATUS_BITS = [1n, 3n, 5n, 7n, 8n, 18n, 18n, 19n, 20n, 21n, 22n];

const any = <T>(random: Random, ...list: readonly T[]): T => random.pick(list);
const some = (random: Random, bit: bigint, probability: number): bigint =>
  random.chance(probability) ? bit : 0n;

/** Pages at the window's end where entries of PMP lie. */
const PROTECTED = 4;

const windowPage = (random: Random): number =>
  random.chance(0.4) ? WINDOW_PAGES - 1 - random.below(PROTECTED) : random.below(WINDOW_PAGES);

/** Tables of one world, and the indices that lead somewhere. */
class Tables {
  readonly words = new BigUint64Array(TABLE_PAGES * 512);
  readonly levels: number;
  readonly used: readonly number[];
  readonly #random: Random;
  readonly #base: bigint;
  readonly #theme: Theme;

  constructor(random: Random, base: bigint, levels: number, theme: Theme) {
    this.#random = random;
    this.#base = base;
    this.#theme = theme;
    this.levels = levels;
    this.used = theme.isVacant ? [0, 1, 2, 3, 63, 64, 255, 256, 510] : [2, 3, 4, 5, 6, 7];
    this.#chain();
    // Each table belongs to a level, which only strange pointers disregard.
    for (let page = 0; page < TABLE_PAGES; page++) {
      if (page > 0 && page < CHAIN_PAGES) continue;
      for (const index of this.indices(this.#levelOf(page))) {
        if (page > 0 || index !== LAST) this.words[512 * page + index] = this.#entry(page);
      }
    }
  }

  /** Indices that entries were made for. */
  indices(level: number): readonly number[] {
    if (level === 0) return [...Array(WINDOW_PAGES).keys()];
    // A superpage of 1 GiB shows with 2 the window, with 1 (never) the tables, with 0 the program behind PMP.
    if (level === 1) return this.#theme.isVacant ? [0, 2, 3, 40, 64, 300] : [0, 2, 3, 4, 5, 40];
    return this.used;
  }

  #levelOf(page: number): number {
    return page === 0 ? this.levels - 1 : page % (this.levels - 1);
  }

  #pagesOf(level: number): readonly number[] {
    const pages = [...Array(TABLE_PAGES).keys()].slice(CHAIN_PAGES);
    return pages.filter((page) => this.#levelOf(page) === level);
  }

  /** The last two pages of the address space are the stub, for U and for S. */
  #chain(): void {
    for (let level = this.levels - 1; level > 0; level--) {
      const page = this.levels - 1 - level;
      this.words[512 * page + LAST] = this.#pointer(page + 1) | V;
    }
    const leaf = 512 * (this.levels - 1);
    this.words[leaf + LAST] = ((STUB >> 12n) << 10n) | D | A | X | R | V;
    this.words[leaf + LAST - 1] = ((STUB >> 12n) << 10n) | D | A | U | X | R | V;
  }

  #pointer(page: number): bigint {
    return ((this.#base >> 12n) + BigInt(page)) << 10n;
  }

  #entry(page: number): bigint {
    const random = this.#random;
    const level = this.#levelOf(page);
    if (random.chance(level === 0 ? 0.02 : 0.75)) {
      const toLevel = random.chance(0.95) ? Math.max(0, level - 1) : any(random, 0, 1);
      const strange = random.chance(0.03)
        ? any(random, A, D, U, 1n << 54n, 1n << 63n, 3n << 61n)
        : 0n;
      const soft = BigInt(random.below(4)) << 8n;
      return (
        this.#pointer(random.pick(this.#pagesOf(toLevel))) | strange | soft | some(random, V, 0.98)
      );
    }
    const flags =
      some(random, V, 0.97) |
      some(random, R, 0.88) |
      some(random, W, 0.7) |
      some(random, X, 0.6) |
      some(random, U, 0.5) |
      some(random, 32n, 0.2) |
      some(random, A, 0.6) |
      some(random, D, 0.5) |
      (BigInt(random.below(4)) << 8n);
    // Bits 60 to 54 are reserved; N and PBMT are those of extensions that this machine does not have.
    const reserved = random.chance(0.04) ? 1n << BigInt(54 + random.below(10)) : 0n;
    return (this.#frame(level) << 10n) | flags | reserved;
  }

  /** A page number for a leaf; misaligned now and then. */
  #frame(level: number): bigint {
    const random = this.#random;
    const page = (WINDOW >> 12n) + BigInt(windowPage(random));
    if (this.#theme.isVacant && random.chance(0.2)) {
      return any(random, 0x9_0000n, 0x1_0000_0000n, ROOM - (1n << 36n), ROOM - 1n);
    }
    if (level > 0 && random.chance(0.1)) return page | 1n;
    if (level === 1) return random.chance(0.7) ? WINDOW >> 12n : any(random, 0x8_0600n, 0x8_0000n);
    if (level === 2) return 0x8_0000n;
    // What a larger superpage shows depends on the indices below: vacant memory but for a few.
    return level > 2 ? (this.#theme.isVacant ? 0n : page | 1n) : page;
  }
}

interface Protection {
  readonly pmpcfg: readonly [bigint, bigint];
  readonly pmpaddr: readonly bigint[];
}

/** Entries that hold everywhere, in front and behind; the random ones are between them. */
function protection(random: Random, theme: Theme, tables: bigint, isBare: boolean): Protection {
  const entries: { address: bigint; cfg: number }[] = [
    { address: (STUB >> 2n) | 0x1ffn, cfg: 0x1d },
    // The program, the devices: not for S and U.
    { address: (0x8000_0000n >> 2n) | 0x3_ffffn, cfg: 0x18 },
    { address: 0x0fff_ffffn, cfg: 0x18 },
  ];
  while (entries.length < 15) {
    const entry = theme.pmp === 'open' ? { address: 0n, cfg: 0 } : border(random, theme, tables);
    const room = 15 - entries.length;
    if (entry.cfg >> 3 === 1 || (entry.cfg & 0x18) === 8) {
      if (room < 2) continue;
      const below = BigInt(random.below(4)) * (theme.pmp === 'fine' ? 1n : 0x400n);
      entries.push({ address: entry.address - below, cfg: 0 });
    }
    entries.push(entry);
  }
  // Walks to the stub need what is behind them all.
  const isClosed = isBare && theme.pmp !== 'open' && random.chance(0.3);
  entries.push({ address: (1n << 54n) - 1n, cfg: isClosed ? 0 : 0x1f });
  const half = (from: number) =>
    entries
      .slice(from, from + 8)
      .reduce((sum, { cfg }, k) => sum | (BigInt(cfg) << BigInt(8 * k)), 0n);
  return { pmpcfg: [half(0), half(8)], pmpaddr: entries.map(({ address }) => address) };
}

/**
 * An entry over a part of the window's second half (a lock holds for the program too, which sums up the first), or over tables beyond those of the stub. QEMU does not ask PMP for the write that
 * sets A or D: tables are for reading and writing, or for neither.
 */
function border(random: Random, theme: Theme, tables: bigint): { address: bigint; cfg: number } {
  if (random.chance(0.15)) {
    const page = CHAIN_PAGES + random.below(TABLE_PAGES - CHAIN_PAGES);
    const address = ((tables + BigInt(page) * 0x1000n) >> 2n) | 0x1ffn;
    return { address, cfg: 0x18 | any(random, 0, 3, 7) };
  }
  const rights = any(random, 0, 1, 3, 4, 5, 7, 7);
  const lock = random.chance(0.1) ? 0x80 : 0;
  const page = BigInt(WINDOW_PAGES - 1 - random.below(PROTECTED));
  const fine = theme.pmp === 'fine' ? BigInt(random.below(64)) * any(random, 1n, 2n, 4n) : 0n;
  const at = ((WINDOW + page * 0x1000n) >> 2n) + fine;
  switch (random.below(theme.pmp === 'fine' ? 4 : 3)) {
    case 0:
      return { address: at, cfg: lock | 8 | rights };
    case 3:
      return { address: at, cfg: lock | 0x10 | rights };
    default: {
      const bits = theme.pmp === 'fine' ? random.below(10) : 9 + random.below(3);
      const ones = (1n << BigInt(bits)) - 1n;
      return { address: (at & ~(2n * ones + 1n)) | ones, cfg: lock | 0x18 | rights };
    }
  }
}

/** A virtual address that leads somewhere: by indices of entries, the offset added later. */
function pageAddress(random: Random, tables: Tables): bigint {
  let page = 0n;
  for (let level = tables.levels - 1; level >= 0; level--) {
    page = (page << 9n) | BigInt(random.pick(tables.indices(level)));
  }
  const bits = 9 * tables.levels;
  const address = BigInt.asUintN(64, BigInt.asIntN(bits, page) << 12n);
  return random.chance(0.03) ? address ^ (1n << BigInt(12 + bits - 1 + random.below(8))) : address;
}

const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, d: 8 };

function sizeOf(operation: string): number {
  const name = operation.split(' ')[0] ?? '';
  const letter = /^(?:c\.)?(?:l|s)([bhwd])u?$/.exec(name)?.[1] ?? /\.([wd])$/.exec(name)?.[1];
  return SIZES[letter ?? ''] ?? 8;
}

function offsetFor(random: Random, theme: Theme, kind: OperationKind, size: number): bigint {
  const isAcross = theme.misaligned === 'across';
  if (kind === 'fetch') {
    const isSplit = !isAcross && random.chance(0.2);
    return BigInt(isSplit ? 0xffe : 0x800 + 8 * random.below(254));
  }
  // Nothing is written over code, which is in the upper halves, at the end of a page and the beginning of the next.
  const end = theme.pmp === 'fine' ? 0x400 : 0x800;
  const at = 8 + size * random.below((end - 8) / size - 1);
  if (theme.misaligned === 'never' || !random.chance(0.15)) return BigInt(at);
  if (isAcross && random.chance(0.4)) return BigInt(0x1000 - random.below(size));
  return BigInt(at + random.below(size));
}

/** MODE of satp by levels. */
const MODES: Readonly<Record<number, bigint>> = { 3: 8n, 4: 9n, 5: 10n };

function attempt(random: Random, theme: Theme, tables: Tables, isBare: boolean): Attempt {
  let kind = random.chance(0.5) ? any(random, 'load', 'store') : random.pick(theme.kinds);
  const mode = any(random, 'M', 'S', 'S', 'U');
  // Machine mode without MPRV, and everything where satp is Bare, reaches physical addresses.
  const isMprv = mode === 'M' && kind !== 'fetch' && random.chance(0.75);
  if (kind === 'returns' && mode !== 'S') kind = 'privileged';
  const operation = random.pick<string>(OPERATIONS[kind]);
  // MRET of machine mode would go on at the stub again.
  const safe = operation === 'mret' && mode === 'M' ? '.half 0' : operation;
  const isPhysical = isBare || (mode === 'M' && !isMprv);
  const vacant = 0x9000_0000n + BigInt(random.below(0x1000)) * 0x1000n;
  const physical =
    theme.isVacant && random.chance(0.2) ? vacant : WINDOW + BigInt(windowPage(random)) * 0x1000n;
  let page = isPhysical ? physical : pageAddress(random, tables);
  // QEMU 7.2 keeps what MPRV translates with what machine mode fetches: not at the program's own addresses.
  while (page >> 16n === RAM.base >> 16n) page = pageAddress(random, tables);
  const address = BigInt.asUintN(64, page + offsetFor(random, theme, kind, sizeOf(operation)));
  let mstatus = STATUS_BITS.reduce((sum, bit) => sum | some(random, 1n << bit, 0.3), 0n);
  if (random.chance(0.5)) mstatus |= SUM;
  if (operation === 'sret') mstatus |= TSR;
  if (mode === 'M') {
    mstatus |= BigInt(any(random, 0, 1, 1, 3)) << 11n;
    if (isMprv) mstatus = (mstatus & ~(3n << 11n)) | MPRV | (BigInt(any(random, 0, 1, 1)) << 11n);
  } else {
    // MPRV stays clear: the MRET of QEMU 7.2 leaves it.
    mstatus |= mode === 'S' ? 1n << 11n : 0n;
  }
  const stub = mode === 'M' || isBare ? STUB : STUB_IN[mode];
  const pc = stub + slotOf(safe);
  return {
    operation: safe,
    kind,
    isMachine: mode === 'M',
    mstatus,
    pc,
    address,
    operand: random.big(64),
  };
}

/** A world of a theme, `index` of its program. */
export function bareMetalWorld(random: Random, theme: Theme, index: number, size: number): World {
  const levels = any(random, 3, 4, 5);
  const isBare = random.chance(theme.pmp === 'open' ? 0.08 : 0.3);
  const base = tablesOf(index);
  const tables = new Tables(random, base, levels, theme);
  const { pmpcfg, pmpaddr } = protection(random, theme, base, isBare);
  const satp = isBare
    ? 0n
    : ((MODES[levels] ?? 0n) << 60n) | (random.big(16) << 44n) | (base >> 12n);
  // ECALL from S is how the handler of supervisor mode calls; every other cause may be delegated.
  const medeleg = random.chance(0.4) ? 0n : random.big(16) & 0xb1ffn & ~0x100n;
  const stvec = supervisorHandler(isBare ? STUB : STUB_IN.S);
  const attempts = Array.from({ length: size }, () => attempt(random, theme, tables, isBare));
  return { satp, medeleg, stvec, pmpcfg, pmpaddr, tables: tables.words, attempts };
}
