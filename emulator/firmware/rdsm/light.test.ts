import { describe, expect, test } from 'vitest';
import { Bench, EID, PAGE_A, RAM, TSM_BASE } from './rdsm.test-support.ts';

const TIME = 0x5449_4d45n;
const NOT_SUPPORTED = -2n;

/** Smmpt34, no hypervisor extension: domains in S-mode above the RDSM. */
const light = () =>
  new Bench({
    platform: { xlen: 32 },
    without: ['H', 'Sstc'],
    tsms: [],
    plain: [3],
    spec: { model: 'smmpt_light' },
  });

describe('RV32 without the hypervisor extension', () => {
  test('boots and answers the SBI and SUPD', () => {
    const b = light();
    expect(b.call(0x10n, 0n)).toMatchObject({ trap: null, error: 0n, value: 0x0300_0000n });
    expect(b.call(EID.supd, 0n).value).toBe(0b1001n);
    expect(b.call(EID.covh, 0n).error).toBe(NOT_SUPPORTED);
  });

  test('keeps the memory of the RDSM and of nobody from the host', () => {
    const b = light();
    expect(b.tries('load', PAGE_A, 0, 4).trap).toBeNull();
    expect(b.tries('load', TSM_BASE, 0, 4).trap).toMatchObject({ cause: 5 });
    b.tables.get(0)?.set(b.spec.rdsm.base, b.spec.rdsm.size, 7);
    b.machine.flush('all');
    expect(b.tries('load', b.spec.rdsm.base, 0, 4).trap).toMatchObject({
      because: 'pmp.permission',
    });
  });

  test('sets deadlines of 64 bits in two registers', () => {
    const b = light();
    expect(b.call(TIME, 0n, [0x1234_5678n, 0x9n]).error).toBe(0n);
    expect(b.machine.board.clint).not.toBeNull();
    expect(b.csr('mie') & 0x80n).toBe(0x80n);
    b.machine.pokeCsr(0, 'stvec', RAM + 0x20_0000n);
    b.call(TIME, 0n, [0n, 0n]);
    b.tries('load', PAGE_A, 0, 4);
    expect(b.csr('sip') & 0x20n).toBe(0x20n);
  });

  test('redirects traps that are not delegated', () => {
    const b = light();
    b.machine.pokeCsr(0, 'medeleg', 0n);
    b.machine.pokeCsr(0, 'stvec', RAM + 0x20_0000n);
    expect(b.tries('load', TSM_BASE, 0, 4).trap).toMatchObject({ cause: 5, takenIn: 'S' });
    expect([b.csr('scause'), b.csr('stval')]).toEqual([5n, TSM_BASE]);
  });
});

describe('RV32 with it', () => {
  test('switches worlds, with both halves of the deadline', () => {
    const b = new Bench({ platform: { xlen: 32 } });
    b.machine.pokeCsr(0, 'stimecmp', 0x77n);
    b.machine.pokeCsr(0, 'stimecmph', 0x5n);
    b.machine.pokeCsr(0, 'sscratch', 0x99n);
    expect(b.covh(0, [41n])).toMatchObject({ trap: null, error: 0n, value: 42n });
    expect([b.csr('stimecmp'), b.csr('stimecmph')]).toEqual([0x77n, 5n]);
    expect(b.csr('sscratch')).toBe(0x99n);
  });
});
