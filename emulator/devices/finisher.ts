/** The SiFive test finisher: a store of one word ends the run. */
import type { Halves } from '../memory/bus.ts';
import type { Device, End } from './device.ts';

const PASS = 0x5555;
const FAIL = 0x3333;
const RESET = 0x7777;

/** Takes aligned words; reads 0. The low half of a word at offset 0 is the command, the upper half the code of a failure. */
export class Finisher implements Device {
  readonly name = 'finisher';
  readonly size = 0x1000;
  readonly #halt: (end: End) => void;

  constructor(halt: (end: End) => void) {
    this.#halt = halt;
  }

  accepts(_offset: number, size: number): boolean {
    return size === 4;
  }

  load(_offset: number, _size: number, to: Halves): void {
    to.lo = 0;
    to.hi = 0;
  }

  /** Other commands, and other offsets, mean nothing. */
  store(offset: number, _size: number, lo: number): void {
    if (offset !== 0) return;
    const command = lo & 0xffff;
    if (command === PASS) this.#halt({ kind: 'pass' });
    else if (command === FAIL) this.#halt({ kind: 'fail', code: lo >>> 16 });
    else if (command === RESET) this.#halt({ kind: 'reset' });
  }
}
