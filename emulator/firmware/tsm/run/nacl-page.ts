/** What the TSM writes to and reads from the memory that the host registered for exits. */
import type { HART_CONTEXT } from '../../layouts/hart-context.ts';
import { NO_SHMEM } from '../../layouts/hart-context.ts';
import { naclBytes, naclCsr, naclGpr, NACL_CSRS } from '../../layouts/nacl.ts';
import type { BoundTo } from '../../layouts/record.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';

const PAGE = 4096n;

/** The host's memory for exits on this hart, as long as it is the host's; without it writes go nowhere, reads give 0. */
export interface NaclPage {
  writeGpr(register: number, value: bigint): Op<void>;
  writeCsr(name: keyof typeof NACL_CSRS, value: bigint): Op<void>;
  /** Once: what the host changes afterwards counts for nothing. */
  readGpr(register: number): Op<bigint>;
}

export function naclPage(
  { port, pages, decisions, run }: TsmContext,
  hart: BoundTo<typeof HART_CONTEXT>,
): NaclPage {
  const base = hart.get('nacl');
  const size = port.xlen === 64 ? 8 : 4;
  const isRegistered = base !== NO_SHMEM;
  const isUsable =
    isRegistered &&
    pages.every(base, naclBytes(port.xlen) / PAGE, ({ state }) =>
      run.writesShared(decisions.isOfHost(state)),
    );
  function* write(offset: bigint, value: bigint): Op<void> {
    if (isUsable) yield* port.tryStore(base + offset, BigInt.asUintN(port.xlen, value), size);
  }
  return {
    writeGpr: (register, value) => write(naclGpr(register, port.xlen), value),
    writeCsr: (name, value) => write(naclCsr(NACL_CSRS[name], port.xlen), value),
    *readGpr(register) {
      if (!isUsable) return 0n;
      port.fired('NACL-09');
      const value = yield* port.tryLoad(base + naclGpr(register, port.xlen), size);
      return typeof value === 'bigint' ? value : 0n;
    },
  };
}
