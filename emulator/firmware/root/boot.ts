/** What the root does on each hart before any domain's software runs. */
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { recordOf } from './context.ts';
import { leave } from './handle.ts';
import { virtualCsrs } from './csr-rows.ts';
import { probeCsrs } from './probe.ts';
import { load } from './worlds.ts';

/** Where harts without a program stand: outside memory. */
export const HOME = 0x800n;
const NONE = (1n << 64n) - 1n;
const SSIE = 1n << 1n;

export function* boot(root: Root): Op<never> {
  const { hart, port, map, spec } = root;
  yield* port.csrw('stvec', map.handle);
  yield* probeCsrs(root);
  clearHart(root);
  for (const index of spec.domains.keys()) {
    const record = recordOf(root, index);
    record.set('nacl', NONE);
    record.set('shadow', 0n);
    record.set('shadowFor', 0n);
  }
  yield* port.fence('hfence_gvma', null, null);
  yield* port.csrw('sie', SSIE);
  hart.set('booted', 1n);
  return yield* startHost(root);
}

/** The virtual hart as a real one comes out of reset. */
function clearHart({ global, hart }: Root): void {
  hart.set('epoch', global.get('epoch'));
  hart.set('virt', 0n);
  for (const [index, { cell }] of virtualCsrs().entries()) {
    if (cell.kind === 'field') hart.set(cell.field, hart.get('fixed', index), cell.index);
  }
  for (let number = 1; number < 32; number++) hart.set('x', 0n, number);
  for (const [index, name] of VS_SET.entries()) {
    if (name === 'vstimecmp') hart.set('guest', NONE, index);
    hart.set('own', hart.get('guest', index), index);
  }
  hart.set('ownHvip', 0n);
  hart.set('ownHie', 0n);
}

/** The host begins at home, in VS-mode, as it would in HS. */
function* startHost(root: Root): Op<never> {
  const { hart, port, spec } = root;
  hart.set('domain', BigInt(spec.domains.findIndex(({ kind }) => kind === 'host')));
  hart.set('x', BigInt(port.hart), 10);
  yield* load(root, 'own', { pc: HOME, supervisor: true });
  return yield* leave(root);
}
