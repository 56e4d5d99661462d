/** Which interrupt is taken, and where; a fault replaces one of these. */
import type { Mode } from '../access/context.ts';

/** Bits of mip and mie. */
export const INTERRUPT = {
  SSI: 1,
  VSSI: 2,
  MSI: 3,
  STI: 5,
  VSTI: 6,
  MTI: 7,
  SEI: 9,
  VSEI: 10,
  MEI: 11,
  SGEI: 12,
} as const;

const { SSI, VSSI, MSI, STI, VSTI, MTI, SEI, VSEI, MEI, SGEI } = INTERRUPT;

/** Among those for one mode, the first that is pending is taken. */
const PRIORITY: readonly number[] = [MEI, MSI, MTI, SEI, SSI, STI, SGEI, VSEI, VSSI, VSTI];

export const interruptDecisions = {
  interruptPriority: (): readonly number[] => PRIORITY,
  /** mideleg and hideleg. */
  delegatesInterrupt: (delegation: number, code: number) => ((delegation >>> code) & 1) === 1,
  /** Interrupts for M-mode: always below M, in M with mstatus.MIE. */
  machineTakes: (mode: Mode, mie: boolean) => mode !== 'M' || mie,
  /** Interrupts for HS-mode: never in M, with sstatus.SIE in HS, always below. */
  supervisorTakes: (mode: Mode, sie: boolean) => mode !== 'M' && (mode !== 'S' || sie),
  /** Interrupts for VS-mode: with vsstatus.SIE in VS, always in VU, never with V=0. */
  guestTakes: (mode: Mode, sie: boolean) => mode === 'VU' || (mode === 'VS' && sie),
  /** The guest sees VS-level interrupts one position lower. */
  guestCode: (code: number) => code - 1,
  /** WFI ends with any interrupt that is pending and enabled in mie, whatever the global enables say. */
  wakes: (pendingEnabled: number) => pendingEnabled !== 0,
  /** Sstc: a comparator is level. */
  timerPending: (time: bigint, compare: bigint) => time >= compare,
};
