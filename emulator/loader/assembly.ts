/** Assembly text as a program: what the machine's own assembler makes of it, entered at its first byte. */
import { Assembler } from '../isa/assemble.ts';
import type { Isa } from '../isa/extensions.ts';
import type { FenceEncoding } from '../isa/isolation.ts';
import type { Loaded } from './image.ts';
import { attempt, plainImage, Refused } from './image.ts';
import { Symbols } from './symbols.ts';

/** The program for `address`. A mistake in the text is a refusal that names line and column. */
export function loadAssembly(
  text: string,
  isa: Isa,
  encoding: FenceEncoding,
  address: bigint,
): Loaded {
  return attempt(() => {
    const made = new Assembler(isa, encoding).assemble(text, address);
    if (made.error !== null) {
      const { line, col, message } = made.error;
      throw new Refused(`line ${line}, column ${col}: ${message}`, 'correct the line');
    }
    const { bytes, labels } = made;
    if (bytes.length === 0) throw new Refused('the text has no instruction', 'write one');
    return {
      ...plainImage([{ address, bytes, zeros: 0 }], address),
      xlen: isa.xlen,
      symbols: symbolsOf(labels, address + BigInt(bytes.length)),
      tohost: labels.get('tohost') ?? null,
      fromhost: labels.get('fromhost') ?? null,
    };
  });
}

function symbolsOf(labels: ReadonlyMap<string, bigint>, end: bigint): Symbols {
  const names: number[] = [];
  const places = [...labels].map(([label, address]) => {
    const name = names.length;
    for (let k = 0; k < label.length; k++) names.push(label.charCodeAt(k) & 0x7f);
    names.push(0);
    return { address, name };
  });
  return new Symbols(places, Uint8Array.from(names), end);
}
