/** Taking a trap: delegation, and what the trap CSRs of the handler's mode hold afterwards. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { Platform } from '../platform.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import { isVirtual } from './csr-access.ts';
import { cellOf } from './csr-cells.ts';
import type { CsrFile } from './csr-file.ts';
import { epcMask } from './csr-machine.ts';
import { MNSTATUS } from './csr-nmi.ts';
import type { TrapDecisions } from './delegate.ts';
import { delegate } from './delegate.ts';
import type { Interrupt } from './interrupts.ts';
import {
  GVA,
  HIGH_GVA,
  HIGH_MPV,
  MIE,
  MPIE,
  MPP,
  MPRV,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  WORD,
} from './status-bits.ts';

/** A trap before it is taken: what the access or instruction reports. */
export type Raised = Pick<
  Trap,
  'cause' | 'tval' | 'gpa' | 'tinst' | 'gva' | 'epc' | 'because' | 'rule'
>;

interface TrapCells {
  readonly epc: number;
  readonly cause: number;
  readonly tval: number;
  /** The second value and the instruction; VS-mode has none. */
  readonly tval2: number | null;
  readonly tinst: number | null;
}

const CELLS: Readonly<Record<'M' | 'S' | 'VS', TrapCells>> = {
  M: {
    epc: cellOf('mepc'),
    cause: cellOf('mcause'),
    tval: cellOf('mtval'),
    tval2: cellOf('mtval2'),
    tinst: cellOf('mtinst'),
  },
  S: {
    epc: cellOf('sepc'),
    cause: cellOf('scause'),
    tval: cellOf('stval'),
    tval2: cellOf('htval'),
    tinst: cellOf('htinst'),
  },
  VS: {
    epc: cellOf('vsepc'),
    cause: cellOf('vscause'),
    tval: cellOf('vstval'),
    tval2: null,
    tinst: null,
  },
};
/** xIE moves to xPIE and is cleared. */
function stack(status: number, enable: number, saved: number): number {
  return (status & ~(enable | saved)) | ((status & enable) !== 0 ? saved : 0);
}

const put = (value: number, bit: number, on: boolean) => (on ? value | bit : value & ~bit);

/** Takes a trap raised in `mode`: writes the CSRs of the mode that it goes to, and returns it as delivered. */
export function takeTrap(csrs: CsrFile, decide: TrapDecisions, raised: Raised, mode: Mode): Trap {
  const { cause, because, rule, epc } = raised;
  // Spelled out: a spread of `raised` costs more than the rest of the trap.
  const trap: Trap = {
    cause,
    tval: decide.tval(raised.tval),
    gpa: decide.guestAddress(raised.gpa),
    tinst: decide.tinst(raised.tinst),
    gva: decide.gva(raised.gva),
    mpv: decide.previousVirtual(isVirtual(mode)),
    epc: decide.epc(epc),
    takenIn: delegate(csrs, decide, mode, cause),
    because,
    rule,
  };
  enter(csrs, decide, trap, mode);
  if (because.startsWith('mpt.')) mark(csrs.fired, trap);
  return trap;
}

function enter(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  if (trap.takenIn === 'M') enterMachine(csrs, decide, trap, mode);
  else if (trap.takenIn === 'S') enterSupervisor(csrs, decide, trap, mode);
  else enterGuest(csrs, decide, trap, mode);
}

/** Takes an interrupt before the instruction at `pc`: as a trap, without values or an instruction. */
export function takeInterrupt(
  csrs: CsrFile,
  decide: TrapDecisions,
  { to, code }: Interrupt,
  mode: Mode,
  pc: bigint,
): Trap {
  const trap: Trap = {
    cause: code,
    interrupt: true,
    tval: 0n,
    gpa: null,
    tinst: 0n,
    gva: false,
    mpv: decide.previousVirtual(isVirtual(mode)),
    epc: decide.epc(pc),
    takenIn: to,
    because: 'interrupt.taken',
    rule: null,
  };
  enter(csrs, decide, trap, mode);
  return trap;
}

/** A non-maskable interrupt: what it interrupts goes to the registers of Smrnmi, and further traps of M-mode apart. */
export function takeNmi(csrs: CsrFile, decide: TrapDecisions, mode: Mode, pc: bigint): void {
  const { platform } = csrs;
  const privilege = BigInt(decide.previousPrivilege(mode)) << 11n;
  const virtual = decide.previousVirtual(isVirtual(mode)) ? MNSTATUS.MNPV : 0n;
  csrs.setRaw('mnepc', pc & epcMask(platform));
  csrs.setRaw('mncause', interruptBit(platform));
  csrs.setRaw('mnstatus', privilege | virtual);
  // MPRV has no effect now.
  csrs.version++;
}

const interruptBit = ({ xlen }: Platform) => 1n << BigInt(xlen - 1);

/** Where the handler of a trap begins. */
export function trapVector(csrs: CsrFile, decide: TrapDecisions, trap: Trap): bigint {
  const { platform } = csrs;
  if (trap.takenIn === 'M' && csrs.has('mnstatus')) {
    const { NMIE } = MNSTATUS;
    // An exception of the handler of a non-maskable interrupt.
    if ((csrs.raw('mnstatus') & NMIE) === 0n) return nmiVectors(csrs).exception;
  }
  const tvec = csrs.raw(VECTORS[trap.takenIn]);
  const isVectored = decide.isVectored((tvec & 3n) === 1n, trap.interrupt === true);
  const base = tvec & ~3n;
  return BigInt.asUintN(platform.xlen, isVectored ? base + 4n * BigInt(trap.cause) : base);
}

const VECTORS: Readonly<Record<Mode, string>> = {
  M: 'mtvec',
  S: 'stvec',
  VS: 'vstvec',
  U: 'stvec',
  VU: 'vstvec',
};

/** Where non-maskable interrupts go, and exceptions while one is served: to firmware, or the first bytes of RAM. */
export function nmiVectors({ firmware, platform: { ram } }: CsrFile): {
  readonly interrupt: bigint;
  readonly exception: bigint;
} {
  if (firmware !== null) return { interrupt: firmware, exception: firmware };
  const base = ram[0]?.base ?? 0n;
  return { interrupt: base, exception: base + 4n };
}

/** Writes xepc, xcause, xtval and, where there are any, the second value and the instruction. */
function record({ cells, decide, platform }: CsrFile, to: TrapCells, trap: Trap): void {
  cells[to.epc] = trap.epc & decide.alignsEpc(epcMask(platform));
  const cause = BigInt(trap.cause);
  cells[to.cause] = trap.interrupt === true ? interruptBit(platform) | cause : cause;
  cells[to.tval] = trap.tval;
  if (to.tval2 !== null) cells[to.tval2] = trap.gpa === null ? 0n : trap.gpa >> 2n;
  if (to.tinst !== null) cells[to.tinst] = trap.tinst;
}

function enterMachine(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const { words } = csrs;
  const old = words[WORD.mstatus];
  words[WORD.mstatus] = (stack(old, MIE, MPIE) & ~MPP) | (decide.previousPrivilege(mode) << 11);
  if (csrs.has('hstatus')) {
    const high = put(words[WORD.mstatus + 1], HIGH_MPV, trap.mpv);
    words[WORD.mstatus + 1] = put(high, HIGH_GVA, trap.gva);
  }
  record(csrs, CELLS.M, trap);
  // With MPRV set, MPP and MPV decide where data accesses go.
  if ((old & MPRV) !== 0) csrs.version++;
}

function enterSupervisor(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const { words } = csrs;
  const fromSupervisor = (decide.previousPrivilege(mode) & 1) === 1;
  words[WORD.mstatus] = put(stack(words[WORD.mstatus], SIE, SPIE), SPP, fromSupervisor);
  if (csrs.has('hstatus')) {
    const old = words[WORD.hstatus];
    let next = put(put(old, SPV, trap.mpv), GVA, trap.gva);
    if (decide.updatesSpvp(trap.mpv)) next = put(next, SPVP, fromSupervisor);
    words[WORD.hstatus] = next;
    // SPVP decides where HLV and HSV go.
    if (((old ^ next) & SPVP) !== 0) csrs.version++;
  }
  record(csrs, CELLS.S, trap);
}

function enterGuest(csrs: CsrFile, decide: TrapDecisions, trap: Trap, mode: Mode): void {
  const { words } = csrs;
  const fromSupervisor = (decide.previousPrivilege(mode) & 1) === 1;
  words[WORD.vsstatus] = put(stack(words[WORD.vsstatus], SIE, SPIE), SPP, fromSupervisor);
  record(csrs, CELLS.VS, trap);
}

const INSTRUCTION_ACCESS_FAULT = 1;

/** What the report of a denial by the protection table decides. */
function mark(fired: Fired, trap: Trap): void {
  fired[R.SMMPT_TRAP_01] = 1;
  fired[R.SMMPT_TRAP_02] = 1;
  fired[R.SMMPT_TRAP_03] = 1;
  fired[R.SMMPT_TRAP_04] = 1;
  fired[R.SMMPT_TRAP_05] = 1;
  fired[R.SMMPT_TRAP_06] = 1;
  if (trap.cause === INSTRUCTION_ACCESS_FAULT) fired[R.TEE_07] = 1;
  fired[trap.takenIn === 'M' ? R.SMMPT_TRAP_08 : R.SMMPT_TRAP_07] = 1;
}
