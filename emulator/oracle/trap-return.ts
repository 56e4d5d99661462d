/** MRET and SRET. */
import type { HartCore } from './hart-core.ts';
import type { Mode } from './state.ts';
import { bit, bits } from './state.ts';

const FLAG = (n: number) => 1n << BigInt(n);

function to(h: HartCore, mode: Mode, address: bigint): void {
  if (mode !== 'M') h.c.mstatus &= ~FLAG(17);
  h.mode = mode;
  // Without C bit 1 of xepc is not seen.
  h.next = address & (h.has('C') ? ~1n : ~3n);
  h.stale();
}

export function executeMret(h: HartCore): void {
  h.require(h.mode === 'M');
  const { mstatus } = h.c;
  const previous = bits(mstatus, 12, 11);
  const virtual = h.has('H') && bit(mstatus, 39) && previous !== 3n;
  const mode: Mode =
    previous === 3n ? 'M' : previous === 1n ? (virtual ? 'VS' : 'S') : virtual ? 'VU' : 'U';
  const cleared = mstatus & ~(FLAG(3) | (3n << 11n) | FLAG(39));
  h.c.mstatus = cleared | (bit(mstatus, 7) ? FLAG(3) : 0n) | FLAG(7);
  to(h, mode, h.c.mepc);
}

/** SPP=0, SIE=SPIE, SPIE=1. */
function popped(status: bigint): bigint {
  return (status & ~(FLAG(1) | FLAG(8))) | (bit(status, 5) ? FLAG(1) : 0n) | FLAG(5);
}

export function executeSret(h: HartCore): void {
  if (h.mode === 'VU' || (h.mode === 'VS' && bit(h.c.hstatus, 22))) h.virtualInstruction();
  h.require(h.mode !== 'U' && !(h.mode === 'S' && bit(h.c.mstatus, 22)));
  if (h.mode === 'VS') {
    const supervisor = bit(h.c.vsstatus, 8);
    h.c.vsstatus = popped(h.c.vsstatus);
    return to(h, supervisor ? 'VS' : 'VU', h.c.vsepc);
  }
  const supervisor = bit(h.c.mstatus, 8);
  const virtual = h.has('H') && bit(h.c.hstatus, 7);
  h.c.hstatus &= ~FLAG(7);
  h.c.mstatus = popped(h.c.mstatus);
  to(h, supervisor ? (virtual ? 'VS' : 'S') : virtual ? 'VU' : 'U', h.c.sepc);
}
