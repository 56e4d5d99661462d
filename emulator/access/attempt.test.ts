/** Parts, byte order, atomics and the rest of what an access does with memory. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { MachineUnderTest, without } from '../machine.test-support.ts';
import { DATA, World } from '../translate/world.test-support.ts';
import { Value } from './parts.ts';

const ROOT = 0x8040_0000n;
const EDGE = 0x8012_4000n;
const MPRV = 1n << 17n;
const VALUE = 0x1122_3344_5566_7788n;

/** Smmpt43; the pages before and behind EDGE have these tuples. */
function edge(before: bigint, behind: bigint, more = {}): MachineUnderTest {
  const m = new MachineUnderTest(more);
  m.machine.fill(ROOT, 0x3000n, 0n);
  m.put(ROOT, 0x20100401n);
  m.put(ROOT + 0x1200n, 0x20100801n);
  m.put(ROOT + 0x2090n, 3n | (before << 17n) | (behind << 20n));
  m.poke('mmpt', 0x1000000000080400n);
  m.put(EDGE - 8n, 0n);
  m.put(EDGE, 0n);
  return m;
}

describe('straddles', () => {
  test('a store lands in both pages, a load gathers it again', () => {
    const m = edge(3n, 3n);
    for (let k = 1n; k < 8n; k++) {
      m.ok('S', 'store', EDGE - k, 8, VALUE);
      expect(m.ok('S', 'load', EDGE - k, 8)).toBe(VALUE);
      expect(m.machine.read(EDGE - k, 8)).toBe(VALUE);
    }
    m.ok('S', 'store', EDGE - 1n, 2, 0xaabbn);
    expect(m.machine.read(EDGE - 1n, 2)).toBe(0xaabbn);
  });

  test('a denied second part names its own address, and nothing is written', () => {
    const m = edge(3n, 1n);
    expect(m.denied('S', 'store', EDGE - 4n, 8, VALUE)).toMatchObject({
      cause: 7,
      because: 'mpt.permission',
      tval: EDGE,
    });
    expect(m.machine.read(EDGE - 4n, 8)).toBe(0n);
    expect(m.machine.counts().data).toBe(0);
    expect(edge(0n, 3n).denied('S', 'load', EDGE - 4n, 8)).toMatchObject({ tval: EDGE - 4n });
  });

  test('by the open point the first part may be written', () => {
    const { knobs } = new MachineUnderTest().platform;
    const m = edge(3n, 1n, { knobs: { ...knobs, straddle_store: 'first_part' } });
    m.denied('S', 'store', EDGE - 4n, 8, VALUE);
    expect(m.machine.read(EDGE - 4n, 8)).toBe(0x5566_7788n);
  });

  test('a 4-byte fetch is two parcels, a 2-byte one at the end of a page is one', () => {
    const m = edge(5n, 1n);
    const trap = m.denied('S', 'fetch', EDGE - 2n, 4);
    expect(trap).toMatchObject({ cause: 1, tval: EDGE, epc: EDGE - 2n });
    expect(m.verdict('S', 'fetch', EDGE - 2n, 2)).toBeNull();
  });

  test('an address wraps at 2^XLEN', () => {
    const m = new MachineUnderTest({ xlen: 32, ram: [{ base: 0n, size: 1n << 32n }] });
    m.ok('M', 'store', 0xffff_fffen, 4, 0x1234_5678n);
    expect(m.machine.read(0xffff_fffen, 2)).toBe(0x5678n);
    expect(m.machine.read(0n, 2)).toBe(0x1234n);
  });

  test('without misaligned access in hardware: misaligned, and nothing is looked up', () => {
    const m = edge(7n, 7n, { features: without('misaligned_access') });
    expect(m.denied('S', 'load', EDGE - 4n, 8)).toMatchObject({ cause: 4, tval: EDGE - 4n });
    expect(m.denied('S', 'store', EDGE + 1n, 2)).toMatchObject({ cause: 6 });
    expect(m.machine.counts().mpt).toBe(0);
  });

  test('atomics are aligned on every machine', () => {
    const m = edge(7n, 7n);
    expect(m.denied('S', 'lr', EDGE + 4n, 8)).toMatchObject({ cause: 4 });
    expect(m.denied('S', 'amoadd', EDGE + 2n, 4)).toMatchObject({ cause: 6 });
  });
});

describe('byte order', () => {
  test('SBE turns the data of S, MBE that of M; fetches stay little-endian', () => {
    const m = edge(7n, 7n);
    m.poke('mstatus', 1n << 36n);
    m.ok('S', 'store', EDGE, 8, VALUE);
    expect(m.machine.read(EDGE, 8)).toBe(0x8877_6655_4433_2211n);
    expect(m.ok('S', 'load', EDGE, 8)).toBe(VALUE);
    expect(m.ok('M', 'load', EDGE, 4)).toBe(0x4433_2211n);
    expect(m.ok('S', 'fetch', EDGE, 4)).toBe(0x4433_2211n);
    m.ok('S', 'store', EDGE - 3n, 8, VALUE);
    expect(m.ok('S', 'load', EDGE - 3n, 8)).toBe(VALUE);
    expect(m.machine.read(EDGE - 3n, 1)).toBe(0x11n);
    m.ok('S', 'store', EDGE, 4, 5n);
    m.ok('S', 'amoadd', EDGE, 4, 7n);
    expect(m.ok('S', 'load', EDGE, 4)).toBe(12n);
  });
});

describe('operations', () => {
  test('AMOs give the old value and carry across 32 bits', () => {
    const m = edge(3n, 3n);
    m.put(EDGE, 0xffff_ffffn);
    expect(m.ok('S', 'amoadd', EDGE, 8, 1n)).toBe(0xffff_ffffn);
    expect(m.machine.read(EDGE, 8)).toBe(0x1_0000_0000n);
    expect(m.ok('S', 'amoswap', EDGE, 4, 9n)).toBe(0n);
    expect(m.machine.read(EDGE, 8)).toBe(0x1_0000_0009n);
    expect(m.ok('S', 'sc', EDGE, 8, 3n)).toBe(0n);
    expect(m.machine.read(EDGE, 8)).toBe(3n);
    expect(m.machine.counts()).toMatchObject({ data: 3, stored: 20 });
  });

  test('an AMO needs R and W, and is a store in its report', () => {
    expect(edge(1n, 4n).denied('S', 'amoadd', EDGE, 8)).toMatchObject({ cause: 7 });
    expect(edge(1n, 1n).denied('S', 'amoswap', EDGE, 8)).toMatchObject({ cause: 7 });
    expect(edge(1n, 4n).denied('S', 'lr', EDGE, 8)).toMatchObject({ cause: 5 });
  });

  test('CBO.ZERO clears its whole block, the others write nothing; a prefetch never traps', () => {
    const m = edge(3n, 3n);
    m.put(EDGE + 0x40n, 1n);
    m.put(EDGE + 0x78n, 2n);
    m.ok('S', 'cbo_zero', EDGE + 0x51n, 64);
    expect(m.machine.read(EDGE + 0x40n, 8) | m.machine.read(EDGE + 0x78n, 8)).toBe(0n);
    const closed = edge(0n, 0n);
    expect(closed.denied('S', 'cbo_zero', EDGE, 64)).toMatchObject({ cause: 7 });
    expect(closed.denied('S', 'cbo_flush', EDGE, 64)).toMatchObject({ cause: 7 });
    expect(closed.verdict('S', 'prefetch', EDGE, 64)).toBeNull();
  });

  test('MPRV sends loads and stores of M to the previous mode, not its fetches', () => {
    const m = edge(0n, 0n);
    m.poke('mstatus', MPRV | (1n << 11n));
    expect(m.denied('M', 'load', EDGE, 8)).toMatchObject({ cause: 5, takenIn: 'M' });
    m.poke('mstatus', MPRV | (1n << 11n));
    expect(m.verdict('M', 'fetch', EDGE, 4)).toBeNull();
  });

  test('poisoned data is an access fault until something is written over it', () => {
    const m = edge(3n, 3n);
    m.machine.poison(EDGE, 8n);
    expect(m.denied('S', 'load', EDGE, 8)).toMatchObject({ cause: 5, because: 'memory.poison' });
    expect(m.denied('S', 'amoadd', EDGE, 8)).toMatchObject({ cause: 7 });
    expect(m.verdict('S', 'load', EDGE + 8n, 8)).toBeNull();
    expect(m.ok('S', 'store', EDGE, 8, 4n)).toBe(0n);
    expect(m.ok('S', 'load', EDGE, 8)).toBe(4n);
  });

  test('poisoned instructions are an instruction access fault', () => {
    const m = edge(7n, 7n);
    m.machine.poison(EDGE, 2n);
    const trap = m.denied('S', 'fetch', EDGE - 2n, 4);
    expect(trap).toMatchObject({ cause: 1, tval: EDGE, because: 'memory.poison' });
    expect(m.verdict('S', 'fetch', EDGE - 2n, 2)).toBeNull();
  });

  test('a store that is denied in its second part leaves the poison of its first', () => {
    const m = edge(3n, 1n);
    m.machine.poison(EDGE - 4n, 4n);
    expect(m.verdict('S', 'store', EDGE - 4n, 8)).toBe('mpt.permission');
    expect(m.verdict('S', 'load', EDGE - 4n, 4)).toBe('memory.poison');
  });

  test('a denied cache block is reported at the address given, in a guest with its offset', () => {
    const { m, address } = new World({
      xlen: 64,
      first: 'sv39',
      second: 'sv39x4',
      isolation: null,
    });
    m.ok('VS', 'cbo_zero', address + 0x47n, 64);
    const other = new World({ xlen: 64, first: null, second: 'sv39x4', isolation: null });
    expect(other.m.denied('VS', 'cbo_zero', DATA + 0x1047n, 64)).toMatchObject({
      cause: 23,
      tval: DATA + 0x1047n,
      gpa: DATA + 0x1047n,
    });
  });

  test('a prefetch neither looks at A nor sets it, in any stage', () => {
    const world = { xlen: 64, first: 'sv39', second: 'sv39x4', isolation: null } as const;
    const { m, stage, guest, address } = new World(world);
    const fresh = { leaf: 4096n, fresh: true };
    expect(stage!.map(address, DATA, 0x1000n, 3, fresh).error).toBeNull();
    expect(guest!.map(DATA, DATA, 0x1000n, 3, { ...fresh, user: true }).error).toBeNull();
    const entries = [stage!.entryAddress(address, 0)!, guest!.entryAddress(DATA, 0)!];
    const accessed = (): bigint[] => entries.map((at) => (m.machine.read(at, 8) >> 6n) & 1n);
    for (const adue of [0n, 1n << 61n]) {
      m.poke('menvcfg', adue);
      m.poke('henvcfg', adue);
      const before = m.machine.counts().data;
      expect(m.verdict('VS', 'prefetch', address, 64)).toBeNull();
      expect(m.machine.counts()).toMatchObject({ data: before + 1, ad: 0 });
      expect(accessed()).toEqual([0n, 0n]);
    }
    m.ok('VS', 'load', address, 8);
    expect(accessed()).toEqual([1n, 1n]);
  });

  test('an alias answers with the memory of another page', () => {
    const m = new MachineUnderTest({
      aliases: [{ base: 0xf000_0000n, size: 0x1000n, of: 0x8000_0000n }],
    });
    m.ok('M', 'store', 0xf000_0010n, 8, 6n);
    expect(m.ok('M', 'load', 0x8000_0010n, 8)).toBe(6n);
  });

  test('filling and poisoning go on behind the border of an alias', () => {
    const m = new MachineUnderTest({
      ram: [{ base: 0x8000_0000n, size: 0x100_0000n }],
      aliases: [{ base: 0x8000_2000n, size: 0x2000n, of: 0x8080_0000n }],
    });
    m.machine.fill(0x8000_0000n, 0x6000n, 5n);
    for (const at of [0x8000_1000n, 0x8080_0000n, 0x8080_1ff8n, 0x8000_5ff8n]) {
      expect(m.ok('M', 'load', at, 8)).toBe(5n);
    }
    expect(m.ok('M', 'load', 0x8080_2000n, 8)).not.toBe(5n);
    m.machine.poison(0x8000_1000n, 0x4000n);
    for (const at of [0x8000_1000n, 0x8080_0000n, 0x8080_1ff8n, 0x8000_4000n]) {
      expect(m.verdict('M', 'load', at, 8)).toBe('memory.poison');
    }
    for (const at of [0x8000_0ff8n, 0x8080_2000n, 0x8000_5000n]) {
      expect(m.verdict('M', 'load', at, 8)).toBeNull();
    }
  });
});

test('a value in two halves shifts and turns like its bigint', () => {
  const bytes = (value: bigint, size: number): bigint => BigInt.asUintN(8 * size, value);
  const back = (v: Value): bigint => (BigInt(v.hi >>> 0) << 32n) | BigInt(v.lo >>> 0);
  const of = (x: bigint): Value =>
    new Value().set(Number(BigInt.asIntN(32, x)), Number(BigInt.asIntN(32, x >> 32n)));
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(8), (x, k) => {
      expect(back(of(x).right(k))).toBe(x >> BigInt(8 * k));
      expect(back(of(x).left(k))).toBe(bytes(x << BigInt(8 * k), 8));
      if (k === 0) return;
      expect(back(of(x).truncate(k))).toBe(bytes(x, k));
      const hex = bytes(x, k)
        .toString(16)
        .padStart(2 * k, '0');
      const turned = BigInt('0x' + hex.match(/../g)!.reverse().join(''));
      expect(back(of(x).reverse(k))).toBe(turned);
    }),
  );
});
