/** Records of the RDSM in its memory, by what they are about. */
import type { TableMemory } from '../../isolate/table-memory.ts';
import {
  DOMAIN_KINDS,
  RDSM_DOMAIN,
  RDSM_HART,
  RDSM_MAP,
  RDSM_SEAT,
  RDSM_SHARED,
} from '../layouts/rdsm.ts';
import { type Bound, recordAt } from '../layouts/record.ts';
import type { Struct } from '../layouts/struct.ts';
import type { FirmwareDomain } from '../spec.ts';

type RecordOf<S> = S extends Struct<infer F> ? Bound<F> : never;

export type SharedRecord = RecordOf<typeof RDSM_SHARED>;
export type DomainRecord = RecordOf<typeof RDSM_DOMAIN>;
export type HartRecord = RecordOf<typeof RDSM_HART>;
export type SeatRecord = RecordOf<typeof RDSM_SEAT>;

export const SDIDS = 64;

export class Store {
  readonly #own: TableMemory;
  readonly #base: bigint;

  /** `base`: of the area of the RDSM. */
  constructor(own: TableMemory, base: bigint) {
    this.#own = own;
    this.#base = base;
  }

  get shared(): SharedRecord {
    return recordAt(this.#own, RDSM_SHARED, RDSM_MAP.shared(this.#base));
  }

  domain(sdid: number): DomainRecord {
    return recordAt(this.#own, RDSM_DOMAIN, RDSM_MAP.domain(this.#base, sdid));
  }

  hart(hart: number): HartRecord {
    return recordAt(this.#own, RDSM_HART, RDSM_MAP.hart(this.#base, hart));
  }

  seat(hart: number, sdid: number): SeatRecord {
    return recordAt(this.#own, RDSM_SEAT, RDSM_MAP.seat(this.#base, hart, sdid));
  }

  /** Bit k: SDID k. */
  get activeBits(): bigint {
    return this.shared.get('active');
  }

  isActive(sdid: number): boolean {
    return ((this.activeBits >> BigInt(sdid)) & 1n) === 1n;
  }

  /** SDIDs of all active domains, ascending. */
  active(): number[] {
    const bits = this.activeBits;
    return [...Array(SDIDS).keys()].filter((sdid) => ((bits >> BigInt(sdid)) & 1n) === 1n);
  }

  /** Of an active domain. */
  kindOf(sdid: number): FirmwareDomain['kind'] {
    return DOMAIN_KINDS[Number(this.domain(sdid).get('kind'))] ?? 'plain';
  }
}
