/** At boot the root finds out which bits of each H CSR this hart has. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { virtualCsrs } from './csr-rows.ts';

const ONES = (1n << 64n) - 1n;
const MODE = 15n << 60n;

/** What is written to find the bits: neither reserved MODE nor a reserved vector mode. */
const PROBE: Readonly<Record<string, bigint>> = {
  hgatp: ONES & ~MODE,
  vsatp: ONES & ~MODE,
  vstvec: ONES & ~2n,
};

/** Writes ones and zeros into each CSR and reads them back; what neither moves reads so for ever. */
export function* probeCsrs(root: Root): Op<void> {
  const { hart, port, spec } = root;
  for (const [index, { name, cell, needs }] of virtualCsrs().entries()) {
    hart.set('writable', 0n, index);
    hart.set('fixed', 0n, index);
    const isAbsent = needs !== null && !spec.features.has(needs);
    if (cell.kind === 'view' || isAbsent || name === 'hgeip') continue;
    const ones = PROBE[name] ?? ONES;
    yield* port.csrw(name, ones);
    const set = yield* port.csrr(name);
    yield* port.csrw(name, name === 'vstimecmp' ? ONES : 0n);
    const clear = name === 'vstimecmp' ? 0n : yield* port.csrr(name);
    hart.set('writable', set & ~clear, index);
    hart.set('fixed', clear, index);
    if (name === 'henvcfg') {
      hart.set('memoryTypes', (set >> 62n) & 1n);
      hart.set('updates', (set >> 61n) & 1n);
    }
  }
  hart.set('guestModes', yield* modes(root, 'hgatp'));
  hart.set('supervisorModes', yield* modes(root, 'vsatp'));
}

/** Which values of MODE a register takes, one bit each: 0 (Bare) to 10. */
function* modes({ port }: Root, name: 'hgatp' | 'vsatp'): Op<bigint> {
  let found = 1n;
  for (const mode of [8n, 9n, 10n]) {
    yield* port.csrw(name, mode << 60n);
    if ((yield* port.csrr(name)) >> 60n === mode) found |= 1n << mode;
  }
  yield* port.csrw(name, 0n);
  return found;
}
