/** All extensions, and how a7 and a6 name a function of one. */
import type { Call, Extension } from './call.ts';
import type { Profile } from './check.ts';
import { ATST, COVG } from './covg.ts';
import { COVH } from './covh.ts';
import { COVI } from './covi.ts';
import { NACL } from './nacl.ts';
import { RDSM, SUPD } from './rdsm.ts';
import { BASE, DBCN, HSM, IPI, RFENCE, SRST, TIME } from './sbi.ts';

/** By the name that scenarios put in front of the dot. */
export const EXTENSIONS = {
  supd: SUPD,
  covh: COVH,
  covi: COVI,
  covg: COVG,
  atst: ATST,
  nacl: NACL,
  sbi: BASE,
  time: TIME,
  ipi: IPI,
  rfence: RFENCE,
  hsm: HSM,
  srst: SRST,
  dbcn: DBCN,
  rdsm: RDSM,
} as const satisfies Readonly<Record<string, Extension>>;

export function extensionOf(eid: bigint): Extension | null {
  return Object.values<Extension>(EXTENSIONS).find((row) => row.eid === eid) ?? null;
}

/** a6 of CoVE's calls: the function, reserved bits, the domain that it is for. */
export const FID_BITS = 16n;
export const RESERVED_BITS = 10n;
export const SDID_SHIFT = 26n;

export interface FunctionWord {
  readonly fid: number;
  readonly reserved: bigint;
  readonly sdid: number;
}

/** The parts of a6, of which only 32 bits count. */
export function splitFunctionWord(a6: bigint): FunctionWord {
  return {
    fid: Number(a6 & ((1n << FID_BITS) - 1n)),
    reserved: (a6 >> FID_BITS) & ((1n << RESERVED_BITS) - 1n),
    sdid: Number((a6 >> SDID_SHIFT) & 0x3fn),
  };
}

export function functionWord(fid: number, sdid: number): bigint {
  return BigInt(fid) | (BigInt(sdid) << SDID_SHIFT);
}

export function fidOf(row: Call, profile: Profile): number | null {
  return profile === 'salus' ? row.salusFid : row.fid;
}

/** The function with this number, and its name; null: there is none under this profile. */
export function functionOf<E extends Extension>(
  { functions }: E,
  fid: number,
  profile: Profile,
): (keyof E['functions'] & string) | null {
  for (const [name, row] of Object.entries(functions)) {
    if (fidOf(row, profile) === fid) return name;
  }
  return null;
}
