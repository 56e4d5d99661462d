/** What an RDSM stands on: the mode that it runs in, and what keeps domains apart there. */
import type { Op } from '../port.ts';
import type { Monitor } from './monitor.ts';
import type { Returned, Serve } from './returned.ts';

/** `call`: a TSM is entered for a call, with interrupts off; `return`: a domain goes on as it was. */
export type Entry = 'call' | 'return';

/** Rights of one domain in a range of pages: a tuple XWR. */
export interface Grant {
  readonly sdid: number;
  readonly xwr: number;
}

/** In M-mode with protection tables: `machine-ground.ts`. A nesting root has its own. */
export interface Ground {
  /** CSRs by their part. */
  readonly csrs: {
    /** Own scratch and exception pc. */
    readonly scratch: string;
    readonly epc: string;
    /** Cause of a trap as a domain's software reads it. */
    readonly cause: string;
    /** The CSR that a domain's software reaches under the name of one of HS. */
    readonly named: (csr: string) => string;
  };
  /** Where records lie: the area of the handler. */
  area(monitor: Pick<Monitor, 'spec'>): bigint;
  /** Whether several domains are served: their firmware booted, its calls carried. */
  hasWorlds(monitor: Monitor): boolean;
  /** Calls of other extensions than CoVE's go there instead of to this RDSM's own services; null: none do. */
  readonly elsewhere: Serve | null;

  /** Where a TSM is part of this firmware, its calls; null: a TSM is entered by a switch to its domain. */
  readonly callTsm: ((monitor: Monitor, to: number, pc: bigint) => Op<Returned>) | null;

  /** CSRs of the caller to its context. */
  saveWorld(monitor: Monitor): Op<void>;
  /** The caller's leave the hart, those of `to` take their place; x registers and pc stay to be loaded. */
  switchWorld(monitor: Monitor, to: number, entry: Entry): Op<void>;
  /** What keeps `to` apart takes the place of what keeps the caller apart. */
  switchTable(monitor: Monitor, to: number): Op<void>;
  /** mret or sret: to where the exception pc says. */
  leave(monitor: Monitor): Op<never>;
  /** A TSM has booted on this hart: whatever comes next there. */
  booted(monitor: Monitor): Op<never>;

  /** Rights of a domain in the page at an address, or null. */
  rightsOf(monitor: Monitor, sdid: number): (page: bigint) => number | null;
  /** All edits or none, fenced here, and elsewhere when harts pass; false: no room for tables. */
  edit(monitor: Monitor, base: bigint, pages: bigint, grants: readonly Grant[]): Op<boolean>;
  /** On every hart now: what it holds of the tables of one domain, or (null) of all. */
  fenceTables(monitor: Monitor, sdid: number | null): Op<void>;
}
