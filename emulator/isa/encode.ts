/** One row and the operands written behind its mnemonic to an instruction word. */
import { csrNumbers } from './csr-operands.ts';
import { defaultRounding } from './disassemble.ts';
import type { Scope } from './expression.ts';
import { evaluate, numberOf } from './expression.ts';
import type { Op, Piece } from './op.ts';
import type { Field } from './pattern.ts';
import { insert, misfit } from './pattern.ts';
import { F_REGISTERS, parseFenceSet, ROUNDING_MODES, X_REGISTERS } from './registers.ts';
import { hint } from './spelling.ts';
import type { Token } from './statements.ts';
import { Mistake } from './statements.ts';

/** What an encoder must know of the machine and the place. */
export interface Place extends Scope {
  readonly xlen: 32 | 64;
}

/** `ld rd, imm(rs1)`: how the row is written. */
export function usage({ name, pieces }: Op): string {
  const text = pieces.map(({ text }) => (text === ',' ? ', ' : text.replace(':rne', ''))).join('');
  return `${name} ${text}`.trim();
}

/** The instruction word (unsigned), without aq and rl; throws a Mistake. */
export function encode(row: Op, name: Token, tokens: readonly Token[], place: Place): number {
  let word = row.pattern.match;
  let next = 0;
  for (const [index, piece] of row.pieces.entries()) {
    const after = row.pieces[index + 1]?.text ?? '';
    const token = tokens[next];
    if (token === undefined && (piece.text.startsWith('rm') || after.startsWith('rm'))) {
      const left = piece.text.startsWith('rm') ? piece : row.pieces[index + 1];
      if (left !== undefined) word = put(row, left, BigInt(defaultRounding(left.text)), word, name);
      break;
    }
    if (piece.slot === 'imm' && after === '(' && token?.text === '(') continue;
    if (piece.text === '(' && token?.text === '0' && tokens[next + 1]?.text === '(') next++;
    const given = tokens[next];
    try {
      word =
        piece.slot === null
          ? literal(row, piece, given, word, name)
          : operand(row, piece, given, word, name, place);
    } catch (error) {
      throw error instanceof Mistake ? new Mistake(error.message, error.at, next) : error;
    }
    next++;
  }
  const extra = tokens[next];
  if (extra === undefined) return word >>> 0;
  throw new Mistake(`nothing may follow here: the form is '${usage(row)}'`, extra, next);
}

function missing(row: Op, name: Token): Mistake {
  return new Mistake(`an operand is missing: the form is '${usage(row)}'`, name);
}

/** Punctuation, or a register that is always the same. */
function literal(
  row: Op,
  piece: Piece,
  token: Token | undefined,
  word: number,
  name: Token,
): number {
  if (token === undefined) throw missing(row, name);
  const wanted = X_REGISTERS.get(piece.text);
  const same =
    wanted === undefined ? token.text === piece.text : X_REGISTERS.get(token.text) === wanted;
  if (same) return word;
  throw new Mistake(`'${piece.text}' must stand here: the form is '${usage(row)}'`, token);
}

function operand(
  row: Op,
  piece: Piece,
  token: Token | undefined,
  word: number,
  name: Token,
  place: Place,
): number {
  if (token === undefined) throw missing(row, name);
  if (/^[(),]$/.test(token.text)) {
    throw new Mistake(`an operand is missing: the form is '${usage(row)}'`, token);
  }
  return put(row, piece, valueOf(piece, token, place), word, token);
}

function put(row: Op, piece: Piece, value: bigint, word: number, token: Token): number {
  const field = row.pattern.fields.find(({ slot }) => slot === piece.slot);
  if (field === undefined) throw new Error(`'${row.name}' does not encode '${piece.text}'`);
  const why = misfit(field, value);
  if (why === null) return (word | insert(field, Number(value))) >>> 0;
  throw new Mistake(`'${token.text}' ${complaint(piece, field, why)}`, token);
}

/** Why an operand does not fit, in the units in which it is written. */
function complaint(piece: Piece, field: Field, why: string): string {
  if (piece.text === 'upper') {
    return field.max > 2 ** 20
      ? 'must be between 0 and 0xfffff'
      : 'must be between 1 and 31, or 0xfffe0 and 0xfffff';
  }
  if (piece.text === 'offset') return `is too far or odd: the distance ${why}`;
  if (field.plus === 8) return 'does not fit: this form takes registers 8 to 15 (s0, s1, a0 to a5)';
  if (/^r[ds]/.test(piece.text)) return 'may not be this register here';
  return why;
}

function valueOf(piece: Piece, token: Token, place: Place): bigint {
  const { text } = token;
  switch (piece.slot) {
    case 'imm':
      return immediate(piece, token, place);
    case 'csr':
      return csrNumber(token);
    case 'rm': {
      const mode = ROUNDING_MODES.findIndex((name) => name === text);
      if (mode >= 0) return BigInt(mode);
      throw new Mistake(`'${text}' is not a rounding mode: rne, rtz, rdn, rup, rmm or dyn`, token);
    }
    case 'pred':
    case 'succ': {
      const set = parseFenceSet(text);
      if (set !== null) return BigInt(set);
      throw new Mistake(`'${text}' is not a set of i, o, r, w in this order, or 0`, token);
    }
    default:
      return BigInt(register(piece.text.startsWith('f') ? 'float' : 'integer', token));
  }
}

function register(file: 'integer' | 'float', token: Token): number {
  const [names, others] =
    file === 'integer' ? [X_REGISTERS, F_REGISTERS] : [F_REGISTERS, X_REGISTERS];
  const number = names.get(token.text);
  if (number !== undefined) return number;
  const a = file === 'integer' ? 'an integer register' : 'a float register';
  if (others.has(token.text)) throw new Mistake(`'${token.text}' stands where ${a} must`, token);
  throw new Mistake(`'${token.text}' is not ${a}${hint(token.text, names.keys())}`, token);
}

function csrNumber(token: Token): bigint {
  const known = csrNumbers().get(token.text);
  if (known !== undefined) return BigInt(known);
  const number = numberOf(token.text);
  if (number !== null) return number;
  throw new Mistake(
    `there is no CSR '${token.text}'${hint(token.text, csrNumbers().keys())}`,
    token,
  );
}

function immediate(piece: Piece, token: Token, place: Place): bigint {
  const { value, addresses } = evaluate(token, place);
  if (token.part !== null) return addressPart(token, value, addresses, place);
  if (piece.text === 'offset') {
    if (addresses === 1) return value - place.pc;
    throw new Mistake(`'${token.text}' is not a place: write a label, or '.+8' from here`, token);
  }
  if (piece.text === 'upper') {
    if (value < 0n || value > 0xfffffn) return 2n ** 40n;
    return BigInt.asIntN(32, value << 12n);
  }
  // A mask such as 0xffff_ffff_ffff_fff0 is a negative number of XLEN bits.
  const wraps = value >= 2n ** BigInt(place.xlen - 1) && value < 2n ** BigInt(place.xlen);
  return wraps ? value - 2n ** BigInt(place.xlen) : value;
}

/** What AUIPC and the instruction behind it add to reach an address. */
function addressPart(token: Token, value: bigint, addresses: number, place: Place): bigint {
  if (addresses !== 1) throw new Mistake(`'${token.text}' is not a label`, token);
  const distance = value - (token.part === 'lo' ? place.pc - 4n : place.pc);
  if (token.part === 'lo') return BigInt.asIntN(12, distance);
  return BigInt.asIntN(32, ((distance + 0x800n) >> 12n) << 12n);
}
