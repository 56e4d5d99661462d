/** A TSM of a few lines: it takes pages, gives them back, looks into memory, by the FID of a COVH call. */
import { functionWord } from '../abi/abi.ts';
import type { HandlerFactory } from '../handler.ts';
import type { Op, Port } from '../port.ts';
import { TSM } from './world.test-support.ts';

const COVH = 0x434f_5648n;
const RDSM = 0x0853_4452n;
const SDID = 2;

function* ask(port: Port, fid: bigint, values: readonly bigint[] = []): Op<bigint> {
  values.forEach((value, k) => {
    port.setX(10 + k, value);
  });
  port.setX(16, fid);
  port.setX(17, RDSM);
  yield* port.ecall();
  return port.x(10);
}

/** FID 0: scause; 1: takes the page in a0; 2: gives it back; 3: loads there; 4: writes and reads htval. */
export const toy: HandlerFactory = () => ({
  name: 'tsm',
  clobbers: 'x',
  *boot(port) {
    yield* port.csrw('stvec', TSM);
    yield* ask(port, 18n);
  },
  *handle(port) {
    const [fid, at] = [port.x(16) & 0xffffn, port.x(10)];
    let value = yield* port.csrr('scause');
    if (fid === 1n) value = yield* ask(port, 2n, [BigInt(SDID), at, 1n, 7n]);
    if (fid === 2n) value = yield* ask(port, 3n, [BigInt(SDID), at, 1n]);
    if (fid === 3n) {
      const found = yield* port.tryLoad(at, 8);
      value = typeof found === 'bigint' ? found : BigInt(-found.cause);
    }
    if (fid === 4n) {
      yield* port.csrw('htval', 0x1234n);
      value = yield* port.csrr('htval');
    }
    yield* ask(port, 16n, [0n, BigInt.asUintN(64, value)]);
  },
});

/** Lines of the host that call it. */
export const call = (fid: number, argument = 0n): string =>
  `li a7, ${COVH}; li a6, ${functionWord(fid, SDID)}; li a0, ${argument}; ecall`;
