/** Pages from the host to a domain with a TSM, and back. */
import type { Condition } from '../abi/check.ts';
import { refuse } from '../abi/check.ts';
import { readArguments } from '../abi/call.ts';
import { SUCCESS } from '../abi/errors.ts';
import { RDSM } from '../abi/rdsm.ts';
import type { Op } from '../port.ts';
import type { Area } from '../spec.ts';
import type { Grant } from './ground.ts';
import type { Monitor } from './monitor.ts';
import type { Returned } from './returned.ts';
import { done, refused } from './returned.ts';
import { PAGE } from './tables.ts';

const HOST = 0;
const RW = 3;
const RWX = 7;
/** Tuples that may be given; w and wx are reserved, none would be no gift. */
const LEGAL = [1n, 3n, 4n, 5n, 7n];

interface Range {
  readonly base: bigint;
  readonly pages: bigint;
}

/** Takes pages away from the host and everybody else, and gives them to the calling domain. */
export function* assignMemory(monitor: Monitor): Op<Returned> {
  const { port, spec, store, decide, caller } = monitor;
  const { functions } = RDSM;
  const given = readArguments(functions.sd_assign_mem, (number) => monitor.x(number));
  const range = { base: given.base_page_address, pages: given.num_pages };
  const error = yield* refuse(port, spec.tsm.profile, functions.sd_assign_mem.checks, {
    ...rangeConditions(monitor, given.sdid, range),
    rights: () => !LEGAL.includes(given.xwr),
    memory: () => isRefused(monitor, range) || !areAll(range, isOfHost(monitor)),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  const grants = store.active().map((sdid): Grant => {
    if (sdid === caller) return { sdid, xwr: Number(given.xwr) };
    // Another TSM has rights on memory of the host, and loses them with it.
    if (store.kindOf(sdid) === 'tsm') port.fired('ISO-11');
    return { sdid, xwr: sdid === HOST ? decide.hostRights() : 0 };
  });
  return yield* change(monitor, range, grants, 'to');
}

/** Gives pages of the calling domain back to the host: memory of the host, which TSMs may read and write again. */
export function* revokeMemory(monitor: Monitor): Op<Returned> {
  const { port, spec, store } = monitor;
  const { functions } = RDSM;
  const given = readArguments(functions.sd_revoke_mem, (number) => monitor.x(number));
  const range = { base: given.base_page_address, pages: given.num_pages };
  const error = yield* refuse(port, spec.tsm.profile, functions.sd_revoke_mem.checks, {
    ...rangeConditions(monitor, given.sdid, range),
    memory: () => isRefused(monitor, range) || !areAll(range, isOfDomain(monitor)),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  const grants = store.active().flatMap((sdid): readonly Grant[] => {
    if (sdid === HOST) return [{ sdid, xwr: RWX }];
    return store.kindOf(sdid) === 'tsm' ? [{ sdid, xwr: RW }] : [];
  });
  return yield* change(monitor, range, grants, 'back from');
}

function* change(
  monitor: Monitor,
  { base, pages }: Range,
  grants: readonly Grant[],
  way: 'to' | 'back from',
): Op<Returned> {
  if (!(yield* monitor.ground.edit(monitor, base, pages, grants))) return refused('out_of_memory');
  const text = `${pages} pages at 0x${base.toString(16)} ${way} SDID ${monitor.caller}`;
  monitor.port.note({ what: 'step', text });
  return done(pages);
}

type RangeCheck = 'sdid' | 'count' | 'overflow' | 'alignment';

function rangeConditions(
  { port, caller }: Monitor,
  sdid: bigint,
  { base, pages }: Range,
): Readonly<Record<RangeCheck, Condition>> {
  return {
    // A TSM speaks for its own domain.
    sdid: () => sdid !== BigInt(caller),
    count: () => pages === 0n,
    overflow: () => base + pages * PAGE > 1n << BigInt(port.xlen),
    alignment: () => base % PAGE !== 0n,
  };
}

/** Not RAM, aliased, or memory of firmware. */
function isRefused({ port, spec, store, decide }: Monitor, { base, pages }: Range): boolean {
  const size = pages * PAGE;
  const isRam = spec.ram.some((bank) => base >= bank.base && base + size <= bank.base + bank.size);
  if (!isRam) return true;
  const meets = (area: Area) => base < area.base + area.size && area.base < base + size;
  const isAliased = spec.aliases.some(
    (alias) => meets(alias) || meets({ base: alias.of, size: alias.size }),
  );
  if (isAliased) port.fired('CONV-14');
  if (decide.isAliased(isAliased)) return true;
  const images = store.active().map((sdid): Area => {
    const record = store.domain(sdid);
    return { base: record.get('base'), size: record.get('size') };
  });
  const firmware = [spec.rdsm, spec.tables, ...(spec.root === null ? [] : [spec.root]), ...images];
  return decide.isFirmware(firmware.some(meets));
}

/** Whether a page is the giver's, by its own table and that of whoever would hold it otherwise. */
type Holds = (page: bigint) => boolean;

function areAll({ base, pages }: Range, holds: Holds): boolean {
  for (let k = 0n; k < pages; k++) {
    if (!holds(base + k * PAGE)) return false;
  }
  return true;
}

function isOfHost(monitor: Monitor): Holds {
  const host = monitor.ground.rightsOf(monitor, HOST);
  return (page) => monitor.decide.isHosts(host(page));
}

function isOfDomain(monitor: Monitor): Holds {
  const own = monitor.ground.rightsOf(monitor, monitor.caller);
  const host = monitor.ground.rightsOf(monitor, HOST);
  return (page) => monitor.decide.isDomains(own(page) ?? 0, host(page) ?? 0);
}

/**
 * Whether memory that the caller names is its own to use: RAM that its table gives it these rights in (bits of a
 * tuple), and no memory of the RDSM, which could reach it all.
 */
export function mayUse(monitor: Monitor, at: bigint, size: bigint, needs: number): boolean {
  const { spec, decide, caller } = monitor;
  const { rdsm } = spec;
  if (at < rdsm.base + rdsm.size && rdsm.base < at + size) return false;
  if (!spec.ram.some((bank) => at >= bank.base && at + size <= bank.base + bank.size)) return false;
  const rights = monitor.ground.rightsOf(monitor, caller);
  for (let page = at - (at % PAGE); page < at + size; page += PAGE) {
    if (!decide.mayUse(rights(page), needs)) return false;
  }
  return true;
}
