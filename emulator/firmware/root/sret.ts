/** SRET of a domain's supervisor where the root must see it: into its guest. */
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { HSTATUS } from './decisions.ts';
import { prepareShadow } from './shadow-table.ts';
import { entersGuest, load, save, STATUS } from './worlds.ts';

const { SIE, SPIE, SPP } = STATUS;

/** xIE := xPIE, xPIE := 1, xPP := U. */
export function unstacked(status: bigint): bigint {
  return (status & ~(SIE | SPP)) | SPIE | ((status & SPIE) !== 0n ? SIE : 0n);
}

/** What SRET in HS-mode does: the guest with hstatus.SPV, else the supervisor's own software. */
export function* emulateSret(root: Root): Op<void> {
  const { hart, port } = root;
  if (!entersGuest(root)) {
    const status = yield* port.csrr('vsstatus');
    const sstatus = (yield* port.csrr('sstatus')) & ~SPP;
    yield* port.csrw('vsstatus', unstacked(status));
    yield* port.csrw('sstatus', sstatus | (status & SPP));
    yield* port.csrw('sepc', yield* port.csrr('vsepc'));
    return;
  }
  yield* save(root, 'own');
  const status = hart.get('own', 0);
  hart.set('own', unstacked(status), 0);
  hart.set('hstatus', hart.get('hstatus') & ~HSTATUS.SPV);
  yield* prepareShadow(root);
  const pc = hart.get('own', VS_SET.indexOf('vsepc'));
  yield* load(root, 'guest', { pc, supervisor: (status & SPP) !== 0n });
}
