import { describe, expect, it } from 'vitest';
import { Dialogue } from './dialogue.ts';

const print = (to: Dialogue, text: string): void => {
  for (const char of text) to.write(char.charCodeAt(0));
};

function typed(from: Dialogue): string {
  let text = '';
  for (let byte = from.read(); byte >= 0; byte = from.read()) text += String.fromCharCode(byte);
  return text;
}

describe('a dialogue', () => {
  it('types a line when its text has been printed, and not before', () => {
    const terminal = new Dialogue([{ after: '=> ', type: 'poweroff\r' }]);
    expect(typed(terminal)).toBe('');
    print(terminal, 'U-Boot\n=');
    expect(typed(terminal)).toBe('');
    print(terminal, '> ');
    expect(typed(terminal)).toBe('poweroff\r');
    expect(terminal.text).toBe('U-Boot\n=> ');
  });

  it('waits for each text behind the one before', () => {
    const terminal = new Dialogue([
      { after: '$ ', type: 'a' },
      { after: '$ ', type: 'b' },
      { after: 'bye', type: 'c' },
    ]);
    print(terminal, 'bye $ ');
    expect([typed(terminal), terminal.waiting.length]).toEqual(['a', 2]);
    print(terminal, 'x$ by');
    expect(typed(terminal)).toBe('b');
    print(terminal, 'e');
    expect([typed(terminal), terminal.waiting]).toEqual(['c', []]);
  });

  it('answers at once what asks for nothing', () => {
    expect(typed(new Dialogue([{ after: '', type: 'hi' }]))).toBe('hi');
  });

  it('finds a text that is printed byte by byte, between looks', () => {
    const terminal = new Dialogue([{ after: 'aab', type: 'x' }]);
    for (const char of 'aaab') {
      expect(typed(terminal)).toBe('');
      print(terminal, char);
    }
    expect(typed(terminal)).toBe('x');
  });
});
