import { describe, expect, it } from 'vitest';
import { DEFAULT_KNOBS } from '../knobs.ts';
import type { Feature, Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import type { CsrDecisions } from './csr-decisions.ts';
import { csrDecisions } from './csr-decisions.ts';
import { CsrFile } from './csr-file.ts';

function hart(
  overrides: Partial<Platform> = {},
  without: readonly Feature[] = [],
  decide: Partial<CsrDecisions> = {},
): CsrFile {
  const platform = testPlatform(overrides, without);
  const fired = newFired();
  const pmp = new Pmp();
  pmp.reset(platform, fired);
  const csrs = new CsrFile(3, pmp);
  csrs.reset(platform, fired, { ...csrDecisions, ...decide });
  return csrs;
}

const ONES = (1n << 64n) - 1n;

/** What is read after these writes, in order. */
function after(csrs: CsrFile, name: string, ...values: readonly bigint[]): bigint {
  for (const value of values) csrs.poke(name, value);
  return csrs.peek(name);
}

/** MODE, SDID, PPN packed as mmpt. */
const mmpt = (mode: bigint, sdid: bigint, ppn: bigint) => (mode << 60n) | (sdid << 52n) | ppn;
const mmpt32 = (mode: bigint, sdid: bigint, ppn: bigint) => (mode << 30n) | (sdid << 22n) | ppn;

describe('mmpt', () => {
  it('reads back MODE, SDID and PPN where the specification puts them', () => {
    expect(after(hart(), 'mmpt', 0x1050_0000_0008_0400n)).toBe(0x1050_0000_0008_0400n);
    expect(after(hart({ xlen: 32 }), 'mmpt', 0x4148_0400n)).toBe(0x4148_0400n);
  });

  it('is zero after reset', () => {
    expect(hart().peek('mmpt')).toBe(0n);
  });

  it('reads bits 59:58 and 51:44 (RV32: 29:28) as zero', () => {
    // All ones: MODE 15 is custom and not implemented, Bare stays.
    expect(after(hart(), 'mmpt', ONES)).toBe(mmpt(0n, 63n, (1n << 44n) - 1n));
    // MODE 3 is custom on RV32.
    expect(after(hart({ xlen: 32 }), 'mmpt', ONES)).toBe(mmpt32(0n, 63n, (1n << 22n) - 1n));
  });

  it.each([4n, 5n, 13n, 14n, 15n])(
    'with the unsupported MODE %d keeps its MODE and takes the other fields',
    (mode) => {
      const csrs = hart();
      csrs.poke('mmpt', mmpt(2n, 1n, 0x111n));
      expect(after(csrs, 'mmpt', mmpt(mode, 9n, 0x222n))).toBe(mmpt(2n, 9n, 0x222n));
    },
  );

  it('with an unsupported MODE becomes Bare where the open point says so', () => {
    const csrs = hart({ knobs: { ...DEFAULT_KNOBS, illegal_mode: 'bare' } });
    csrs.poke('mmpt', mmpt(2n, 1n, 0x111n));
    expect(after(csrs, 'mmpt', mmpt(4n, 9n, 0x222n))).toBe(mmpt(0n, 9n, 0x222n));
  });

  it('knows only the modes that the machine implements, at its own XLEN', () => {
    const modes = (csrs: CsrFile, shift: bigint, count: bigint) =>
      [...Array(Number(count)).keys()].filter((mode) => {
        csrs.poke('mmpt', 0n);
        return after(csrs, 'mmpt', BigInt(mode) << shift) >> shift === BigInt(mode);
      });
    expect(modes(hart(), 60n, 16n)).toEqual([0, 1, 2, 3]);
    expect(modes(hart({}, ['Smmpt52']), 60n, 16n)).toEqual([0, 1, 3]);
    expect(modes(hart({ xlen: 32 }), 30n, 4n)).toEqual([0, 1]);
  });

  it.each([0, 1, 3, 6])('implements the SDIDLEN=%i low bits of SDID', (sdidlen) => {
    const expected = BigInt(2 ** sdidlen - 1);
    expect(after(hart({ sdidlen }), 'mmpt', mmpt(0n, 63n, 0n))).toBe(mmpt(0n, expected, 0n));
  });

  it('reads PPN[2:0] as zero in Smmpt64 and in no other mode', () => {
    expect(after(hart(), 'mmpt', mmpt(3n, 0n, 0x80407n))).toBe(mmpt(3n, 0n, 0x80400n));
    expect(after(hart(), 'mmpt', mmpt(1n, 0n, 0x80407n))).toBe(mmpt(1n, 0n, 0x80407n));
    expect(after(hart(), 'mmpt', mmpt(2n, 0n, 0x80407n))).toBe(mmpt(2n, 0n, 0x80407n));
    expect(after(hart({ xlen: 32 }), 'mmpt', mmpt32(1n, 0n, 0x407n))).toBe(mmpt32(1n, 0n, 0x407n));
  });

  it('keeps or zeroes a PPN under Bare as the open point says, and keeps SDID', () => {
    expect(after(hart(), 'mmpt', mmpt(0n, 3n, 1n))).toBe(mmpt(0n, 3n, 1n));
    const zero = hart({ knobs: { ...DEFAULT_KNOBS, bare_mmpt_ppn: 'zero' } });
    expect(after(zero, 'mmpt', mmpt(0n, 3n, 1n))).toBe(mmpt(0n, 3n, 0n));
  });

  it('changes one field by set and clear', () => {
    const csrs = hart();
    csrs.poke('mmpt', mmpt(1n, 4n, 0x100n));
    csrs.access('M', 'mmpt', 'set', mmpt(0n, 3n, 0n));
    expect(csrs.peek('mmpt')).toBe(mmpt(1n, 7n, 0x100n));
    csrs.access('M', 'mmpt', 'clear', mmpt(15n, 0n, 0n));
    expect(csrs.peek('mmpt')).toBe(mmpt(0n, 7n, 0x100n));
  });
});

describe('msdcfg', () => {
  it('is read-only zero without the interrupt and QoS extensions', () => {
    expect(after(hart(), 'msdcfg', ONES)).toBe(0n);
  });

  it('has SIDN, SSRM, SSMM, SRL and SML where these exist; bits 21:6 and 63:32 are zero', () => {
    const { features } = testPlatform();
    const all = new Set<Feature>([...features, 'Smsdia', 'Smsdqosid']);
    expect(after(hart({ features: all }), 'msdcfg', ONES)).toBe(0xffc0_003fn);
    const interrupts = new Set<Feature>([...features, 'Smsdia']);
    expect(after(hart({ features: interrupts }), 'msdcfg', ONES)).toBe(0x3fn);
  });
});

describe('mttp', () => {
  const rv64 = (...values: readonly bigint[]) =>
    after(hart({ revision: 'mtt_0_1' }), 'mttp', ...values);
  const mttp = (mode: bigint, sdid: bigint, ppn: bigint) => (mode << 60n) | (sdid << 54n) | ppn;

  it('has SDID two bits higher than mmpt', () => {
    expect(rv64(0x1140_0000_0009_0000n)).toBe(0x1140_0000_0009_0000n);
    const rv32 = hart({ revision: 'mtt_0_1', xlen: 32 });
    expect(after(rv32, 'mttp', 0x4508_0400n)).toBe(0x4508_0400n);
  });

  it('holds no state in bits 53:44 (RV32: 23:22)', () => {
    expect(rv64(mttp(1n, 63n, (1n << 54n) - 1n))).toBe(mttp(1n, 63n, (1n << 44n) - 4n));
  });

  it('reads PPN[1:0] as zero in a mode other than Bare', () => {
    expect(rv64(mttp(1n, 0n, 0x80403n))).toBe(mttp(1n, 0n, 0x80400n));
    expect(rv64(mttp(0n, 0n, 0x80403n))).toBe(mttp(0n, 0n, 0x80403n));
  });

  it('knows Smmtt46 and Smmtt56, and does not ignore a write with another MODE', () => {
    expect(rv64(mttp(2n, 1n, 0x400n), mttp(3n, 5n, 0x800n))).toBe(mttp(2n, 5n, 0x800n));
  });
});

describe('senvcfg', () => {
  it('has SSE only while menvcfg has it', () => {
    const csrs = hart();
    expect(after(csrs, 'senvcfg', 0x8n)).toBe(0n);
    csrs.poke('menvcfg', 0x8n);
    expect(csrs.peek('senvcfg')).toBe(0n);
    expect(after(csrs, 'senvcfg', 0x8n)).toBe(0x8n);
    csrs.poke('menvcfg', 0n);
    expect(csrs.peek('senvcfg')).toBe(0n);
  });

  it('has the cache-block enables whatever menvcfg says, and neither ADUE nor PBMTE', () => {
    const csrs = hart();
    csrs.poke('menvcfg', 0n);
    expect(after(csrs, 'senvcfg', ONES & ~0x20n)).toBe(0xd1n);
  });
});

describe('satp, vsatp and hgatp', () => {
  const satp = (mode: bigint, id: bigint, ppn: bigint) => (mode << 60n) | (id << 44n) | ppn;

  it('satp ignores the whole write of an unsupported MODE, and vsatp does too', () => {
    for (const name of ['satp', 'vsatp']) {
      const csrs = hart({}, ['Sv57']);
      csrs.poke(name, satp(9n, 1n, 0x100n));
      expect(after(csrs, name, satp(10n, 2n, 0x200n))).toBe(satp(9n, 1n, 0x100n));
      expect(after(csrs, name, satp(8n, 2n, 0x200n))).toBe(satp(8n, 2n, 0x200n));
    }
  });

  it('satp implements the ASIDLEN low bits of ASID', () => {
    expect(after(hart({ asidlen: 4 }), 'satp', satp(8n, 0xffffn, 1n))).toBe(satp(8n, 15n, 1n));
    const rv32 = hart({ xlen: 32, asidlen: 9 });
    expect(after(rv32, 'satp', ONES)).toBe(0xffff_ffffn);
    expect(after(hart({ xlen: 32, asidlen: 0 }), 'satp', ONES)).toBe(0x803f_ffffn);
  });

  it('hgatp takes the other fields of a write with an unsupported MODE', () => {
    const csrs = hart({}, ['Sv57']);
    csrs.poke('hgatp', satp(9n, 1n, 0x100n));
    expect(after(csrs, 'hgatp', satp(10n, 2n, 0x200n))).toBe(satp(9n, 2n, 0x200n));
  });

  it('hgatp reads PPN[1:0] as zero and bits 59:58 as zero', () => {
    expect(after(hart(), 'hgatp', satp(8n, 0xffffn, 0x103n))).toBe(satp(8n, 0x3fffn, 0x100n));
    expect(after(hart({ vmidlen: 2 }), 'hgatp', satp(8n, 0x3fffn, 0n))).toBe(satp(8n, 3n, 0n));
    expect(after(hart({ xlen: 32 }), 'hgatp', ONES)).toBe(0x9fff_fffcn);
  });
});

describe('mstatus', () => {
  const MPP = (value: bigint) => value << 11n;

  it('leaves MPP as it was when the reserved 2 is written', () => {
    const csrs = hart();
    expect(after(csrs, 'mstatus', MPP(3n)) & MPP(3n)).toBe(MPP(3n));
    expect(after(csrs, 'mstatus', MPP(2n)) & MPP(3n)).toBe(MPP(3n));
    expect(after(csrs, 'mstatus', MPP(1n)) & MPP(3n)).toBe(MPP(1n));
  });

  it('has read-only SXL and UXL of 2 on RV64, and MPV, GVA in the upper half on RV32', () => {
    expect(after(hart(), 'mstatus', 0n)).toBe(0xa_0000_0000n);
    const rv32 = hart({ xlen: 32 });
    expect(after(rv32, 'mstatush', ONES)).toBe(0xf0n);
    expect(rv32.peek('mstatus')).toBe(0n);
    rv32.poke('mstatus', 0x8n);
    expect([rv32.peek('mstatus'), rv32.peek('mstatush')]).toEqual([0x8n, 0xf0n]);
  });

  it('has no MPV and GVA without H', () => {
    expect(after(hart({}, ['H']), 'mstatus', ONES) & (3n << 38n)).toBe(0n);
  });

  it('shows its supervisor fields as sstatus; vsstatus is apart', () => {
    const csrs = hart();
    csrs.poke('sstatus', ONES);
    // SIE SPIE UBE SPP FS SUM MXR SD; UXL = 2.
    expect(csrs.peek('sstatus')).toBe(0x8000_0002_000c_6162n);
    expect(csrs.peek('mstatus')).toBe(0x8000_000a_000c_6162n);
    expect(csrs.peek('vsstatus')).toBe(0x2_0000_0000n);
  });
});

describe('delegation', () => {
  it('medeleg has read-only zeros where no lower mode can cause the exception', () => {
    // 0-9, 12, 13, 15, 18, 19; with H 10 and 20-23. Not 11 (M-mode call), 14, 16, 17.
    expect(after(hart(), 'medeleg', ONES)).toBe(0xfc_b7ffn);
    expect(after(hart({}, ['H', 'Zicfiss']), 'medeleg', ONES)).toBe(0x8_b3ffn);
  });

  it('hedeleg has read-only zeros at 9 to 11, 16 and 20 to 23', () => {
    expect(after(hart(), 'hedeleg', ONES)).toBe(0xc_b1ffn);
  });

  it('mideleg always hands the VS-level interrupts to HS', () => {
    expect(after(hart(), 'mideleg', 0n)).toBe(0x444n);
    expect(after(hart(), 'mideleg', ONES)).toBe(0x666n);
    expect(after(hart({}, ['H']), 'mideleg', ONES)).toBe(0x222n);
  });
});

describe('interrupt views', () => {
  it('sie and sip show what mideleg hands down', () => {
    const csrs = hart();
    csrs.poke('mie', ONES);
    expect([csrs.peek('mie'), csrs.peek('sie')]).toEqual([0xeeen, 0n]);
    csrs.poke('mideleg', 0x20n);
    expect(csrs.peek('sie')).toBe(0x20n);
    csrs.poke('sie', 0n);
    expect(csrs.peek('mie')).toBe(0xecen);
  });

  it('vsip and vsie show the VS-level bits one place lower, as hideleg allows', () => {
    const csrs = hart();
    csrs.poke('hvip', ONES);
    csrs.poke('hie', ONES);
    expect([csrs.peek('hip'), csrs.peek('hie'), csrs.peek('mip')]).toEqual([
      0x444n,
      0x444n,
      0x444n,
    ]);
    expect([csrs.peek('vsip'), csrs.peek('vsie')]).toEqual([0n, 0n]);
    csrs.poke('hideleg', ONES);
    expect([csrs.peek('hideleg'), csrs.peek('vsip'), csrs.peek('vsie')]).toEqual([
      0x444n,
      0x222n,
      0x222n,
    ]);
    // Of these only VSSIP is writable from the guest.
    csrs.poke('vsip', 0n);
    expect(csrs.peek('hvip')).toBe(0x440n);
  });
});

describe('menvcfg and henvcfg', () => {
  it('have ADUE only with Svadu, PBMTE only with Svpbmt, STCE only with Sstc, CBIE only with Zicbom', () => {
    const has = (without: readonly Feature[]) => after(hart({}, without), 'menvcfg', 0n, ONES);
    const all = (7n << 61n) | 0xf9n;
    expect(has([])).toBe(all);
    expect(has(['Svadu'])).toBe(all & ~(1n << 61n));
    expect(has(['Svpbmt'])).toBe(all & ~(1n << 62n));
    expect(has(['Sstc'])).toBe(all & ~(1n << 63n));
    expect(has(['Zicbom'])).toBe(all & ~0x70n);
    expect(has(['Zicfiss'])).toBe(all & ~8n);
  });

  it('do not hold the reserved CBIE = 2', () => {
    expect(after(hart(), 'menvcfg', 0x30n, 0x20n) & 0x30n).toBe(0x30n);
  });

  it('henvcfg has ADUE, PBMTE, STCE and SSE only as far as menvcfg sets them', () => {
    const csrs = hart();
    const gated = (7n << 61n) | 8n;
    expect(after(csrs, 'henvcfg', ONES) & gated).toBe(0n);
    csrs.poke('menvcfg', 1n << 61n);
    expect(after(csrs, 'henvcfg', ONES) & gated).toBe(1n << 61n);
    csrs.poke('menvcfg', 0n);
    expect(csrs.peek('henvcfg') & gated).toBe(0n);
  });

  it('reach their upper halves through the h CSRs on RV32', () => {
    const csrs = hart({ xlen: 32 });
    expect(after(csrs, 'menvcfgh', ONES)).toBe(0xe000_0000n);
    expect(after(csrs, 'henvcfgh', ONES)).toBe(0xe000_0000n);
    expect(csrs.peek('menvcfg') & 1n).toBe(0n);
  });
});

describe('PMP CSRs', () => {
  it('pmpcfg packs XLEN/8 entries', () => {
    const rv64 = hart();
    rv64.poke('pmpcfg2', 0x0007_0605_0403_0201n);
    // 02 and 06 are W without R, and lose W.
    expect(rv64.peek('pmpcfg2')).toBe(0x0007_0405_0403_0001n);
    const rv32 = hart({ xlen: 32 });
    rv32.poke('pmpcfg3', 0x1f1f_1f1fn);
    expect([rv32.peek('pmpcfg3'), rv32.pmp.config[12], rv32.pmp.config[15]]).toEqual([
      0x1f1f_1f1fn,
      0x1f,
      0x1f,
    ]);
  });

  it('pmpaddr holds bits 55:2 on RV64 and 33:2 on RV32', () => {
    expect(after(hart(), 'pmpaddr63', ONES)).toBe((1n << 54n) - 1n);
    expect(after(hart({ xlen: 32 }), 'pmpaddr63', ONES)).toBe(0xffff_ffffn);
    expect(after(hart({ pmpEntries: 16 }), 'pmpaddr16', ONES)).toBe(0n);
  });
});

describe('the rest', () => {
  it('misa tells XLEN and the extensions', () => {
    const letters = (value: bigint) =>
      [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((_, bit) => (value >> BigInt(bit)) & 1n).join('');
    expect([hart().peek('misa') >> 62n, letters(hart().peek('misa'))]).toEqual([2n, 'ABCDFHIMSU']);
    const rv32 = hart({ xlen: 32 }, ['H', 'Zba', 'C']).peek('misa');
    expect([rv32 >> 30n, letters(rv32)]).toEqual([1n, 'ADFIMSU']);
  });

  it('xepc has no bit 0, xtvec no reserved MODE, mhartid is the hart', () => {
    expect(after(hart(), 'sepc', 0x1003n)).toBe(0x1002n);
    expect(after(hart(), 'mtvec', 0x1001n, 0x2002n)).toBe(0x2001n);
    expect(hart().peek('mhartid')).toBe(3n);
  });

  it('a CSR that the machine has not reads 0 by the bench and ignores its writes', () => {
    const csrs = hart({}, ['H']);
    expect(after(csrs, 'hgatp', ONES)).toBe(0n);
  });

  it('reset restores every value', () => {
    const csrs = hart();
    const before = csrs.peek('menvcfg');
    for (const name of ['mmpt', 'satp', 'menvcfg', 'mstatus', 'medeleg']) csrs.poke(name, ONES);
    csrs.reset(csrs.platform, newFired());
    expect([csrs.peek('mmpt'), csrs.peek('satp'), csrs.peek('medeleg')]).toEqual([0n, 0n, 0n]);
    expect(csrs.peek('menvcfg')).toBe(before);
  });

  it('a write that changes nothing does not disturb cached contexts', () => {
    const csrs = hart();
    csrs.poke('satp', 8n << 60n);
    const { version } = csrs;
    csrs.poke('satp', 8n << 60n);
    csrs.poke('mscratch', 1n);
    expect(csrs.version).toBe(version);
    csrs.poke('satp', 9n << 60n);
    expect(csrs.version).toBeGreaterThan(version);
  });
});
