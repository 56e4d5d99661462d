/** The world switch: the registers of one domain leave the hart, those of another take their place. */
import { RDSM_MAP } from '../layouts/rdsm.ts';
import type { Op } from '../port.ts';
import type { Entry } from './ground.ts';
import type { Monitor } from './monitor.ts';
import { SWITCHED } from './switched.ts';

const ALL_ONES = (1n << 64n) - 1n;
/** Where software stands that has not run yet: behind the call by which it let another domain run. */
const BEHIND_HOME = 0x804n;

/** mmpt, or mttp in the MTT era; null: no table, domains are not switched by a register. */
export function isolationCsr({ spec }: Monitor): 'mmpt' | 'mttp' | null {
  if (spec.mpt === null || !spec.features.has('Smsd')) return null;
  return spec.mpt.startsWith('smmtt') ? 'mttp' : 'mmpt';
}

/** Saves what belongs to the domain that runs, and brings what belongs to `to`. Its x registers stay to be loaded. */
export function* switchWorld(monitor: Monitor, to: number, entry: Entry): Op<void> {
  const { port, ground, caller } = monitor;
  yield* saveWorld(monitor);
  yield* ground.switchTable(monitor, to);
  yield* loadWorld(monitor, to, entry);
  yield* port.csrw(ground.csrs.scratch, RDSM_MAP.seat(ground.area(monitor), port.hart, to));
  port.note({ what: 'world switch', from: caller, to });
}

/** mmpt of a domain; its cached translations are apart from those of others. */
export function* switchTable(monitor: Monitor, to: number): Op<void> {
  const csr = isolationCsr(monitor);
  if (csr !== null) yield* monitor.port.csrw(csr, monitor.store.domain(to).get('mmpt'));
  yield* separate(monitor, monitor.caller, to);
}

/** CSRs of the domain that runs, to its context. */
export function* saveWorld(monitor: Monitor): Op<void> {
  const { port, spec, decide, caller } = monitor;
  const { named } = monitor.ground.csrs;
  const frame = monitor.frame;
  for (const { csr, field, exists } of SWITCHED) {
    if (!exists(spec) || !decide.switches(csr)) continue;
    let value = yield* port.csrr(named(csr));
    // An interrupt that was only passed on to a TSM, for the host, stays the host's.
    if (csr === 'sip' && caller !== 0) value &= ~monitor.seat(0).get('sip');
    frame.set(field, value);
  }
  if (!monitor.has('Sstc')) return;
  const deadline = yield* monitor.readWide(named('stimecmp'));
  // Another value than the one that it was entered with is its own.
  if (caller === 0 || deadline !== frame.get('armed')) frame.set('stimecmp', deadline);
}

/** CSRs of a domain, from its context. */
export function* loadWorld(monitor: Monitor, to: number, entry: Entry): Op<void> {
  const { port, spec, decide } = monitor;
  const { named } = monitor.ground.csrs;
  const seat = monitor.seat(to);
  for (const { csr, field, exists } of SWITCHED) {
    if (!exists(spec) || !decide.switches(csr)) continue;
    const saved = seat.get(field);
    const isCall = entry === 'call';
    if (isCall && csr === 'sie') yield* port.csrw(named(csr), decide.entrySie(saved));
    else if (isCall && csr === 'sstatus') {
      yield* port.csrw(named(csr), decide.entryStatus(saved));
    } else yield* port.csrw(named(csr), saved);
  }
  if (!monitor.has('Sstc')) return;
  const own = seat.get('stimecmp');
  const deadline = to === 0 ? own : decide.deadline(own, monitor.seat(0).get('stimecmp'));
  seat.set('armed', deadline);
  yield* monitor.writeWide(named('stimecmp'), deadline);
}

/** Drops cached translations and entries where two domains look the same to the hart. */
function* separate({ port, spec, decide }: Monitor, from: number, to: number): Op<void> {
  if (!decide.sharesTag(from, to, spec.sdidlen)) return;
  if (spec.features.has('Smsd')) yield* port.fence('mfence_pa', null, null);
  yield* port.fence('sfence_vma', null, null);
  if (spec.features.has('H')) {
    yield* port.fence('hfence_gvma', null, null);
    yield* port.fence('hfence_vvma', null, null);
  }
}

/** Makes the context of a domain on this hart one that has done nothing yet. */
export function clearSeat(monitor: Monitor, sdid: number): void {
  const seat = monitor.seat(sdid);
  for (const { field, exists } of SWITCHED) {
    if (exists(monitor.spec)) seat.set(field, 0n);
  }
  seat.set('mepc', BEHIND_HOME);
  seat.set('stimecmp', ALL_ONES);
  seat.set('armed', ALL_ONES);
}
