import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import type { Feature, Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import type { CsrOp } from './csr-file.ts';
import { CsrFile } from './csr-file.ts';
import { accrueFlags, dynamicRounding, floatStatus, markFloatDirty } from './float-state.ts';

function hart(overrides: Partial<Platform> = {}, without: readonly Feature[] = []): CsrFile {
  const platform = testPlatform(overrides, without);
  const fired = newFired();
  const pmp = new Pmp();
  pmp.reset(platform, fired);
  const csrs = new CsrFile(0, pmp);
  csrs.reset(platform, fired);
  return csrs;
}

const [OFF, INITIAL, CLEAN, DIRTY] = [0n, 1n << 13n, 2n << 13n, 3n << 13n];
const FS = 3n << 13n;
const SD = 1n << 63n;

/** A hart with FS of mstatus and of vsstatus as given. */
function withStatus(host: bigint, guest: bigint): CsrFile {
  const csrs = hart();
  csrs.poke('mstatus', host);
  csrs.poke('vsstatus', guest);
  return csrs;
}

/** Outcomes in M, S, U, VS, VU: `o` ok, `i` illegal, `v` virtual. */
const row = (csrs: CsrFile, name: string, op: CsrOp = 'read') =>
  MODES.map((mode) => {
    const { denial } = csrs.access(mode, name, op, 0n);
    return denial === null ? 'o' : denial.cause === 22 ? 'v' : 'i';
  }).join('');

const FLOAT = ['fflags', 'frm', 'fcsr'];

describe('FS', () => {
  it('Off makes the float CSRs illegal instructions in every mode', () => {
    for (const name of FLOAT) {
      expect(row(withStatus(OFF, DIRTY), name)).toBe('iiiii');
      expect(row(withStatus(OFF, DIRTY), name, 'write')).toBe('iiiii');
    }
  });

  it('of vsstatus counts too while V=1, and never makes a virtual instruction', () => {
    for (const name of FLOAT) {
      expect(row(withStatus(CLEAN, OFF), name)).toBe('oooii');
      expect(row(withStatus(INITIAL, CLEAN), name)).toBe('ooooo');
    }
    expect(withStatus(OFF, OFF).access('VU', 'frm', 'read', 0n).denial?.because).toBe('float.off');
  });

  it('is zero after reset, and holds every value', () => {
    const csrs = hart();
    expect(csrs.peek('mstatus') & FS).toBe(0n);
    for (const status of [INITIAL, CLEAN, DIRTY, OFF]) {
      csrs.poke('mstatus', status);
      csrs.poke('vsstatus', status);
      for (const name of ['mstatus', 'sstatus', 'vsstatus']) {
        expect(csrs.peek(name) & FS, name).toBe(status);
      }
    }
  });

  it('is one field of mstatus and sstatus, and another of vsstatus', () => {
    const csrs = hart();
    csrs.access('S', 'sstatus', 'set', CLEAN);
    expect([csrs.peek('mstatus') & FS, csrs.peek('vsstatus') & FS]).toEqual([CLEAN, OFF]);
    csrs.access('VS', 'sstatus', 'set', INITIAL);
    expect([csrs.peek('mstatus') & FS, csrs.peek('vsstatus') & FS]).toEqual([CLEAN, INITIAL]);
  });

  it('is read-only zero, and the CSRs are absent, without F', () => {
    const csrs = hart({}, ['F']);
    for (const name of ['mstatus', 'sstatus', 'vsstatus']) {
      csrs.poke(name, DIRTY);
      expect(csrs.peek(name) & (FS | SD), name).toBe(0n);
    }
    expect(csrs.access('M', 'fcsr', 'read', 0n).denial?.because).toBe('csr.absent');
  });
});

describe('SD', () => {
  it('is set while FS is Dirty, and cannot be written', () => {
    const csrs = hart();
    for (const name of ['mstatus', 'sstatus', 'vsstatus']) {
      csrs.poke(name, SD | CLEAN);
      expect(csrs.peek(name) & SD, name).toBe(0n);
      csrs.poke(name, DIRTY);
      expect(csrs.peek(name) & SD, name).toBe(SD);
      csrs.poke(name, OFF);
      expect(csrs.peek(name) & SD, name).toBe(0n);
    }
  });

  it('is bit 31 at XLEN 32', () => {
    const csrs = hart({ xlen: 32 });
    for (const name of ['mstatus', 'sstatus', 'vsstatus']) {
      csrs.poke(name, DIRTY);
      expect(csrs.peek(name) & 0x8000_6000n, name).toBe(0x8000_6000n);
    }
    csrs.poke('mstatus', 1n << 31n);
    expect(csrs.peek('mstatus') >> 31n).toBe(0n);
    markFloatDirty(csrs, 'U');
    expect(csrs.peek('sstatus') & 0x8000_6000n).toBe(0x8000_6000n);
    expect(csrs.peek('mstatush') >> 31n).toBe(0n);
  });
});

describe('a write of float state', () => {
  const dirt = (csrs: CsrFile) => [
    csrs.peek('mstatus') & (SD | FS),
    csrs.peek('vsstatus') & (SD | FS),
  ];

  it.each(FLOAT)('through %s makes FS Dirty, in a guest both', (name) => {
    for (const op of ['write', 'set', 'clear'] as const) {
      const csrs = withStatus(INITIAL, INITIAL);
      csrs.access('U', name, op, 0n);
      expect(dirt(csrs)).toEqual([SD | DIRTY, INITIAL]);
      const guest = withStatus(INITIAL, CLEAN);
      guest.access('VU', name, op, 0n);
      expect(dirt(guest)).toEqual([SD | DIRTY, SD | DIRTY]);
    }
  });

  it('is none when a CSR is only read, or refused', () => {
    const csrs = withStatus(INITIAL, OFF);
    csrs.access('U', 'fcsr', 'read', 0n);
    csrs.access('VU', 'fcsr', 'write', 0n);
    expect(dirt(csrs)).toEqual([INITIAL, OFF]);
  });

  it('by accrued flags makes it Dirty, by none leaves it', () => {
    const csrs = withStatus(CLEAN, CLEAN);
    accrueFlags(csrs, 'VS', 0);
    expect(dirt(csrs)).toEqual([CLEAN, CLEAN]);
    accrueFlags(csrs, 'U', 1);
    expect(dirt(csrs)).toEqual([SD | DIRTY, CLEAN]);
    accrueFlags(csrs, 'VS', 16);
    expect(dirt(csrs)).toEqual([SD | DIRTY, SD | DIRTY]);
    expect(csrs.peek('fflags')).toBe(17n);
  });
});

describe('fcsr', () => {
  it('is fflags in bits 4:0 and frm in bits 7:5; the rest reads zero', () => {
    const csrs = withStatus(CLEAN, CLEAN);
    csrs.access('M', 'fcsr', 'write', (1n << 64n) - 1n);
    expect(csrs.peek('fcsr')).toBe(0xffn);
    csrs.access('M', 'fflags', 'write', 0x1_0012n);
    expect([csrs.peek('fcsr'), csrs.peek('frm'), csrs.peek('fflags')]).toEqual([0xf2n, 7n, 0x12n]);
    csrs.access('M', 'frm', 'write', 0xffff_fffan);
    expect([csrs.peek('fcsr'), csrs.peek('frm')]).toEqual([0x52n, 2n]);
    expect(dynamicRounding(csrs)).toBe(2);
    csrs.access('M', 'frm', 'set', 5n);
    // A reserved mode can be held; the instructions that would use it are illegal.
    expect(dynamicRounding(csrs)).toBe(7);
    csrs.access('M', 'fflags', 'clear', 2n);
    expect(csrs.peek('fcsr')).toBe(0xf0n);
  });

  it('is the same register in every mode', () => {
    const csrs = withStatus(CLEAN, CLEAN);
    csrs.access('VU', 'fflags', 'write', 3n);
    expect(csrs.access('M', 'fcsr', 'read', 0n).value).toBe(3n);
  });
});

describe('floatStatus', () => {
  const status = (host: bigint, guest: bigint, mode: Mode) =>
    floatStatus(withStatus(host, guest), mode);

  it('is 0 Off, 1 to be made Dirty, 2 Dirty', () => {
    expect([OFF, INITIAL, CLEAN, DIRTY].map((host) => status(host, OFF, 'U'))).toEqual([
      0, 1, 1, 2,
    ]);
  });

  it('is the lesser of both levels in a guest', () => {
    expect(status(OFF, DIRTY, 'VS')).toBe(0);
    expect(status(DIRTY, OFF, 'VU')).toBe(0);
    expect(status(CLEAN, DIRTY, 'VS')).toBe(1);
    expect(status(DIRTY, INITIAL, 'VS')).toBe(1);
    expect(status(DIRTY, DIRTY, 'VU')).toBe(2);
  });
});
