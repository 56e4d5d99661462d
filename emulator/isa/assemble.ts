/** Assembly text to bytes, or to one mistake with its place. */
import { directiveBytes, directiveSize, LONGEST } from './directives.ts';
import type { Place } from './encode.ts';
import { encode } from './encode.ts';
import { evaluate } from './expression.ts';
import type { Isa } from './extensions.ts';
import type { FenceEncoding } from './isolation.ts';
import type { Op } from './op.ts';
import type { Plain, Pseudo } from './pseudo.ts';
import { expandPseudo, loadImmediate, pseudos } from './pseudo.ts';
import { X_REGISTERS } from './registers.ts';
import { hint } from './spelling.ts';
import type { Statement, Token } from './statements.ts';
import { Mistake, statementsOf } from './statements.ts';
import { allOps, opsOf } from './table.ts';

export interface Assembled {
  readonly error: null;
  readonly bytes: Uint8Array;
  readonly labels: ReadonlyMap<string, bigint>;
  /** Where each instruction and directive lies in `bytes`, in order, with its line from 1. */
  readonly places: readonly {
    readonly offset: number;
    readonly size: number;
    readonly line: number;
  }[];
}

/** The first mistake: a sentence in plain words, line and column from 1, characters that it is about. */
export interface AssemblyError {
  readonly message: string;
  readonly line: number;
  readonly col: number;
  readonly length: number;
}

/** Something that takes room: `alternatives` are the ways to read it, tried in order, all of one size. */
interface Item {
  readonly name: Token;
  readonly operands: readonly Token[];
  readonly offset: number;
  readonly size: number;
  readonly alternatives: readonly (readonly Plain[])[] | null;
}

const ORDERING = /\.(aqrl|aq|rl)$/;

/** The assembler of one instruction set. */
export class Assembler {
  readonly #isa: Isa;
  readonly #encoding: FenceEncoding;
  readonly #rows = new Map<string, Op[]>();
  readonly #pseudos = new Map<string, Pseudo[]>();

  constructor(isa: Isa, encoding: FenceEncoding = 'custom') {
    this.#isa = isa;
    this.#encoding = encoding;
    for (const row of opsOf(isa, encoding)) collect(this.#rows, row.name, row);
    for (const row of pseudos()) collect(this.#pseudos, row.name, row);
  }

  /** Assembles a text that will lie at `origin`. */
  assemble(text: string, origin = 0n): Assembled | { readonly error: AssemblyError } {
    try {
      return this.#assemble(text, origin);
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
      const { line, col, text: word } = mistake.at;
      return { error: { message: mistake.message, line, col, length: word.length } };
    }
  }

  #assemble(text: string, origin: bigint): Assembled {
    const labels = new Map<string, bigint>();
    const locals = new Map<string, bigint[]>();
    const items: Item[] = [];
    let offset = 0;
    for (const statement of statementsOf(text)) {
      const pc = origin + BigInt(offset);
      for (const label of statement.labels) declare(label, pc, labels, locals);
      const item = this.#measure(statement, offset, pc);
      if (item === null) continue;
      items.push(item);
      offset += item.size;
      if (offset > LONGEST) throw new Mistake(`this is more than ${LONGEST} bytes`, item.name);
    }
    const bytes = new Uint8Array(offset);
    for (const item of items) {
      const pc = origin + BigInt(item.offset);
      bytes.set(this.#bytesOf(item, { pc, labels, locals, xlen: this.#isa.xlen }), item.offset);
    }
    const places = items.map(({ name, offset, size }) => ({ offset, size, line: name.line }));
    return { error: null, bytes, labels, places };
  }

  #measure({ name, operands }: Statement, offset: number, pc: bigint): Item | null {
    if (name === null) return null;
    if (name.text.startsWith('.')) {
      const size = directiveSize(name, operands, pc);
      return { name, operands, offset, size, alternatives: null };
    }
    const alternatives = this.#alternatives(name, operands);
    const [first = []] = alternatives;
    const size = first.reduce(
      (sum, plain) => sum + (this.#rowsOf(plain.name)[0]?.pattern.length ?? 4),
      0,
    );
    return { name, operands, offset, size, alternatives };
  }

  /** The ways to read a statement, at least one; throws where there is none. */
  #alternatives(name: Token, operands: readonly Token[]): readonly (readonly Plain[])[] {
    if (name.text === 'li') return [this.#li(name, operands)];
    const pseudos = this.#pseudos.get(name.text) ?? [];
    const expanded = pseudos.flatMap((pseudo) => {
      const plain = expandPseudo(pseudo, name, operands);
      return plain === null ? [] : [plain];
    });
    const out = this.#rowsOf(name).length > 0 ? [[{ name, operands }], ...expanded] : expanded;
    if (out.length > 0) return out;
    throw pseudos.length > 0 ? wrongShape(name, pseudos) : this.#unknown(name);
  }

  #rowsOf(name: Token): readonly Op[] {
    return this.#rows.get(name.text) ?? this.#rows.get(name.text.replace(ORDERING, '')) ?? [];
  }

  #unknown(name: Token): Mistake {
    const base = name.text.replace(ORDERING, '');
    const elsewhere = allOps(this.#encoding).find((row) => row.name === base);
    if (elsewhere !== undefined && !this.#rows.has(base))
      return new Mistake(`'${name.text}' ${this.#lacks(elsewhere)}`, name);
    const names = [...this.#rows.keys(), ...this.#pseudos.keys(), 'li'];
    return new Mistake(`there is no instruction '${name.text}'${hint(name.text, names)}`, name);
  }

  #lacks({ where }: Op): string {
    if (where.xlen !== null && where.xlen !== this.#isa.xlen)
      return `is an instruction of RV${where.xlen}`;
    const lacking = where.needs.filter((needed) => !this.#isa.extensions.has(needed));
    return `needs ${lacking.join(' and ')}`;
  }

  #li(name: Token, operands: readonly Token[]): readonly Plain[] {
    const [rd, comma, number] = operands;
    if (rd === undefined || comma?.text !== ',' || number === undefined || operands.length > 3) {
      throw new Mistake("the form is 'li rd, number'", operands[3] ?? name);
    }
    if (!X_REGISTERS.has(rd.text)) {
      throw new Mistake(
        `'${rd.text}' is not an integer register${hint(rd.text, X_REGISTERS.keys())}`,
        rd,
      );
    }
    if (!/^[\s+-]*\d/.test(number.text)) {
      throw new Mistake("'li' takes a number; 'la' takes a label", number);
    }
    const { value } = evaluate(number, { pc: 0n, labels: new Map(), locals: new Map() });
    const { xlen } = this.#isa;
    if (value < -(2n ** BigInt(xlen - 1)) || value >= 2n ** BigInt(xlen)) {
      throw new Mistake(`'${number.text}' does not fit into ${xlen} bits`, number);
    }
    return loadImmediate(rd.text, BigInt.asIntN(xlen, value), xlen).map((text) => {
      const [plain] = statementsOf(text);
      const at = (token: Token): Token => ({ ...name, text: token.text });
      return {
        name: { ...name, text: plain?.name?.text ?? '' },
        operands: plain?.operands.map(at) ?? [],
      };
    });
  }

  #bytesOf({ name, operands, size, alternatives }: Item, place: Place): Uint8Array {
    if (alternatives === null) return directiveBytes(name, operands, size, place);
    let best: Mistake | null = null;
    for (const plains of alternatives) {
      try {
        return this.#encodeAll(plains, size, place);
      } catch (mistake) {
        if (!(mistake instanceof Mistake)) throw mistake;
        if (best === null || mistake.reached > best.reached) best = mistake;
      }
    }
    throw best ?? this.#unknown(name);
  }

  #encodeAll(plains: readonly Plain[], size: number, place: Place): Uint8Array {
    const out = new Uint8Array(size);
    let at = 0;
    for (const { name, operands } of plains) {
      const { word, length } = this.#encodeOne(name, operands, {
        ...place,
        pc: place.pc + BigInt(at),
      });
      for (let byte = 0; byte < length; byte++) out[at + byte] = word >>> (8 * byte);
      at += length;
    }
    return out;
  }

  #encodeOne(
    name: Token,
    operands: readonly Token[],
    place: Place,
  ): { word: number; length: number } {
    const [row] = this.#rowsOf(name);
    if (row === undefined) throw this.#unknown(name);
    const word = encode(row, name, operands, place);
    const ordering = this.#rows.has(name.text) ? undefined : ORDERING.exec(name.text)?.[1];
    if (ordering === undefined) return { word, length: row.pattern.length };
    if (!row.pattern.fields.some((field) => field.slot === 'aq')) throw this.#unknown(name);
    const bits =
      (ordering.startsWith('aq') ? 1 << 26 : 0) | (ordering.endsWith('rl') ? 1 << 25 : 0);
    return { word: (word | bits) >>> 0, length: row.pattern.length };
  }
}

function collect<T>(map: Map<string, T[]>, name: string, row: T): void {
  const rows = map.get(name);
  if (rows === undefined) map.set(name, [row]);
  else rows.push(row);
}

function wrongShape(name: Token, [pseudo]: readonly Pseudo[]): Mistake {
  const form = pseudo?.pieces.map(({ text }) => (text === ',' ? ', ' : text)).join('') ?? '';
  return new Mistake(`the form is '${`${name.text} ${form}`.trim()}'`, name);
}

function declare(
  label: Token,
  pc: bigint,
  labels: Map<string, bigint>,
  locals: Map<string, bigint[]>,
): void {
  if (/^\d+$/.test(label.text)) {
    collect(locals, label.text, pc);
    return;
  }
  if (labels.has(label.text))
    throw new Mistake(`the label '${label.text}' is declared twice`, label);
  labels.set(label.text, pc);
}
