/** What is typed at a terminal while a program owns it: everything goes to the program, but for the way out. */
import type { ByteTerminal } from '../exec/terminal.ts';

const CONTROL_A = 0x01;
const CONTROL_C = 0x03;
const X = 0x78;

/** What people are told when their terminal is taken. */
export const WAY_OUT =
  'the program has the terminal: Control-A X ends the run (Control-A twice types one), ' +
  'and so does a second Control-C that it does not read';

export class Keyboard {
  readonly #terminal: ByteTerminal;
  #isEscaped = false;
  /** Whether somebody wants the run to end. */
  wantsEnd = false;

  constructor(terminal: ByteTerminal) {
    this.#terminal = terminal;
  }

  type(bytes: Uint8Array): void {
    const through: number[] = [];
    for (const byte of bytes) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        if ((byte | 0x20) === X) this.wantsEnd = true;
        else through.push(byte);
      } else if (byte === CONTROL_A) this.#isEscaped = true;
      else {
        const ignored = [...this.#terminal.unread, ...through].includes(CONTROL_C);
        if (byte === CONTROL_C && ignored) this.wantsEnd = true;
        through.push(byte);
      }
    }
    this.#terminal.type(Uint8Array.from(through));
  }
}
