/** Random programs of segments in S- and U-mode whose accesses go through page tables and PMP, as assembly, for a hart and for QEMU. */
import type { Random } from './random.test-support.ts';

export const RAM = 0x8000_0000n;
/** Where tables lie, where data, and where the log of traps and results begins. */
const TABLES = 0x8060_0000n;
const DATA = 0x8040_0000n;
export const LOG = 0x80a0_0000n;
export const UART = 0x1000_0000n;
export const FINISHER = 0x10_0000n;

const PAGES = 24;
const ATTEMPTS = 60;
/** Every word of the data returns to where the program jumped from: jalr x0, 0(x25). */
const RETURN = 0x000c_8067n;

export interface SupervisorProgram {
  readonly assembly: string;
}

type Levels = 3 | 4 | 5;

/** Page tables over memory words by address. */
class Tables {
  readonly words = new Map<bigint, bigint>();
  #next = TABLES;

  table(): bigint {
    const at = this.#next;
    this.#next += 4096n;
    return at;
  }

  /** Writes an entry at a level; pointers above it are made. */
  map(root: bigint, levels: Levels, va: bigint, level: number, entry: bigint): void {
    let table = root;
    for (let i = levels - 1; ; i--) {
      const at = table + ((va >> BigInt(12 + 9 * i)) & 511n) * 8n;
      if (i === level) {
        this.words.set(at, entry);
        return;
      }
      const old = this.words.get(at);
      if (old !== undefined && (old & 0xen) !== 0n) return;
      const next = old === undefined ? this.table() : (old >> 10n) << 12n;
      this.words.set(at, ((next >> 12n) << 10n) | 1n);
      table = next;
    }
  }
}

const leaf = (pa: bigint, flags: bigint) => ((pa >> 12n) << 10n) | flags;

interface Space {
  readonly satp: bigint;
  readonly addresses: readonly bigint[];
}

function space(random: Random, tables: Tables): Space {
  const levels = random.pick([3, 4, 5] as const);
  const root = tables.table();
  // The program sees itself as it is (S) and one gigabyte lower (U).
  tables.map(root, levels, RAM, 2, leaf(RAM, 0xcfn));
  tables.map(root, levels, RAM - 0x4000_0000n, 2, leaf(RAM, 0xdfn));
  const addresses: bigint[] = [];
  for (let k = 0; k < PAGES; k++) {
    const level = random.pick([0, 0, 0, 1]);
    // The first gigabytes are those of the program.
    const high = BigInt(4 + random.below(250)) << BigInt(12 + 9 * (levels - 1));
    // The data has sixteen pages; a larger leaf is entered at one of them.
    const page = BigInt(random.below(level === 0 ? 512 : 16)) << 12n;
    const low = (BigInt(random.below(512)) << 21n) | page;
    const top = random.chance(0.2) ? -(1n << BigInt(11 + 9 * levels)) : 0n;
    const va = BigInt.asUintN(64, top + (high | low));
    const flags = [1, 2, 4, 8, 16, 64, 128].reduce(
      (sum, flag) => sum | (random.chance(0.82) ? BigInt(flag) : 0n),
      0n,
    );
    const frame = level === 0 ? DATA + 4096n * BigInt(random.below(16)) : DATA;
    const misaligned = level === 1 && random.chance(0.15) ? 4096n : 0n;
    tables.map(root, levels, va, level, leaf(frame + misaligned, flags));
    // Not canonical now and then.
    addresses.push(random.chance(0.04) ? va ^ (1n << 62n) : va);
  }
  return { satp: (BigInt(levels + 5) << 60n) | (root >> 12n), addresses };
}

/** Entries over the data; the last one opens everything. */
function protection(random: Random): { readonly configs: bigint; readonly addresses: bigint[] } {
  const addresses: bigint[] = [];
  let configs = 0n;
  for (let k = 0; k < 7; k++) {
    // A range from 0 would hold the program.
    const mode = random.pick(k === 0 ? [0, 2, 3] : [0, 1, 2, 3, 3]);
    const rights = random.pick([0, 1, 3, 4, 5, 7, 7]);
    const at = DATA + 4096n * BigInt(random.below(16)) + 4n * BigInt(random.below(1024));
    const ones = (1n << BigInt(random.below(11))) - 1n;
    addresses.push(mode === 3 ? ((at >> 2n) & ~(2n * ones + 1n)) | ones : at >> 2n);
    configs |= BigInt(rights | (mode << 3)) << BigInt(8 * k);
  }
  addresses.push((1n << 54n) - 1n);
  return { configs: configs | (0x1fn << 56n), addresses };
}

const ACCESSES = ['lb', 'lhu', 'lw', 'ld', 'sb', 'sh', 'sw', 'sd'];
/** QEMU 7.2 reports the faults of AMOs as those of loads: they are left out. */
const RESERVING = ['lr.w', 'lr.d'];

/** One attempt: x5 is its address, x6 what it stores or loads, x24 the sum of all that was loaded. */
function attempt(random: Random, offset: number, label: string, fetches: boolean): string[] {
  const kinds = ['access', 'access', 'access', 'reserve'];
  const kind = random.pick(fetches ? [...kinds, 'fetch'] : kinds);
  const lines = [`ld x5, ${offset}(x31)`];
  if (kind === 'fetch') return [...lines, `la x25, ${label}_r`, 'jr x5', `${label}_r:`];
  if (kind === 'reserve') {
    lines.push(`${random.pick(RESERVING)} x6, (x5)`);
  } else {
    const name = random.pick(ACCESSES);
    lines.push(name.startsWith('s') ? `${name} x23, (x5)` : `${name} x6, (x5)`);
  }
  return [...lines, 'xor x24, x24, x6', 'mul x24, x24, x23'];
}

/** Where in its page: jumps go to words that return; data accesses stay in the first half. */
function placeFor(random: Random, lines: readonly string[]): bigint {
  const isFetch = lines.includes('jr x5');
  const size = /\.w|w x/.test(lines[1] ?? '') ? 4 : 8;
  return BigInt(isFetch ? 2048 + 4 * random.below(500) : size * random.below(2048 / size));
}

function segment(
  random: Random,
  number: number,
  tables: Tables,
): { code: string[]; pool: string[] } {
  const { satp, addresses } = space(random, tables);
  const { configs, addresses: entries } = protection(random);
  const user = random.chance(0.45);
  const sum = random.chance(0.5);
  const flags = (sum ? 1n << 18n : 0n) | (random.chance(0.3) ? 1n << 19n : 0n);
  // QEMU 7.2 lets S-mode fetch from a page of the user that SUM let it load from before.
  const fetches = user || !sum;
  const pool: string[] = [];
  const constant = (value: bigint) => pool.push(`.dword ${value}`);
  const code = [`seg${number}:`, `la x31, pool${number}`];
  const csr = (name: string, value: bigint) => {
    code.push(`ld x20, ${8 * pool.length}(x31)`, `csrw ${name}, x20`);
    constant(value);
  };
  entries.forEach((value, k) => csr(`pmpaddr${k}`, value));
  csr('pmpcfg0', configs);
  csr('satp', satp);
  csr('mstatus', flags | (user ? 0n : 1n << 11n));
  code.push('sfence.vma', `la x20, run${number}`);
  if (user) code.push('li x21, 0x40000000', 'sub x20, x20, x21', 'sub x31, x31, x21');
  code.push('csrw mepc, x20', `la x22, seg${number + 1}`, 'mret', `run${number}:`);
  for (let k = 0; k < ATTEMPTS; k++) {
    const label = `t${number}_${k}`;
    const page = random.pick(addresses);
    const lines = attempt(random, 8 * pool.length, label, fetches);
    constant(BigInt.asUintN(64, page + placeFor(random, lines)));
    code.push(...lines);
  }
  code.push('ecall');
  return { code, pool };
}

/** A fault of a fetch returns to x25, any other goes on behind the instruction; ECALL ends the segment. */
const HANDLER = `
.align 2
handler:
  csrr x20, mcause
  sd x20, 0(x26)
  csrr x21, mtval
  sd x21, 8(x26)
  csrr x21, mepc
  sd x21, 16(x26)
  sd x24, 24(x26)
  addi x26, x26, 32
  li x21, 8
  beq x20, x21, over
  li x21, 9
  beq x20, x21, over
  li x21, 1
  beq x20, x21, back
  li x21, 2
  beq x20, x21, back
  li x21, 12
  beq x20, x21, back
  csrr x20, mepc
  addi x20, x20, 4
  csrw mepc, x20
  mret
back:
  csrw mepc, x25
  mret
over:
  jr x22
`;

export function supervisorProgram(random: Random, segments: number): SupervisorProgram {
  const tables = new Tables();
  const parts = [...Array(segments).keys()].map((k) => segment(random, k, tables));
  const words = [...tables.words].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    '.option norvc',
    '.section .text',
    '.globl _start',
    '_start:',
    'la x20, handler',
    'csrw mtvec, x20',
    `li x26, ${LOG}`,
    'li x23, 0x9e3779b97f4a7c15',
    'li x24, 1',
    `li x5, ${DATA}`,
    `li x6, ${DATA + 0x1_0000n}`,
    `li x7, ${RETURN}`,
    'fill: sw x7, 0(x5)',
    'addi x5, x5, 4',
    'blt x5, x6, fill',
    ...parts.flatMap(({ code }) => code),
    `seg${segments}:`,
    'csrw satp, x0',
    `li x5, ${LOG}`,
    `li x6, ${UART}`,
    'send: lbu x7, 0(x5)',
    'sb x7, 0(x6)',
    'addi x5, x5, 1',
    'blt x5, x26, send',
    `li x5, ${FINISHER}`,
    'li x6, 0x5555',
    'sw x6, 0(x5)',
    'stay: j stay',
    HANDLER,
    '.section .data',
    '.align 3',
    ...parts.flatMap(({ pool }, k) => [`pool${k}:`, ...pool]),
    '.section .tables, "aw"',
    ...words.flatMap(([at, value]) => [`.org ${at - TABLES}`, `.dword ${value}`]),
  ];
  return { assembly: `${lines.join('\n')}\n` };
}

/** Sections at their places. */
export const LINKER_SCRIPT = `
ENTRY(_start)
SECTIONS {
  . = ${RAM}; .text : { *(.text) }
  . = ALIGN(4096); .data : { *(.data) }
  . = ${TABLES}; .tables : { *(.tables) }
}
`;
