/** Random instruction words of a given row. */
import type { Decoder } from './decode.ts';
import type { Op } from './op.ts';

/** Numbers below 2^32 from a seed. */
export function randomBits(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** Words that decode to the row, ignored bits zero; all that 40 draws per word find. */
export function wordsOf(row: Op, count: number, decoder: Decoder, random: () => number): number[] {
  let open = 0;
  for (const { at, width } of row.pattern.fields.flatMap((field) => field.parts)) {
    open |= (2 ** width - 1) << at;
  }
  const words = [];
  for (let tries = 0; tries < 40 * count && words.length < count; tries++) {
    // Registers, immediates and modes that are all zeros or all ones are as likely as others are rare.
    const bits = tries % 8 === 0 ? random() & random() & random() : random();
    const word = (row.pattern.match | (bits & open)) >>> 0;
    if (decoder.decode(word)?.form === row) words.push(word);
  }
  return words;
}
