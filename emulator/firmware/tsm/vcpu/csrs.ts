/** CSRs of 64 bits at either XLEN. */
import type { Op, Port } from '../../port.ts';
import type { SwitchedCsr } from './switched.ts';

const LOW = 0xffff_ffffn;

export function* readCsr(port: Port, { name, wide }: SwitchedCsr): Op<bigint> {
  const low = yield* port.csrr(name);
  if (wide === undefined || port.xlen === 64) return low;
  return low | ((yield* port.csrr(`${name}h`)) << 32n);
}

export function* writeCsr(port: Port, { name, wide }: SwitchedCsr, value: bigint): Op<void> {
  if (wide === undefined || port.xlen === 64) return yield* port.csrw(name, value);
  yield* port.csrw(name, value & LOW);
  yield* port.csrw(`${name}h`, value >> 32n);
}
