/** Page-table entries and their faults, bit by bit; expectations from the privileged manual. */
import { describe, expect, test } from 'vitest';
import { MachineUnderTest, without } from '../machine.test-support.ts';
import type { Platform } from '../platform.ts';

const ROOT = 0x8010_0000n;
const VA = 0x4_0020_3000n;
const DATA = 0x8020_0000n;
const [V, R, W, X, U, A, D] = [1n, 2n, 4n, 8n, 16n, 64n, 128n] as const;
const RWX = V | R | W | X | A | D;
const MSTATUS_SUM = 1n << 18n;
const MSTATUS_MXR = 1n << 19n;
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;

const to = (physical: bigint, bits: bigint): bigint => ((physical >> 12n) << 10n) | bits;

/** Sv39 with three tables; VPN of VA is 16, 1, 3. */
function sv39(leaf: bigint, more: Partial<Platform> = {}): MachineUnderTest {
  const m = new MachineUnderTest(more);
  m.machine.fill(ROOT, 0x3000n, 0n);
  m.put(ROOT + 8n * 16n, to(ROOT + 0x1000n, V));
  m.put(ROOT + 0x1008n, to(ROOT + 0x2000n, V));
  m.put(ROOT + 0x2018n, leaf);
  m.put(DATA, 0x5678n);
  m.poke('satp', (8n << 60n) | (ROOT >> 12n));
  return m;
}

describe('leaves', () => {
  test('translate to their page', () => {
    expect(sv39(to(DATA, RWX)).ok('S', 'load', VA, 8)).toBe(0x5678n);
  });

  test.each([
    ['V=0', RWX & ~V, 'pte.invalid'],
    ['W without R', V | W | A | D, 'pte.reserved'],
    ['X and W without R', V | W | X | A | D, 'pte.reserved'],
    ['bit 54', RWX | (1n << 54n), 'pte.reserved'],
    ['bit 60', RWX | (1n << 60n), 'pte.reserved'],
    ['PBMT=3', RWX | (3n << 61n), 'pte.pbmt'],
    ['PBMT=1 while PBMTE=0', RWX | (1n << 61n), 'pte.pbmt'],
    ['N with PPN[3:0]=0', RWX | (1n << 63n), 'pte.napot'],
    ['U in S-mode', RWX | U, 'pte.user'],
    ['no R', V | X | A | D, 'pte.permission'],
    ['A=0', RWX & ~A, 'pte.accessed'],
  ])('%s: load page fault', (_, bits, because) => {
    const trap = sv39(to(DATA, bits)).denied('S', 'load', VA, 8);
    expect(trap).toMatchObject({ cause: 13, because, tval: VA, gpa: null, gva: false });
  });

  test('each kind has its own page fault', () => {
    const m = sv39(to(DATA, V | A | D | R));
    expect(m.denied('S', 'store', VA, 8)).toMatchObject({ cause: 15 });
    expect(m.denied('S', 'fetch', VA, 4)).toMatchObject({ cause: 12 });
    expect(m.denied('S', 'amoadd', VA, 8)).toMatchObject({ cause: 15 });
    expect(m.denied('U', 'lr', VA, 8)).toMatchObject({ cause: 13, because: 'pte.user' });
  });

  test('SUM opens user pages to loads and stores of S, never to fetches', () => {
    const m = sv39(to(DATA, RWX | U));
    m.poke('mstatus', MSTATUS_SUM);
    expect(m.verdict('S', 'load', VA)).toBeNull();
    expect(m.verdict('S', 'fetch', VA, 4)).toBe('pte.user');
    expect(m.verdict('U', 'fetch', VA, 4)).toBeNull();
  });

  test('MXR makes X readable, not writable', () => {
    const m = sv39(to(DATA, V | X | A | D));
    m.poke('mstatus', MSTATUS_MXR);
    expect(m.verdict('S', 'load', VA)).toBeNull();
    expect(m.verdict('S', 'store', VA)).toBe('pte.permission');
  });

  test('Svpbmt types are legal while PBMTE=1, but for 3', () => {
    const m = sv39(to(DATA, RWX | (2n << 61n)));
    m.poke('menvcfg', PBMTE);
    expect(m.verdict('S', 'load', VA)).toBeNull();
    m.put(ROOT + 0x2018n, to(DATA, RWX | (3n << 61n)));
    expect(m.verdict('S', 'load', VA)).toBe('pte.pbmt');
  });

  test('a 64 KiB NAPOT leaf takes PPN[3:0] from the address', () => {
    const m = sv39(to(DATA + 0x8000n, RWX | (1n << 63n)));
    m.put(DATA + 0x3000n, 77n);
    expect(m.ok('S', 'load', VA, 8)).toBe(77n);
    const none = sv39(to(DATA + 0x8000n, RWX | (1n << 63n)), { features: without('Svnapot') });
    expect(none.verdict('S', 'load', VA)).toBe('pte.reserved');
  });

  test('a superpage takes the lower PPN from the address, and must be aligned', () => {
    const m = sv39(0n);
    m.put(ROOT + 0x1008n, to(DATA, RWX));
    m.put(DATA + 0x3000n, 99n);
    expect(m.ok('S', 'load', VA, 8)).toBe(99n);
    m.put(ROOT + 0x1008n, to(DATA + 0x1000n, RWX));
    expect(m.verdict('S', 'load', VA)).toBe('pte.misaligned');
  });
});

describe('pointers', () => {
  test.each([
    ['D', D, 'pte.reserved'],
    ['A', A, 'pte.reserved'],
    ['U', U, 'pte.reserved'],
    ['N', 1n << 63n, 'pte.napot'],
    ['PBMT', 1n << 61n, 'pte.pbmt'],
  ])('with %s set are reserved', (_, bit, because) => {
    const m = sv39(to(DATA, RWX));
    m.put(ROOT + 0x1008n, to(ROOT + 0x2000n, V | bit));
    expect(m.verdict('S', 'load', VA)).toBe(because);
  });

  test('at level 0 end the walk', () => {
    expect(sv39(to(DATA, V)).verdict('S', 'load', VA)).toBe('pte.depth');
  });

  test('into vacant, I/O or poisoned memory are access faults of the original type', () => {
    const m = sv39(to(DATA, RWX));
    m.put(ROOT + 0x1008n, to(0x1000n, V));
    expect(m.denied('S', 'store', VA, 8)).toMatchObject({ cause: 7, because: 'pte.table_pma' });
    m.put(ROOT + 0x1008n, to(0x1000_0000n, V));
    expect(m.denied('S', 'fetch', VA, 4)).toMatchObject({ cause: 1, because: 'pte.table_pma' });
    const poisoned = sv39(to(DATA, RWX));
    poisoned.machine.poison(ROOT + 0x2018n, 1n);
    const trap = poisoned.denied('S', 'load', VA, 8);
    expect(trap).toMatchObject({ cause: 5, because: 'pte.table_poison' });
  });
});

describe('addresses', () => {
  test.each([
    [8n, 39n],
    [9n, 48n],
    [10n, 57n],
  ])('mode %i: upper bits repeat bit %i', (mode, bits) => {
    const m = sv39(0n);
    m.poke('satp', (mode << 60n) | (ROOT >> 12n));
    const half = 1n << (bits - 1n);
    expect(m.verdict('S', 'load', half)).toBe('pte.canonical');
    expect(m.verdict('S', 'load', (1n << 64n) - half - 8n)).toBe('pte.canonical');
    expect(m.verdict('S', 'load', half - 8n)).toBe('pte.invalid');
    expect(m.verdict('S', 'load', (1n << 64n) - half)).toBe('pte.invalid');
  });
});

describe('A and D', () => {
  test('with ADUE a load sets A, a store A and D, and the write is counted', () => {
    const m = sv39(to(DATA, RWX & ~(A | D)));
    m.poke('menvcfg', ADUE);
    m.ok('S', 'load', VA, 8);
    expect(m.machine.read(ROOT + 0x2018n, 8)).toBe(to(DATA, RWX & ~D));
    m.ok('S', 'store', VA, 8, 1n);
    expect(m.machine.read(ROOT + 0x2018n, 8)).toBe(to(DATA, RWX));
    expect(m.machine.counts().ad).toBe(2);
  });

  test('a kept entry is read again before A is set', () => {
    const m = sv39(to(DATA, RWX & ~(A | D)), { caching: 'retain' });
    expect(m.verdict('S', 'load', VA)).toBe('pte.accessed');
    m.poke('menvcfg', ADUE);
    m.put(ROOT + 0x2018n, to(DATA + 0x1000n, RWX & ~(A | D)));
    m.ok('S', 'load', VA, 8);
    expect(m.machine.read(ROOT + 0x2018n, 8)).toBe(to(DATA + 0x1000n, RWX & ~D));
  });

  test('an update that PMP denies leaves the entry as it was', () => {
    const m = sv39(to(DATA, RWX & ~(A | D)));
    m.poke('menvcfg', ADUE);
    m.poke('pmpaddr0', (ROOT >> 2n) | 0x7ffn);
    m.poke('pmpcfg0', 0x19n);
    const trap = m.denied('S', 'load', VA, 8);
    expect(trap).toMatchObject({ cause: 5, because: 'pte.table_pmp' });
    expect(m.machine.read(ROOT + 0x2018n, 8)).toBe(to(DATA, RWX & ~(A | D)));
  });
});

describe('Sv32', () => {
  test('reaches physical addresses above 4 GiB', () => {
    const high = 0x2_8765_4000n;
    const m = new MachineUnderTest({
      xlen: 32,
      ram: [
        { base: 0x8000_0000n, size: 0x100_0000n },
        { base: high, size: 0x1000n },
      ],
    });
    m.machine.fill(ROOT, 0x2000n, 0n);
    m.put(ROOT + 4n, to(ROOT + 0x1000n, V));
    m.put(ROOT + 0x1008n, to(high, RWX));
    m.machine.write(high + 4n, 4, 0xcafen);
    m.poke('satp', (1n << 31n) | (ROOT >> 12n));
    expect(m.ok('S', 'load', 0x40_2004n, 4)).toBe(0xcafen);
    expect(m.denied('S', 'load', 0x80_0000n, 4)).toMatchObject({ cause: 13 });
  });
});

describe('shadow stacks', () => {
  const SSE = 8n;
  const stack = V | W | A | D;

  test('W alone is a page of its own kind while SSE=1', () => {
    const m = sv39(to(DATA, stack));
    m.poke('menvcfg', SSE | 0xd0n);
    expect(m.verdict('S', 'sspush', VA, 8)).toBeNull();
    expect(m.verdict('S', 'load', VA)).toBeNull();
    expect(m.denied('S', 'store', VA, 8)).toMatchObject({ cause: 7, because: 'pte.shadow_stack' });
    expect(m.denied('S', 'fetch', VA, 4)).toMatchObject({ cause: 1, because: 'pte.shadow_stack' });
    expect(m.denied('S', 'cbo_clean', VA, 64)).toMatchObject({ cause: 7 });
    expect(m.denied('S', 'cbo_zero', VA, 64)).toMatchObject({ cause: 7 });
    expect(m.denied('S', 'sspush', VA + 4n, 8)).toMatchObject({ cause: 7 });
  });

  test('SSAMOSWAP in M-mode is an access fault, unless MPRV lends it the mode of the page', () => {
    const m = sv39(to(DATA, stack));
    m.poke('menvcfg', SSE);
    expect(m.denied('M', 'ssamoswap', DATA, 8)).toMatchObject({ cause: 7 });
    m.poke('mstatus', (1n << 17n) | (1n << 11n));
    expect(m.verdict('M', 'ssamoswap', VA, 8)).toBeNull();
  });

  test('shadow-stack instructions go nowhere else', () => {
    const m = sv39(to(DATA, RWX));
    m.poke('menvcfg', SSE);
    expect(m.denied('S', 'sspopchk', VA, 8)).toMatchObject({ cause: 7 });
    m.put(ROOT + 0x2018n, to(DATA, V | R | A | D));
    expect(m.denied('S', 'sspopchk', VA, 8)).toMatchObject({ cause: 15 });
  });
});
