/** The life of a TVM, as the host drives it, without running it. */
import { describe, expect, it } from 'vitest';
import { HOST, OTHER, PAGE, POOL, RAM, specOf, TestTsm } from './tsm.test-support.ts';
import {
  DATA,
  DIRECTORY,
  GPA,
  HOLE,
  STATE,
  VCPU,
  initializing,
  measured,
  range,
  runnable,
  walk,
  zero,
} from './tvm.test-support.ts';

describe('create_tvm', () => {
  it('numbers TVMs and never uses a number again', () => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 64n);
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
    expect(tsm.call('destroy_tvm', { tvm_guest_id: 2n })).toBe(0n);
    expect(tsm.create(DIRECTORY, STATE)).toBe(3n);
    expect(tsm.call('destroy_tvm', { tvm_guest_id: 2n })).toBe('invalid_param');
  });

  it('scrubs what the host left in its pages', () => {
    const tsm = new TestTsm();
    tsm.memory.write(DIRECTORY + 0x10n, 8, 0xffff_ffffn);
    tsm.memory.write(STATE + 0x800n, 8, 0xffff_ffffn);
    tsm.donate(POOL, 64n);
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
    expect(tsm.memory.read(DIRECTORY + 0x10n, 8)).toBe(0n);
    expect(tsm.memory.read(STATE + 0x800n, 8)).toBe(0n);
  });

  it.each([
    ['ordinary directory pages', HOST, STATE],
    ['ordinary state pages', DIRECTORY, HOST],
    ['a directory between 16 KiB', DIRECTORY + PAGE, POOL + 8n * PAGE],
    ['state pages that are the directory', DIRECTORY, DIRECTORY],
    ['state pages that reach into the directory', DIRECTORY + 16n * PAGE, POOL + 15n * PAGE],
    ['pages outside memory', 0n, STATE],
  ])('refuses %s', (_what, directory, state) => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 64n);
    expect(tsm.create(directory, state)).toBe('invalid_address');
    expect(tsm.reclaim(POOL, 64n)).toBe(64n);
  });

  it('refuses the pages of another TVM', () => {
    const { tsm } = initializing();
    expect(tsm.create(DIRECTORY, POOL + 64n * PAGE)).toBe('invalid_address');
    expect(tsm.create(POOL + 64n * PAGE, STATE)).toBe('invalid_address');
  });

  it('reads its parameters only from memory of the host, and of their length', () => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 64n);
    const ask = (at: bigint, length: bigint): bigint | string =>
      tsm.call('create_tvm', { tvm_create_params_addr: at, tvm_create_params_len: length });
    expect(ask(HOST, 8n)).toBe('invalid_param');
    for (const at of [0x1000n, POOL, OTHER]) expect(ask(at, 16n)).toBe('invalid_address');
  });
});

describe('regions and tables', () => {
  it('belong to the time before finalize', () => {
    const { tsm, id } = runnable();
    const region = { tvm_guest_id: id, tvm_gpa_addr: 0x1_0000_0000n, region_len: PAGE };
    expect(tsm.call('add_tvm_memory_region', region)).toBe('invalid_param');
    const tables = { tvm_guest_id: id, base_page_address: DATA, num_pages: 1n };
    expect(tsm.call('add_tvm_page_table_pages', tables)).toBe(0n);
  });

  it.each([
    ['no length', 0x1_0000_0000n, 0n, 'invalid_param'],
    ['a length between pages', 0x1_0000_0000n, 0x1001n, 'invalid_param'],
    ['a base between pages', 0x1_0000_0800n, PAGE, 'invalid_address'],
    ['an overlap', 0x80ff_f000n, 2n * PAGE, 'invalid_address'],
    ['more than the mode has', (1n << 41n) - PAGE, 2n * PAGE, 'invalid_address'],
  ])('refuse %s', (_what, base, length, error) => {
    const { tsm, id } = initializing();
    const region = { tvm_guest_id: id, tvm_gpa_addr: base, region_len: length };
    expect(tsm.call('add_tvm_memory_region', region)).toBe(error);
  });

  it('refuse the 129th region, not one that joins a neighbour', () => {
    const { tsm, id } = initializing();
    const add = (base: bigint): bigint | string =>
      tsm.call('add_tvm_memory_region', {
        tvm_guest_id: id,
        tvm_gpa_addr: base,
        region_len: PAGE,
      });
    for (let k = 1n; k < 128n; k++) expect(add(0x1_0000_0000n + 2n * k * PAGE)).toBe(0n);
    expect(add(0x2_0000_0000n)).toBe('failed');
    expect(add(0x8100_0000n)).toBe(0n);
  });

  it('let pages lie across the seam of two regions', () => {
    const { tsm, id } = initializing();
    const region = { tvm_guest_id: id, tvm_gpa_addr: 0x8100_0000n, region_len: PAGE };
    expect(tsm.call('add_tvm_memory_region', region)).toBe(0n);
    const pages = measured(id, DATA, 0x80ff_f000n, { num_pages: 2n });
    expect(tsm.call('add_tvm_measured_pages', pages)).toBe(2n);
  });
});

describe('finalize_tvm', () => {
  it('needs the boot vCPU, and comes once', () => {
    const { tsm, id } = initializing();
    const finalize = (more: object = {}): bigint | string =>
      tsm.call('finalize_tvm', { tvm_guest_id: id, entry_sepc: GPA, ...more });
    expect(finalize()).toBe('invalid_param');
    const vcpu = { tvm_guest_id: id, tvm_vcpu_id: 0n, tvm_state_page_addr: VCPU };
    tsm.call('create_tvm_vcpu', vcpu);
    expect(finalize({ tvm_identity_addr: HOST + 32n })).toBe('invalid_param');
    expect(finalize({ tvm_identity_addr: POOL + 100n * PAGE })).toBe('invalid_param');
    expect(finalize({ tvm_identity_addr: HOST + 64n })).toBe(0n);
    expect(finalize()).toBe('invalid_param');
  });
});

describe('create_tvm_vcpu', () => {
  it.each<[string, object, string]>([
    ['an id that there cannot be', { tvm_vcpu_id: 8n }, 'invalid_param'],
    ['an id between pages', { tvm_state_page_addr: VCPU + 8n }, 'invalid_address'],
    ['ordinary pages', { tvm_state_page_addr: HOST }, 'invalid_address'],
    ['an unknown TVM', { tvm_guest_id: 9n }, 'invalid_param'],
  ])('refuses %s', (_what, more, error) => {
    const { tsm, id } = initializing();
    const values = { tvm_guest_id: id, tvm_vcpu_id: 1n, tvm_state_page_addr: VCPU, ...more };
    expect(tsm.call('create_tvm_vcpu', values)).toBe(error);
  });

  it('refuses an id twice, and leaves the second pages to be used', () => {
    const { tsm, id } = initializing();
    const create = (at: bigint): bigint | string =>
      tsm.call('create_tvm_vcpu', {
        tvm_guest_id: id,
        tvm_vcpu_id: 0n,
        tvm_state_page_addr: at,
      });
    expect(create(VCPU)).toBe(0n);
    expect(create(VCPU + PAGE)).toBe('invalid_param');
    expect(tsm.reclaim(VCPU + PAGE, 1n)).toBe(1n);
    expect(tsm.reclaim(VCPU, 1n)).toBe('invalid_address');
  });

  it('belongs to the time before finalize', () => {
    const { tsm, id } = runnable();
    const values = { tvm_guest_id: id, tvm_vcpu_id: 1n, tvm_state_page_addr: VCPU + PAGE };
    expect(tsm.call('create_tvm_vcpu', values)).toBe('invalid_param');
  });
});

describe('destroy_tvm', () => {
  it('leaves every page confidential, of nobody, and reclaimable', () => {
    const { tsm, id } = runnable();
    tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE, { num_pages: 4n }));
    tsm.call('tvm_invalidate_pages', range(id, HOLE));
    tsm.memory.write(DATA, 8, 0x5ec4e7n);
    expect(tsm.reclaim(POOL, 128n)).toBe('invalid_address');
    expect(tsm.call('destroy_tvm', { tvm_guest_id: id })).toBe(0n);
    expect(tsm.confidential.size).toBe(128);
    expect(tsm.reclaim(POOL, 128n)).toBe(128n);
    for (let at = POOL; at < POOL + 128n * PAGE; at += PAGE) {
      expect(tsm.memory.bytes(at, 4096).some((byte) => byte !== 0)).toBe(false);
    }
  });

  it('leaves other TVMs alone', () => {
    const { tsm, id } = runnable();
    const second = 0x8180_0000n;
    tsm.donate(second, 16n);
    const other = tsm.create(second, second + 4n * PAGE);
    tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE));
    expect(tsm.call('destroy_tvm', { tvm_guest_id: other as bigint })).toBe(0n);
    expect(walk(tsm, HOLE)?.to).toBe(DATA);
    expect(tsm.reclaim(DATA, 1n)).toBe('invalid_address');
  });

  it('comes once', () => {
    const { tsm, id } = initializing();
    expect(tsm.call('destroy_tvm', { tvm_guest_id: id })).toBe(0n);
    expect(tsm.call('destroy_tvm', { tvm_guest_id: id })).toBe('invalid_param');
  });
});

it('records of pages work for memory of any size', () => {
  const ram = [{ base: RAM.base, size: 1n << 36n }];
  const tsm = new TestTsm({ ...specOf(), ram });
  tsm.donate(POOL, 1n);
  expect(tsm.reclaim(POOL, 1n)).toBe(1n);
});
