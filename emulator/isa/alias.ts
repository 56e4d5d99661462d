/** How the operands of a short form become those of the instruction that it stands for. */
import type { Op, Piece } from './op.ts';
import { piecesOf } from './op.ts';
import type { Slot } from './pattern.ts';
import { X_REGISTERS } from './registers.ts';

export type Operands = Readonly<Record<Slot, number>>;

export interface Expansion {
  readonly op: Op;
  /** Each operand of `op`: the short form's slot, or a constant. */
  readonly from: readonly {
    readonly to: Slot;
    readonly slot: Slot | null;
    readonly value: number;
  }[];
}

const known = new WeakMap<readonly Op[], ReadonlyMap<string, Op>>();

/** The first row of each name. */
function named(rows: readonly Op[]): ReadonlyMap<string, Op> {
  let names = known.get(rows);
  if (names === undefined) {
    names = new Map([...rows].reverse().map((row) => [row.name, row]));
    known.set(rows, names);
  }
  return names;
}

/** The row that one with alias semantics stands for; null: none. */
export function targetOf({ semantics }: Op, rows: readonly Op[]): Op | null {
  if (semantics.kind !== 'alias') return null;
  const [name = ''] = semantics.text.split(' ', 1);
  return named(rows).get(name) ?? null;
}

/** What a row with alias semantics stands for; null: it stands for itself, or the machine lacks the target. */
export function expansionOf(row: Op, rows: readonly Op[]): Expansion | null {
  if (row.semantics.kind !== 'alias') return null;
  const target = targetOf(row, rows);
  if (target === null) return null;
  const [, ...rest] = row.semantics.text.split(' ');
  const given = piecesOf(rest.join(' '));
  const from = target.pieces.flatMap(({ slot }, index) => {
    const piece = given[index];
    return slot === null || piece === undefined ? [] : [{ to: slot, ...source(row, piece) }];
  });
  return { op: target, from };
}

function source(row: Op, piece: Piece): { slot: Slot | null; value: number } {
  const own = piece.slot !== null && row.pieces.some((other) => other.text === piece.text);
  if (own) return { slot: piece.slot, value: 0 };
  const value = X_REGISTERS.get(piece.text) ?? Number(piece.text);
  if (Number.isNaN(value)) throw new Error(`'${piece.text}' of '${row.name}' is no operand`);
  return { slot: null, value };
}

export const NO_OPERANDS: Operands = {
  rd: 0,
  rs1: 0,
  rs2: 0,
  rs3: 0,
  imm: 0,
  csr: 0,
  rm: 0,
  aq: 0,
  rl: 0,
  pred: 0,
  succ: 0,
};

export function expandOperands(expansion: Expansion, operands: Operands): Operands {
  const out: Record<Slot, number> = { ...NO_OPERANDS };
  for (const { to, slot, value } of expansion.from)
    out[to] = slot === null ? value : operands[slot];
  return out;
}
