/** A 16550A UART: eight registers of one byte (reg-shift 0), FIFOs of 16, loopback. */
import type { Halves } from '../memory/bus.ts';
import type { Device, Terminal } from './device.ts';

/** Offsets; with LCR.DLAB the first two are the divisor latches. */
const DATA = 0;
const IER = 1;
const IIR_FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const DLAB = 0x80;
const LOOP = 0x10;
/** LSR: a character waits; one was lost; the transmitter is empty. */
const DATA_READY = 0x01;
const OVERRUN = 0x02;
const TRANSMITTER_EMPTY = 0x60;
/** IER: which interrupts may be raised. */
const ON_DATA = 0x01;
const ON_EMPTY = 0x02;
const ON_LINE = 0x04;
const ON_MODEM = 0x08;
/** Characters at which a receive FIFO interrupts, by FCR 7:6. */
const TRIGGERS = [1, 4, 8, 14];
/** Modem lines CTS, DSR, DCD of a terminal that is always there: MSR 7:4. */
const CONNECTED = 0xb0;

/**
 * Sends at once, so the transmitter is always empty, and takes typed characters from the terminal when a register is
 * read or `poll` is called, as many as its FIFO holds: none is overrun, but a reset of the FIFO loses them, as in
 * hardware. Divisor and word length are kept and mean nothing.
 * `interrupt` is the level of INTR. It is connected to nothing: machines here have no PLIC, so drivers poll.
 */
export class Uart implements Device {
  readonly name = 'uart';
  readonly size = 0x100;
  readonly #terminal: Terminal;
  #divisor = 0;
  #ier = 0;
  #fcr = 0;
  #lcr = 0;
  #mcr = 0;
  #scr = 0;
  #overrun = 0;
  /** MSR 3:0: lines that have changed. */
  #deltas = 0;
  #modem = CONNECTED;
  /** The transmitter has become empty, and nobody has seen it in IIR. */
  #emptied = false;
  readonly #received: number[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get interrupt(): boolean {
    return this.#cause() !== 1;
  }

  accepts(_offset: number, size: number): boolean {
    return size === 1;
  }

  /** Fetches typed characters while there is room. A UART in loopback hears only itself. */
  poll(): void {
    if ((this.#mcr & LOOP) !== 0) return;
    while (this.#received.length < this.#depth) {
      const byte = this.#terminal.read();
      if (byte < 0) return;
      this.#received.push(byte & 0xff);
    }
  }

  /** Registers repeat nowhere: offsets from 8 on read 0. */
  load(offset: number, _size: number, to: Halves): void {
    this.poll();
    to.lo = this.#read(offset);
    to.hi = 0;
  }

  store(offset: number, _size: number, lo: number): void {
    this.#write(offset, lo & 0xff);
  }

  get #hasFifo(): boolean {
    return (this.#fcr & 1) !== 0;
  }

  get #depth(): number {
    return this.#hasFifo ? 16 : 1;
  }

  #read(offset: number): number {
    const latches = (this.#lcr & DLAB) !== 0;
    switch (offset) {
      case DATA:
        return latches ? this.#divisor & 0xff : (this.#received.shift() ?? 0);
      case IER:
        return latches ? this.#divisor >>> 8 : this.#ier;
      case IIR_FCR: {
        const cause = this.#cause();
        if (cause === 2) this.#emptied = false;
        return cause | (this.#hasFifo ? 0xc0 : 0);
      }
      case LCR:
        return this.#lcr;
      case MCR:
        return this.#mcr;
      case LSR: {
        const ready = this.#received.length > 0 ? DATA_READY : 0;
        const status = TRANSMITTER_EMPTY | ready | this.#overrun;
        this.#overrun = 0;
        return status;
      }
      case MSR: {
        const status = this.#modem | this.#deltas;
        this.#deltas = 0;
        return status;
      }
      case SCR:
        return this.#scr;
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    const latches = (this.#lcr & DLAB) !== 0;
    switch (offset) {
      case DATA:
        if (latches) this.#divisor = (this.#divisor & 0xff00) | value;
        else this.#send(value);
        return;
      case IER:
        if (latches) this.#divisor = (this.#divisor & 0xff) | (value << 8);
        else {
          if ((value & ~this.#ier & ON_EMPTY) !== 0) this.#emptied = true;
          this.#ier = value & 0x0f;
        }
        return;
      case IIR_FCR:
        this.#control(value);
        return;
      case LCR:
        this.#lcr = value;
        return;
      case MCR:
        this.#mcr = value & 0x1f;
        this.#moveModem();
        return;
      case SCR:
        this.#scr = value;
        return;
      default:
      // LSR and MSR are read-only.
    }
  }

  #send(byte: number): void {
    this.#emptied = true;
    if ((this.#mcr & LOOP) === 0) this.#terminal.write(byte);
    else if (this.#received.length < this.#depth) this.#received.push(byte);
    else {
      // With FIFOs the new character is lost, without them the old one.
      if (!this.#hasFifo) this.#received[0] = byte;
      this.#overrun = OVERRUN;
    }
  }

  /** FCR. Turning the FIFOs on or off empties them; the other bits count only together with bit 0. */
  #control(value: number): void {
    const toggles = ((value ^ this.#fcr) & 1) !== 0;
    if (toggles || (value & 3) === 3) this.#received.length = 0;
    this.#fcr = (value & 1) === 0 ? 0 : value & 0xc1;
  }

  /** The interrupt identification: 1 is none; the most urgent first. */
  #cause(): number {
    if ((this.#ier & ON_LINE) !== 0 && this.#overrun !== 0) return 6;
    const count = this.#received.length;
    if ((this.#ier & ON_DATA) !== 0 && count > 0) {
      if (!this.#hasFifo || count >= TRIGGERS[this.#fcr >>> 6]) return 4;
      // Fewer than the trigger, and no more to come: the character timeout.
      return 12;
    }
    if ((this.#ier & ON_EMPTY) !== 0 && this.#emptied) return 2;
    if ((this.#ier & ON_MODEM) !== 0 && this.#deltas !== 0) return 0;
    return 1;
  }

  /** In loopback DTR, RTS, OUT1, OUT2 are the lines DSR, CTS, RI, DCD; the change of a line is kept until MSR is read. */
  #moveModem(): void {
    const before = this.#modem;
    const out = this.#mcr;
    const looped = ((out & 2) << 3) | ((out & 1) << 5) | ((out & 4) << 4) | ((out & 8) << 4);
    this.#modem = (out & LOOP) === 0 ? CONNECTED : looped;
    const changed = (before ^ this.#modem) >>> 4;
    // RI counts when it falls.
    const ringing = changed & 4 & (before >>> 4);
    this.#deltas |= (changed & ~4) | ringing;
  }
}
