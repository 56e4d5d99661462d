import { describe, expect, test } from 'vitest';
import type { Op, Port } from '../port.ts';
import type { World } from './rdsm.test-support.ts';
import { ask, Bench, PAGE_A, RAM, teeret, TSM_BASE } from './rdsm.test-support.ts';

const DENIED_ADDRESS = -5n;
const INVALID_PARAM = -3n;
const OUT_OF_MEMORY = -1002n;
const ASSIGN = 2n;
const REVOKE = 3n;
const HOST = 0;
const TSM = 1;
const OTHER = 2;
const PLAIN = 5;

/** A TSM that makes the private call that it is told: FID, SDID, base, pages, rights. */
function* obey(port: Port): Op<void> {
  const [fid, ...values] = [0, 1, 2, 3, 4].map((k) => port.x(10 + k));
  yield* teeret(port, yield* ask(port, fid, values), port.x(11));
}

class Owners extends Bench {
  constructor(world: World = {}) {
    super({ tsm: obey, tsms: [TSM, OTHER], ...world });
  }

  assign(base: bigint, pages = 1n, sdid = TSM, xwr = 7n, hart = 0) {
    return this.covh(0, [ASSIGN, BigInt(sdid), base, pages, xwr], sdid, hart).error;
  }

  revoke(base: bigint, pages = 1n, sdid = TSM, hart = 0) {
    return this.covh(0, [REVOKE, BigInt(sdid), base, pages], sdid, hart).error;
  }

  /** Rights of the host, of both TSMs. */
  rights(page: bigint) {
    return [HOST, TSM, OTHER].map((sdid) => this.tables.get(sdid)?.rights(page) ?? 0);
  }
}

describe('pages given to a TSM', () => {
  test('are taken from everybody else', () => {
    const b = new Owners();
    expect(b.rights(PAGE_A)).toEqual([7, 3, 3]);
    expect(b.assign(PAGE_A, 2n)).toBe(0n);
    expect(b.rights(PAGE_A)).toEqual([0, 7, 0]);
    expect(b.rights(PAGE_A + 0x1000n)).toEqual([0, 7, 0]);
    expect(b.rights(PAGE_A + 0x2000n)).toEqual([7, 3, 3]);
    expect(b.rights(PAGE_A - 0x1000n)).toEqual([7, 3, 3]);
    expect(b.tries('load', PAGE_A).trap).toMatchObject({ cause: 5, because: 'mpt.permission' });
  });

  test('are lost to plain domains too', () => {
    const b = new Owners({ plain: [PLAIN] });
    b.tables.get(PLAIN)?.set(PAGE_A, 0x1000n, 3);
    expect(b.assign(PAGE_A)).toBe(0n);
    expect(b.tables.get(PLAIN)?.rights(PAGE_A)).toBe(0);
  });

  test('come back as memory of the host, which TSMs may read and write', () => {
    const b = new Owners();
    b.assign(PAGE_A, 4n);
    expect(b.revoke(PAGE_A + 0x1000n, 2n)).toBe(0n);
    expect([0n, 1n, 2n, 3n].map((k) => b.rights(PAGE_A + k * 0x1000n))).toEqual([
      [0, 7, 0],
      [7, 3, 3],
      [7, 3, 3],
      [0, 7, 0],
    ]);
    expect(b.tries('load', PAGE_A + 0x1000n).trap).toBeNull();
  });

  test.each([
    ['no pages', [PAGE_A, 0n], INVALID_PARAM],
    ['a range that wraps', [(1n << 64n) - 0x1000n, 2n], INVALID_PARAM],
    ['a base within a page', [PAGE_A + 0x10n, 1n], DENIED_ADDRESS],
    ['what is no memory', [0x1000_0000n, 1n], DENIED_ADDRESS],
    ['more than there is', [RAM, 0x1_0001n], DENIED_ADDRESS],
    ['its own image', [TSM_BASE + 0x1000n, 1n], DENIED_ADDRESS],
    ['the image of another TSM', [TSM_BASE + 0x40_1000n, 1n], DENIED_ADDRESS],
    ['memory of the RDSM', [RAM + 0xf00_1000n, 1n], DENIED_ADDRESS],
    ['pages for tables', [RAM + 0xe00_0000n, 1n], DENIED_ADDRESS],
    ['a range of which one page is not the host’s', [TSM_BASE - 0x1000n, 2n], DENIED_ADDRESS],
  ] as const)('are refused: %s', (_, [base, pages], error) => {
    const b = new Owners();
    const before = b.rights(PAGE_A);
    expect(b.assign(base, pages)).toBe(error);
    expect(b.revoke(base, pages)).toBe(error);
    expect(b.rights(PAGE_A)).toEqual(before);
    expect(b.rights(TSM_BASE - 0x1000n)).toEqual([7, 3, 3]);
  });

  test('are refused twice, to another TSM, for another, and with rights that do not exist', () => {
    const b = new Owners();
    expect(b.assign(PAGE_A)).toBe(0n);
    expect(b.assign(PAGE_A)).toBe(DENIED_ADDRESS);
    expect(b.assign(PAGE_A, 1n, OTHER)).toBe(DENIED_ADDRESS);
    const forAnother = [ASSIGN, BigInt(OTHER), PAGE_A + 0x1000n, 1n, 7n];
    expect(b.covh(0, forAnother, TSM).error).toBe(INVALID_PARAM);
    for (const xwr of [0n, 2n, 6n, 8n]) {
      expect(b.assign(PAGE_A + 0x1000n, 1n, TSM, xwr)).toBe(INVALID_PARAM);
    }
    expect(b.rights(PAGE_A + 0x1000n)).toEqual([7, 3, 3]);
  });

  test('are refused back from who does not hold them', () => {
    const b = new Owners();
    expect(b.revoke(PAGE_A)).toBe(DENIED_ADDRESS);
    b.assign(PAGE_A);
    expect(b.revoke(PAGE_A, 1n, OTHER)).toBe(DENIED_ADDRESS);
    expect(b.revoke(PAGE_A, 2n)).toBe(DENIED_ADDRESS);
    expect(b.rights(PAGE_A)).toEqual([0, 7, 0]);
  });

  test('are refused under a second address, and where one leads to them', () => {
    const alias = { base: RAM + 0x20_0000n, size: 0x1000n, of: RAM + 0x30_0000n };
    const b = new Owners({ spec: { aliases: [alias] } });
    expect(b.assign(alias.base)).toBe(DENIED_ADDRESS);
    expect(b.assign(alias.of)).toBe(DENIED_ADDRESS);
    expect(b.machine.fired()).toContain('CONV-14');
    expect(b.assign(alias.of + 0x1000n)).toBe(0n);
  });

  test('are refused as a whole when there may be no room for tables', () => {
    const b = new Owners({ spec: { tables: { base: RAM + 0xe00_0000n, size: 0x4000n } } });
    expect(b.assign(PAGE_A)).toBe(OUT_OF_MEMORY);
    expect(b.rights(PAGE_A)).toEqual([7, 3, 3]);
  });

  test('cost no table once their neighbourhood has one', () => {
    const b = new Owners();
    const used = () => b.machine.read(b.spec.rdsm.base + 0x1018n, 8);
    b.assign(PAGE_A);
    const after = used();
    b.assign(PAGE_A + 0x1000n);
    expect(used()).toBe(after);
    expect(after).toBeGreaterThan(b.spec.tables.base);
  });
});

describe('an edit of tables', () => {
  test('is fenced here before the call returns: no stale entry serves', () => {
    const b = new Owners();
    expect(b.tries('load', PAGE_A).trap).toBeNull();
    b.assign(PAGE_A);
    expect(b.tries('load', PAGE_A).trap).toMatchObject({ cause: 5 });
    expect(b.machine.fired()).toContain('FENCE-07');
  });

  test('is fenced elsewhere when that hart passes: until then a stale entry may serve', () => {
    const b = new Owners({ platform: { harts: 2 } });
    expect(b.tries('load', PAGE_A, 1).trap).toBeNull();
    b.assign(PAGE_A);
    expect(b.tries('load', PAGE_A, 1).trap).toBeNull();
    // Any call passes the RDSM.
    b.call(0x10n, 0n, [], 1);
    expect(b.tries('load', PAGE_A, 1).trap).toMatchObject({ cause: 5 });
  });

  test('is fenced once on a hart that passes often', () => {
    const b = new Owners({ platform: { harts: 2 } });
    b.assign(PAGE_A);
    const fences = () => b.machine.counts().fence;
    const before = fences();
    b.call(0x10n, 0n, [], 1);
    b.call(0x10n, 0n, [], 1);
    expect(fences()).toBe(before + 1);
  });

  test('is fenced everywhere at once by mpt_fence', () => {
    const b = new Owners({ platform: { harts: 2 } });
    expect(b.tries('load', PAGE_A, 1).trap).toBeNull();
    b.tables.get(HOST)?.set(PAGE_A, 0x1000n, 0);
    expect(b.tries('load', PAGE_A, 1).trap).toBeNull();
    expect(b.call(0x0853_4452n, 4n, [0n]).error).toBe(0n);
    expect(b.tries('load', PAGE_A, 1).trap).toMatchObject({ cause: 5 });
  });

  test('of one page in a known table takes one MFENCE.PA', () => {
    const b = new Owners();
    b.assign(PAGE_A);
    const before = b.machine.counts().fence;
    b.assign(PAGE_A + 0x4000n);
    expect(b.machine.counts().fence).toBe(before + 1);
  });

  test('of several uses the invalidations between one pair of fences, where they exist', () => {
    const b = new Owners();
    b.assign(PAGE_A);
    const before = b.machine.counts().fence;
    b.assign(PAGE_A + 0x4000n, 3n);
    expect(b.machine.counts().fence).toBe(before + 5);
    expect(b.tries('load', PAGE_A + 0x5000n).trap).toMatchObject({ cause: 5 });
  });
});
