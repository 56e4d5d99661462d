/** Fences that this hart executes for another one, in the domain of whoever asked. */
import type { FenceName } from '../../cache/fence-request.ts';
import type { RequestKind } from '../layouts/rdsm.ts';
import type { Op } from '../port.ts';
import type { Request, Sent } from './mail.ts';
import type { Monitor } from './monitor.ts';
import { PAGE } from './tables.ts';
import { isolationCsr } from './worlds.ts';

const ALL = (1n << 64n) - 1n;
/** Longer ranges are fenced whole. */
const SINGLY = 16n;

interface Row {
  readonly fence: FenceName;
  /** A GPA operand holds the address shifted right by 2. */
  readonly shift: bigint;
}

const ROWS: Readonly<Record<RequestKind, Row>> = {
  fence_i: { fence: 'fence_i', shift: 0n },
  sfence_vma: { fence: 'sfence_vma', shift: 0n },
  hfence_gvma: { fence: 'hfence_gvma', shift: 2n },
  hfence_vvma: { fence: 'hfence_vvma', shift: 0n },
  mfence_pa: { fence: 'mfence_pa', shift: 0n },
};

/** As it stands, in the domain that is in force. */
export function* fence({ port }: Monitor, { kind, first, length, id }: Request): Op<void> {
  const row = ROWS[kind];
  const who = id === ALL ? null : id;
  const isAll = length === ALL || length > SINGLY * PAGE || (first === 0n && length === 0n);
  if (row.fence === 'fence_i') yield* port.fence('fence_i');
  else if (isAll) yield* port.fence(row.fence, null, who);
  else {
    const end = first + (length === 0n ? 1n : length);
    for (let at = first - (first % PAGE); at < end; at += PAGE) {
      yield* port.fence(row.fence, at >> row.shift, who);
    }
  }
}

/**
 * For another hart: fences of translations act on the SDID in mmpt, those of VS-stages on the VMID in hgatp, so both
 * are what they are where the fence was asked for.
 */
export function* fenceFor(monitor: Monitor, sent: Sent): Op<void> {
  const { port, store, decide, caller } = monitor;
  const csr = isolationCsr(monitor);
  const domain = decide.fencedDomain(sent.sdid, caller);
  const isForeign = csr !== null && domain !== caller && sent.kind !== 'mfence_pa';
  if (isForeign) yield* port.csrw(csr, store.domain(domain).get('mmpt'));
  if (sent.kind === 'hfence_vvma') {
    const own = yield* port.csrr('hgatp');
    if (own !== sent.hgatp) yield* port.csrw('hgatp', sent.hgatp);
    yield* fence(monitor, sent);
    if (own !== sent.hgatp) yield* port.csrw('hgatp', own);
  } else yield* fence(monitor, sent);
  if (isForeign) {
    yield* port.csrw(csr, store.domain(caller).get('mmpt'));
    port.fired('FENCE-09');
  }
}
