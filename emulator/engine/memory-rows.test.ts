import { describe, expect, test } from 'vitest';
import type { Platform } from '../platform.ts';
import { ORIGIN, World } from './world.test-support.ts';

/** Programs of these tests have their data here. */
const DATA = ORIGIN + 0x4000n;

/** Runs a program that begins with a0 at the data, until it is through or traps. */
function ran(text: string, steps: number, overrides: Partial<Platform> = {}): World {
  const world = new World(overrides);
  world.load(text);
  world.hart.hart.csrs.poke('mtvec', ORIGIN + 0x1000n);
  world.hart.registers.setX(10, DATA);
  world.start();
  world.engine.run(world.hart, steps);
  return world;
}

describe.each([64, 32] as const)('RV%i loads and stores', (xlen) => {
  const value = 0x8182_8384_8586_8788n;
  const loads = [
    ['lb', 1, true],
    ['lbu', 1, false],
    ['lh', 2, true],
    ['lhu', 2, false],
    ['lw', 4, true],
    ...(xlen === 64 ? ([['lwu', 4, false]] as const) : []),
    ...(xlen === 64 ? ([['ld', 8, true]] as const) : []),
  ] as const;

  // At 0 the way answers the second time; 3 is misaligned, 4093 lies in two pages.
  test.each(
    loads.flatMap(([name, size, isSigned]) =>
      [0, 3, 4093].map((at) => [name, at, size, isSigned] as const),
    ),
  )('%s at %i', (name, at, size, isSigned) => {
    const world = new World({ xlen });
    world.load('loop: ' + `${name} a1, -1(a0)\n j loop`);
    for (let k = 0; k < 8; k++) {
      world.store(DATA + BigInt(at + k), 1, (value >> BigInt(8 * k)) & 255n);
    }
    world.hart.registers.setX(10, DATA + BigInt(at) + 1n);
    world.start();
    const raw = BigInt.asUintN(8 * size, value);
    const extended = isSigned ? BigInt.asUintN(xlen, BigInt.asIntN(8 * size, raw)) : raw;
    for (let round = 0; round < 3; round++) {
      world.hart.registers.setX(11, 1n);
      world.engine.run(world.hart, 2);
      expect(world.hart.registers.x(11)).toBe(extended);
    }
  });

  test.each(
    ['sb', 'sh', 'sw', 'sd']
      .slice(0, xlen === 64 ? 4 : 3)
      .flatMap((name, k) => [0, 3, 4093].map((at) => [name, at, 2 ** k] as const)),
  )('%s at %i', (name, at, size) => {
    const world = new World({ xlen });
    world.load('loop: ' + `${name} a1, 0(a0)\n j loop`);
    world.hart.registers.setX(10, DATA + BigInt(at));
    world.start();
    for (let round = 0; round < 3; round++) {
      const stored = BigInt.asUintN(xlen, value + BigInt(round));
      for (let k = -1; k < 9; k++) world.store(DATA + BigInt(at + k), 1, 0x55n);
      world.hart.registers.setX(11, stored);
      world.engine.run(world.hart, 2);
      for (let k = -1; k < 9; k++) {
        const byte = k >= 0 && k < size ? (stored >> BigInt(8 * k)) & 255n : 0x55n;
        expect(world.read(DATA + BigInt(at + k), 1)).toBe(byte);
      }
    }
  });

  test('wrap at the end of addresses', () => {
    const world = new World({ xlen, ram: [{ base: 0n, size: 0x1000_0000n }] });
    world.load('lbu a1, 8(a0)', 0x1000n);
    world.store(4n, 1, 0x77n);
    world.hart.registers.setX(10, -4n);
    world.start(0x1000n);
    world.engine.run(world.hart, 1);
    expect(world.hart.registers.x(11)).toBe(0x77n);
  });

  test('that are denied leave registers and memory, and say where', () => {
    const world = ran('lw a1, 4(a2)\n', 1, { xlen });
    expect(world.hart.registers.x(11)).toBe(0n);
    expect(world.hart.trap).toMatchObject({ cause: 5, tval: 4n, epc: ORIGIN });
    // lw a1, 4(a2): imm and rs1 clear.
    expect(world.hart.trap?.tinst).toBe(0x0000_2583n);
  });
});

describe('an instruction of a scenario', () => {
  test('accesses memory each time, also between runs of programs', () => {
    const world = paged('loop: ld a0, 0(zero)\n j loop', 'none');
    world.engine.run(world.hart, 10);
    const { counts } = world.hart.hart;
    // ld a0, 0(zero)
    const load = 0x0000_3503;
    for (let k = 1; k <= 3; k++) {
      const [tables, data] = [counts.s, counts.data];
      world.start(0n, 'S');
      world.engine.execute(world.hart, load);
      expect(world.hart.trap).toBe(null);
      expect([counts.s - tables, counts.data - data]).toEqual([3, 1]);
    }
    world.start(ORIGIN, 'S');
    const data = counts.data;
    world.engine.run(world.hart, 1000);
    expect(counts.data - data).toBeLessThan(10);
  });
});

describe('atomics', () => {
  const functions: Readonly<Record<string, (old: bigint, by: bigint, n: number) => bigint>> = {
    amoswap: (_, by) => by,
    amoadd: (old, by) => old + by,
    amoxor: (old, by) => old ^ by,
    amoand: (old, by) => old & by,
    amoor: (old, by) => old | by,
    amomin: (old, by, n) => (BigInt.asIntN(n, old) < BigInt.asIntN(n, by) ? old : by),
    amomax: (old, by, n) => (BigInt.asIntN(n, old) > BigInt.asIntN(n, by) ? old : by),
    amominu: (old, by) => (old < by ? old : by),
    amomaxu: (old, by) => (old > by ? old : by),
  };
  const numbers = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 63n, (1n << 64n) - 1n];

  test.each(Object.keys(functions).flatMap((name) => [`${name}.w`, `${name}.d`]))('%s', (name) => {
    const world = new World();
    world.load(`loop: ${name} a1, a2, (a0)\n j loop`);
    world.start();
    const n = name.endsWith('w') ? 32 : 64;
    const means = functions[name.slice(0, -2)];
    for (const old of numbers) {
      for (const by of numbers) {
        world.store(DATA, 8, old);
        world.hart.registers.setX(10, DATA);
        world.hart.registers.setX(12, by);
        world.engine.run(world.hart, 2);
        const [a, b] = [BigInt.asUintN(n, old), BigInt.asUintN(n, by)];
        const upper = n === 32 ? (old >> 32n) << 32n : 0n;
        expect(world.read(DATA, 8)).toBe(upper | BigInt.asUintN(n, means(a, b, n)));
        expect(world.hart.registers.x(11)).toBe(BigInt.asUintN(64, BigInt.asIntN(n, a)));
      }
    }
  });

  test.each([
    ['amocas.w a2, a4, (a0)', 0x8000_0001n, 0x8000_0001n, 4],
    ['amocas.d a2, a4, (a0)', 0x8000_0001_0000_0000n, 0x8000_0001_0000_0000n, 8],
  ])('%s stores if equal, and gives what was there', (text, old, expected, size) => {
    for (const miss of [0n, 1n << BigInt(8 * size - 1)]) {
      const world = new World();
      world.load(text);
      world.store(DATA, 8, old);
      const { registers } = world.hart;
      registers.setX(10, DATA);
      registers.setX(12, expected ^ miss);
      registers.setX(14, 0x77n);
      world.start();
      world.engine.run(world.hart, 1);
      expect(registers.x(12)).toBe(BigInt.asUintN(64, BigInt.asIntN(8 * size, old)));
      expect(world.read(DATA, size)).toBe(miss === 0n ? 0x77n : BigInt.asUintN(8 * size, old));
    }
  });

  test.each([
    [64, 'amocas.q a2, a4, (a0)', 8n],
    [32, 'amocas.d a2, a4, (a0)', 4n],
  ] as const)('RV%i %s takes pairs of registers', (xlen, text, half) => {
    for (const [differs, stored] of [
      [0n, true],
      [1n, false],
    ] as const) {
      const world = new World({ xlen });
      world.load(text);
      world.store(DATA, Number(half), 0x11n);
      world.store(DATA + half, Number(half), 0x22n);
      const { registers } = world.hart;
      const given = [DATA, 0x11n, 0x22n + differs, 0x33n, 0x44n];
      given.forEach((x, k) => registers.setX(k === 0 ? 10 : 11 + k, x));
      world.start();
      world.engine.run(world.hart, 1);
      expect([registers.x(12), registers.x(13)]).toEqual([0x11n, 0x22n]);
      expect(world.read(DATA, Number(half))).toBe(stored ? 0x33n : 0x11n);
      expect(world.read(DATA + half, Number(half))).toBe(stored ? 0x44n : 0x22n);
    }
  });

  test('must be aligned', () => {
    const world = ran('addi a0, a0, 4\n amoadd.d a1, a2, (a0)', 2);
    expect(world.hart.trap).toMatchObject({ cause: 6, tval: DATA + 4n });
  });
});

describe('LR and SC', () => {
  const pair = (between: string): bigint =>
    ran(`lr.w a1, (a0)\n ${between}\n sc.w a2, a1, (a0)`, 3).hart.registers.x(12);

  test('succeed on the same bytes, past the own stores, and once', () => {
    expect(pair('nop')).toBe(0n);
    expect(pair('sw a1, 0(a0)')).toBe(0n);
    expect(pair('sc.w a2, a1, (a0)')).toBe(1n);
    expect(pair('addi a0, a0, 4')).toBe(1n);
  });

  test('of different width fail; without a reservation nothing is accessed', () => {
    expect(ran('lr.d a1, (a0)\n sc.w a2, a1, (a0)', 2).hart.registers.x(12)).toBe(1n);
    const nowhere = ran('sc.w a2, a1, (zero)', 1);
    expect(nowhere.hart.registers.x(12)).toBe(1n);
    expect(nowhere.hart.trap).toBe(null);
    expect(ran('sc.w a2, a1, (a0)', 1).hart.trap).toBe(null);
    expect(ran('addi a0, a0, 2\n sc.w a2, a1, (a0)', 2).hart.trap).toMatchObject({ cause: 6 });
  });

  test.each([
    [0n, 1n],
    [60n, 1n],
    [64n, 0n],
    [-8n, 0n],
  ])('another hart storing %i bytes on: SC gives %i', (distance, result) => {
    const world = new World({ harts: 2 });
    world.load('lr.d a1, (a0)\n nop\n sc.d a2, a1, (a0)');
    world.load('loop: sw a1, 0(a0)\n j loop', ORIGIN + 0x100n);
    const [one, other] = world.executors;
    one.registers.setX(10, DATA);
    other.registers.setX(10, DATA + distance);
    world.start(ORIGIN, 'M', one);
    world.start(ORIGIN + 0x100n, 'M', other);
    // A way for its stores exists before the reservation.
    world.engine.run(other, 4);
    world.engine.run(one, 1);
    world.engine.run(other, 2);
    world.engine.run(one, 2);
    expect(one.registers.x(12)).toBe(result);
  });

  test('a store from outside breaks it', () => {
    const world = new World();
    world.load('lr.d a1, (a0)\n sc.d a2, a1, (a0)');
    world.hart.registers.setX(10, DATA);
    world.start();
    world.engine.run(world.hart, 1);
    world.store(DATA + 8n, 1, 1n);
    world.engine.run(world.hart, 1);
    expect(world.hart.registers.x(12)).toBe(1n);
  });
});

/** Sv39: a gigabyte identity leaf for the code, one page at 0 whose entry lies at `LEAF`. */
const [ROOT, MIDDLE, LAST] = [ORIGIN + 0x10000n, ORIGIN + 0x11000n, ORIGIN + 0x12000n];
const LEAF = LAST;
const entry = (pa: bigint, bits: bigint): bigint => ((pa >> 12n) << 10n) | bits;

function paged(text: string, caching: Platform['caching'], hasWays = true): World {
  const world = new World({ caching }, hasWays);
  for (const page of [ROOT, MIDDLE, LAST]) {
    for (let k = 0n; k < 4096n; k += 8n) world.store(page + k, 8, 0n);
  }
  world.store(ROOT, 8, entry(MIDDLE, 1n));
  world.store(ROOT + 16n, 8, entry(ORIGIN, 0xcfn));
  world.store(MIDDLE, 8, entry(LAST, 1n));
  world.store(LEAF, 8, entry(DATA, 0xc7n));
  const { csrs } = world.hart.hart;
  csrs.poke('satp', (8n << 60n) | (ROOT >> 12n));
  csrs.poke('pmpaddr0', (1n << 54n) - 1n);
  csrs.poke('pmpcfg0', 0x1fn);
  csrs.poke('mtvec', ORIGIN + 0x1000n);
  world.load(text);
  world.hart.registers.setX(11, LEAF);
  world.start(ORIGIN, 'S');
  return world;
}

describe.each([true, false])('changed page tables (ways %s)', (hasWays) => {
  const REVOKES = 'ld a0, 0(zero)\n ld a0, 8(zero)\n sd zero, 0(a1)\n FENCE\n ld a0, 0(zero)';
  const revoked = (caching: Platform['caching'], fence: string): World => {
    const world = paged(REVOKES.replace('FENCE', fence), caching, hasWays);
    world.engine.run(world.hart, 5);
    return world;
  };

  test('are seen at once where nothing is kept', () => {
    expect(revoked('none', 'nop').hart.trap).toMatchObject({ cause: 13, tval: 0n });
  });

  test('are seen after a fence where entries are kept', () => {
    expect(revoked('retain', 'nop').hart.trap).toBe(null);
    expect(revoked('retain', 'sfence.vma').hart.trap).toMatchObject({ cause: 13, tval: 0n });
  });

  test('by a step of a scenario count too, and so does SUM', () => {
    const world = paged('loop: ld a0, 0(zero)\n j loop', 'none', hasWays);
    world.engine.run(world.hart, 10);
    world.store(LEAF, 8, entry(DATA, 0xd7n));
    world.engine.run(world.hart, 1);
    expect(world.hart.trap).toMatchObject({ cause: 13 });
    world.hart.hart.csrs.poke('sstatus', 1n << 18n);
    world.start(ORIGIN, 'S');
    expect(world.engine.run(world.hart, 10)).toBe(10);
    world.hart.hart.csrs.poke('sstatus', 0n);
    world.hart.trap = null;
    world.engine.run(world.hart, 1);
    expect(world.hart.trap).toMatchObject({ cause: 13 });
  });

  test('a store through a way of before does not pass them by', () => {
    // The page of the table is written before it is walked.
    const text = 'sd a2, 8(a1)\n sd a2, 8(a1)\n ld a0, 0(zero)\n sd zero, 0(a1)\n ld a0, 0(zero)';
    const world = paged(text, 'none', hasWays);
    world.engine.run(world.hart, 5);
    expect(world.hart.trap).toMatchObject({ cause: 13, tval: 0n });
  });

  test('a page that may be read only is not written through the way of its loads', () => {
    const world = paged('ld a0, 0(zero)\n sd a0, 0(zero)', 'none', hasWays);
    world.store(LEAF, 8, entry(DATA, 0xc3n));
    world.engine.run(world.hart, 2);
    expect(world.hart.trap).toMatchObject({ cause: 15 });
  });
});
