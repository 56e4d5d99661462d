/** Where firmware and the bench's host lie: from the top of the table pool downwards, each naturally aligned. */
import type { Plan } from '../../dsl/index.ts';
import type { Area } from '../../emulator/index.ts';
import { CaseError } from '../session/case-error.ts';
import { hex } from '../explain/text-width.ts';

export interface Areas {
  readonly rdsm: Area;
  /** Of the root of a nesting model; null in the others. */
  readonly root: Area | null;
  /** Of each TSM, in the order of their domains. */
  readonly tsms: readonly Area[];
  readonly tables: Area;
  /** Memory of the bench's host: the NACL page and a scratch page of every hart. */
  readonly host: Area;
  /** What is left of the pool for tables that lines build. */
  readonly pool: Area;
}

export interface AreaRequest {
  readonly tsms: number;
  readonly harts: number;
  /** Pages of shadow tables; null: no root. */
  readonly shadowPages: number | null;
}

const K = 1024n;
const RDSM = 512n * K;
const TSM = 4096n * K;
const TABLES = 1024n * K;
const HOST = 64n * K;
const PAGE = 4n * K;
/** More TSMs than this lie in RAM below the pool. */
const TSMS_IN_POOL = 2;
/** NACL page (12 KiB) and scratch page of so many harts fit into 64 KiB. */
const HARTS_PER_HOST = 4;

/** Throws a `CaseError` where the memory is too small, or a region of the scenario lies in the way. */
export function areasOf({ pool, regions }: Plan, request: AreaRequest): Areas {
  let top = pool.base + pool.size;
  const take = (size: bigint): Area => {
    const base = ((top - size) / natural(size)) * natural(size);
    if (base < pool.base) {
      throw new CaseError(
        `the table pool of ${pool.size / K} KiB at ${hex(pool.base)} has no room for the firmware: give the machine more 'ram'`,
      );
    }
    const area = { base, size };
    top = base;
    return area;
  };
  const inPool = Math.min(request.tsms, TSMS_IN_POOL);
  const tsms = Array.from({ length: inPool }, () => take(TSM));
  const tables = take(TABLES);
  const rdsm = take(RDSM);
  const { shadowPages } = request;
  const root = shadowPages === null ? null : take(RDSM + BigInt(shadowPages) * PAGE);
  const host = take(HOST * BigInt(Math.ceil(request.harts / HARTS_PER_HOST)));
  const rest = { base: pool.base, size: top - pool.base };
  top = pool.base;
  for (let k = inPool; k < request.tsms; k++) tsms.push(below(top, regions, (at) => (top = at)));
  const areas = { rdsm, root, tsms, tables, host, pool: rest };
  for (const { name, area } of named(areas)) {
    const region = regions.find((other) => overlaps(other, area));
    if (region === undefined) continue;
    throw new CaseError(
      `region ${region.name} at ${hex(region.base)} overlaps ${name}: ${hex(area.base)} to ${hex(area.base + area.size)}`,
    );
  }
  return areas;
}

/** The next place for a TSM under `top` that no region uses. */
function below(top: bigint, regions: Plan['regions'], taken: (at: bigint) => void): Area {
  for (let base = ((top - TSM) / TSM) * TSM; base > 0n; base -= TSM) {
    const area = { base, size: TSM };
    if (regions.some((region) => overlaps(region, area))) continue;
    taken(base);
    return area;
  }
  throw new CaseError("there is no room for one more TSM: give the machine more 'ram'");
}

function named(areas: Areas): readonly { readonly name: string; readonly area: Area }[] {
  const { rdsm, root, tsms, tables, host } = areas;
  return [
    { name: 'the memory of the RDSM', area: rdsm },
    ...(root === null ? [] : [{ name: 'the memory of the root', area: root }]),
    ...tsms.map((area) => ({ name: 'the memory of a TSM', area })),
    { name: 'the tables of the firmware', area: tables },
    { name: 'the memory of the host that the bench plays', area: host },
  ];
}

function overlaps(one: Area, other: Area): boolean {
  return one.base < other.base + other.size && other.base < one.base + one.size;
}

/** The power of two that a size is aligned to. */
function natural(size: bigint): bigint {
  let unit = PAGE;
  while (unit < size) unit *= 2n;
  return unit;
}
