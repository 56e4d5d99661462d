/** Pages that come to a TVM and leave it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HOST, OTHER, PAGE, POOL, specOf, TestTsm } from './tsm.test-support.ts';
import {
  DATA,
  DIRECTORY,
  GPA,
  HOLE,
  LARGE,
  STATE,
  TABLES,
  initializing,
  measured,
  range,
  runnable,
  walk,
  zero,
} from './tvm.test-support.ts';

describe('add_tvm_measured_pages', () => {
  it('copies the host’s bytes and maps the copy, for the guest to read, write and execute', () => {
    const { tsm, id } = initializing();
    tsm.memory.write(HOST + 8n, 8, 0xc0den);
    expect(tsm.call('add_tvm_measured_pages', measured(id, DATA, GPA))).toBe(1n);
    expect(tsm.memory.read(DATA + 8n, 8)).toBe(0xc0den);
    // V R W X U A D
    expect(walk(tsm, GPA)).toEqual({ to: DATA, flags: 0xdfn, span: PAGE });
  });

  it.each<[string, object, string]>([
    ['an unknown type', { tsm_page_type: 4n }, 'invalid_param'],
    ['a type that the mode has no level for', { tsm_page_type: 3n }, 'invalid_param'],
    ['no page', { num_pages: 0n }, 'invalid_param'],
    ['an unknown TVM', { tvm_guest_id: 9n }, 'invalid_param'],
    ['a source between pages', { source_address: HOST + 8n }, 'invalid_address'],
    ['a source that is confidential', { source_address: POOL + 100n * PAGE }, 'invalid_address'],
    ['a source of another domain', { source_address: OTHER }, 'invalid_address'],
    ['an ordinary destination', { dest_address: HOST }, 'invalid_address'],
    ['a table as destination', { dest_address: TABLES }, 'invalid_address'],
    ['a GPA outside the regions', { tvm_guest_gpa: 0x7000_0000n }, 'invalid_address'],
    [
      'a range that leaves its region',
      { tvm_guest_gpa: 0x80ff_f000n, num_pages: 2n },
      'invalid_address',
    ],
    [
      'a large page between its multiples',
      { tsm_page_type: 1n, tvm_guest_gpa: GPA },
      'invalid_address',
    ],
    ['a range that wraps', { source_address: (1n << 64n) - PAGE, num_pages: 2n }, 'invalid_param'],
  ])('refuses %s and maps nothing', (_what, more, error) => {
    const { tsm, id } = initializing();
    const values = measured(id, DATA, GPA, more);
    expect(tsm.call('add_tvm_measured_pages', values)).toBe(error);
    expect(walk(tsm, GPA)).toBeNull();
    expect(tsm.call('add_tvm_measured_pages', measured(id, DATA, GPA))).toBe(1n);
  });

  it('refuses a GPA that is mapped, and a page that is in use', () => {
    const { tsm, id } = initializing();
    tsm.call('add_tvm_measured_pages', measured(id, DATA, GPA));
    const again = measured(id, DATA + PAGE, GPA);
    expect(tsm.call('add_tvm_measured_pages', again)).toBe('invalid_address');
    const twice = measured(id, DATA, GPA + PAGE);
    expect(tsm.call('add_tvm_measured_pages', twice)).toBe('invalid_address');
    expect(walk(tsm, GPA + PAGE)).toBeNull();
  });

  it('measures the copy, whatever the host writes to its page meanwhile', () => {
    const registers = [false, true].map((races) => {
      const { tsm, id } = initializing();
      const { memory } = tsm;
      const put = memory.put.bind(memory);
      memory.put = (at, bytes) => {
        put(at, bytes);
        if (races && at === DATA) memory.write(HOST, 8, 0xbadn);
      };
      expect(tsm.call('add_tvm_measured_pages', measured(id, DATA, GPA))).toBe(1n);
      expect(memory.read(DATA, 8)).toBe(0n);
      return memory.bytes(STATE + tsm.context().parts.measurements, 4096);
    });
    expect(registers[0]).toEqual(registers[1]);
  });

  it('maps 2 MiB as one leaf', () => {
    const tsm = new TestTsm();
    const base = 0x8200_0000n;
    tsm.donate(base, 512n);
    const { id } = initializing(tsm);
    const values = measured(id, base, GPA, { tsm_page_type: 1n });
    expect(tsm.call('add_tvm_measured_pages', values)).toBe(1n);
    expect(walk(tsm, GPA)).toEqual({ to: base, flags: 0xdfn, span: LARGE });
    expect(tsm.reclaim(base + 511n * PAGE, 1n)).toBe('invalid_address');
  });

  it('refuses what the pool has no tables for, and takes none of them', () => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 128n);
    tsm.create(DIRECTORY, STATE);
    const region = { tvm_guest_id: 2n, tvm_gpa_addr: 0x8000_0000n, region_len: 0x100_0000n };
    tsm.call('add_tvm_memory_region', region);
    const map = (): bigint | string => tsm.call('add_tvm_measured_pages', measured(2n, DATA, GPA));
    const give = (at: bigint): bigint | string =>
      tsm.call('add_tvm_page_table_pages', {
        tvm_guest_id: 2n,
        base_page_address: at,
        num_pages: 1n,
      });
    expect(map()).toBe('out_of_ptpages');
    give(TABLES);
    expect(map()).toBe('out_of_ptpages');
    give(TABLES + PAGE);
    expect(map()).toBe(1n);
  });
});

describe('add_tvm_zero_pages', () => {
  it('gives zeros, whatever the host had there', () => {
    const tsm = new TestTsm();
    tsm.memory.write(DATA, 8, 0x5ec4e7n);
    const { id } = runnable(tsm);
    expect(tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE))).toBe(1n);
    expect(tsm.memory.read(DATA, 8)).toBe(0n);
    expect(walk(tsm, HOLE)).toEqual({ to: DATA, flags: 0xdfn, span: PAGE });
  });

  it('belongs to the time after finalize', () => {
    const { tsm, id } = initializing();
    expect(tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE))).toBe('invalid_param');
  });

  it('refuses pages that were not fenced, and a page at two addresses', () => {
    const { tsm, id } = runnable();
    const late = 0x8180_0000n;
    tsm.convert(late, 1n);
    expect(tsm.call('add_tvm_zero_pages', zero(id, late, HOLE))).toBe('invalid_address');
    tsm.fenceAll();
    expect(tsm.call('add_tvm_zero_pages', zero(id, late, HOLE))).toBe(1n);
    expect(tsm.call('add_tvm_zero_pages', zero(id, late, HOLE + PAGE))).toBe('invalid_address');
  });
});

describe('add_tvm_shared_pages', () => {
  it('is refused where the TVM has not asked for it', () => {
    const { tsm, id } = runnable();
    expect(tsm.call('add_tvm_shared_pages', zero(id, HOST, HOLE))).toBe('invalid_address');
  });
});

describe('pages that leave a TVM', () => {
  let tsm: TestTsm;
  let id: bigint;

  beforeEach(() => {
    ({ tsm, id } = runnable());
    tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE, { num_pages: 4n }));
  });

  it('are invalid for the walk, and come back with what they hold', () => {
    tsm.memory.write(DATA, 8, 0x77n);
    const before = walk(tsm, HOLE);
    expect(tsm.call('tvm_invalidate_pages', range(id, HOLE))).toBe(0n);
    expect(walk(tsm, HOLE)).toBeNull();
    expect(walk(tsm, HOLE + PAGE)).not.toBeNull();
    expect(tsm.call('tvm_validate_pages', range(id, HOLE))).toBe(0n);
    expect(walk(tsm, HOLE)).toEqual(before);
    expect(tsm.memory.read(DATA, 8)).toBe(0x77n);
  });

  it('are all there, or none is touched', () => {
    const past = range(id, HOLE + 3n * PAGE, 2n * PAGE);
    expect(tsm.call('tvm_invalidate_pages', past)).toBe('invalid_address');
    expect(walk(tsm, HOLE + 3n * PAGE)).not.toBeNull();
    expect(tsm.call('tvm_validate_pages', range(id, HOLE))).toBe('invalid_address');
  });

  it('are not removed without the consent of the TVM', () => {
    tsm.call('tvm_invalidate_pages', range(id, HOLE));
    tsm.call('tvm_fence', { tvm_guest_id: id });
    expect(tsm.call('tvm_remove_pages', range(id, HOLE))).toBe('invalid_address');
    expect(tsm.call('tvm_validate_pages', range(id, HOLE))).toBe(0n);
  });

  it('keep their place against another page', () => {
    tsm.call('tvm_invalidate_pages', range(id, HOLE));
    const other = zero(id, DATA + 8n * PAGE, HOLE);
    expect(tsm.call('add_tvm_zero_pages', other)).toBe('invalid_address');
  });

  it.each<[string, object, string]>([
    ['no length', { len: 0n }, 'invalid_param'],
    ['a length between pages', { len: 8n }, 'invalid_param'],
    ['an address between pages', { gpa: HOLE + 8n }, 'invalid_address'],
    ['an unknown TVM', { tvm_guest_id: 9n }, 'invalid_param'],
  ])('refuse %s', (_what, more, error) => {
    for (const name of [
      'tvm_invalidate_pages',
      'tvm_validate_pages',
      'tvm_remove_pages',
    ] as const) {
      expect(tsm.call(name, { ...range(id, HOLE), ...more })).toBe(error);
    }
  });
});

describe('promote_page and demote_page of Salus', () => {
  const spec = specOf({ profile: 'salus' });
  const base = 0x8200_0000n;

  function filled(): { tsm: TestTsm; id: bigint } {
    const tsm = new TestTsm(spec);
    tsm.donate(base, 512n);
    const { id } = runnable(tsm);
    const pages = zero(id, base, HOLE, { num_pages: 512n });
    expect(tsm.call('add_tvm_zero_pages', pages)).toBe(512n);
    return { tsm, id };
  }

  const large = (id: bigint, type: bigint) => ({
    tvm_guest_id: id,
    gpa: HOLE,
    tsm_page_type: type,
  });

  it('join 512 leaves into one with the same bytes, and split it again', () => {
    const { tsm, id } = filled();
    tsm.memory.write(base + 511n * PAGE, 8, 0x77n);
    tsm.call('tvm_invalidate_pages', range(id, HOLE, LARGE));
    expect(tsm.call('promote_page', large(id, 1n))).toBe('invalid_address');
    tsm.call('tvm_fence', { tvm_guest_id: id });
    expect(tsm.call('promote_page', large(id, 1n))).toBe(0n);
    expect(walk(tsm, HOLE)).toEqual({ to: base, flags: 0xdfn, span: LARGE });
    expect(tsm.memory.read(base + 511n * PAGE, 8)).toBe(0x77n);
    tsm.call('tvm_invalidate_pages', range(id, HOLE, LARGE));
    tsm.call('tvm_fence', { tvm_guest_id: id });
    expect(tsm.call('demote_page', large(id, 0n))).toBe(0n);
    const last = walk(tsm, HOLE + 511n * PAGE);
    expect(last).toEqual({ to: base + 511n * PAGE, flags: 0xdfn, span: PAGE });
    expect(tsm.call('destroy_tvm', { tvm_guest_id: id })).toBe(0n);
    expect(tsm.reclaim(base, 512n)).toBe(512n);
    expect(tsm.reclaim(POOL, 128n)).toBe(128n);
  });

  it('need contiguous pages', () => {
    const tsm = new TestTsm(spec);
    tsm.donate(base, 512n);
    const { id } = runnable(tsm);
    tsm.call('add_tvm_zero_pages', zero(id, base, HOLE, { num_pages: 511n }));
    tsm.call('add_tvm_zero_pages', zero(id, DATA, HOLE + 511n * PAGE));
    tsm.call('tvm_invalidate_pages', range(id, HOLE, LARGE));
    tsm.call('tvm_fence', { tvm_guest_id: id });
    expect(tsm.call('promote_page', large(id, 1n))).toBe('invalid_address');
  });
});
