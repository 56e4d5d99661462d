/** The host-target interface of Berkeley's proxy kernel: two double words of main memory, `tohost` and `fromhost`. */
import type { Halves, Listening } from '../memory/bus.ts';
import type { End, Terminal } from './device.ts';

/** A double word of main memory, past all protection. */
export interface Mailbox {
  load(to: Halves): void;
  store(lo: number, hi: number): void;
}

/** Devices: bits 63:56 of a command; the command: bits 55:48. */
const SYSTEM = 0;
const CONSOLE = 1;
const READ = 0;
const WRITE = 1;

/**
 * Hears of stores to its mailboxes and takes the command at once: what the program finds in `tohost` afterwards is 0.
 * Commands: exit (device 0, payload odd: the code is payload / 2), put and get a character (device 1). The proxy of
 * system calls (device 0, payload even) is not modelled and ends the run. A command is one store of 8 bytes or, for an
 * exit, of the lower 4: RV32 has no other.
 */
export class Htif implements Listening {
  readonly #tohost: Mailbox;
  readonly #fromhost: Mailbox | null;
  readonly #terminal: Terminal;
  readonly #halt: (end: End) => void;
  readonly #cell: Halves = { lo: 0, hi: 0 };
  /** Characters asked for and not yet given. */
  #wanted = 0;

  constructor(
    tohost: Mailbox,
    fromhost: Mailbox | null,
    terminal: Terminal,
    halt: (end: End) => void,
  ) {
    this.#tohost = tohost;
    this.#fromhost = fromhost;
    this.#terminal = terminal;
    this.#halt = halt;
  }

  stored(): void {
    const { lo, hi } = this.#read(this.#tohost);
    if ((lo | hi) !== 0) {
      this.#tohost.store(0, 0);
      this.#obey(lo, hi);
    }
    this.poll();
  }

  /** Gives a character that was asked for, if one has been typed and `fromhost` is free. */
  poll(): void {
    if (this.#wanted === 0 || this.#fromhost === null) return;
    const { lo, hi } = this.#read(this.#fromhost);
    if (lo !== 0 || hi !== 0) return;
    const byte = this.#terminal.read();
    if (byte < 0) return;
    this.#wanted--;
    // As Spike answers: the character with bit 8 set.
    this.#fromhost.store(0x100 | byte, CONSOLE << 24);
  }

  #obey(lo: number, hi: number): void {
    const device = hi >>> 24;
    const command = (hi >>> 16) & 0xff;
    if (device === SYSTEM && command === 0) {
      if ((lo & 1) === 0) {
        this.#refuse('asks the host for a system call (tohost holds an even payload)');
        return;
      }
      const code = (hi & 0xffff) * 2 ** 31 + (lo >>> 1);
      this.#halt(code === 0 ? { kind: 'pass' } : { kind: 'fail', code });
    } else if (device === CONSOLE && command === WRITE) {
      this.#terminal.write(lo & 0xff);
    } else if (device === CONSOLE && command === READ && this.#fromhost !== null) {
      this.#wanted++;
    } else if (device === CONSOLE && command === READ) {
      this.#refuse('asks for a character, but has no symbol fromhost for the answer');
    } else {
      this.#refuse(`sends command ${command} to HTIF device ${device}`);
    }
  }

  #refuse(what: string): void {
    const known = 'exit, and the console (device 1) are modelled';
    this.#halt({ kind: 'refused', why: `the program ${what}: of HTIF only ${known}` });
  }

  #read(mailbox: Mailbox): Halves {
    mailbox.load(this.#cell);
    return this.#cell;
  }
}
