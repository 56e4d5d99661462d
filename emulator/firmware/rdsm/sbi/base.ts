/** SBI base extension: what this firmware is, and what it offers to whoever asks. */
import type { Op } from '../../port.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED } from '../returned.ts';

/** SBI 3.0. */
const VERSION = 3n << 24n;
/** No number is registered for this firmware: 'SDT'. */
const IMPLEMENTATION = 0x53_4454n;
const IMPLEMENTATION_VERSION = 1n;

const IDENTITY: readonly string[] = ['mvendorid', 'marchid', 'mimpid'];
const FIRST_IDENTITY = 4;

/** `isOffered`: whether the caller would be served. */
export const base = (isOffered: (monitor: Monitor, eid: bigint) => boolean) =>
  function* (monitor: Monitor): Op<Returned> {
    const fid = Number(monitor.x(16));
    if (fid === 0) return done(VERSION);
    if (fid === 1) return done(IMPLEMENTATION);
    if (fid === 2) return done(IMPLEMENTATION_VERSION);
    if (fid === 3) return done(isOffered(monitor, monitor.x(10)) ? 1n : 0n);
    const csr = IDENTITY[fid - FIRST_IDENTITY];
    if (csr === undefined) return NOT_SUPPORTED;
    return done(yield* monitor.port.csrr(csr));
  };
