/** Memory that changes sides: convert_pages, the fences, reclaim_pages. */
import { describe, expect, it } from 'vitest';
import { HOST, OTHER, PAGE, POOL, RAM, specOf, TestTsm, TSM_AREA } from './tsm.test-support.ts';

const DIRECTORY = POOL;
const STATE = POOL + 4n * PAGE;

describe('convert_pages', () => {
  it('takes pages away from the host at once, in one call to the RDSM', () => {
    const tsm = new TestTsm();
    expect(tsm.convert(POOL, 64n)).toBe(64n);
    expect(tsm.confidential.size).toBe(64);
    expect(tsm.assignments).toBe(1);
  });

  it('is all or nothing', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL + 3n * PAGE, 1n);
    expect(tsm.convert(POOL, 4n)).toBe('invalid_address');
    expect(tsm.confidential).toEqual(new Set([POOL + 3n * PAGE]));
  });

  it.each([
    ['no page', POOL, 0n, 'invalid_param'],
    ['a base between pages', POOL + 16n, 1n, 'invalid_address'],
    ['a range that wraps', (1n << 64n) - PAGE, 2n, 'invalid_param'],
    ['pages outside memory', RAM.base - PAGE, 1n, 'invalid_address'],
    ['a range that leaves memory', RAM.base + RAM.size - PAGE, 2n, 'invalid_address'],
    ['a page of the TSM', TSM_AREA.base + PAGE, 1n, 'invalid_address'],
    ['a page of another domain', OTHER, 1n, 'invalid_address'],
  ])('refuses %s', (_what, base, pages, error) => {
    const tsm = new TestTsm();
    expect(tsm.convert(base, pages)).toBe(error);
    expect(tsm.confidential.size).toBe(0);
  });

  it('refuses an alignment and an empty range as Salus does, under its profile', () => {
    const tsm = new TestTsm(specOf({ profile: 'salus' }));
    expect(tsm.convert(POOL + 16n, 1n)).toBe('invalid_param');
    expect(tsm.convert(POOL, 0n)).toBe('invalid_address');
  });

  it('refuses memory that answers at a second address', () => {
    const alias = { base: POOL, size: PAGE, of: HOST };
    const tsm = new TestTsm({ ...specOf(), aliases: [alias] });
    expect(tsm.convert(POOL, 1n)).toBe('invalid_address');
    expect(tsm.convert(HOST, 1n)).toBe('invalid_address');
    expect(tsm.convert(POOL + PAGE, 1n)).toBe(1n);
  });

  it('is refused while the TSM is not ready', () => {
    const tsm = new TestTsm(specOf({ state: 'loaded' }));
    expect(tsm.convert(POOL, 1n)).toBe('failed');
  });
});

describe('fences', () => {
  it('make a page usable when every hart has fenced, not before', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL, 64n);
    expect(tsm.create(DIRECTORY, STATE)).toBe('invalid_address');
    tsm.call('global_fence', {});
    expect(tsm.create(DIRECTORY, STATE)).toBe('invalid_address');
    tsm.call('local_fence', {}, 1);
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
  });

  it('leave a page that was converted after the fence for the next one', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL, 64n);
    tsm.call('global_fence', {});
    tsm.convert(POOL + 64n * PAGE, 64n);
    tsm.call('local_fence', {}, 1);
    expect(tsm.create(POOL + 64n * PAGE, STATE)).toBe('invalid_address');
    expect(tsm.create(DIRECTORY, POOL + 64n * PAGE)).toBe('invalid_address');
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
  });

  it('run one at a time', () => {
    const tsm = new TestTsm();
    expect(tsm.call('global_fence', {})).toBe(0n);
    expect(tsm.call('global_fence', {})).toBe('already_started');
    expect(tsm.call('global_fence', {}, 1)).toBe('already_started');
    tsm.call('local_fence', {}, 1);
    expect(tsm.call('global_fence', {})).toBe(0n);
  });

  it('do not need a local fence on a single hart', () => {
    const tsm = new TestTsm(specOf({}, 1));
    tsm.convert(POOL, 64n);
    tsm.call('global_fence', {});
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
  });

  it('change nothing where none is in progress', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL, 64n);
    expect(tsm.call('local_fence', {}, 1)).toBe(0n);
    expect(tsm.call('local_fence', {})).toBe(0n);
    expect(tsm.create(DIRECTORY, STATE)).toBe('invalid_address');
  });

  it('count a hart once, however often it fences', () => {
    const tsm = new TestTsm(specOf({}, 3));
    tsm.convert(POOL, 64n);
    tsm.call('global_fence', {});
    for (let k = 0; k < 3; k++) tsm.call('local_fence', {}, 1);
    expect(tsm.create(DIRECTORY, STATE)).toBe('invalid_address');
    tsm.call('local_fence', {}, 2);
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
  });

  it('drop what each hart holds of guests, once', () => {
    const tsm = new TestTsm();
    const before = tsm.fences.length;
    tsm.donate(POOL, 4n);
    expect(tsm.fences.slice(before)).toEqual(['0 hfence_gvma', '1 hfence_gvma']);
  });
});

describe('reclaim_pages', () => {
  it('gives pages back scrubbed, and they can be converted again', () => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 8n);
    tsm.memory.write(POOL + PAGE + 8n, 8, 0x5ec4e7n);
    expect(tsm.reclaim(POOL, 8n)).toBe(8n);
    expect(tsm.memory.read(POOL + PAGE + 8n, 8)).toBe(0n);
    expect(tsm.confidential.size).toBe(0);
    tsm.donate(POOL, 64n);
    expect(tsm.create(DIRECTORY, STATE)).toBe(2n);
  });

  it('refuses pages that were not fenced', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL, 8n);
    expect(tsm.reclaim(POOL, 8n)).toBe('invalid_address');
    tsm.fenceAll();
    expect(tsm.reclaim(POOL, 8n)).toBe(8n);
  });

  it('refuses a range with a page of a TVM, and gives none of it back', () => {
    const tsm = new TestTsm();
    tsm.donate(POOL, 64n);
    tsm.create(DIRECTORY, STATE);
    expect(tsm.reclaim(POOL + 3n * PAGE, 8n)).toBe('invalid_address');
    expect(tsm.confidential.size).toBe(64);
  });

  it('of pages that are the host’s already does nothing; Salus refuses it', () => {
    const spec = new TestTsm();
    spec.memory.write(HOST, 8, 7n);
    expect(spec.reclaim(HOST, 1n)).toBe(1n);
    expect(spec.memory.read(HOST, 8)).toBe(7n);
    const salus = new TestTsm(specOf({ profile: 'salus' }));
    expect(salus.reclaim(HOST, 1n)).toBe('invalid_address');
  });
});

describe('get_tsm_info', () => {
  const ask = (tsm: TestTsm, at: bigint, length: bigint): bigint | string =>
    tsm.call('get_tsm_info', { tsm_info_address: at, tsm_info_len: length });

  it('tells the state and the sizes', () => {
    const tsm = new TestTsm();
    expect(ask(tsm, HOST, 48n)).toBe(48n);
    expect(tsm.memory.read(HOST, 4)).toBe(2n);
    expect(tsm.memory.read(HOST + 24n, 8)).toBeGreaterThan(0n);
    expect(tsm.memory.read(HOST + 32n, 8)).toBe(8n);
    expect(tsm.memory.read(HOST + 40n, 8)).toBe(1n);
  });

  it('has a shorter record under the profile of Salus', () => {
    const tsm = new TestTsm(specOf({ profile: 'salus' }));
    expect(ask(tsm, HOST, 32n)).toBe(32n);
    expect(tsm.memory.read(HOST + 16n, 8)).toBe(8n);
  });

  it('says nothing but its state before it is ready', () => {
    const tsm = new TestTsm(specOf({ state: 'loaded' }));
    expect(ask(tsm, HOST, 48n)).toBe(48n);
    const words = [0n, 8n, 16n, 24n, 32n, 40n].map((at) => tsm.memory.read(HOST + at, 8));
    expect(words).toEqual([1n, 0n, 0n, 0n, 0n, 0n]);
  });

  it('never writes where the host may not', () => {
    const tsm = new TestTsm();
    tsm.convert(POOL, 1n);
    for (const at of [0x1000n, POOL, OTHER, TSM_AREA.base + PAGE]) {
      const before = tsm.memory.read(at, 8);
      expect(ask(tsm, at, 48n)).toBe('invalid_address');
      expect(tsm.memory.read(at, 8)).toBe(before);
    }
    expect(ask(tsm, POOL - 16n, 48n)).toBe('invalid_address');
  });

  it('refuses a short buffer and leaves it alone', () => {
    const tsm = new TestTsm();
    expect(ask(tsm, HOST, 47n)).toBe('invalid_param');
    expect(tsm.memory.read(HOST, 4)).toBe(0n);
  });
});

describe('the function word', () => {
  it('is refused with reserved bits, and for functions that there are not', () => {
    const tsm = new TestTsm();
    expect(tsm.raw(0x434f_5648n, (1n << 20n) | 3n, [])).toBe('not_supported');
    expect(tsm.raw(0x434f_5648n, 900n, [])).toBe('not_supported');
    expect(tsm.raw(0x1234_5678n, 0n, [])).toBe('not_supported');
  });

  it('counts differently under the profile of Salus', () => {
    const salus = new TestTsm(specOf({ profile: 'salus' }));
    // destroy_tvm of Salus: its id is unknown, which is another error than an unknown function.
    expect(salus.raw(0x434f_5648n, 7n, [9n])).toBe('invalid_param');
    expect(salus.raw(0x434f_5648n, 20n, [9n, 0n, PAGE])).toBe('invalid_param');
  });
});
