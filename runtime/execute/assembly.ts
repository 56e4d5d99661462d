/** Assembly text to instruction words, against everything that some machine has: what this one lacks it refuses itself. */
import type { Assembled, Decoded } from '../../emulator/index.ts';
import { Assembler, Decoder, wholeIsa } from '../../emulator/index.ts';
import { CaseError } from '../session/case-error.ts';

type Xlen = 32 | 64;
type Encoding = 'custom' | 'unassigned';

const assemblers = new Map<string, Assembler>();
const decoders = new Map<string, Decoder>();

function kept<T>(map: Map<string, T>, xlen: Xlen, encoding: Encoding, make: () => T): T {
  const key = `${xlen} ${encoding}`;
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** Assembles a text that will lie at `origin`; throws a `CaseError` with `what` in front. */
export function assembled(
  text: string,
  xlen: Xlen,
  encoding: Encoding,
  origin: bigint,
  what: string,
): Assembled {
  const assembler = kept(assemblers, xlen, encoding, () => new Assembler(wholeIsa(xlen), encoding));
  const result = assembler.assemble(text, origin);
  if (result.error === null) return result;
  const { message, line, col } = result.error;
  throw new CaseError(`${what}, line ${line}, column ${col}: ${message}`);
}

/** The one instruction of a text, as it stands in memory: 16 or 32 bits. */
export function wordOf(text: string, xlen: Xlen, encoding: Encoding): number {
  const { bytes } = assembled(text, xlen, encoding, 0n, `"${text}"`);
  if (bytes.length !== 2 && bytes.length !== 4) {
    throw new CaseError(`"${text}" is not one instruction: a program holds several`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
}

/** What a word is, or null: no machine knows it. */
export function decoded(word: number, xlen: Xlen, encoding: Encoding): Decoded | null {
  const decoder = kept(decoders, xlen, encoding, () => new Decoder(wholeIsa(xlen), encoding));
  return decoder.decode(word);
}
