/** The memory of the host that the bench plays: a NACL page and a scratch page for each hart. */
import type { Area } from '../../emulator/index.ts';
import { naclBytes } from '../../emulator/index.ts';

const PAGE = 0x1000n;

export interface HostMemory {
  /** Physical address of a hart's NACL shared memory. */
  nacl(hart: number): bigint;
  /** Physical address of the page for records that a hart's calls point to. */
  scratch(hart: number): bigint;
}

export function hostMemory({ base }: Area, harts: number, xlen: 32 | 64): HostMemory {
  const size = naclBytes(xlen);
  return {
    nacl: (hart) => base + BigInt(hart) * size,
    scratch: (hart) => base + BigInt(harts) * size + BigInt(hart) * PAGE,
  };
}
