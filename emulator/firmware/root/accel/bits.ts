/** Fields of hnest, the control of hypothetical hardware for nesting, and what the flags switch on there. */
import type { Acceleration } from '../../spec.ts';

export const HNEST = {
  EN: 1n << 0n,
  V2: 1n << 1n,
  OUTER: 1n << 2n,
  VMID: 0x3fffn << 16n,
} as const;

const FLAGS: Readonly<Record<Acceleration, bigint>> = {
  csr_page: 1n << 8n,
  hw_vhs_trap: 1n << 9n,
  hw_sret: 1n << 10n,
  walk3: 1n << 11n,
  fence_fwd: 1n << 12n,
};

/** hnest while a domain's supervisor runs. */
export function enabled(flags: ReadonlySet<Acceleration>): bigint {
  return [...flags].reduce((sum, flag) => sum | FLAGS[flag], HNEST.EN);
}
