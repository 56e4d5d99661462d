/** HLV, HLVX and HSV: loads and stores as the guest makes them. */
import type { HartCore } from './hart-core.ts';
import { bit } from './state.ts';
import { extend, field, rdOf, rs1Of, rs2Of } from './word.ts';

export function executeGuestAccess(h: HartCore, word: number): void {
  const funct7 = field(word, 31, 25);
  h.require(h.has('H') && funct7 >= 0x30 && funct7 <= 0x37);
  const size = 2 ** ((funct7 >> 1) & 3);
  const store = funct7 % 2 === 1;
  const which = rs2Of(word);
  if (store) h.require(rdOf(word) === 0);
  // rs2 of a load: 0 signed, 1 unsigned, 3 HLVX.
  else
    h.require(
      which === 0 || (which === 1 && size < 8) || (which === 3 && (size === 2 || size === 4)),
    );
  const wide = size === 8 || (!store && size === 4 && which === 1);
  h.require(h.xlen === 64 || !wide);
  if (h.virtual) h.virtualInstruction();
  h.require(h.mode !== 'U' || bit(h.c.hstatus, 9));
  const address = h.get(rs1Of(word));
  if (store) {
    h.access('hsv', address, size, { value: h.get(which) });
    return;
  }
  const { value } = h.access(which === 3 ? 'hlvx' : 'hlv', address, size);
  h.set(rdOf(word), which === 0 ? extend(value, size * 8, h.xlen) : value);
}
