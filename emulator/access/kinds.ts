/** The kinds of access, explicit and implicit: what each needs, and as what it is reported. */
import type { Feature } from '../platform.ts';
import { R } from '../rules/fired.ts';

/** Permission bits, in the order of an XWR tuple (bit 0 = R). */
export const READ = 1;
export const WRITE = 2;
export const EXECUTE = 4;

export interface Kind {
  readonly name: string;
  /** READ | WRITE | EXECUTE in page tables and the protection table. */
  readonly needs: number;
  /** The same for PMP: HLVX must be allowed to read and to execute. */
  readonly pmpNeeds: number;
  /** Which of the cause triples (1/12/20, 5/13/21, 7/15/23) reports a denial. */
  readonly origin: 'fetch' | 'load' | 'store';
  /** Whether it goes through the effective mode of hypervisor load/store instructions. */
  readonly hypervisor: boolean;
  /** Whether it reads X instead of R in page tables (HLVX). */
  readonly executeAsRead: boolean;
  /** Whether it is an access of a shadow-stack instruction (Zicfiss). */
  readonly shadowStack: boolean;
  /** Whether it looks at what memory holds: uncorrectable bytes deny it. */
  readonly reads: boolean;
  /** Whether it sets D. */
  readonly writes: boolean;
  /** Whether A and D matter to it: a prefetch neither looks at them nor sets them. */
  readonly marksPages: boolean;
  /** Whether it must be naturally aligned whatever the machine supports (LR, SC, AMO). */
  readonly aligned: boolean;
  /** Rule marked when the protection table decides this kind, or -1. */
  readonly rule: number;
}

const row = (
  name: string,
  needs: number,
  origin: Kind['origin'],
  more: Partial<Kind> = {},
): Kind => ({
  name,
  needs,
  pmpNeeds: needs,
  origin,
  hypervisor: false,
  executeAsRead: false,
  shadowStack: false,
  reads: needs !== WRITE,
  writes: (needs & WRITE) !== 0,
  marksPages: true,
  aligned: false,
  rule: -1,
  ...more,
});

export const KINDS = {
  fetch: row('fetch', EXECUTE, 'fetch', { rule: R.SMMPT_ACC_01 }),
  load: row('load', READ, 'load', { rule: R.SMMPT_ACC_01 }),
  store: row('store', WRITE, 'store', { rule: R.SMMPT_ACC_01 }),
  lr: row('lr', READ, 'load', { aligned: true, rule: R.SMMPT_ACC_16 }),
  sc: row('sc', WRITE, 'store', { aligned: true, rule: R.SMMPT_ACC_17 }),
  amo: row('amo', READ | WRITE, 'store', { aligned: true, rule: R.SMMPT_ACC_19 }),
  hlv: row('hlv', READ, 'load', { hypervisor: true, rule: R.SMMPT_ACC_08 }),
  hsv: row('hsv', WRITE, 'store', { hypervisor: true, rule: R.SMMPT_ACC_10 }),
  hlvx: row('hlvx', READ, 'load', {
    pmpNeeds: READ | EXECUTE,
    hypervisor: true,
    executeAsRead: true,
    rule: R.SMMPT_ACC_11,
  }),
  sspush: row('sspush', READ | WRITE, 'store', {
    aligned: true,
    shadowStack: true,
    reads: false,
    rule: R.SMMPT_ACC_21,
  }),
  sspopchk: row('sspopchk', READ | WRITE, 'store', {
    aligned: true,
    shadowStack: true,
    writes: false,
    rule: R.SMMPT_ACC_22,
  }),
  ssamoswap: row('ssamoswap', READ | WRITE, 'store', {
    aligned: true,
    shadowStack: true,
    rule: R.SMMPT_ACC_23,
  }),
  cboZero: row('cbo.zero', WRITE, 'store', { rule: R.SMMPT_ACC_25 }),
  /** CBO.CLEAN, CBO.FLUSH, CBO.INVAL: what they need is the knob `cbo_needs`. */
  cbo: row('cbo', READ, 'store', { reads: false, rule: R.SMMPT_ACC_26 }),
  /** Whatever it would need: where it may not go, nothing happens. */
  prefetch: row('prefetch', READ, 'load', { marksPages: false, rule: R.SMMPT_ACC_27 }),
  /** A page-table entry read or updated by the walker, on behalf of any of the above. */
  pteRead: row('pte read', READ, 'load'),
  pteWrite: row('pte write', WRITE, 'store'),
  /** An entry of the protection table: never checked by the table itself, PMP as M-mode. */
  mptRead: row('mpt read', READ, 'load'),
} as const satisfies Record<string, Kind>;

/** What an operation does with memory, besides being allowed to. */
export interface Operation {
  readonly kind: keyof typeof KINDS;
  readonly effect: 'read' | 'write' | 'conditional' | 'add' | 'swap' | 'zero' | 'none';
  /** Bytes. */
  readonly widths: readonly number[];
  readonly feature: Feature | null;
}

/**
 * What an attempt may ask for (`tries OP`), its kind, and what it does with memory.
 * `feature`: the extension that provides it.
 */
export const OPERATIONS = {
  load: { kind: 'load', effect: 'read', widths: [1, 2, 4, 8], feature: null },
  store: { kind: 'store', effect: 'write', widths: [1, 2, 4, 8], feature: null },
  fetch: { kind: 'fetch', effect: 'read', widths: [2, 4], feature: null },
  lr: { kind: 'lr', effect: 'read', widths: [4, 8], feature: null },
  sc: { kind: 'sc', effect: 'conditional', widths: [4, 8], feature: null },
  amoadd: { kind: 'amo', effect: 'add', widths: [4, 8], feature: null },
  amoswap: { kind: 'amo', effect: 'swap', widths: [4, 8], feature: null },
  hlv: { kind: 'hlv', effect: 'read', widths: [1, 2, 4, 8], feature: 'H' },
  hlvx: { kind: 'hlvx', effect: 'read', widths: [2, 4], feature: 'H' },
  hsv: { kind: 'hsv', effect: 'write', widths: [1, 2, 4, 8], feature: 'H' },
  sspush: { kind: 'sspush', effect: 'write', widths: [4, 8], feature: 'Zicfiss' },
  sspopchk: { kind: 'sspopchk', effect: 'read', widths: [4, 8], feature: 'Zicfiss' },
  ssamoswap: { kind: 'ssamoswap', effect: 'swap', widths: [4, 8], feature: 'Zicfiss' },
  cbo_zero: { kind: 'cboZero', effect: 'zero', widths: [64], feature: 'Zicboz' },
  cbo_clean: { kind: 'cbo', effect: 'none', widths: [64], feature: 'Zicbom' },
  cbo_flush: { kind: 'cbo', effect: 'none', widths: [64], feature: 'Zicbom' },
  cbo_inval: { kind: 'cbo', effect: 'none', widths: [64], feature: 'Zicbom' },
  prefetch: { kind: 'prefetch', effect: 'none', widths: [64], feature: 'Zicbop' },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
