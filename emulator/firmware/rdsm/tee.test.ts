import { describe, expect, test } from 'vitest';
import { Bench } from './rdsm.test-support.ts';

describe('after boot', () => {
  test('the host stands in S-mode at its beginning, in its own domain, with its hart in a0', () => {
    const b = new Bench({ platform: { harts: 2 } });
    expect(b.sdid).toBe(0n);
    expect(b.machine.readRegister(1, 'x10')).toBe(1n);
    expect(b.machine.readRegister(1, 'pc')).toBe(0x800n);
  });
});

describe('TEECALL', () => {
  test('takes a call of the host to the TSM of its SDID, and the answer back', () => {
    const b = new Bench();
    expect(b.covh(0, [41n])).toMatchObject({ trap: null, error: 0n, value: 42n });
    expect(b.sdid).toBe(0n);
  });
});
