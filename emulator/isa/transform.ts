/** Instruction words made of what was decoded: as they stood in memory, and as mtinst and htinst show them. */
import type { Operands } from './alias.ts';
import type { Decoded } from './decode.ts';
import type { Op } from './op.ts';
import type { Slot } from './pattern.ts';
import { insert } from './pattern.ts';

/** The word, unsigned; of a compressed instruction its 16 bits. Bits that the decoder ignores are clear. */
export function wordOf({ form, formOperands }: Decoded): number {
  return encoded(form, formOperands, []);
}

/**
 * The standard transformation: immediate and rs1 clear, where Addr. Offset is put; of a compressed instruction that
 * of its expansion, with bit 1 clear. 0: nothing is shown for this instruction.
 */
export function transformedOf({ op, operands, length }: Decoded): number {
  if (op.name === 'sspush' || op.name === 'sspopchk') return 0;
  const word = encoded(op, operands, ['imm', 'rs1']);
  return length === 2 ? word - 2 : word;
}

function encoded({ pattern }: Op, operands: Operands, without: readonly Slot[]): number {
  let word = pattern.match;
  for (const field of pattern.fields) {
    if (!without.includes(field.slot)) word = (word | insert(field, operands[field.slot])) >>> 0;
  }
  return word;
}
