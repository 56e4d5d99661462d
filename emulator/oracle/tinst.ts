/** The standard transformation of an instruction whose explicit access trapped: chapter "H", section on mtinst and htinst. */
import { field } from './word.ts';

const LOADS = [0x03, 0x07];
const STORES = [0x23, 0x27];

/** `offset`: the faulting address less the original one; zero where no transformation is defined. */
export function transformed(word: number, length: number, offset: bigint): bigint {
  const opcode = field(word, 6, 0);
  const keep = (mask: number) => BigInt((word & mask) >>> 0);
  const where = (offset & 31n) << 15n;
  let value = 0n;
  if (LOADS.includes(opcode)) value = keep(0x0000_7fff) | where;
  else if (STORES.includes(opcode)) value = keep(0x01f0_707f) | where;
  else if (opcode === 0x2f) value = keep(~0x000f_8000) | where;
  else if (opcode === 0x73 && field(word, 14, 12) === 4 && field(word, 31, 28) === 6) {
    // HLV, HLVX, HSV: funct7 0110xxx.
    value = keep(~0x000f_8000) | where;
  } else if (opcode === 0x0f && field(word, 14, 12) === 2) {
    // CBO: rd and the bits of rs1 are zero.
    value = keep(0xfff0_707f | 0);
  }
  return length === 2 ? value & ~2n : value;
}
