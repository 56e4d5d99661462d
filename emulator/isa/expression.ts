/** Numbers, labels and sums of them in operands: `-8`, `0x8000_0000`, `loop + 4`, `.-4`, `end - start`, `1f`. */
import { hint } from './spelling.ts';
import type { Token } from './statements.ts';
import { Mistake } from './statements.ts';

/** What names mean at one place of the text. */
export interface Scope {
  /** Address of the instruction or directive. */
  readonly pc: bigint;
  readonly labels: ReadonlyMap<string, bigint>;
  /** Addresses of `1:` and the like, in order. */
  readonly locals: ReadonlyMap<string, readonly bigint[]>;
}

export interface Value {
  readonly value: bigint;
  /** Labels added less labels subtracted: 1 is an address, 0 a number. */
  readonly addresses: number;
}

const NUMBER = /^(0x[\da-f_]+|0b[01_]+|\d[\d_]*)$/i;

/** A number, or null. */
export function numberOf(text: string): bigint | null {
  const digits = text.replace(/_/g, '');
  return NUMBER.test(text) && /[\da-f]$/i.test(digits) && digits.length < 200
    ? BigInt(digits)
    : null;
}

export function evaluate(token: Token, scope: Scope): Value {
  const terms = [...token.text.matchAll(/([+-]?)\s*([^\s+-]+)\s*/g)];
  const read = terms.reduce((length, [term]) => length + term.length, 0);
  const unsigned = terms.slice(1).some(([, sign]) => sign === '');
  if (terms.length === 0 || read !== token.text.length || unsigned) {
    throw new Mistake(`'${token.text}' is not a number, a label or a sum of them`, token);
  }
  let value = 0n;
  let addresses = 0;
  for (const [, sign, word = ''] of terms) {
    const term = termOf(word, token, scope);
    value += sign === '-' ? -term.value : term.value;
    addresses += sign === '-' ? -term.addresses : term.addresses;
  }
  return { value, addresses };
}

function termOf(word: string, token: Token, scope: Scope): Value {
  if (word === '.') return { value: scope.pc, addresses: 1 };
  const local = /^(\d+)([fb])$/.exec(word);
  if (local !== null) return { value: localLabel(local, token, scope), addresses: 1 };
  const number = numberOf(word);
  if (number !== null) return { value: number, addresses: 0 };
  const label = scope.labels.get(word);
  if (label !== undefined) return { value: label, addresses: 1 };
  if (/^\d/.test(word)) throw new Mistake(`'${word}' is not a number`, token);
  throw new Mistake(`there is no label '${word}'${hint(word, scope.labels.keys())}`, token);
}

/** `1f` is the next `1:`, `1b` the last one at or before this place. */
function localLabel([whole, name = '', way]: RegExpExecArray, token: Token, scope: Scope): bigint {
  const places = scope.locals.get(name) ?? [];
  const found =
    way === 'f'
      ? places.find((place) => place > scope.pc)
      : places.filter((place) => place <= scope.pc).at(-1);
  if (found !== undefined) return found;
  throw new Mistake(`there is no '${name}:' ${way === 'f' ? 'after' : 'before'} '${whole}'`, token);
}
