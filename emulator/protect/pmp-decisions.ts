/** Physical memory protection, decision by decision; a fault replaces one. */
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import { LOCKDOWN } from './smepmp.ts';

const ALL = READ | WRITE | EXECUTE;

export const pmpDecisions = {
  /** The entry with the lowest rank that matches any byte of an access decides it. */
  rank: (index: number) => index,
  isTor: (a: number): boolean => a === 1,
  isNa4: (a: number): boolean => a === 2,
  isNapot: (a: number): boolean => a === 3,
  /** Where a TOR range begins, from pmpaddr of the entry before it (0 for entry 0); units of 4 bytes. */
  torBase: (previous: bigint) => previous,
  /** Whether an entry that matches only some bytes of an access may decide it alone. */
  acceptsPart: () => false,
  /** Without MML: whether an entry binds M-mode. */
  bindsMachine: (locked: boolean) => locked,
  /** With MML: the rights of the truth table. */
  lockdown: (lrwx: number, machine: boolean) =>
    machine ? LOCKDOWN[lrwx].machine : LOCKDOWN[lrwx].below,
  /** Rights of M-mode where no entry matches. */
  machineDefault: (lockdown: boolean, whitelist: boolean) =>
    whitelist ? 0 : lockdown ? READ | WRITE : ALL,
  /** Rights of S and U where no entry matches. */
  belowDefault: (implemented: number) => (implemented === 0 ? ALL : 0),
  /** Whether writes to a locked entry are ignored. */
  ignoresLocked: (locked: boolean, bypass: boolean) => locked && !bypass,
  /** Whether a locked TOR entry also locks the address register below it. */
  locksBase: (nextLocked: boolean, nextIsTor: boolean) => nextLocked && nextIsTor,
  /** Without MML, W without R is reserved: W is dropped. */
  dropsReservedWrite: (config: number) => ((config & 3) === WRITE ? config & ~WRITE : config),
  /** MML and MMWP cannot be cleared. */
  keepsSticky: () => true,
};

export type PmpDecisions = typeof pmpDecisions;
