/** Which flags of hypothetical hardware make sense together. */
import type { Acceleration } from '../../spec.ts';

/** What a flag needs of the others, and why. */
export const NEEDS: Readonly<Record<Acceleration, readonly Acceleration[]>> = {
  csr_page: [],
  walk3: [],
  /** A fence reaches what the hart has cached, not what software keeps: shadow tables. */
  fence_fwd: ['walk3'],
  /** The hardware finds in the page what it switches, and knows no shadow tables. */
  hw_sret: ['csr_page', 'walk3'],
  hw_vhs_trap: ['csr_page', 'walk3'],
};

/** Why these flags cannot be had together, or null. */
export function refuseAcceleration(flags: ReadonlySet<Acceleration>): string | null {
  for (const flag of flags) {
    const missing = NEEDS[flag].filter((other) => !flags.has(other));
    if (missing.length > 0) return `accel ${flag} needs ${missing.join(' and ')}`;
  }
  return null;
}
