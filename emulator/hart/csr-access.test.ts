import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import type { Feature, Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired, R } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import type { CsrOp } from './csr-file.ts';
import { CsrFile } from './csr-file.ts';
import { CSR_ROWS } from './csr-table.ts';

function hart(overrides: Partial<Platform> = {}, without: readonly Feature[] = []): CsrFile {
  const platform = testPlatform(overrides, without);
  const fired = newFired();
  const pmp = new Pmp();
  pmp.reset(platform, fired);
  const csrs = new CsrFile(0, pmp);
  csrs.reset(platform, fired);
  return csrs;
}

/** ok, illegal (2) or virtual (22). */
function outcome(csrs: CsrFile, mode: Mode, name: string, op: CsrOp = 'read'): string {
  const { denial } = csrs.access(mode, name, op, 0n);
  return denial === null ? 'ok' : denial.cause === 22 ? 'virtual' : 'illegal';
}

/** Outcomes in M, S, U, VS, VU: `o` ok, `i` illegal, `v` virtual. */
const row = (csrs: CsrFile, name: string, op: CsrOp = 'read') =>
  MODES.map((mode) => outcome(csrs, mode, name, op)[0]).join('');

describe('numbers', () => {
  it('are those of the manual', () => {
    const numbers = Object.fromEntries(CSR_ROWS.map(({ name, number }) => [name, number]));
    expect(numbers).toMatchObject({
      mmpt: 0x382,
      msdcfg: 0x74e,
      mstatus: 0x300,
      mstatush: 0x310,
      medeleg: 0x302,
      medelegh: 0x312,
      menvcfg: 0x30a,
      menvcfgh: 0x31a,
      mtval2: 0x34b,
      mtinst: 0x34a,
      mseccfg: 0x747,
      mseccfgh: 0x757,
      pmpcfg15: 0x3af,
      pmpaddr63: 0x3ef,
      satp: 0x180,
      vsatp: 0x280,
      hgatp: 0x680,
      hstatus: 0x600,
      htval: 0x643,
      hgeip: 0xe12,
      vsstatus: 0x200,
      vscause: 0x242,
      mhartid: 0xf14,
      senvcfg: 0x10a,
      henvcfgh: 0x61a,
      hedelegh: 0x612,
      time: 0xc01,
      instreth: 0xc82,
    });
  });

  it('are used once each', () => {
    const numbers = CSR_ROWS.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('who may read', () => {
  // Columns: M, S, U, VS, VU.
  const MATRIX: readonly (readonly [string, string])[] = [
    ['mmpt', 'oiiii'],
    ['msdcfg', 'oiiii'],
    ['mstatus', 'oiiii'],
    ['pmpcfg0', 'oiiii'],
    ['mhartid', 'oiiii'],
    ['sstatus', 'ooiov'],
    ['satp', 'ooiov'],
    ['senvcfg', 'ooiov'],
    ['scounteren', 'ooiov'],
    ['hstatus', 'ooivv'],
    ['hgatp', 'ooivv'],
    ['hgeip', 'ooivv'],
    ['vsstatus', 'ooivv'],
    ['vsatp', 'ooivv'],
  ];
  it.each(MATRIX)('%s: %s', (name, expected) => {
    expect(row(hart(), name)).toBe(expected);
  });

  it('nobody: a CSR that the machine has not', () => {
    expect(row(hart({}, ['H']), 'hgatp')).toBe('iiiii');
    expect(row(hart({}, ['Smsd']), 'mmpt')).toBe('iiiii');
    expect(row(hart(), 'mttp')).toBe('iiiii');
    expect(row(hart({ revision: 'mtt_0_1' }), 'mmpt')).toBe('iiiii');
    expect(row(hart(), 'mstatush')).toBe('iiiii');
    expect(row(hart(), 'pmpcfg1')).toBe('iiiii');
    expect(row(hart({}, ['pmp']), 'pmpaddr0')).toBe('iiiii');
    expect(hart().access('M', 'no_such_csr', 'read', 0n).denial?.because).toBe('csr.absent');
  });

  it('the upper halves exist at XLEN 32, and follow their lower halves while V=1', () => {
    const rv32 = hart({ xlen: 32 });
    expect(row(rv32, 'mstatush')).toBe('oiiii');
    expect(row(rv32, 'pmpcfg1')).toBe('oiiii');
    expect(row(rv32, 'henvcfgh')).toBe('ooivv');
    expect(row(rv32, 'hedelegh')).toBe('ooivv');
    expect(row(hart({ xlen: 32, revision: 'mtt_0_1' }), 'mttp')).toBe('oiiii');
  });
});

describe('read-only CSRs', () => {
  it('refuse every write, by set and clear too, as illegal instructions', () => {
    for (const op of ['write', 'set', 'clear'] as const) {
      expect(row(hart(), 'mhartid', op)).toBe('iiiii');
      // HS could not write it either: not a virtual instruction.
      expect(row(hart(), 'hgeip', op)).toBe('iiiii');
    }
    expect(hart().access('M', 'mhartid', 'set', 0n).denial?.because).toBe('csr.read_only');
  });
});

describe('mstatus.TVM and hstatus.VTVM', () => {
  it('TVM makes satp and hgatp illegal in HS, and concerns neither vsatp nor the guest', () => {
    const csrs = hart();
    csrs.poke('mstatus', 1n << 20n);
    expect(row(csrs, 'satp')).toBe('oiiov');
    expect(row(csrs, 'hgatp')).toBe('oiivv');
    expect(row(csrs, 'vsatp')).toBe('ooivv');
    expect(row(csrs, 'sstatus')).toBe('ooiov');
  });

  it('VTVM makes satp a virtual instruction in VS', () => {
    const csrs = hart();
    csrs.poke('hstatus', 1n << 20n);
    expect(row(csrs, 'satp')).toBe('ooivv');
    expect(row(csrs, 'stvec')).toBe('ooiov');
  });
});

describe('counters', () => {
  // mcounteren, hcounteren, scounteren: bit 0.
  const CASES: readonly (readonly [number, number, number, string])[] = [
    [0, 0, 0, 'oiiii'],
    [0, 1, 1, 'oiiii'],
    [1, 0, 0, 'ooivv'],
    [1, 0, 1, 'ooovv'],
    [1, 1, 0, 'ooiov'],
    [1, 1, 1, 'ooooo'],
  ];
  it.each(CASES)('mcounteren %i, hcounteren %i, scounteren %i: cycle %s', (m, h, s, expected) => {
    for (const name of ['cycle', 'cycleh'] as const) {
      const csrs = hart({ xlen: name === 'cycle' ? 64 : 32 });
      csrs.poke('mcounteren', BigInt(m));
      csrs.poke('hcounteren', BigInt(h));
      csrs.poke('scounteren', BigInt(s));
      expect(row(csrs, name)).toBe(expected);
    }
  });

  it('time is retired instructions, with htimedelta added while V=1', () => {
    const csrs = hart();
    for (const name of ['mcounteren', 'hcounteren']) csrs.poke(name, 7n);
    csrs.poke('htimedelta', 1000n);
    csrs.retired = 5;
    expect(csrs.access('S', 'time', 'read', 0n).value).toBe(5n);
    expect(csrs.access('VS', 'time', 'read', 0n).value).toBe(1005n);
    csrs.poke('minstret', 100n);
    csrs.retired = 8;
    expect(csrs.peek('instret')).toBe(103n);
  });
});

describe('instructions', () => {
  it('return the old value, and write, set or clear', () => {
    const csrs = hart();
    expect(csrs.access('M', 'mscratch', 'write', 0b1100n).value).toBe(0n);
    expect(csrs.access('M', 'mscratch', 'set', 0b0011n).value).toBe(0b1100n);
    expect(csrs.access('M', 'mscratch', 'clear', 0b0101n).value).toBe(0b1111n);
    expect(csrs.access('M', 'mscratch', 'read', ~0n).value).toBe(0b1010n);
    expect(csrs.peek('mscratch')).toBe(0b1010n);
  });

  it('reach the VS CSRs by the supervisor names while V=1', () => {
    const csrs = hart();
    csrs.poke('sscratch', 1n);
    csrs.poke('vsscratch', 2n);
    expect(csrs.access('VS', 'sscratch', 'read', 0n).value).toBe(2n);
    csrs.access('VS', 'sscratch', 'write', 3n);
    expect([csrs.peek('sscratch'), csrs.peek('vsscratch')]).toEqual([1n, 3n]);
    expect(csrs.access('S', 'sscratch', 'read', 0n).value).toBe(1n);
    // No VS counterpart: the CSR itself.
    csrs.access('VS', 'scounteren', 'write', 7n);
    expect(csrs.peek('scounteren')).toBe(7n);
  });

  it('mark what they decide about mmpt and msdcfg', () => {
    const csrs = hart();
    const marked = (rule: keyof typeof R) => csrs.fired[R[rule]] === 1;
    csrs.access('S', 'mmpt', 'read', 0n);
    expect([marked('SMSD_CSR_02'), marked('SMSD_CSR_03'), marked('SMSD_CSR_01')]).toEqual([
      true,
      false,
      false,
    ]);
    csrs.access('VU', 'mmpt', 'write', 0n);
    csrs.access('VS', 'msdcfg', 'read', 0n);
    csrs.access('M', 'msdcfg', 'read', 0n);
    expect(marked('SMSD_CSR_03') && marked('SMSD_CSR_04') && marked('SMSD_CSR_01')).toBe(true);
    csrs.access('M', 'mmpt', 'set', 1n << 52n);
    expect(marked('SMSD_CSR_19')).toBe(true);
  });
});
