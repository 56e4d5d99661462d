/** Guest accesses: composition of the stages, guest-page faults, and where isolation denies. */
import { describe, expect, test } from 'vitest';
import { DATA, World } from './world.test-support.ts';
import type { WorldOptions } from './world.test-support.ts';

const SV39: WorldOptions = {
  xlen: 64,
  first: 'sv39',
  second: 'sv39x4',
  isolation: ['smmpt52', 4096n],
};
const ADUE = 1n << 61n;
const GPA_OF_TABLE = (world: World, level: number): bigint =>
  world.stage!.entryAddress(world.address, level)!;

/** Changes one entry of the VS-stage (`stage`) or G-stage. */
function patch(
  world: World,
  table: 'stage' | 'guest',
  address: bigint,
  change: (e: bigint) => bigint,
) {
  const at = world[table]!.entryAddress(address, null)!;
  world.m.machine.write(at, 8, change(world.m.machine.read(at, 8)));
}

describe('guest-page faults', () => {
  test('of the access itself report its address, its GPA and no pseudo-instruction', () => {
    const world = new World(SV39);
    patch(world, 'guest', DATA, () => 0n);
    const at = world.address + 0x18n;
    expect(world.m.denied('VS', 'load', at, 8)).toMatchObject({
      cause: 21,
      because: 'pte.invalid',
      tval: at,
      gpa: DATA + 0x18n,
      tinst: 0n,
      gva: true,
      mpv: true,
    });
    expect(world.m.denied('VS', 'store', at, 8)).toMatchObject({ cause: 23 });
    expect(world.m.denied('VS', 'fetch', at, 4)).toMatchObject({ cause: 20 });
  });

  test('of a VS-stage table read report the GPA of the entry and 0x3000', () => {
    const world = new World(SV39);
    const entry = GPA_OF_TABLE(world, 1);
    patch(world, 'guest', entry, () => 0n);
    expect(world.m.denied('VS', 'store', world.address, 8)).toMatchObject({
      cause: 23,
      tval: world.address,
      gpa: entry,
      tinst: 0x3000n,
    });
  });

  test('of a VS-stage A update report 0x3020: the G-stage must allow the write', () => {
    const world = new World(SV39);
    world.m.poke('menvcfg', ADUE);
    world.m.poke('henvcfg', ADUE);
    patch(world, 'stage', world.address, (e) => e & ~0xc0n);
    const entry = GPA_OF_TABLE(world, 0);
    patch(world, 'guest', entry, (e) => e & ~4n);
    expect(world.m.denied('VS', 'load', world.address, 8)).toMatchObject({
      cause: 21,
      gpa: entry,
      tinst: 0x3020n,
    });
    expect(world.m.machine.read(entry, 8) & 0xc0n).toBe(0n);
    patch(world, 'guest', entry, (e) => e | 4n);
    world.m.ok('VS', 'load', world.address, 8);
    expect(world.m.machine.read(entry, 8) & 0xc0n).toBe(0x40n);
  });

  test('on RV32 the pseudo-instruction is 0x2000', () => {
    const world = new World({ xlen: 32, first: 'sv32', second: 'sv32x4', isolation: null });
    const entry = GPA_OF_TABLE(world, 0);
    const at = world.guest!.entryAddress(entry, null)!;
    world.m.machine.write(at, 4, 0n);
    const trap = world.m.denied('VS', 'load', world.address, 4);
    expect(trap).toMatchObject({ cause: 21, tinst: 0x2000n, gpa: entry });
  });

  test('a leaf without U is denied: the G-stage counts every access as a user access', () => {
    const world = new World(SV39);
    patch(world, 'guest', DATA, (e) => e & ~16n);
    const trap = world.m.denied('VS', 'load', world.address, 8);
    expect(trap).toMatchObject({ cause: 21, because: 'pte.user' });
  });

  test('a GPA beyond the width of the mode is denied', () => {
    const world = new World({ ...SV39, first: null });
    expect(world.m.denied('VS', 'load', 1n << 41n, 8)).toMatchObject({
      cause: 21,
      because: 'pte.guest_width',
      gpa: 1n << 41n,
    });
    expect(world.m.verdict('VS', 'load', (1n << 41n) - 8n)).toBe('pte.invalid');
  });
});

describe('MXR', () => {
  test("the guest's own reaches the VS-stage only, the host's both stages", () => {
    const world = new World({ ...SV39, isolation: null });
    patch(world, 'stage', world.address, (e) => (e & ~6n) | 8n);
    expect(world.m.verdict('VS', 'load', world.address)).toBe('pte.permission');
    world.m.poke('vsstatus', 1n << 19n);
    expect(world.m.verdict('VS', 'load', world.address)).toBeNull();
    patch(world, 'guest', DATA, (e) => (e & ~6n) | 8n);
    const trap = world.m.denied('VS', 'load', world.address, 8);
    expect(trap).toMatchObject({ cause: 21, because: 'pte.permission' });
    world.m.poke('mstatus', 1n << 19n);
    expect(world.m.verdict('VS', 'load', world.address)).toBeNull();
  });
});

describe('isolation of the walk', () => {
  test.each([
    ['load', 5],
    ['store', 7],
    ['fetch', 1],
  ] as const)('a denied VS-stage table is reported as the original %s', (operation, cause) => {
    const world = new World(SV39);
    world.table!.set(GPA_OF_TABLE(world, 1) & ~0xfffn, 4096n, 0, { leaf: 4096n });
    expect(world.m.denied('VS', operation, world.address, 4)).toMatchObject({
      cause,
      because: 'mpt.implicit_vs',
      tval: world.address,
      gpa: null,
      tinst: 0n,
      gva: true,
    });
  });

  test('a denied G-stage table, a denied single stage, a denied page', () => {
    const world = new World(SV39);
    const root = world.guest!.root;
    world.table!.set(root, 4096n, 4, { leaf: 4096n });
    expect(world.m.verdict('VS', 'load', world.address)).toBe('mpt.implicit_g');
    const plain = new World({ ...SV39, second: null });
    plain.table!.set(plain.stage!.root, 4096n, 4, { leaf: 4096n });
    expect(plain.m.verdict('S', 'load', plain.address)).toBe('mpt.implicit_s');
    const page = new World(SV39);
    page.table!.set(DATA, 4096n, 5, { leaf: 4096n });
    expect(page.m.verdict('VS', 'store', page.address)).toBe('mpt.permission');
    expect(page.m.verdict('VU', 'load', page.address)).toBe('pte.user');
  });

  test('setting A needs W on the table page', () => {
    const world = new World(SV39);
    world.m.poke('menvcfg', ADUE);
    world.m.poke('henvcfg', ADUE);
    patch(world, 'stage', world.address, (e) => e & ~0xc0n);
    const entry = GPA_OF_TABLE(world, 0);
    world.table!.set(entry & ~0xfffn, 4096n, 1, { leaf: 4096n });
    const trap = world.m.denied('VS', 'load', world.address, 8);
    expect(trap).toMatchObject({ cause: 5, because: 'mpt.implicit_vs', gpa: null });
    expect(world.m.machine.read(entry, 8) & 0xc0n).toBe(0n);
  });

  test('a guest-page fault earlier in the walk wins', () => {
    const world = new World(SV39);
    world.table!.set(DATA, 4096n, 0, { leaf: 4096n });
    patch(world, 'guest', DATA, () => 0n);
    expect(world.m.denied('VS', 'load', world.address, 8)).toMatchObject({ cause: 21 });
  });
});

describe('hypervisor loads and stores', () => {
  test('are checked as the guest, whoever executes them', () => {
    const world = new World(SV39);
    world.m.poke('hstatus', 1n << 8n);
    expect(world.m.ok('S', 'hlv', world.address, 8)).toBe(0x1234n);
    expect(world.m.ok('M', 'hlv', world.address, 8)).toBe(0x1234n);
    world.table!.set(DATA, 4096n, 4, { leaf: 4096n });
    const trap = world.m.denied('M', 'hlv', world.address, 8);
    expect(trap).toMatchObject({ cause: 5, because: 'mpt.permission', gva: true, mpv: false });
    expect(world.m.verdict('S', 'hlvx', world.address, 4)).toBe('mpt.permission');
    expect(world.m.denied('VS', 'hlv', world.address, 8)).toMatchObject({ cause: 22 });
    expect(world.m.denied('U', 'hlv', world.address, 8)).toMatchObject({ cause: 2 });
  });
});
