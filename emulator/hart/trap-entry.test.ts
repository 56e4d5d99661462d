import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import type { Feature } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired, R } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import { CsrFile } from './csr-file.ts';
import { trapDecisions } from './delegate.ts';
import type { Raised } from './trap-entry.ts';
import { takeTrap } from './trap-entry.ts';

function hart(without: readonly Feature[] = []): CsrFile {
  const platform = testPlatform({}, without);
  const pmp = new Pmp();
  pmp.reset(platform, newFired());
  const csrs = new CsrFile(0, pmp);
  csrs.reset(platform, newFired());
  return csrs;
}

const raised = (more: Partial<Raised> = {}): Raised => ({
  cause: 5,
  tval: 0x8000_1234n,
  gpa: null,
  tinst: 0n,
  gva: false,
  epc: 0x1000n,
  because: 'mpt.permission',
  rule: null,
  ...more,
});

/** Field of a CSR: lowest bit and width. */
const field = (csrs: CsrFile, name: string, low: number, bits = 1) =>
  Number((csrs.peek(name) >> BigInt(low)) & ((1n << BigInt(bits)) - 1n));
const MPP = [11, 2] as const;

describe('delegation', () => {
  // Causes handed to HS by medeleg, and further by hedeleg; where a load access fault of each mode goes.
  const TABLE: readonly (readonly [string, bigint, bigint, string])[] = [
    ['nothing', 0n, 0n, 'M M M M M'],
    ['hedeleg alone', 0n, 1n << 5n, 'M M M M M'],
    ['medeleg', 1n << 5n, 0n, 'M S S S S'],
    ['medeleg and hedeleg', 1n << 5n, 1n << 5n, 'M S S VS VS'],
    ['other causes', ~(1n << 5n), ~(1n << 5n), 'M M M M M'],
  ];
  it.each(TABLE)('%s', (_, medeleg, hedeleg, expected) => {
    const goes = (['M', 'S', 'U', 'VS', 'VU'] as const).map((mode) => {
      const csrs = hart();
      csrs.poke('medeleg', medeleg);
      csrs.poke('hedeleg', hedeleg);
      return takeTrap(csrs, trapDecisions, raised(), mode).takenIn;
    });
    expect(goes.join(' ')).toBe(expected);
  });

  it('a guest-page fault cannot go to the guest: hedeleg has no such bits', () => {
    const csrs = hart();
    csrs.poke('medeleg', ~0n);
    csrs.poke('hedeleg', ~0n);
    expect(takeTrap(csrs, trapDecisions, raised({ cause: 21 }), 'VS').takenIn).toBe('S');
    expect(takeTrap(csrs, trapDecisions, raised({ cause: 13 }), 'VS').takenIn).toBe('VS');
  });
});

describe('a trap into M-mode', () => {
  // Previous mode, MPV, MPP.
  const TABLE: readonly (readonly [Mode, number, number])[] = [
    ['M', 0, 3],
    ['S', 0, 1],
    ['U', 0, 0],
    ['VS', 1, 1],
    ['VU', 1, 0],
  ];
  it.each(TABLE)('from %s sets MPV=%i and MPP=%i', (mode, mpv, mpp) => {
    const csrs = hart();
    takeTrap(csrs, trapDecisions, raised(), mode);
    expect([field(csrs, 'mstatus', 39), field(csrs, 'mstatus', ...MPP)]).toEqual([mpv, mpp]);
  });

  it('writes mepc, mcause, mtval, mtval2, mtinst and GVA, and stacks MIE', () => {
    const csrs = hart();
    csrs.poke('mstatus', 1n << 3n);
    const guest = { cause: 21, gpa: 0x1_2345_6788n, tinst: 0x3000n, gva: true };
    const trap = takeTrap(csrs, trapDecisions, raised(guest), 'VS');
    expect(['mepc', 'mcause', 'mtval', 'mtval2', 'mtinst'].map((name) => csrs.peek(name))).toEqual([
      0x1000n,
      21n,
      0x8000_1234n,
      0x1_2345_6788n >> 2n,
      0x3000n,
    ]);
    expect(field(csrs, 'mstatus', 38)).toBe(1);
    expect([field(csrs, 'mstatus', 3), field(csrs, 'mstatus', 7)]).toEqual([0, 1]);
    expect(trap).toMatchObject({ ...guest, mpv: true, takenIn: 'M' });
    takeTrap(csrs, trapDecisions, raised(), 'S');
    expect([csrs.peek('mtval2'), csrs.peek('mtinst')]).toEqual([0n, 0n]);
    expect([field(csrs, 'mstatus', 38), field(csrs, 'mstatus', 7)]).toEqual([0, 0]);
  });

  it('leaves MPV and GVA alone without H', () => {
    const csrs = hart(['H']);
    takeTrap(csrs, trapDecisions, raised({ gva: true }), 'S');
    expect(csrs.peek('mstatus') >> 38n).toBe(0n);
  });
});

describe('a trap into HS-mode', () => {
  // Previous mode, SPV, SPP, SPVP with SPVP=1 before: only a trap from V=1 writes it.
  const TABLE: readonly (readonly [Mode, number, number, number])[] = [
    ['S', 0, 1, 1],
    ['U', 0, 0, 1],
    ['VS', 1, 1, 1],
    ['VU', 1, 0, 0],
  ];
  it.each(TABLE)('from %s sets SPV=%i, SPP=%i and leaves SPVP=%i', (mode, spv, spp, spvp) => {
    const csrs = hart();
    csrs.poke('medeleg', 1n << 5n);
    csrs.poke('hstatus', 1n << 8n);
    csrs.poke('mstatus', 2n);
    takeTrap(csrs, trapDecisions, raised({ gva: spv === 1 }), mode);
    const bits = [7, 8, 6].map((bit) => field(csrs, 'hstatus', bit));
    expect(bits).toEqual([spv, spvp, spv]);
    expect([8, 5, 1].map((bit) => field(csrs, 'sstatus', bit))).toEqual([spp, 1, 0]);
    expect(['sepc', 'scause', 'stval', 'htval'].map((name) => csrs.peek(name))).toEqual([
      0x1000n,
      5n,
      0x8000_1234n,
      0n,
    ]);
    expect(csrs.peek('mcause')).toBe(0n);
  });

  it('puts the guest physical address, shifted right by 2, into htval', () => {
    const csrs = hart();
    csrs.poke('medeleg', 1n << 23n);
    takeTrap(csrs, trapDecisions, raised({ cause: 23, gpa: 0x9000n, tinst: 0x3020n }), 'VU');
    expect([csrs.peek('htval'), csrs.peek('htinst')]).toEqual([0x2400n, 0x3020n]);
  });
});

describe('a trap into VS-mode', () => {
  it('writes the VS CSRs and neither hstatus nor sstatus', () => {
    const csrs = hart();
    csrs.poke('medeleg', 1n << 5n);
    csrs.poke('hedeleg', 1n << 5n);
    csrs.poke('vsstatus', 2n);
    const [hstatus, mstatus] = [csrs.peek('hstatus'), csrs.peek('mstatus')];
    takeTrap(csrs, trapDecisions, raised(), 'VS');
    expect([8, 5, 1].map((bit) => field(csrs, 'vsstatus', bit))).toEqual([1, 1, 0]);
    expect(['vsepc', 'vscause', 'vstval'].map((name) => csrs.peek(name))).toEqual([
      0x1000n,
      5n,
      0x8000_1234n,
    ]);
    expect([csrs.peek('hstatus'), csrs.peek('mstatus')]).toEqual([hstatus, mstatus]);
  });
});

describe('marks', () => {
  const fired = (mode: Mode, medeleg: bigint, because: Raised['because'] = 'mpt.invalid') => {
    const csrs = hart();
    csrs.poke('medeleg', medeleg);
    takeTrap(csrs, trapDecisions, raised({ because }), mode);
    const rules = ['01', '02', '03', '04', '05', '06', '07', '08'] as const;
    return rules.filter((rule) => csrs.fired[R[`SMMPT_TRAP_${rule}`]] === 1).join(' ');
  };
  it('only denials of the protection table decide the rules of its reports', () => {
    expect(fired('S', 0n)).toBe('01 02 03 04 05 06 08');
    expect(fired('VU', 1n << 5n)).toBe('01 02 03 04 05 06 07');
    expect(fired('S', 0n, 'pmp.permission')).toBe('');
  });
});

describe('a broken report', () => {
  it('shows in the trap and in the CSRs alike', () => {
    const csrs = hart();
    const decide = { ...trapDecisions, tval: () => 0n, previousVirtual: () => false };
    const trap = takeTrap(csrs, decide, raised(), 'VS');
    expect([trap.tval, trap.mpv, csrs.peek('mtval'), field(csrs, 'mstatus', 39)]).toEqual([
      0n,
      false,
      0n,
      0,
    ]);
  });
});
