/** SBI DBCN: the debug console, for memory that the caller may use. */
import type { Op } from '../../port.ts';
import type { Monitor } from '../monitor.ts';
import type { Returned } from '../returned.ts';
import { done, NOT_SUPPORTED, refused } from '../returned.ts';
import { mayUse } from '../memory.ts';

const READ = 1;
const WRITE = 2;
const LINE_STATUS = 5n;
const DATA_READY = 1n;

export function* console(monitor: Monitor): Op<Returned> {
  const { port, spec } = monitor;
  if (spec.uart === null) return NOT_SUPPORTED;
  const fid = monitor.x(16);
  if (fid === 2n) {
    yield* port.store(spec.uart, monitor.x(10) & 0xffn, 1);
    return done();
  }
  if (fid > 2n) return NOT_SUPPORTED;
  const [count, low, high] = [monitor.x(10), monitor.x(11), monitor.x(12)];
  const at = port.xlen === 64 ? low : low | (high << 32n);
  if (port.xlen === 64 && high !== 0n) return refused('invalid_param');
  if (!mayUse(monitor, at, count, fid === 0n ? READ : WRITE)) return refused('invalid_param');
  return fid === 0n
    ? yield* write(monitor, spec.uart, at, count)
    : yield* read(monitor, spec.uart, at, count);
}

function* write({ port }: Monitor, uart: bigint, at: bigint, count: bigint): Op<Returned> {
  const bytes = yield* port.tryReadBytes(at, Number(count));
  if (!(bytes instanceof Uint8Array)) return refused('invalid_param');
  for (const byte of bytes) yield* port.store(uart, BigInt(byte), 1);
  return done(count);
}

/** What has been typed, as far as it fits: it does not wait. */
function* read({ port }: Monitor, uart: bigint, at: bigint, count: bigint): Op<Returned> {
  let taken = 0n;
  while (taken < count) {
    const status = yield* port.load(uart + LINE_STATUS, 1);
    if ((status & DATA_READY) === 0n) break;
    const byte = yield* port.load(uart, 1);
    if ((yield* port.tryStore(at + taken, byte, 1)) !== null) return refused('invalid_param');
    taken++;
  }
  return done(taken);
}
