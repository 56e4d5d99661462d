/** Traps: where they go, and what they write; interrupts: which one is next. */
import { GUEST, delegated, pending } from './csr-interrupts.ts';
import type { Exception } from './exception.ts';
import { isUser, isVirtual } from './exception.ts';
import type { HartCore } from './hart-core.ts';
import type { Mode } from './state.ts';
import { bit } from './state.ts';

/** From the highest priority to the lowest. */
const PRIORITY = [11, 3, 7, 9, 1, 5, 12, 10, 2, 6];

export interface Taken {
  readonly interrupt: boolean;
  readonly code: number;
  readonly tval: bigint;
  readonly tval2: bigint;
  readonly tinst: bigint;
  readonly to: Mode;
}

const SET = (value: bigint, n: number, on: boolean) =>
  on ? value | (1n << BigInt(n)) : value & ~(1n << BigInt(n));

/** The interrupt that is taken now, as its number in mip, and the mode that takes it. */
export function nextInterrupt(h: HartCore): { code: number; to: 'M' | 'S' | 'VS' } | null {
  const waiting = pending(h) & h.c.mie;
  if (waiting === 0n) return null;
  const mideleg = delegated(h);
  const hideleg = h.has('H') ? h.c.hideleg & GUEST : 0n;
  const machine = h.mode !== 'M' || bit(h.c.mstatus, 3);
  const supervisor = h.mode !== 'M' && (h.mode !== 'S' || bit(h.c.mstatus, 1));
  const guest = h.mode === 'VU' || (h.mode === 'VS' && bit(h.c.vsstatus, 1));
  const levels = [
    { to: 'M', on: machine, which: waiting & ~mideleg },
    { to: 'S', on: supervisor, which: waiting & mideleg & ~hideleg },
    { to: 'VS', on: guest, which: waiting & mideleg & hideleg },
  ] as const;
  for (const { to, on, which } of levels) {
    const code = on ? PRIORITY.find((n) => bit(which, n)) : undefined;
    if (code !== undefined) return { code, to };
  }
  return null;
}

/** The mode that takes an exception. */
function target(h: HartCore, code: number): 'M' | 'S' | 'VS' {
  if (h.mode === 'M' || !bit(h.c.medeleg, code)) return 'M';
  return h.virtual && bit(h.c.hedeleg, code) ? 'VS' : 'S';
}

export function takeException(h: HartCore, exception: Exception): Taken {
  const { code, tval, gpa, tinst, gva } = exception;
  const to = target(h, code);
  // With gpa a guest-page fault: those never go to a guest.
  const tval2 = gpa === null ? 0n : gpa >> 2n;
  const taken = { interrupt: false, code, tval, tval2, tinst: h.has('H') ? tinst : 0n, to };
  enter(h, taken, gva);
  return taken;
}

export function takeInterrupt(h: HartCore, code: number, to: 'M' | 'S' | 'VS'): Taken {
  const taken = { interrupt: true, code, tval: 0n, tval2: 0n, tinst: 0n, to };
  enter(h, taken, false);
  return taken;
}

function enter(h: HartCore, taken: Taken, gva: boolean): void {
  const { c } = h;
  const from = h.mode;
  const user = isUser(from);
  const virtual = isVirtual(from);
  // A guest knows its interrupts by the numbers of a supervisor.
  const code = taken.interrupt && taken.to === 'VS' ? taken.code - 1 : taken.code;
  const cause = BigInt(code) | (taken.interrupt ? 1n << BigInt(h.xlen - 1) : 0n);
  let vector: bigint;
  if (taken.to === 'M') {
    c.mepc = h.pc;
    c.mcause = cause;
    c.mtval = taken.tval;
    const previous = from === 'M' ? 3n : user ? 0n : 1n;
    let status = SET(SET(c.mstatus, 7, bit(c.mstatus, 3)), 3, false);
    status = (status & ~(3n << 11n)) | (previous << 11n);
    if (h.has('H')) {
      c.mtval2 = taken.tval2;
      c.mtinst = taken.tinst;
      status = SET(SET(status, 39, virtual), 38, gva);
    }
    c.mstatus = status;
    vector = c.mtvec;
  } else if (taken.to === 'S') {
    c.sepc = h.pc;
    c.scause = cause;
    c.stval = taken.tval;
    c.mstatus = SET(SET(SET(c.mstatus, 5, bit(c.mstatus, 1)), 1, false), 8, !user);
    if (h.has('H')) {
      c.htval = taken.tval2;
      c.htinst = taken.tinst;
      let status = SET(SET(c.hstatus, 7, virtual), 6, gva);
      if (virtual) status = SET(status, 8, !user);
      c.hstatus = status;
    }
    vector = c.stvec;
  } else {
    c.vsepc = h.pc;
    c.vscause = cause;
    c.vstval = taken.tval;
    c.vsstatus = SET(SET(SET(c.vsstatus, 5, bit(c.vsstatus, 1)), 1, false), 8, !user);
    vector = c.vstvec;
  }
  const vectored = taken.interrupt && (vector & 3n) === 1n;
  const base = vector & ~3n;
  h.pc = BigInt.asUintN(h.xlen, vectored ? base + 4n * BigInt(code) : base);
  h.mode = taken.to;
  h.stale();
}
