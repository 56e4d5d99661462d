/** The CSRs that a TSM replaces when a guest takes the place of its host: the two lists, in the order of writing. */
import type { FirmwareSpec } from '../../spec.ts';

export interface SwitchedCsr {
  readonly name: string;
  /** Has an upper half of its own at XLEN 32: `<name>h`. */
  readonly wide?: true;
  /** Exists with this extension only. */
  readonly feature?: 'Sstc' | 'Smstateen';
}

/**
 * Of the host, put aside in the TSM's page of the hart before a guest's state is loaded, and put back at its exit. What
 * the RDSM switches (sstatus, stvec, sie, ...) is not here; vsie and vsip are views of hie and hvip. hgatp comes before
 * vsatp, so that the host's first stage never stands over a guest's second.
 */
export const HOST_CSRS: readonly SwitchedCsr[] = [
  { name: 'hstatus' },
  { name: 'hedeleg', wide: true },
  { name: 'hideleg' },
  { name: 'hvip' },
  { name: 'hie' },
  { name: 'henvcfg', wide: true },
  { name: 'hcounteren' },
  { name: 'htimedelta', wide: true },
  { name: 'hstateen0', wide: true, feature: 'Smstateen' },
  { name: 'vsstatus' },
  { name: 'vstvec' },
  { name: 'vsscratch' },
  { name: 'vsepc' },
  { name: 'vscause' },
  { name: 'vstval' },
  { name: 'vstimecmp', wide: true, feature: 'Sstc' },
  // Those of the trap that brings a guest's exit; scause and stval then tell of it.
  { name: 'sepc' },
  { name: 'stval' },
  { name: 'hgatp' },
  { name: 'vsatp' },
];

/** What user mode has of its supervisor: one for host and guests, where no RDSM switches it. */
export const USER_CSRS: readonly SwitchedCsr[] = [{ name: 'scounteren' }, { name: 'senvcfg' }];

/**
 * Of a guest, loaded from its VHCS. `kept`: the guest can change it, so it is saved at every exit; the others are what
 * the TSM has decided for it. hgatp is not here: its root and VMID are those of the hart's turn.
 */
export const GUEST_CSRS: readonly (SwitchedCsr & { readonly kept: boolean })[] = [
  { name: 'hstatus', kept: false },
  { name: 'hedeleg', wide: true, kept: false },
  { name: 'hideleg', kept: false },
  { name: 'hvip', kept: true },
  { name: 'hie', kept: true },
  { name: 'henvcfg', wide: true, kept: false },
  { name: 'hcounteren', kept: false },
  { name: 'htimedelta', wide: true, kept: false },
  { name: 'hstateen0', wide: true, feature: 'Smstateen', kept: false },
  { name: 'scounteren', kept: true },
  { name: 'senvcfg', kept: true },
  { name: 'vsstatus', kept: true },
  { name: 'vstvec', kept: true },
  { name: 'vsscratch', kept: true },
  { name: 'vsepc', kept: true },
  { name: 'vscause', kept: true },
  { name: 'vstval', kept: true },
  { name: 'vstimecmp', wide: true, feature: 'Sstc', kept: true },
  { name: 'vsatp', kept: true },
];

/** Place of a CSR in the words of a VHCS. */
export function guestCsr(name: string): number {
  const index = GUEST_CSRS.findIndex((row) => row.name === name);
  if (index < 0) throw new RangeError(`a guest has no ${name} of its own`);
  return index;
}

/** Place of a CSR among those of the host. */
export function hostCsr(name: string): number {
  const index = HOST_CSRS.findIndex((row) => row.name === name);
  if (index < 0) throw new RangeError(`the TSM does not put ${name} of the host aside`);
  return index;
}

export const exists = ({ feature }: SwitchedCsr, spec: Pick<FirmwareSpec, 'features'>): boolean =>
  feature === undefined || spec.features.has(feature);
