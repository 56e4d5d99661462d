/** A synchronous exception on its way to the trap. */
import type { Mode } from './state.ts';

export class Exception extends Error {
  readonly code: number;
  readonly tval: bigint;
  /** Guest physical address of a guest-page fault. */
  readonly gpa: bigint | null;
  readonly tinst: bigint;
  /** Whether tval is a guest virtual address. */
  readonly gva: boolean;

  constructor(
    code: number,
    tval: bigint,
    more: { gpa?: bigint | null; tinst?: bigint; gva?: boolean } = {},
  ) {
    // Traps are many: where they were thrown is of no interest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`exception ${code}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.tval = tval;
    this.gpa = more.gpa ?? null;
    this.tinst = more.tinst ?? 0n;
    this.gva = more.gva ?? false;
  }
}

export const isVirtual = (mode: Mode) => mode === 'VS' || mode === 'VU';
/** U and VU. */
export const isUser = (mode: Mode) => mode === 'U' || mode === 'VU';
