import { describe, expect, it } from 'vitest';
import { Uart } from './uart.ts';

const [RBR, IER, FCR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7];
const IIR = FCR;
const DLAB = 0x80;
const LOOP = 0x10;
const FIFO = 0x01;

function uart() {
  const seen = { text: '', typed: [] as number[] };
  const device = new Uart({
    write: (byte) => void (seen.text += String.fromCharCode(byte)),
    read: () => seen.typed.shift() ?? -1,
  });
  const load = (offset: number): number => {
    const to = { lo: -1, hi: -1 };
    device.load(offset, 1, to);
    expect(to.hi).toBe(0);
    return to.lo;
  };
  const store = (offset: number, value: number): void => device.store(offset, 1, value);
  const type = (text: string): void =>
    void seen.typed.push(...[...text].map((c) => c.charCodeAt(0)));
  return { device, seen, load, store, type };
}

describe('after reset', () => {
  it('the transmitter is empty, nothing waits, no interrupt is enabled or pending', () => {
    const { device, load } = uart();
    expect([IER, IIR, LCR, MCR, LSR].map(load)).toEqual([0, 1, 0, 0, 0x60]);
    expect([load(MSR), device.interrupt]).toEqual([0xb0, false]);
  });
});

describe('registers', () => {
  it('keep what may be written', () => {
    const { load, store } = uart();
    for (const offset of [IER, LCR, MCR, SCR]) store(offset, 0x7f);
    expect([load(IER), load(LCR), load(MCR), load(SCR)]).toEqual([0x0f, 0x7f, 0x1f, 0x7f]);
  });

  it('give way to the divisor latches while DLAB is set', () => {
    const { load, store, seen } = uart();
    store(IER, 0x05);
    store(LCR, DLAB | 3);
    store(RBR, 0x34);
    store(IER, 0x12);
    expect([load(RBR), load(IER), seen.text]).toEqual([0x34, 0x12, '']);
    store(LCR, 3);
    expect([load(RBR), load(IER)]).toEqual([0, 0x05]);
  });

  it('LSR and MSR cannot be written, and beyond SCR there is nothing', () => {
    const { load, store } = uart();
    store(LSR, 0xff);
    store(MSR, 0xff);
    store(8, 0xff);
    expect([load(LSR), load(MSR), load(8)]).toEqual([0x60, 0xb0, 0]);
  });
});

describe('transmission', () => {
  it('is at once', () => {
    const { load, store, seen } = uart();
    for (const char of 'hello') {
      expect(load(LSR) & 0x20).toBe(0x20);
      store(RBR, char.charCodeAt(0));
    }
    expect(seen.text).toBe('hello');
  });

  it('interrupts when the holding register gets empty, until IIR says so', () => {
    const { device, load, store } = uart();
    store(RBR, 0x41);
    expect(device.interrupt).toBe(false);
    store(IER, 0x02);
    expect(device.interrupt).toBe(true);
    expect([load(IIR), load(IIR)]).toEqual([2, 1]);
    store(RBR, 0x42);
    expect([load(IIR), load(IIR)]).toEqual([2, 1]);
  });
});

describe('reception', () => {
  it('shows what was typed, in order, one at a time', () => {
    const { load, type } = uart();
    expect(load(LSR) & 1).toBe(0);
    type('ab');
    expect(load(LSR) & 1).toBe(1);
    expect([load(RBR), load(LSR) & 1, load(RBR)]).toEqual([0x61, 1, 0x62]);
    expect([load(LSR) & 1, load(RBR)]).toEqual([0, 0]);
  });

  it('takes from the terminal what its FIFO holds: 1, or 16', () => {
    const { device, store, seen, type } = uart();
    type('0123456789abcdefgh');
    device.poll();
    expect(seen.typed).toHaveLength(17);
    store(FCR, FIFO);
    device.poll();
    // Turning the FIFOs on has emptied them.
    expect(seen.typed).toHaveLength(1);
  });

  it('loses what is in the FIFO when software resets it', () => {
    const { device, load, store, type } = uart();
    store(FCR, FIFO);
    type('xyz');
    device.poll();
    store(FCR, FIFO | 0x02);
    type('k');
    expect(load(RBR)).toBe(0x6b);
  });

  it('keeps the FIFO when a reset comes without the enabling bit that it needs, but turns it off', () => {
    const { load, store } = uart();
    store(FCR, FIFO | 0xc0);
    expect(load(IIR)).toBe(0xc1);
    store(FCR, 0xc0);
    expect(load(IIR)).toBe(0x01);
  });

  it('interrupts at the trigger level, and with a timeout below it', () => {
    const { device, load, store, type } = uart();
    store(FCR, FIFO | 0x80);
    store(IER, 0x01);
    expect(device.interrupt).toBe(false);
    type('1234567');
    expect(load(IIR)).toBe(0xc0 | 12);
    type('8');
    expect(load(IIR)).toBe(0xc0 | 4);
    load(RBR);
    expect(load(IIR)).toBe(0xc0 | 12);
  });

  it('interrupts at one character without FIFOs', () => {
    const { load, store, type } = uart();
    store(IER, 0x01);
    type('1');
    expect(load(IIR)).toBe(4);
    load(RBR);
    expect(load(IIR)).toBe(1);
  });
});

describe('loopback', () => {
  it('receives what it sends, and the terminal neither sees nor is asked', () => {
    const { load, store, seen, type } = uart();
    type('t');
    store(MCR, LOOP);
    store(RBR, 0x41);
    expect([load(LSR), load(RBR), load(LSR)]).toEqual([0x61, 0x41, 0x60]);
    expect([seen.text, seen.typed]).toEqual(['', [0x74]]);
  });

  it('overruns: without FIFOs the newer character stays, with them the older sixteen', () => {
    const { load, store } = uart();
    store(MCR, LOOP);
    store(RBR, 1);
    store(RBR, 2);
    expect([load(LSR), load(LSR), load(RBR)]).toEqual([0x63, 0x61, 2]);
    store(FCR, FIFO);
    for (let k = 0; k < 17; k++) store(RBR, k);
    store(IER, 0x04);
    expect(load(IIR)).toBe(0xc0 | 6);
    expect(load(LSR)).toBe(0x63);
    expect(load(IIR)).toBe(0xc1);
    expect(Array.from({ length: 16 }, () => load(RBR))).toEqual([...Array(16).keys()]);
    expect(load(LSR)).toBe(0x60);
  });

  it('connects RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD', () => {
    const { load, store } = uart();
    for (const [out, line] of [
      [0x02, 0x10],
      [0x01, 0x20],
      [0x04, 0x40],
      [0x08, 0x80],
    ]) {
      store(MCR, LOOP | out);
      expect(load(MSR) & 0xf0).toBe(line);
    }
  });

  it('shows changed lines once, RI when it falls', () => {
    const { load, store } = uart();
    store(MCR, LOOP | 0x0b);
    load(MSR);
    store(MCR, LOOP | 0x0f);
    expect(load(MSR)).toBe(0xf0);
    store(IER, 0x08);
    store(MCR, LOOP | 0x09);
    expect(load(IIR)).toBe(0);
    expect(load(MSR)).toBe(0xa0 | 0x04 | 0x01);
    expect([load(MSR), load(IIR)]).toEqual([0xa0, 1]);
  });
});

describe('interrupts', () => {
  it('are identified by urgency: line status, data, empty, modem', () => {
    const { load, store } = uart();
    store(MCR, LOOP);
    store(RBR, 1);
    store(RBR, 2);
    store(IER, 0x0f);
    expect(load(IIR)).toBe(6);
    load(LSR);
    expect(load(IIR)).toBe(4);
    load(RBR);
    expect(load(IIR)).toBe(2);
    expect(load(IIR)).toBe(0);
    load(MSR);
    expect(load(IIR)).toBe(1);
  });
});
