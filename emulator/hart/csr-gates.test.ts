import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import type { Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import { CsrFile } from './csr-file.ts';

function hart(overrides: Partial<Platform> = {}): CsrFile {
  const some = testPlatform(overrides);
  const platform = {
    ...some,
    features: new Set([...some.features, 'Smstateen', 'Smrnmi'] as const),
  };
  const fired = newFired();
  const pmp = new Pmp();
  pmp.reset(platform, fired);
  const csrs = new CsrFile(0, pmp);
  csrs.reset(platform, fired);
  return csrs;
}

function outcome(csrs: CsrFile, mode: Mode, name: string): string {
  const { denial } = csrs.access(mode, name, 'read', 0n);
  return denial === null ? 'o' : denial.cause === 22 ? 'v' : 'i';
}

/** Outcomes of a read in M, S, U, VS, VU: `o` ok, `i` illegal, `v` virtual. */
const row = (csrs: CsrFile, name: string) =>
  MODES.map((mode) => outcome(csrs, mode, name)).join('');

/** A hart on which these bits of CSRs are set. */
function withBits(
  bits: Readonly<Record<string, bigint>>,
  overrides: Partial<Platform> = {},
): CsrFile {
  const csrs = hart(overrides);
  for (const [name, value] of Object.entries(bits)) csrs.poke(name, value);
  return csrs;
}

const SE = 1n << 63n;
const ENVCFG = 1n << 62n;
const STCE = 1n << 63n;
const TM = 2n;

describe('Smstateen', () => {
  // senvcfg and henvcfg by ENVCFG, the enables of the level below by SE: clear in mstateen0 is illegal, clear in
  // hstateen0 a virtual instruction.
  it.each([
    ['senvcfg', {}, 'oiiii'],
    ['senvcfg', { mstateen0: ENVCFG }, 'ooivv'],
    ['senvcfg', { mstateen0: ENVCFG, hstateen0: ENVCFG }, 'ooiov'],
    ['senvcfg', { hstateen0: ENVCFG }, 'oiiii'],
    ['henvcfg', {}, 'oiiii'],
    ['henvcfg', { mstateen0: ENVCFG }, 'ooivv'],
    ['henvcfg', { mstateen0: ENVCFG, hstateen0: ENVCFG }, 'ooivv'],
    ['hstateen0', { mstateen0: ENVCFG }, 'oiiii'],
    ['hstateen0', { mstateen0: SE, hstateen0: SE }, 'ooivv'],
    ['sstateen0', {}, 'oiiii'],
    ['sstateen0', { mstateen0: SE }, 'ooivv'],
    ['sstateen0', { mstateen0: SE, hstateen0: SE }, 'ooiov'],
    ['sstateen2', { mstateen0: SE, hstateen0: SE }, 'oiiii'],
    ['sstateen2', { mstateen2: SE, hstateen2: SE }, 'ooiov'],
    ['mstateen0', { mstateen0: SE }, 'oiiii'],
  ])('%s with %o', (name, bits, expected) => {
    expect(row(withBits(bits as Record<string, bigint>), name)).toBe(expected);
  });

  it('closes everything at reset', () => {
    const csrs = hart();
    expect([0, 1, 2, 3].map((index) => csrs.peek(`mstateen${index}`))).toEqual([0n, 0n, 0n, 0n]);
  });

  it('has the bits of the state that the machine has, and shows HS what M-mode opened', () => {
    const csrs = withBits({ mstateen0: ~0n, mstateen1: ~0n });
    expect(csrs.peek('mstateen0')).toBe(SE | ENVCFG);
    expect(csrs.peek('mstateen1')).toBe(SE);
    csrs.poke('hstateen0', ~0n);
    csrs.poke('mstateen0', ENVCFG);
    expect(csrs.peek('hstateen0')).toBe(ENVCFG);
    csrs.poke('mstateen0', SE | ENVCFG);
    expect(csrs.peek('hstateen0')).toBe(SE | ENVCFG);
    csrs.poke('sstateen0', ~0n);
    expect(csrs.peek('sstateen0')).toBe(0n);
  });

  it('closes hedelegh on RV32 by P1P13', () => {
    expect(row(withBits({}, { xlen: 32 }), 'hedelegh')).toBe('oiiii');
    expect(row(withBits({ mstateen0h: 1n << 24n }, { xlen: 32 }), 'hedelegh')).toBe('ooivv');
    expect(row(withBits({ mstateen0h: 1n << 24n }, { xlen: 32 }), 'hedeleg')).toBe('ooivv');
  });
});

describe('Sstc', () => {
  it.each([
    ['stimecmp', {}, 'oiiii'],
    ['stimecmp', { mcounteren: TM }, 'oiiii'],
    ['stimecmp', { menvcfg: STCE }, 'oiiii'],
    ['stimecmp', { mcounteren: TM, menvcfg: STCE }, 'ooivv'],
    ['stimecmp', { mcounteren: TM, menvcfg: STCE, henvcfg: STCE }, 'ooivv'],
    ['stimecmp', { mcounteren: TM, menvcfg: STCE, hcounteren: TM }, 'ooivv'],
    ['stimecmp', { mcounteren: TM, menvcfg: STCE, hcounteren: TM, henvcfg: STCE }, 'ooiov'],
    ['vstimecmp', {}, 'oiiii'],
    ['vstimecmp', { mcounteren: TM, menvcfg: STCE }, 'ooivv'],
    ['vstimecmp', { mcounteren: TM, menvcfg: STCE, hcounteren: TM, henvcfg: STCE }, 'ooivv'],
  ])('%s with %o', (name, bits, expected) => {
    expect(row(withBits(bits as Record<string, bigint>), name)).toBe(expected);
  });

  it('gives VS-mode vstimecmp under the name of stimecmp, both halves', () => {
    const open = { mcounteren: TM, menvcfgh: 1n << 31n, hcounteren: TM, henvcfgh: 1n << 31n };
    const csrs = withBits(open, { xlen: 32 });
    csrs.access('VS', 'stimecmp', 'write', 7n);
    csrs.access('VS', 'stimecmph', 'write', 9n);
    expect([csrs.peek('vstimecmp'), csrs.peek('vstimecmph')]).toEqual([7n, 9n]);
    expect(csrs.peek('stimecmp')).toBe(0xffff_ffffn);
  });
});

describe('interrupt-pending bits', () => {
  it('STIP is software’s without Sstc, and the comparator’s with it', () => {
    const csrs = hart();
    csrs.poke('mip', 0x20n);
    expect(csrs.peek('mip')).toBe(0x20n);
    csrs.poke('stimecmp', 100n);
    csrs.poke('menvcfg', STCE);
    csrs.retired = 99;
    expect(csrs.peek('mip')).toBe(0n);
    csrs.retired = 100;
    expect(csrs.peek('mip')).toBe(0x20n);
    csrs.poke('mip', 0n);
    expect(csrs.peek('mip')).toBe(0x20n);
  });

  it('VSTIP is hvip’s or the guest comparator’s, at the guest’s time', () => {
    const csrs = withBits({ menvcfg: STCE, henvcfg: STCE, vstimecmp: 5n, htimedelta: -10n });
    csrs.retired = 14;
    expect(csrs.peek('hip')).toBe(0n);
    csrs.retired = 15;
    expect(csrs.peek('hip')).toBe(0x40n);
    csrs.poke('menvcfg', 0n);
    expect(csrs.peek('hip')).toBe(0n);
    csrs.poke('hvip', 0x40n);
    expect(csrs.peek('hip')).toBe(0x40n);
  });

  it('SEIP is software’s or a device’s; set and clear write back software’s part only', () => {
    const csrs = hart();
    csrs.lines = 1 << 9;
    expect(csrs.access('M', 'mip', 'set', 2n).value).toBe(0x200n);
    csrs.lines = 0;
    expect(csrs.peek('mip')).toBe(2n);
    csrs.poke('mip', 0x200n);
    expect(csrs.peek('mip')).toBe(0x200n);
  });

  it('MSIP, MTIP and MEIP cannot be written', () => {
    const csrs = hart();
    csrs.poke('mip', 0x888n);
    expect(csrs.peek('mip')).toBe(0n);
    csrs.lines = 0x888;
    csrs.poke('mip', 0n);
    expect(csrs.peek('mip')).toBe(0x888n);
  });

  it('sip shows what mideleg hands down, vsip what hideleg does, one position lower', () => {
    const csrs = withBits({ mip: 0x222n, mideleg: 0x202n, hvip: 0x444n, hideleg: 0x404n });
    expect(csrs.peek('sip')).toBe(0x202n);
    expect(csrs.peek('vsip')).toBe(0x202n);
    expect(csrs.access('VS', 'sip', 'read', 0n).value).toBe(0x202n);
  });
});

describe('counters', () => {
  it('mcycle counts instructions, minstret those that retired', () => {
    const csrs = hart();
    csrs.retired = 10;
    csrs.trapped = 3;
    expect([csrs.peek('mcycle'), csrs.peek('minstret')]).toEqual([10n, 7n]);
  });

  it('stand while mcountinhibit says so, and go on from there', () => {
    const csrs = hart();
    csrs.retired = 10;
    csrs.poke('mcountinhibit', ~0n);
    expect(csrs.peek('mcountinhibit')).toBe(5n);
    csrs.retired = 20;
    expect([csrs.peek('mcycle'), csrs.peek('instret')]).toEqual([10n, 10n]);
    csrs.poke('mcycle', 100n);
    expect(csrs.peek('mcycle')).toBe(100n);
    csrs.poke('mcountinhibit', 4n);
    csrs.retired = 25;
    expect([csrs.peek('mcycle'), csrs.peek('minstret')]).toEqual([105n, 10n]);
  });

  it('count the instruction that writes mcountinhibit and leaves their bit alone', () => {
    const csrs = hart();
    csrs.retired = 10;
    csrs.inFlight = 1;
    csrs.access('M', 'mcountinhibit', 'write', 0n);
    csrs.retired = 11;
    csrs.inFlight = 0;
    expect([csrs.peek('mcycle'), csrs.peek('minstret')]).toEqual([11n, 11n]);
  });

  it('a written counter reads as written in the next instruction', () => {
    const csrs = hart();
    csrs.retired = 10;
    csrs.inFlight = 1;
    csrs.access('M', 'minstret', 'write', 50n);
    csrs.retired = 11;
    expect(csrs.access('M', 'minstret', 'read', 0n).value).toBe(50n);
  });
});

describe('Smrnmi', () => {
  it('NMIE is clear at reset, can be set, and stays', () => {
    const csrs = hart();
    expect(csrs.peek('mnstatus')).toBe(0n);
    csrs.poke('mnstatus', 8n);
    csrs.poke('mnstatus', 0n);
    expect(csrs.peek('mnstatus')).toBe(8n);
  });

  it('MNPP holds M, S and U; MNPV the virtual bit', () => {
    const csrs = withBits({ mnstatus: 0x1880n });
    expect(csrs.peek('mnstatus')).toBe(0x1880n);
    csrs.poke('mnstatus', 0x1000n);
    expect(csrs.peek('mnstatus')).toBe(0x1800n);
  });

  it('its CSRs are for M-mode', () => {
    for (const name of ['mnscratch', 'mnepc', 'mncause', 'mnstatus']) {
      expect(row(hart(), name)).toBe('oiiii');
    }
  });
});

it('ssp is open where shadow stacks are on, and aligned', () => {
  const SSE = 8n;
  expect(row(hart(), 'ssp')).toBe('oiiii');
  const opened = (bits: Record<string, bigint>) =>
    row(withBits({ mstateen0: ENVCFG, ...bits }), 'ssp');
  expect(opened({ menvcfg: SSE })).toBe('ooivv');
  expect(opened({ menvcfg: SSE, senvcfg: SSE })).toBe('ooovv');
  expect(opened({ menvcfg: SSE, henvcfg: SSE })).toBe('ooiov');
  expect(opened({ menvcfg: SSE, henvcfg: SSE, senvcfg: SSE })).toBe('ooooo');
  expect(withBits({ ssp: ~0n }).peek('ssp')).toBe(0xffff_ffff_ffff_fff8n);
});
