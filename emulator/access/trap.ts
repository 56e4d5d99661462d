/** A trap as data: what the hart reports, and why. Allocated only when something is denied. */
import type { Reason } from '../rules/reasons.ts';
import type { RuleId } from '../rules/fired.ts';
import type { Mode } from './context.ts';

export interface Trap {
  /** mcause: 1 5 7 access, 12 13 15 page, 20 21 23 guest page, 0 4 6 misaligned, 2 illegal, 22 virtual instruction. */
  readonly cause: number;
  /** Whether it is an interrupt; then `cause` is its code as the handler's mode numbers it. */
  readonly interrupt?: boolean;
  /** mtval/stval: the virtual address of the denied part; 0 where the platform says so. */
  readonly tval: bigint;
  /** The guest physical address of a guest-page fault (mtval2/htval hold it shifted right by 2); null otherwise. */
  readonly gpa: bigint | null;
  /** mtinst/htinst: 0, or the pseudo-instruction of an implicit access for VS-stage translation. */
  readonly tinst: bigint;
  /** GVA: tval is a guest virtual address. */
  readonly gva: boolean;
  /** MPV: the trap came from V=1. */
  readonly mpv: boolean;
  /** xepc. */
  readonly epc: bigint;
  /** The mode whose handler takes it. */
  readonly takenIn: Mode;
  readonly because: Reason;
  /** The rule that was decided last on the way to this denial. */
  readonly rule: RuleId | null;
}

/** Why an instruction may not execute: 2 illegal instruction, 22 virtual instruction. */
export interface Denial {
  readonly cause: 2 | 22;
  readonly because: Reason;
  readonly rule: RuleId | null;
}

/** What an attempt, a CSR access or a fence gave: a value, or a trap. */
export type Result =
  { readonly trap: null; readonly value: bigint } | { readonly trap: Trap; readonly value: null };
