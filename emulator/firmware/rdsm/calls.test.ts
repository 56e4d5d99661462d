import { describe, expect, test } from 'vitest';
import { functionWord } from '../abi/abi.ts';
import { ask, Bench, EID, PAGE_A, RAM, teeret, TSM_BASE } from './rdsm.test-support.ts';

const NOT_SUPPORTED = -2n;
const INVALID_PARAM = -3n;
const DENIED = -4n;
const BASE = 0x10n;
const TIME = 0x5449_4d45n;
const SRST = 0x5352_5354n;
const DBCN = 0x4442_434en;
const COVG = 0x434f_5647n;
const COVI = 0x434f_5649n;
const PROBE = 3n;

describe('the function word', () => {
  test('has the function in bits 15:0 and the domain in bits 31:26', () => {
    const words: bigint[] = [];
    const b = new Bench({
      tsms: [1, 2],
      tsm: function* (port) {
        words.push(port.x(16));
        yield* teeret(port, 0n, ((yield* port.csrr('sscratch')) << 8n) | 1n);
      },
      tsmBoot: (port) => port.csrw('sscratch', port.x(11)),
    });
    expect(b.call(EID.covh, (2n << 26n) | 0x37n).value).toBe(0x201n);
    expect(b.call(EID.covh, (1n << 26n) | 0x38n).value).toBe(0x101n);
    expect(words).toEqual([(2n << 26n) | 0x37n, (1n << 26n) | 0x38n]);
    expect(b.machine.fired()).toContain('ABI-01');
  });

  test('without a domain means the TSM of the lowest SDID', () => {
    const b = new Bench({ tsms: [4, 6] });
    expect(b.call(EID.covh, 0n, [1n])).toMatchObject({ error: 0n, value: 2n });
    expect(b.call(EID.nacl, 1n, [1n])).toMatchObject({ error: 0n, value: 2n });
  });

  test('is refused with a reserved bit', () => {
    const b = new Bench();
    for (const bit of [16n, 20n, 25n]) {
      expect(b.call(EID.covh, (1n << 26n) | (1n << bit)).error).toBe(NOT_SUPPORTED);
    }
    expect(b.machine.fired()).toContain('ABI-05');
  });

  test('is refused with a domain that is not active, or has no TSM', () => {
    const b = new Bench({ plain: [5] });
    expect(b.covh(0, [], 9).error).toBe(INVALID_PARAM);
    expect(b.machine.fired()).toContain('ABI-06');
    expect(b.machine.fired()).not.toContain('SUPD-03');
    expect(b.covh(0, [], 5).error).toBe(INVALID_PARAM);
    expect(b.machine.fired()).toContain('SUPD-03');
  });
});

describe('extensions', () => {
  test('that nobody knows are refused', () => {
    const b = new Bench();
    expect(b.call(0x1234_5678n, 0n)).toEqual({ trap: null, error: NOT_SUPPORTED, value: 0n });
    expect(b.machine.fired()).toContain('ABI-03');
    // Only the low 32 bits are those of COVH.
    expect(b.call(EID.covh | (1n << 40n), 0n).error).toBe(NOT_SUPPORTED);
  });

  test('of guests are not for the host, and interrupts of TVMs not yet', () => {
    const b = new Bench();
    expect(b.call(COVG, functionWord(2, 1)).error).toBe(NOT_SUPPORTED);
    expect(b.machine.fired()).toContain('ABI-09');
    expect(b.call(COVI, functionWord(0, 1)).error).toBe(NOT_SUPPORTED);
  });

  test('are found by probing exactly where they would be served', () => {
    const b = new Bench();
    const probe = (eid: bigint) => b.call(BASE, PROBE, [eid]).value;
    const offered = [EID.covh, EID.supd, EID.nacl, BASE, TIME, SRST, DBCN, 0x48_534dn, 0x73_5049n];
    expect(offered.map(probe)).toEqual(offered.map(() => 1n));
    expect([COVG, COVI, 0x1234n].map(probe)).toEqual([0n, 0n, 0n]);
    expect(b.machine.fired()).toContain('ABI-10');
    const poor = new Bench({ devices: [], tsms: [] });
    const none = [EID.covh, EID.nacl, SRST, DBCN, 0x73_5049n];
    expect(none.map((eid) => poor.call(BASE, PROBE, [eid]).value)).toEqual(none.map(() => 0n));
    expect(none.map((eid) => poor.call(eid, 0n).error)).toEqual(none.map(() => NOT_SUPPORTED));
  });

  test('of the host are not for a TSM', () => {
    const errors: bigint[] = [];
    const b = new Bench({
      tsm: function* (port) {
        for (const eid of [EID.covh, EID.nacl, TIME, SRST]) {
          port.setX(16, 0n);
          port.setX(17, eid);
          yield* port.ecall();
          errors.push(BigInt.asIntN(64, port.x(10)));
        }
        yield* teeret(port, 0n, 0n);
      },
    });
    b.covh(0);
    expect(errors).toEqual([NOT_SUPPORTED, NOT_SUPPORTED, NOT_SUPPORTED, NOT_SUPPORTED]);
  });

  test('do not carry domains where one supervisor stands above plain firmware', () => {
    const b = new Bench({ tsms: [], spec: { model: 'flat' } });
    expect(b.call(EID.covh, functionWord(0, 1)).error).toBe(NOT_SUPPORTED);
    expect(b.call(EID.supd, 0n).error).toBe(NOT_SUPPORTED);
    expect(b.call(BASE, 0n).error).toBe(0n);
  });
});

describe('SUPD', () => {
  test('tells the active domains; the hosting one always is', () => {
    expect(new Bench({ tsms: [] }).call(EID.supd, 0n).value).toBe(1n);
    const b = new Bench({ tsms: [2] });
    expect(b.call(EID.supd, 0n)).toMatchObject({ error: 0n, value: 0b101n });
    expect(b.machine.fired()).toEqual(expect.arrayContaining(['SUPD-01', 'SUPD-02']));
    expect(b.call(EID.supd, 1n).error).toBe(NOT_SUPPORTED);
    expect(b.machine.fired()).toContain('ABI-02');
  });
});

describe("the RDSM's own calls", () => {
  test('are for TSMs, those for domains as such for the host', () => {
    const b = new Bench();
    for (const fid of [2n, 3n, 16n, 17n, 18n]) {
      expect(b.call(EID.rdsm, fid, [1n, PAGE_A, 1n, 7n]).error).toBe(DENIED);
    }
    expect(b.call(EID.rdsm, 6n, [1n])).toMatchObject({ error: 0n, value: 3n });
    expect(b.call(EID.rdsm, 6n, [0n]).value).toBe(1n);
    expect(b.call(EID.rdsm, 6n, [9n]).error).toBe(INVALID_PARAM);
    expect(b.call(EID.rdsm, 6n, [1n << 40n]).error).toBe(INVALID_PARAM);
    expect(b.call(EID.rdsm, 99n).error).toBe(NOT_SUPPORTED);
    expect(b.call(EID.rdsm, 4n, [1n]).error).toBe(0n);
    expect(b.call(EID.rdsm, 4n, [9n]).error).toBe(INVALID_PARAM);
    expect(b.call(EID.rdsm, 4n, [(1n << 64n) - 1n]).error).toBe(0n);
  });

  test('of the world switch are refused to a TSM in the wrong moment', () => {
    const errors: bigint[] = [];
    const b = new Bench({
      tsmBoot: function* (port) {
        for (const fid of [16n, 17n]) errors.push(yield* ask(port, fid));
      },
    });
    expect(errors).toEqual([-10n, -10n]);
    expect(b.covh(0).error).toBe(0n);
  });
});

describe('SBI', () => {
  test('base tells version 3.0 and what the hart is', () => {
    const b = new Bench();
    expect(b.call(BASE, 0n).value).toBe(0x0300_0000n);
    for (const fid of [4n, 5n, 6n]) {
      expect(b.call(BASE, fid)).toMatchObject({ error: 0n, value: 0n });
    }
    expect(b.call(BASE, 7n).error).toBe(NOT_SUPPORTED);
  });

  test('the timer is stimecmp where Sstc is, else mtimecmp and an injected interrupt', () => {
    const b = new Bench();
    expect(b.call(TIME, 0n, [77n]).error).toBe(0n);
    expect(b.csr('stimecmp')).toBe(77n);
    const old = new Bench({ without: ['Sstc'] });
    old.machine.pokeCsr(0, 'stvec', RAM + 0x20_0000n);
    expect(old.call(TIME, 0n, [1_000_000n]).error).toBe(0n);
    expect(old.csr('mie') & 0x80n).toBe(0x80n);
    expect(old.csr('sip') & 0x20n).toBe(0n);
    // Steps are time: this deadline has passed when the next one begins.
    expect(old.call(TIME, 0n, [0n]).error).toBe(0n);
    old.tries('load', PAGE_A);
    expect(old.csr('sip') & 0x20n).toBe(0x20n);
    expect(old.csr('mie') & 0x80n).toBe(0n);
    // A new deadline takes the interrupt back.
    old.call(TIME, 0n, [(1n << 64n) - 1n]);
    expect(old.csr('sip') & 0x20n).toBe(0n);
    const none = new Bench({ without: ['Sstc'], devices: [] });
    expect(none.call(TIME, 0n, [1n]).error).toBe(NOT_SUPPORTED);
  });

  test('the console writes memory of the caller only', () => {
    const b = new Bench();
    b.machine.writeBytes(PAGE_A, new TextEncoder().encode('hello'));
    expect(b.call(DBCN, 0n, [5n, PAGE_A, 0n])).toMatchObject({ error: 0n, value: 5n });
    expect(b.call(DBCN, 2n, [33n]).error).toBe(0n);
    expect(b.written).toBe('hello!');
    for (const at of [TSM_BASE, b.spec.rdsm.base, TSM_BASE - 2n, 0x1000n]) {
      expect(b.call(DBCN, 0n, [5n, at, 0n]).error).toBe(INVALID_PARAM);
    }
    expect(b.call(DBCN, 0n, [5n, PAGE_A, 1n]).error).toBe(INVALID_PARAM);
    expect(b.call(DBCN, 1n, [5n, PAGE_A, 0n])).toMatchObject({ error: 0n, value: 0n });
    expect(b.call(DBCN, 1n, [5n, TSM_BASE, 0n]).error).toBe(INVALID_PARAM);
    expect(b.call(DBCN, 3n).error).toBe(NOT_SUPPORTED);
    expect(b.written).toBe('hello!');
  });

  test('system reset switches the machine off by its finisher', () => {
    const b = new Bench();
    expect(b.call(SRST, 0n, [3n, 0n]).error).toBe(INVALID_PARAM);
    expect(b.call(SRST, 0n, [0n, 2n]).error).toBe(INVALID_PARAM);
    expect(b.machine.board.end).toBeNull();
    b.call(SRST, 0n, [0n, 1n]);
    expect(b.machine.board.end).toMatchObject({ code: 1 });
  });
});
