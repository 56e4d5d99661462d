/** ECALL of a domain's supervisor: the SBI below, which is that of M-mode. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';

const A0 = 10;
const ARGUMENTS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Cause 10: the call is made again one level down, and its a0 and a1 are those of the domain. */
export function* environmentCall(root: Root): Op<void> {
  const { hart, port } = root;
  for (const k of ARGUMENTS) port.setX(A0 + k, hart.get('x', A0 + k));
  yield* port.ecall();
  hart.set('x', port.x(A0), A0);
  hart.set('x', port.x(A0 + 1), A0 + 1);
  yield* port.csrw('sepc', (yield* port.csrr('sepc')) + 4n);
}
