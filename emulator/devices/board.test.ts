import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../access/trap.ts';
import { Machine } from '../machine.ts';
import type { DeviceSpec, Platform } from '../platform.ts';
import { testPlatform } from '../test-platform.ts';
import type { End, Surroundings } from './device.ts';

const CLINT = 0x200_0000n;
const UART = 0x1000_0000n;
const FINISHER = 0x10_0000n;
const TOHOST = 0x8000_1000n;
const FROMHOST = 0x8000_1040n;

const ALL: readonly DeviceSpec[] = [
  { kind: 'clint', base: CLINT },
  { kind: 'uart', base: UART },
  { kind: 'finisher', base: FINISHER },
  { kind: 'htif', tohost: TOHOST, fromhost: FROMHOST },
];

/** A machine with devices, and what they did to their surroundings. */
function bench(devices = ALL, overrides: Partial<Platform> = {}) {
  const machine = new Machine();
  const seen = {
    text: '',
    typed: [] as number[],
    ticks: 0,
    lines: [] as string[],
    ends: [] as End[],
  };
  const surroundings: Surroundings = {
    ticks: () => seen.ticks,
    raise: (hart, line, level) => seen.lines.push(`${hart}:${line}=${level ? 1 : 0}`),
    write: (byte) => (seen.text += String.fromCharCode(byte)),
    read: () => seen.typed.shift() ?? -1,
    halt: (end) => seen.ends.push(end),
  };
  machine.board.surroundings = surroundings;
  const why = machine.reset(testPlatform({ devices, ...overrides }));
  const load = (
    address: bigint,
    size: number,
    operation: 'load' | 'fetch' | 'lr' = 'load',
  ): Result => machine.attempt(0, { mode: 'M', operation, address, size, value: 0n });
  const store = (address: bigint, size: number, value: bigint): Result =>
    machine.attempt(0, { mode: 'M', operation: 'store', address, size, value });
  return { machine, seen, why, load, store };
}

const because = ({ trap }: Result) => trap && [Number(trap.cause), trap.because];

describe('an access to a device', () => {
  it('reaches it at its offset, by loads and stores', () => {
    const { load, store, seen } = bench();
    expect(store(UART, 1, 0x41n).trap).toBe(null);
    expect(store(UART + 7n, 1, 0x5an).trap).toBe(null);
    expect(load(UART + 7n, 1).value).toBe(0x5an);
    expect(store(CLINT + 0x4000n, 8, 0x1234_5678_9abc_def0n).trap).toBe(null);
    expect(load(CLINT + 0x4000n, 8).value).toBe(0x1234_5678_9abc_def0n);
    expect(load(CLINT + 0x4004n, 4).value).toBe(0x1234_5678n);
    expect(seen.text).toBe('A');
  });

  it('of a size that it does not take is an access fault', () => {
    const { load, store, seen } = bench();
    expect(because(load(UART + 4n, 4))).toEqual([5, 'device.refused']);
    expect(because(store(UART, 2, 0x41n))).toEqual([7, 'device.refused']);
    expect(because(load(CLINT, 2))).toEqual([5, 'device.refused']);
    expect(because(store(FINISHER, 8, 0x5555n))).toEqual([7, 'device.refused']);
    expect([seen.text, seen.ends]).toEqual(['', []]);
  });

  it('behind its end, in its last page, is one to vacant memory', () => {
    const { load, store } = bench();
    expect(because(load(UART + 0x100n, 1))).toEqual([5, 'pma.vacant']);
    expect(because(store(UART + 0xfffn, 1, 0n))).toEqual([7, 'pma.vacant']);
    expect(because(load(UART + 0x1000n, 1))).toEqual([5, 'pma.vacant']);
  });

  it('is one to I/O memory: no fetch, no reservation, nothing misaligned', () => {
    const { load } = bench();
    expect(because(load(CLINT, 4, 'fetch'))).toEqual([1, 'pma.io']);
    expect(because(load(CLINT, 4, 'lr'))).toEqual([5, 'pma.io']);
    expect(because(load(CLINT + 2n, 4))).toEqual([5, 'pma.misaligned']);
    expect(because(load(CLINT - 2n, 4))).toEqual([5, 'pma.vacant']);
  });

  it('that PMP denies does not reach it', () => {
    const { machine, seen } = bench();
    // No PMP entry matches, so S-mode may go nowhere.
    const denied = machine.attempt(0, {
      mode: 'S',
      operation: 'store',
      address: UART,
      size: 1,
      value: 0x41n,
    });
    expect(because(denied)).toEqual([7, 'pmp.none']);
    expect(seen.text).toBe('');
  });

  it('goes through an alias of its page', () => {
    const aliases = [{ base: 0x5000_0000n, size: 0x1000n, of: UART }];
    const { store, seen } = bench(ALL, { aliases });
    store(0x5000_0000n, 1, 0x42n);
    expect(seen.text).toBe('B');
  });

  it('leaves main memory as it was', () => {
    const { load, store } = bench();
    store(0x8000_0ff8n, 8, 0x0102_0304_0506_0708n);
    expect(load(0x8000_0ff8n, 8).value).toBe(0x0102_0304_0506_0708n);
  });
});

describe('whatever software does to devices', () => {
  const regions = [CLINT, CLINT + 0x4000n, CLINT + 0xbff0n, UART, FINISHER, TOHOST, FROMHOST];
  const operation = fc.record({
    region: fc.constantFrom(...regions),
    offset: fc.bigInt({ min: -8n, max: 0x110n }),
    size: fc.constantFrom(1, 2, 4, 8),
    value: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: null }),
    ticks: fc.nat(1000),
  });

  it('an access is done or an access fault, and what is loaded fits its size', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const { machine, load, store, seen } = bench(ALL, { harts: 2 });
        for (const { region, offset, size, value, ticks } of operations) {
          seen.ticks += ticks;
          const done =
            value === null ? load(region + offset, size) : store(region + offset, size, value);
          machine.board.update();
          if (done.trap !== null) {
            expect([5, 7]).toContain(done.trap.cause);
            expect(done.trap.because).toMatch(/^(device|pma)\./);
          } else if (value === null) expect(done.value).toBeLessThan(2n ** BigInt(8 * size));
        }
        expect(seen.ends.length).toBeLessThanOrEqual(1);
        expect(machine.board.end).toEqual(seen.ends[0] ?? null);
      }),
      { numRuns: 200 },
    );
  });
});

describe('HTIF', () => {
  it('takes an exit as soon as it is stored, and the rest of its page is memory', () => {
    const { load, store, seen } = bench();
    store(TOHOST + 8n, 8, 77n);
    expect(seen.ends).toEqual([]);
    store(TOHOST, 8, 1n);
    expect(seen.ends).toEqual([{ kind: 'pass' }]);
    expect(load(TOHOST, 8).value).toBe(0n);
    expect(load(TOHOST + 8n, 8).value).toBe(77n);
  });

  it('may be fetched around: its page may hold code', () => {
    const { machine, load } = bench();
    machine.write(TOHOST + 0x100n, 4, 0x13n);
    expect(load(TOHOST + 0x100n, 4, 'fetch').value).toBe(0x13n);
  });

  it('hears a store that lies half in the page before', () => {
    const { machine, store, seen } = bench([{ kind: 'htif', tohost: TOHOST, fromhost: null }]);
    machine.write(TOHOST, 8, 0n);
    // Bytes 3 and 2 of the value: 7 in the first byte of tohost.
    store(TOHOST - 2n, 4, 0x0007_0000n);
    expect(seen.ends).toEqual([{ kind: 'fail', code: 3 }]);
  });

  it('hears an AMO', () => {
    const { machine, seen } = bench();
    machine.write(TOHOST, 8, 0n);
    machine.attempt(0, { mode: 'M', operation: 'amoswap', address: TOHOST, size: 8, value: 5n });
    expect(seen.ends).toEqual([{ kind: 'fail', code: 2 }]);
  });
});

describe('a machine', () => {
  it('without devices has none, and its I/O memory answers as memory', () => {
    const { load, store } = bench([], { io: [{ base: UART, size: 0x1000n }] });
    store(UART, 4, 0x41n);
    expect(load(UART, 4).value).toBe(0x41n);
  });

  it('has new devices after a reset, and none of those before', () => {
    const { machine, load, store, seen } = bench();
    store(UART + 7n, 1, 1n);
    store(FINISHER, 4, 0x5555n);
    expect(machine.board.end).toEqual({ kind: 'pass' });
    expect(machine.reset(testPlatform({ devices: ALL }))).toBe(null);
    expect(machine.board.end).toBe(null);
    expect(load(UART + 7n, 1).value).toBe(0n);
    machine.reset(testPlatform());
    expect(because(load(UART + 7n, 1))).toEqual([5, 'pma.vacant']);
    expect(seen.ends).toHaveLength(1);
  });

  it('ends once: what devices say later means nothing', () => {
    const { machine, store, seen } = bench();
    store(FINISHER, 4, 0x0005_3333n);
    store(FINISHER, 4, 0x5555n);
    expect(seen.ends).toEqual([{ kind: 'fail', code: 5 }]);
    expect(machine.board.end).toEqual({ kind: 'fail', code: 5 });
  });

  it('drives the timer lines when time is looked at, and knows how far the next event is', () => {
    const { machine, store, seen } = bench(ALL, { harts: 2 });
    expect(machine.board.nextEvent()).toBe(Infinity);
    store(CLINT + 0x4008n, 8, 1000n);
    seen.ticks = 400;
    expect(machine.board.nextEvent()).toBe(600);
    machine.board.update();
    expect(seen.lines).toEqual([]);
    seen.ticks = 1000;
    machine.board.update();
    expect(seen.lines).toEqual(['1:7=1']);
    store(CLINT + 4n, 4, 1n);
    expect(seen.lines).toEqual(['1:7=1', '1:3=1']);
  });

  it.each([
    ['devices overlap: the uart at 0x2000100', [ALL[0], { kind: 'uart', base: CLINT + 0x100n }]],
    ['the uart at 0x10000004 is not aligned to 8', [{ kind: 'uart', base: UART + 4n }]],
    ['a machine has one CLINT at most', [ALL[0], { kind: 'clint', base: 0x300_0000n }]],
    ['HTIF at 0x80001004 is not aligned to 8', [{ ...ALL[3], tohost: TOHOST + 4n }]],
    ['HTIF at 0x1000 lies outside RAM', [{ ...ALL[3], tohost: 0x1000n }]],
  ] as [string, DeviceSpec[]][])('cannot be built: %s', (why, devices) => {
    expect(bench(devices).why).toBe(why);
  });
});
