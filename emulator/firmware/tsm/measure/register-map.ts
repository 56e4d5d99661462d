/** Which measurement registers a TVM has, what each is for, and by which index it is asked for. */
import type { FirmwareSpec } from '../../spec.ts';

export type Profile = FirmwareSpec['tsm']['profile'];

/** In the order in which they lie in memory. */
const USES = [
  'platform-firmware',
  'platform-configuration',
  'tsm-software',
  'tsm-configuration',
  'tvm-pages',
  'tvm-configuration',
  'runtime-0',
  'runtime-1',
  'runtime-2',
  'runtime-3',
] as const;

export type RegisterUse = (typeof USES)[number];

export interface Register {
  /** What callers name it by: its number in `spec`, its TCG PCR in `salus`. */
  readonly index: number;
  readonly use: RegisterUse;
  readonly type: 'initial' | 'runtime';
  /** The TCG PCR that it maps to; 255: none. */
  readonly pcr: number;
}

const UNMAPPED = 0xff;

/** Salus has no registers of its own for the TSM, and numbers them as the TCG does. */
const SALUS_PCR: Readonly<Partial<Record<RegisterUse, number>>> = {
  'platform-firmware': 0,
  'platform-configuration': 1,
  'tvm-pages': 2,
  'tvm-configuration': 3,
  'runtime-0': 17,
  'runtime-1': 18,
  'runtime-2': 19,
  'runtime-3': 20,
};

/** Those of a profile, by ascending index. */
export function registersOf(profile: Profile): readonly Register[] {
  return USES.flatMap((use, place): Register[] => {
    const type = use.startsWith('runtime') ? 'runtime' : 'initial';
    if (profile === 'spec') return [{ index: place, use, type, pcr: UNMAPPED }];
    const pcr = SALUS_PCR[use];
    return pcr === undefined ? [] : [{ index: pcr, use, type, pcr }];
  });
}

/** Null: no such register. */
export function registerAt(profile: Profile, index: bigint): Register | null {
  return registersOf(profile).find((register) => BigInt(register.index) === index) ?? null;
}

/** Position in memory. */
export function placeOf(use: RegisterUse): number {
  return USES.indexOf(use);
}
