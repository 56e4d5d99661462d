import { describe, expect, it } from 'vitest';
import type { Halves } from '../memory/bus.ts';
import type { End } from './device.ts';
import type { Mailbox } from './htif.ts';
import { Htif } from './htif.ts';

class Word implements Mailbox {
  value = 0n;

  load(to: Halves): void {
    to.lo = Number(BigInt.asIntN(32, this.value));
    to.hi = Number(BigInt.asIntN(32, this.value >> 32n));
  }

  store(lo: number, hi: number): void {
    this.value = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  }
}

function htif(hasFromhost = true) {
  const tohost = new Word();
  const fromhost = new Word();
  const seen = { text: '', typed: [] as number[], ends: [] as End[] };
  const terminal = {
    write: (byte: number) => void (seen.text += String.fromCharCode(byte)),
    read: () => seen.typed.shift() ?? -1,
  };
  const device = new Htif(tohost, hasFromhost ? fromhost : null, terminal, (end) =>
    seen.ends.push(end),
  );
  const send = (command: bigint): void => {
    tohost.value = command;
    device.stored();
  };
  return { device, tohost, fromhost, seen, send };
}

const GET = 1n << 56n;
const PUT = GET | (1n << 48n);

describe('HTIF', () => {
  it('ends with half of an odd payload: 1 passes, anything else is a code', () => {
    for (const [command, end] of [
      [1n, { kind: 'pass' }],
      [3n, { kind: 'fail', code: 1 }],
      [(1337n << 1n) | 1n, { kind: 'fail', code: 1337 }],
      [0xffff_ffff_ffffn, { kind: 'fail', code: 2 ** 47 - 1 }],
    ] as [bigint, End][]) {
      const { seen, send, tohost } = htif();
      send(command);
      expect([seen.ends, tohost.value]).toEqual([[end], 0n]);
    }
  });

  it('hears nothing in a zero, which programs store when they begin', () => {
    const { seen, send } = htif();
    send(0n);
    expect([seen.text, seen.ends]).toEqual(['', []]);
  });

  it('puts characters, and every command is taken from tohost', () => {
    const { seen, send, tohost } = htif();
    for (const char of 'ok\n') send(PUT | BigInt(char.charCodeAt(0)));
    send(PUT);
    expect([seen.text, tohost.value]).toEqual(['ok\n\0', 0n]);
  });

  it('answers a request for a character when one is typed and fromhost is free', () => {
    const { device, seen, send, fromhost } = htif();
    send(GET);
    expect(fromhost.value).toBe(0n);
    seen.typed.push(0x61, 0x62);
    device.poll();
    expect(fromhost.value).toBe(GET | 0x161n);
    send(GET);
    expect(fromhost.value).toBe(GET | 0x161n);
    fromhost.value = 0n;
    device.stored();
    expect(fromhost.value).toBe(GET | 0x162n);
  });

  it('does not read what nobody asked for', () => {
    const { device, seen, fromhost } = htif();
    seen.typed.push(0x61);
    device.poll();
    expect([fromhost.value, seen.typed]).toEqual([0n, [0x61]]);
  });

  it.each([
    ['a system call', 0x8000_2000n, 'asks the host for a system call'],
    ['another device', 2n << 56n, 'command 0 to HTIF device 2'],
    ['another command of the console', GET | (0xffn << 48n), 'command 255 to HTIF device 1'],
    ['a coded command of device 0', (5n << 48n) | 1n, 'command 5 to HTIF device 0'],
  ])('refuses %s by name', (_name, command, why) => {
    const { seen, send } = htif();
    send(command);
    expect(seen.ends).toHaveLength(1);
    expect(seen.ends[0]).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(why) as string,
    });
  });

  it('without fromhost cannot give a character', () => {
    const { seen, send } = htif(false);
    send(GET);
    expect(seen.ends[0]).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('fromhost') as string,
    });
  });
});
