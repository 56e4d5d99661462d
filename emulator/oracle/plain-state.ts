/** The whole state of a plain hart, and what it is built as. */
import type { Extent, Mode, OracleState } from './state.ts';

export interface PlainPlatform {
  readonly xlen: 32 | 64;
  /** Names of extensions (M A C F D Zba ...) and of the options of the platform alike. */
  readonly features: ReadonlySet<string>;
  readonly knobs: Readonly<Record<string, string>>;
  readonly revision: OracleState['revision'];
  readonly ram: readonly Extent[];
  readonly io: readonly Extent[];
  readonly sdidlen: number;
  readonly asidlen: number;
  readonly vmidlen: number;
  readonly pmpEntries: number;
  readonly hartid: bigint;
}

/** Every register that holds something of its own; MXLEN bits but for the ones that say so. */
export interface Registers {
  /** 64-bit views at XLEN 32 too; the upper half is the CSR with an `h`. */
  mstatus: bigint;
  medeleg: bigint;
  menvcfg: bigint;
  henvcfg: bigint;
  mseccfg: bigint;
  hedeleg: bigint;
  htimedelta: bigint;
  stimecmp: bigint;
  vstimecmp: bigint;
  mcycle: bigint;
  minstret: bigint;
  mstateen: bigint[];
  hstateen: bigint[];
  mideleg: bigint;
  mie: bigint;
  /** The bits of mip that software writes: SSIP, STIP, SEIP. */
  mip: bigint;
  mtvec: bigint;
  mcounteren: bigint;
  mcountinhibit: bigint;
  mscratch: bigint;
  mepc: bigint;
  mcause: bigint;
  mtval: bigint;
  mtval2: bigint;
  mtinst: bigint;
  stvec: bigint;
  scounteren: bigint;
  senvcfg: bigint;
  sscratch: bigint;
  sepc: bigint;
  scause: bigint;
  stval: bigint;
  satp: bigint;
  hstatus: bigint;
  hideleg: bigint;
  hvip: bigint;
  hcounteren: bigint;
  htval: bigint;
  htinst: bigint;
  hgatp: bigint;
  vsstatus: bigint;
  vstvec: bigint;
  vsscratch: bigint;
  vsepc: bigint;
  vscause: bigint;
  vstval: bigint;
  vsatp: bigint;
  /** mmpt or mttp. */
  domain: bigint;
  msdcfg: bigint;
  /** frm in 7:5, fflags in 4:0. */
  fcsr: bigint;
  ssp: bigint;
  pmpcfg: number[];
  pmpaddr: bigint[];
}

/** What the platform drives into the hart. */
export interface Lines {
  msip: boolean;
  mtip: boolean;
  meip: boolean;
  seip: boolean;
  time: bigint;
}

export interface Reservation {
  readonly address: bigint;
  readonly size: number;
}

/** What a step that did not trap changed besides the registers. */
export interface Effects {
  /** CSRs written by name, in order. */
  csr: { readonly number: number; readonly value: bigint }[];
  /** Explicit memory accesses. */
  memory: { readonly operation: string; readonly address: bigint; readonly size: number }[];
  /** Register 0..31, or 32..63 for f0..f31. */
  rd: number | null;
}

export type Event =
  | {
      readonly kind: 'retired';
      readonly pc: bigint;
      readonly word: number;
      readonly rd: number | null;
      readonly value: bigint;
      readonly effects: Effects;
    }
  | {
      readonly kind: 'trap';
      readonly pc: bigint;
      /** null: the fetch itself trapped, or it is an interrupt. */
      readonly word: number | null;
      readonly interrupt: boolean;
      readonly cause: number;
      readonly tval: bigint;
      readonly tval2: bigint;
      readonly tinst: bigint;
      readonly from: Mode;
      readonly to: Mode;
    };

/** Zero in every register, nothing enabled. */
export function blankRegisters(platform: PlainPlatform): Registers {
  const zeros = (n: number) => [...Array<bigint>(n).fill(0n)];
  return {
    mstatus: platform.xlen === 64 ? 0xa_0000_0000n : 0n,
    medeleg: 0n,
    menvcfg: 0n,
    henvcfg: 0n,
    mseccfg: 0n,
    hedeleg: 0n,
    htimedelta: 0n,
    stimecmp: 0n,
    vstimecmp: 0n,
    mcycle: 0n,
    minstret: 0n,
    mstateen: zeros(4),
    hstateen: zeros(4),
    mideleg: 0n,
    mie: 0n,
    mip: 0n,
    mtvec: 0n,
    mcounteren: 0n,
    mcountinhibit: 0n,
    mscratch: 0n,
    mepc: 0n,
    mcause: 0n,
    mtval: 0n,
    mtval2: 0n,
    mtinst: 0n,
    stvec: 0n,
    scounteren: 0n,
    senvcfg: 0n,
    sscratch: 0n,
    sepc: 0n,
    scause: 0n,
    stval: 0n,
    satp: 0n,
    hstatus: platform.xlen === 64 ? 0x2_0000_0000n : 0n,
    hideleg: 0n,
    hvip: 0n,
    hcounteren: 0n,
    htval: 0n,
    htinst: 0n,
    hgatp: 0n,
    vsstatus: platform.xlen === 64 ? 0x2_0000_0000n : 0n,
    vstvec: 0n,
    vsscratch: 0n,
    vsepc: 0n,
    vscause: 0n,
    vstval: 0n,
    vsatp: 0n,
    domain: 0n,
    msdcfg: 0n,
    fcsr: 0n,
    ssp: 0n,
    pmpcfg: [...Array<number>(platform.pmpEntries).fill(0)],
    pmpaddr: zeros(platform.pmpEntries),
  };
}
