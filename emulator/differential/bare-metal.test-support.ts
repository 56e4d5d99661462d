/** A program for bare metal that makes attempts out of records in memory, and prints how each ended. */
import { Assembler } from '../isa/assemble.ts';
import { isaOf } from '../isa/machine-isa.ts';
import type { Platform } from '../platform.ts';

/** Where things lie; each part but the code begins a 2 MiB superpage. */
export const RAM = { base: 0x8000_0000n, size: 0x800_0000n } as const;
export const STUB = 0x8000_1000n;
const RECORDS = 0x8001_0000n;
export const TABLES = 0x8020_0000n;
export const WINDOW = 0x8040_0000n;
/** Pages of one world's tables, and of the window that attempts reach. */
export const TABLE_PAGES = 16;
export const WINDOW_PAGES = 16;
/** Those of the window whose sums are printed: no entry of PMP is over them. */
const SUMMED = 8;
/** The last page of every address space, for S and the one before it, for U: both are the stub. */
export const STUB_IN = { S: 2n ** 64n - 0x1000n, U: 2n ** 64n - 0x2000n } as const;

/** What an attempt executes, at a slot of the stub; a1 is the address, a2 the operand, a0 the result. */
export const OPERATIONS = {
  load: ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map((name) => `${name} a0, 0(a1)`),
  compressedLoad: ['c.lw a0, 0(a1)', 'c.ld a0, 0(a1)'],
  store: ['sb', 'sh', 'sw', 'sd'].map((name) => `${name} a2, 0(a1)`),
  compressedStore: ['c.sw a2, 0(a1)', 'c.sd a2, 0(a1)'],
  amo: ['swap', 'add', 'xor', 'and', 'or', 'min', 'max', 'minu', 'maxu'].flatMap((name) =>
    ['w', 'd'].map((width) => `amo${name}.${width} a0, a2, (a1)`),
  ),
  reserve: ['w', 'd'].map((width) => `lr.${width} a0, (a1); sc.${width} a3, a2, (a1)`),
  fetch: ['jr a1'],
  privileged: [
    'csrr a0, satp',
    'csrr a0, sstatus',
    'csrr a0, mstatus',
    'csrrc a0, mstatus, a2',
    'csrr a0, mscratch',
    'csrw sscratch, a2',
    'csrw cycle, a2',
    'csrr a0, 0x5c0',
    'sfence.vma a1, zero',
    'mret',
    '.word 0xffffffff',
    '.word 0x0000007f',
    '.half 0',
    '.half 0x8000',
    'mul a0, a1, a2; divu a3, a1, a2',
  ],
  returns: ['sret'],
} as const;
export type OperationKind = keyof typeof OPERATIONS;

const SLOT = 16n;
const HANDLER = 0xf00n;
const all = Object.values(OPERATIONS).flat();

/** Bytes from the beginning of the stub. */
export function slotOf(operation: string): bigint {
  const index = all.indexOf(operation);
  if (index < 0) throw new Error(`there is no slot for ${operation}`);
  return BigInt(index) * SLOT;
}

/** The handler of supervisor mode, in the stub: where stvec points. */
export const supervisorHandler = (stub: bigint): bigint => stub + HANDLER;

/** One access by one instruction. */
export interface Attempt {
  readonly operation: string;
  readonly kind: OperationKind;
  /** Machine mode is entered by a jump, the others by MRET. */
  readonly isMachine: boolean;
  readonly mstatus: bigint;
  readonly pc: bigint;
  readonly address: bigint;
  readonly operand: bigint;
}

/** What holds for a row of attempts. */
export interface World {
  readonly satp: bigint;
  readonly medeleg: bigint;
  readonly stvec: bigint;
  readonly pmpcfg: readonly [bigint, bigint];
  readonly pmpaddr: readonly bigint[];
  /** TABLE_PAGES pages. */
  readonly tables: BigUint64Array;
  readonly attempts: readonly Attempt[];
}

const PMP = [...Array(16).keys()];

/** Prints a line of numbers for the PMP as it reads back, one for each attempt, then sums of the memory. */
const DRIVER = `
start:
  csrr t0, mhartid
  bnez t0, park
  la t0, trap
  csrw mtvec, t0
  li t0, 1
  slli t0, t0, 61
  csrw menvcfg, t0
  csrw mie, zero
  csrw mcounteren, zero
  li s0, ${RECORDS}
  li s11, 0x10000000
world:
  ld s1, 0(s0)
  beqz s1, finish
  csrw pmpcfg0, zero
  csrw pmpcfg2, zero
${PMP.map((k) => `  ld t0, ${8 * (6 + k)}(s0)\n  csrw pmpaddr${k}, t0`).join('\n')}
  ld t0, 32(s0)
  csrw pmpcfg0, t0
  ld t0, 40(s0)
  csrw pmpcfg2, t0
  ld t0, 8(s0)
  csrw satp, t0
  ld t0, 16(s0)
  csrw medeleg, t0
  ld t0, 24(s0)
  csrw stvec, t0
  ld s10, 176(s0)
  addi s0, s0, 192
  sfence.vma
  csrr s5, pmpcfg0
  call hex
  csrr s5, pmpcfg2
  call hex
${PMP.map((k) => `  csrr s5, pmpaddr${k}\n  call hex`).join('\n')}
  csrr s5, satp
  call hex
  csrr s5, medeleg
  call hex
  call line
attempt:
  beqz s1, sums
  addi s1, s1, -1
  sfence.vma
  fence.i
  ld t0, 0(s0)
  ld t1, 8(s0)
  ld t2, 16(s0)
  ld a1, 24(s0)
  ld a2, 32(s0)
  addi s0, s0, 40
  li a0, 0x5a
  li a3, 0x7
  li a4, 0
  li a5, 0
  li a6, 0
  li a7, 0
  csrw mstatus, t1
  csrw mepc, t2
  csrw scause, zero
  csrw stval, zero
  csrw sepc, zero
  bnez t0, direct
  mret
direct:
  jr t2
.balign 4
trap:
  csrw mscratch, s5
  csrr s5, mstatus
  mv s4, s5
  csrw mstatus, zero
  csrr s5, mcause
  call hex
  csrr s5, mtval
  call hex
  csrr s5, mepc
  call hex
  mv s5, s4
  call hex
${['a0', 'a3', 'a4', 'a5', 'a6', 'a7'].map((name) => `  mv s5, ${name}\n  call hex`).join('\n')}
  call line
  j attempt
sums:
  li t0, ${TABLE_PAGES}
1:
  call sum
  addi t0, t0, -1
  bnez t0, 1b
  li s10, ${WINDOW}
  li t0, ${SUMMED}
2:
  call sum
  addi t0, t0, -1
  bnez t0, 2b
  call line
  j world
sum:
  mv s9, ra
  li s5, 0
  li t1, 512
  li t3, 0x1003f
3:
  ld t2, 0(s10)
  xor s5, s5, t2
  mul s5, s5, t3
  addi s10, s10, 8
  addi t1, t1, -1
  bnez t1, 3b
  call hex
  mv ra, s9
  ret
hex:
  li s6, 60
4:
  srl s7, s5, s6
  bnez s7, 5f
  beqz s6, 5f
  addi s6, s6, -4
  j 4b
5:
  srl s7, s5, s6
  andi s7, s7, 15
  li s8, 10
  blt s7, s8, 6f
  addi s7, s7, 39
6:
  addi s7, s7, 48
  sb s7, 0(s11)
  addi s6, s6, -4
  bgez s6, 5b
  li s7, 32
  sb s7, 0(s11)
  ret
line:
  li s7, 10
  sb s7, 0(s11)
  ret
finish:
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
park:
  wfi
  j park
`;

/** Each operation at its slot, then ECALL; the handler of supervisor mode tells what it sees, and calls. */
function stub(): string {
  const slots = all.map((text) => `${text.replaceAll('; ', '\n')}\necall\n.balign 16`);
  return `${slots.join('\n')}
  .zero ${HANDLER - BigInt(all.length) * SLOT}
  csrr a4, scause
  csrr a5, stval
  csrr a6, sepc
  csrr a7, sstatus
  ecall
`;
}

function assemble(text: string, platform: Platform, origin: bigint): Uint8Array {
  const made = new Assembler(isaOf(platform)).assemble(text, origin);
  if (made.error !== null) throw new Error(`${made.error.line}: ${made.error.message}`);
  return made.bytes;
}

/** What of an image one byte after another is: its place, its bytes. */
export interface Part {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** The code, at the beginning of RAM. */
export function codeParts(platform: Platform): readonly Part[] {
  const driver = assemble(DRIVER, platform, RAM.base);
  if (RAM.base + BigInt(driver.length) > STUB) throw new Error('the driver is too long');
  return [
    { address: RAM.base, bytes: driver },
    { address: STUB, bytes: assemble(stub(), platform, STUB) },
    { address: WINDOW, bytes: window(platform) },
  ];
}

/**
 * Pages whose lower halves are numbers, and whose upper halves are code that tells the page and calls; an instruction
 * that begins in the last two bytes of a page ends in the first two of the next.
 */
function window(platform: Platform): Uint8Array {
  const call = assemble('ecall', platform, 0n);
  const out = new Uint8Array(WINDOW_PAGES * 0x1000);
  for (let page = 0; page < WINDOW_PAGES; page++) {
    const at = 0x1000 * page;
    const tell = assemble(`addi a0, zero, ${page}`, platform, 0n);
    for (let k = 0; k < 0x800; k++) out[at + k] = (k * 37 + (k >> 8) * 101 + page * 11) & 0xff;
    for (let k = 0x800; k < 0x1000; k += 8) {
      out.set(tell, at + k);
      out.set(call, at + k + 4);
    }
    out.set(tell.subarray(2), at);
    out.set(assemble('c.nop', platform, 0n), at + 2);
    out.set(call, at + 4);
    out.set(tell.subarray(0, 2), at + 0xffe);
  }
  return out;
}

/** The records of the worlds, and their tables. */
export function worldParts(worlds: readonly World[]): readonly Part[] {
  const words: bigint[] = [];
  worlds.forEach((world, index) => {
    const { attempts, satp, medeleg, stvec, pmpcfg, pmpaddr } = world;
    words.push(BigInt(attempts.length), satp, medeleg, stvec, ...pmpcfg, ...pmpaddr);
    words.push(tablesOf(index), 0n);
    for (const { isMachine, mstatus, pc, address, operand } of attempts) {
      words.push(isMachine ? 1n : 0n, mstatus, pc, address, operand);
    }
  });
  words.push(0n);
  const tables = new Uint8Array(worlds.length * TABLE_PAGES * 0x1000);
  worlds.forEach((world, index) => {
    tables.set(new Uint8Array(world.tables.buffer), index * TABLE_PAGES * 0x1000);
  });
  if (TABLES + BigInt(tables.length) > WINDOW) throw new Error('too many worlds');
  return [
    { address: RECORDS, bytes: new Uint8Array(BigUint64Array.from(words).buffer) },
    { address: TABLES, bytes: tables },
  ];
}

/** Where the tables of a world lie; its root is the first page. */
export const tablesOf = (index: number): bigint =>
  TABLES + BigInt(index) * BigInt(TABLE_PAGES) * 0x1000n;
