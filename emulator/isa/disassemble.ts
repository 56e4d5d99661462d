/** Decoded instructions as canonical text: no pseudo-instructions, compressed forms under their own names. */
import type { Decoded } from './decode.ts';
import type { Operands } from './alias.ts';
import type { Op, Piece } from './op.ts';
import { csrText } from './csr-operands.ts';
import { F_NAMES, fenceSet, ROUNDING_MODES, X_NAMES } from './registers.ts';

/**
 * The text as binutils prints it without aliases, one space behind the mnemonic. A branch target is `.+8` relative
 * to the instruction, or with `pc` the address it goes to.
 */
export function disassemble({ form, formOperands }: Decoded, pc: bigint | null = null): string {
  const name = form.name + ordering(form, formOperands);
  const text = operandTexts(form, formOperands, pc);
  return text === '' ? name : `${name} ${text}`;
}

/** `.aq`, `.rl` or `.aqrl` behind an atomic instruction. */
function ordering(row: Op, { aq, rl }: Operands): string {
  if (!row.pattern.fields.some((field) => field.slot === 'aq')) return '';
  return aq + rl === 0 ? '' : `.${aq === 1 ? 'aq' : ''}${rl === 1 ? 'rl' : ''}`;
}

function operandTexts(row: Op, operands: Operands, pc: bigint | null): string {
  let text = '';
  for (const piece of row.pieces) {
    const next = pieceText(piece, operands, pc);
    // A rounding mode that is the default is left out, with its comma.
    if (next === null) return text.slice(0, -1);
    text += next;
  }
  return text;
}

function pieceText(piece: Piece, operands: Operands, pc: bigint | null): string | null {
  const { text, slot } = piece;
  if (slot === null) return text;
  const value = operands[slot];
  switch (slot) {
    case 'rm':
      return value === defaultRounding(text) ? null : (ROUNDING_MODES[value] ?? 'unknown');
    case 'csr':
      return csrText(value);
    case 'pred':
    case 'succ':
      return fenceSet(value);
    case 'imm':
      if (text === 'shamt') return `0x${value.toString(16)}`;
      if (text === 'upper') return `0x${(value >>> 12).toString(16)}`;
      if (text === 'offset') return target(value, pc);
      return String(value);
    default:
      return (text.startsWith('f') ? F_NAMES[value] : X_NAMES[value]) ?? '';
  }
}

/** What a rounding mode is that is not written: `rm` dynamic, `rm:rne` nearest-even. */
export function defaultRounding(piece: string): number {
  return piece === 'rm' ? 7 : 0;
}

function target(offset: number, pc: bigint | null): string {
  if (pc === null) return `.${offset < 0 ? '-' : '+'}${Math.abs(offset)}`;
  return `0x${BigInt.asUintN(64, pc + BigInt(offset)).toString(16)}`;
}
