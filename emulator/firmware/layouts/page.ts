/** What the TSM knows of one 4 KiB page of physical memory: 8 bytes. */
import { struct } from './struct.ts';

/** Records that fill one page of the tracker: those of 2 MiB. */
export const PAGES_PER_CHUNK = 512;

export const PAGE_RECORD = struct({
  /** Position in `PAGE_STATES`. */
  state: 1,
  reserved: 1,
  /** Guest id of the TVM that has it; 0: none. */
  owner: 2,
  /** Of a confidential page that nobody has: the epoch it was marked in. Of a shared one: how often it is in use. */
  value: 4,
});

/** A record of zeros is `host`: memory that nobody has spoken of. */
export const PAGE_STATES = [
  /** Ordinary memory of the host. */
  'host',
  /** Of the host, and mapped by TVMs or registered for NACL: `value` times. */
  'shared',
  /** Confidential, of no TVM; usable when the epoch in `value` is over. */
  'unassigned',
  /** Root of a TVM's G-stage. */
  'directory',
  /** Table of a TVM's G-stage, or in the pool for them. */
  'table',
  /** Record of a TVM. */
  'tvm',
  /** Saved state of a vCPU. */
  'vcpu',
  /** Mapped by one TVM. */
  'data',
] as const;

export type PageState = (typeof PAGE_STATES)[number];
