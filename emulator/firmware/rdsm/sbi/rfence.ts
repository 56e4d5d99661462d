/** SBI RFENCE: fences on other harts, in the caller's domain. */
import type { RequestKind } from '../../layouts/rdsm.ts';
import type { Op } from '../../port.ts';
import { ask, canReach, EVERYTHING } from '../mail.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED, refused } from '../returned.ts';
import { namedHarts, started } from './harts.ts';

interface Row {
  readonly kind: RequestKind;
  /** a4 is an ASID or VMID. */
  readonly named: boolean;
  readonly hypervisor: boolean;
}

/** By FID. */
const ROWS: readonly Row[] = [
  { kind: 'fence_i', named: false, hypervisor: false },
  { kind: 'sfence_vma', named: false, hypervisor: false },
  { kind: 'sfence_vma', named: true, hypervisor: false },
  { kind: 'hfence_gvma', named: true, hypervisor: true },
  { kind: 'hfence_gvma', named: false, hypervisor: true },
  { kind: 'hfence_vvma', named: true, hypervisor: true },
  { kind: 'hfence_vvma', named: false, hypervisor: true },
];

export function* rfence(monitor: Monitor): Op<Returned> {
  const { port } = monitor;
  const row = ROWS[Number(monitor.x(16))];
  if (row === undefined || (row.hypervisor && !monitor.has('H'))) return NOT_SUPPORTED;
  const named = namedHarts(monitor, monitor.x(10), monitor.x(11));
  if (named === null) return refused('invalid_param');
  const harts = started(monitor, named);
  if (!canReach(monitor) && harts.some((id) => id !== port.hart)) return refused('failed');
  const [first, length] = [monitor.x(12), monitor.x(13)];
  const all = (1n << BigInt(port.xlen)) - 1n;
  if (row.kind !== 'fence_i' && length !== all && first + length > all + 1n) {
    return refused('invalid_address');
  }
  yield* ask(monitor, harts, {
    kind: row.kind,
    first,
    length: length === all ? EVERYTHING : length,
    id: row.named ? monitor.x(14) : EVERYTHING,
  });
  return done();
}
