/** What one step did: what the judge compares with what the scenario expects. */
import type { Mode, Trap } from '../../emulator/index.ts';

export interface Actual {
  /** Which cause triple the attempt reports as; null: a CSR access, a fence, a look of the bench. */
  readonly origin: 'load' | 'store' | 'fetch' | null;
  /** The mode that the actor ran in. */
  readonly mode: Mode;
  /** As the actor formed it; 0 where there is none. */
  readonly address: bigint;
  /** Bytes; 0 where there are none. */
  readonly size: number;
  readonly trap: Trap | null;
  /** What came back; null after a trap. */
  readonly value: bigint | null;
  /** Bytes that reached memory (or 1: the CSR changed) though the step was denied; null: nobody looked. */
  readonly leaked: number | null;
  /** Registers and CSRs as the step left them, by name; absent: nobody looks. */
  readonly state?: (name: string) => bigint | null;
  /** How a program that ran came out, or a call that has not returned; absent: neither. */
  readonly ended?: 'end' | 'running';
  /** Where the hart stands after it `ended` as `running`; absent: nobody looked. */
  readonly standing?: Standing;
  /** Traps that firmware absorbed on the way; absent: there is no firmware. */
  readonly via?: readonly Trap[];
  /** What a call returned; absent: no call, or it has not returned. */
  readonly call?: CallReturn;
  /** x registers that a call did not give back as they were; absent: none. */
  readonly lost?: readonly string[];
}

/** A hart whose program or call has not come to its end. */
export interface Standing {
  /** What all harts have executed since the step began, instructions that trapped too. */
  readonly steps: number;
  /** Virtual address of what the hart would execute next. */
  readonly pc: bigint;
  /** Every hart waits, and nothing can wake one. */
  readonly waits: boolean;
  /** Traps that it has taken meanwhile. */
  readonly traps: number;
  /** The latest of them. */
  readonly last: Trap | null;
}

/** a0 and a1 behind a call, and how the vCPU that it ran came out. */
export interface CallReturn {
  /** Signed. */
  readonly error: bigint;
  readonly value: bigint;
  /** Which check of the call refused it, in words; absent: none, or nobody knows. */
  readonly refusedBy?: string;
  /** Of run_tvm_vcpu that succeeded; null: another call. */
  readonly exit: TvmExit | null;
}

/** What the host may know of an exit: its own CSRs, and its NACL page. */
export interface TvmExit {
  /** scause (vscause where the host runs in VS-mode), interrupt bit apart. */
  readonly cause: number;
  readonly interrupt: boolean;
  /** (htval << 2) | (stval & 3); null: the host shares no page with the TSM that would say. */
  readonly gpa: bigint | null;
  /** The vCPU is dead: the call's value is not 0. */
  readonly fatal: boolean;
  /** The program of the vCPU had run off its last line. */
  readonly ended?: boolean;
  /** `htval`, `htinst`, `vsie`, `a0` .. `a7`, ... of the NACL page, and `scause`, `stval`; null: no such name. */
  readonly field: (name: string) => bigint | null;
}

/** Counter name to how far it moved; `total` is the sum of the memory references. */
export type Costs = Readonly<Record<string, number>>;

const PAGE = 4096n;

/** The first byte of the second page that an access touches, or null when it stays in one. */
export function straddledPage(address: bigint, size: number): bigint | null {
  const next = address - (address % PAGE) + PAGE;
  return address + BigInt(size) > next ? next : null;
}
