/** Float registers, which pass through a TSM as they are: whoever leaves the hart takes them along. */
import type { FirmwareSpec } from '../../spec.ts';
import type { Op, Port } from '../../port.ts';
import type { Fields } from '../../layouts/struct.ts';
import type { Bound } from '../../layouts/record.ts';

/** sstatus.FS: Initial. */
export const FS_INITIAL = 1n << 13n;

const REGISTERS = 32;

/** A record that has room for them. */
type Holder = Bound<Fields & { readonly f: readonly [8, 32]; readonly fcsr: 8 }>;

export const hasFloats = ({ features }: Pick<FirmwareSpec, 'features'>): boolean =>
  features.has('F');

/** FS must be on. */
export function* saveFloats(port: Port, to: Holder): Op<void> {
  for (let n = 0; n < REGISTERS; n++) to.set('f', port.f(n), n);
  to.set('fcsr', yield* port.csrr('fcsr'));
}

/** All 32 and fcsr: nothing of who had the hart before is left. */
export function* loadFloats(port: Port, from: Holder): Op<void> {
  for (let n = 0; n < REGISTERS; n++) port.setF(n, from.get('f', n));
  yield* port.csrw('fcsr', from.get('fcsr'));
}
