import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from './assemble.ts';
import { wholeIsa } from './extensions.ts';

const assembler = new Assembler(wholeIsa(64));

function bytesOf(text: string): readonly number[] {
  const made = assembler.assemble(text);
  if (made.error !== null) throw new Error(made.error.message);
  return [...made.bytes];
}

const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0));

describe('texts in quotes', () => {
  it('are bytes, closed by a zero with .asciz and .string', () => {
    expect(bytesOf('.ascii "ab"')).toEqual(ascii('ab'));
    expect(bytesOf('.asciz "ab"')).toEqual([...ascii('ab'), 0]);
    expect(bytesOf('.string "a", "b"')).toEqual([97, 0, 98, 0]);
    expect(bytesOf('.asciz ""')).toEqual([0]);
  });

  it('hold what would otherwise end a statement, a comment or an operand', () => {
    const text = 'a;b # c // d, (e)';
    expect(bytesOf(`x: .ascii "${text}" # really a comment "`)).toEqual(ascii(text));
    expect(bytesOf('.ascii "a"; .byte 1 # .byte 2')).toEqual([97, 1]);
  });

  it('know the usual escapes', () => {
    expect(bytesOf(String.raw`.ascii "\n\t\r\0\"\\"`)).toEqual([10, 9, 13, 0, 34, 92]);
  });

  it.each([
    ['.asciz ab', "'.asciz' takes a text in quotes", 8],
    ['.asciz "ab', "'.asciz' takes a text in quotes", 8],
    ['.asciz "a\\q"', "'\\q' is no ASCII character and no escape that is known", 8],
    ['.asciz "\u00e9"', "'\u00e9' is no ASCII character", 8],
    ['.asciz', "'.asciz' takes values with commas between them", 1],
    ['nop; .asciz "a" "b"', "'.asciz' takes values with commas between them", 17],
  ])('are refused with their place: %s', (text, message, col) => {
    expect(assembler.assemble(text).error).toMatchObject({
      message: expect.stringContaining(message) as string,
      line: 1,
      col,
    });
  });

  it('end the work soon, whatever quotes and backslashes a line has', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '\\', ';', '#', ',', 'a', ' '), maxLength: 40 }),
        (line) => {
          const made = assembler.assemble(`.ascii ${line}`);
          expect(made.error === null || made.error.message.length > 0).toBe(true);
        },
      ),
    );
    const start = process.cpuUsage().user;
    assembler.assemble(`.ascii ${'"\\'.repeat(100_000)}`);
    expect(process.cpuUsage().user - start).toBeLessThan(2_000_000);
  });
});
