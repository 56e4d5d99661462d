import { expect, it } from 'vitest';
import { lexemeAt } from './lexer.ts';
import { LEXED } from './tokens.ts';

/** Every printable character, alone and before what makes it a longer token. */
const TEXTS = ['', '>', '.', '=', 'a>', 'x"', '-01', '-01a', '\n'].flatMap((rest) =>
  Array.from({ length: 128 }, (_, code) => String.fromCharCode(code) + rest),
);

it('finds by the first character what the patterns find one after the other', () => {
  for (const text of TEXTS) {
    const type = LEXED.find(
      ({ PATTERN }) => PATTERN instanceof RegExp && text.search(PATTERN) === 0,
    );
    expect(lexemeAt(text, 0)?.type.name ?? null, JSON.stringify(text)).toBe(type?.name ?? null);
  }
});
