/** What a trap left behind, by the names that `with (...)` uses: trap CSRs and the fields of mstatus and hstatus. */
import type { Trap } from '../../emulator/index.ts';
import type { Actual } from './actual.ts';

const PRIVILEGE = { U: 0n, VU: 0n, S: 1n, VS: 1n, M: 3n } as const;

type Reader = (trap: Trap, actual: Actual) => bigint;

const cause: Reader = (trap) => BigInt(trap.cause);
const tval: Reader = (trap) => trap.tval;
/** mtval2 and htval hold a guest physical address shifted right by 2. */
const tval2: Reader = (trap) => (trap.gpa ?? 0n) >> 2n;
const tinst: Reader = (trap) => trap.tinst;
const epc: Reader = (trap) => trap.epc;
const previousVirtual: Reader = (trap) => (trap.mpv ? 1n : 0n);
const previousMode: Reader = (_trap, actual) => PRIVILEGE[actual.mode];
const guestAddress: Reader = (trap) => (trap.gva ? 1n : 0n);

const FIELDS: Readonly<Record<string, Reader>> = {
  cause,
  mcause: cause,
  scause: cause,
  vscause: cause,
  tval,
  mtval: tval,
  stval: tval,
  vstval: tval,
  tval2,
  mtval2: tval2,
  htval: tval2,
  tinst,
  mtinst: tinst,
  htinst: tinst,
  epc,
  mepc: epc,
  sepc: epc,
  vsepc: epc,
  mpv: previousVirtual,
  spv: previousVirtual,
  mpp: previousMode,
  spp: previousMode,
  gva: guestAddress,
};

/** The value of a trap field, or null for a name that no trap has. */
export function trapField(name: string, trap: Trap, actual: Actual): bigint | null {
  return FIELDS[name]?.(trap, actual) ?? null;
}

/** Every name that `with (...)` may use behind a fault. */
export const TRAP_FIELDS: readonly string[] = Object.keys(FIELDS);
