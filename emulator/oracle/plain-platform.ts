/** A small platform for a plain hart: no isolation, no PMP, all of the address space is memory. */
import type { PlainPlatform } from './plain-state.ts';

export const SMALL: PlainPlatform = {
  xlen: 64,
  features: new Set(),
  knobs: {},
  revision: 'smmpt',
  ram: [{ base: 0n, size: 1n << 56n }],
  io: [],
  sdidlen: 6,
  asidlen: 9,
  vmidlen: 7,
  pmpEntries: 0,
  hartid: 0n,
};
