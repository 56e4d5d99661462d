import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mode } from '../access/context.ts';
import { MODES } from '../access/context.ts';
import type { Platform } from '../platform.ts';
import { CODE, HANDLER, RAM, TestHart } from './executor.test-support.ts';

const TVM = 1n << 20n;
const TW = 1n << 21n;
const TSR = 1n << 22n;
const [VTVM, VTW, VTSR] = [TVM, TW, TSR];
const HU = 1n << 9n;

type Csrs = Readonly<Record<string, bigint>>;

/** Causes in M, S, U, VS, VU of executing `text`: `-` none. */
function causes(text: string, csrs: Csrs = {}, overrides: Partial<Platform> = {}): string {
  return MODES.map((mode) => {
    const hart = new TestHart(overrides).set(csrs);
    hart.executor.registers.setX(10, RAM + 0x8000n);
    return String(hart.try(text, mode)?.cause ?? '-');
  }).join(' ');
}

describe('who may execute', () => {
  // Columns: M, S (HS), U, VS, VU. 2 illegal instruction, 22 virtual instruction.
  it.each<[string, Csrs, string]>([
    ['ecall', {}, '11 9 8 10 8'],
    ['ebreak', {}, '3 3 3 3 3'],
    ['mret', {}, '- 2 2 2 2'],
    ['sret', {}, '- - 2 - 22'],
    ['sret', { mstatus: TSR }, '- 2 2 - 22'],
    ['sret', { hstatus: VTSR }, '- - 2 22 22'],
    ['wfi', {}, '- - 2 - 22'],
    ['wfi', { mstatus: TW }, '- 2 2 2 2'],
    ['wfi', { hstatus: VTW }, '- - 2 22 22'],
    ['wfi', { mstatus: TW, hstatus: VTW }, '- 2 2 2 2'],
    ['wrs.sto', { mstatus: TW, hstatus: VTW }, '- - - - -'],
    ['sfence.vma', {}, '- - 2 - 22'],
    ['sfence.vma', { mstatus: TVM }, '- 2 2 - 22'],
    ['sfence.vma', { hstatus: VTVM }, '- - 2 22 22'],
    ['sinval.vma a0, a1', { mstatus: TVM }, '- 2 2 - 22'],
    ['sfence.w.inval', { mstatus: TVM, hstatus: VTVM }, '- - 2 - 22'],
    ['hfence.vvma', { mstatus: TVM }, '- - 2 22 22'],
    ['hfence.gvma', {}, '- - 2 22 22'],
    ['hfence.gvma', { mstatus: TVM }, '- 2 2 22 22'],
    ['hinval.gvma a0, a1', { mstatus: TVM }, '- 2 2 22 22'],
    ['mfence.pa', {}, '- 2 2 2 2'],
    ['minval.pa a0, a1', {}, '- 2 2 2 2'],
    ['fence.i', {}, '- - - - -'],
    ['fence iorw, iorw', {}, '- - - - -'],
    ['hlv.d a1, (a0)', {}, '- - 2 22 22'],
    ['hlv.d a1, (a0)', { hstatus: HU }, '- - - 22 22'],
    ['hlvx.wu a1, (a0)', { hstatus: HU }, '- - - 22 22'],
    ['hsv.b a1, (a0)', {}, '- - 2 22 22'],
    ['cbo.clean (a0)', { menvcfg: 0n }, '- 2 2 2 2'],
    ['cbo.clean (a0)', { menvcfg: 0x40n, senvcfg: 0x40n, henvcfg: 0n }, '- - - 22 22'],
    ['cbo.clean (a0)', { menvcfg: 0x40n, senvcfg: 0n, henvcfg: 0x40n }, '- - 2 - 22'],
    ['cbo.zero (a0)', { menvcfg: 0x80n, senvcfg: 0x80n, henvcfg: 0x80n }, '- - - - -'],
    ['cbo.inval (a0)', { menvcfg: 0x10n, senvcfg: 0n, henvcfg: 0n }, '- - 2 22 22'],
    ['prefetch.r 0(a0)', { menvcfg: 0n }, '- - - - -'],
    ['csrr a1, mscratch', {}, '- 2 2 2 2'],
    ['csrr a1, sscratch', {}, '- - 2 - 22'],
    ['csrr a1, hstatus', {}, '- - 2 22 22'],
    ['csrr a1, vsscratch', {}, '- - 2 22 22'],
    ['csrr a1, satp', { mstatus: TVM }, '- 2 2 - 22'],
    ['csrr a1, satp', { hstatus: VTVM }, '- - 2 22 22'],
    ['csrr a1, hgatp', { mstatus: TVM }, '- 2 2 22 22'],
    ['csrr a1, cycle', { mcounteren: 1n, hcounteren: 0n, scounteren: 1n }, '- - - 22 22'],
    ['csrr a1, cycle', { mcounteren: 1n, hcounteren: 1n, scounteren: 0n }, '- - 2 - 22'],
    ['csrr a1, cycle', { mcounteren: 0n, hcounteren: 1n, scounteren: 1n }, '- 2 2 2 2'],
    ['csrr a1, 0x123', {}, '2 2 2 2 2'],
    ['csrw cycle, a1', {}, '2 2 2 2 2'],
    ['csrr a1, mhartid', {}, '- 2 2 2 2'],
    ['csrw mhartid, a1', {}, '2 2 2 2 2'],
    ['csrw hgeip, a1', {}, '2 2 2 2 2'],
    ['.word 0xffffffff', {}, '2 2 2 2 2'],
    ['.word 0', {}, '2 2 2 2 2'],
  ])('%s with %o', (text, csrs, expected) => {
    expect(causes(text, csrs)).toBe(expected);
  });

  it('a high half on RV32: virtual where its low half is for HS-mode; on RV64 it is absent', () => {
    const rv32 = { xlen: 32, asidlen: 9, vmidlen: 7 } as const;
    expect(causes('csrr a1, htimedeltah', {}, rv32)).toBe('- - 2 22 22');
    expect(causes('csrr a1, timeh', { mcounteren: 2n }, rv32)).toBe('- - 2 22 22');
    expect(causes('csrr a1, 0x615', {})).toBe('2 2 2 2 2');
  });

  it('MFENCE.PA has no word where its encoding is unassigned', () => {
    const some = new TestHart();
    const knobs = { ...some.platform.knobs, fence_encoding: 'unassigned' } as const;
    expect(causes('.word 0xbc000073', {}, { knobs })).toBe('2 2 2 2 2');
    expect(causes('.word 0xbc000073')).toBe('- 2 2 2 2');
  });
});

describe('CSR instructions', () => {
  const hart = (text: string, value: bigint) => {
    const some = new TestHart().set({ mscratch: 0b1100n });
    some.executor.registers.setX(11, value);
    return some.load(text).step();
  };
  it.each<[string, bigint, bigint, bigint]>([
    ['csrrw a0, mscratch, a1', 0b1010n, 0b1100n, 0b1010n],
    ['csrrs a0, mscratch, a1', 0b1010n, 0b1100n, 0b1110n],
    ['csrrc a0, mscratch, a1', 0b1010n, 0b1100n, 0b0100n],
    ['csrrwi a0, mscratch, 3', 0n, 0b1100n, 3n],
    ['csrrsi a0, mscratch, 3', 0n, 0b1100n, 15n],
    ['csrrci a0, mscratch, 4', 0n, 0b1100n, 8n],
    ['csrrs a0, mscratch, x0', 0n, 0b1100n, 0b1100n],
    ['csrrw a1, mscratch, a1', 5n, 0n, 5n],
  ])('%s', (text, a1, a0, after) => {
    const some = hart(text, a1);
    expect([some.executor.registers.x(10), some.csr('mscratch')]).toEqual([a0, after]);
    expect(some.executor.registers.pc).toBe(CODE + 4n);
  });

  it('set and clear by x0 or 0 do not write, others do although they change nothing', () => {
    expect(new TestHart().try('csrrs a0, mhartid, x0', 'M')).toBeNull();
    expect(new TestHart().try('csrrci a0, mhartid, 0', 'M')).toBeNull();
    expect(new TestHart().try('csrrs a0, mhartid, a1', 'M')?.cause).toBe(2);
    expect(new TestHart().try('csrrwi x0, mhartid, 0', 'M')?.cause).toBe(2);
  });

  it('count themselves after they read', () => {
    const some = new TestHart().load(
      'nop; csrr a0, minstret; csrw minstret, x0; csrr a1, minstret',
    );
    some.step(4);
    const { registers } = some.executor;
    expect([registers.x(10), registers.x(11)]).toEqual([1n, 0n]);
  });
});

describe('a trap of an instruction', () => {
  it('goes to xtvec of its mode, with the address of the instruction in xepc', () => {
    const hart = new TestHart().set({ medeleg: 1n << 8n, stvec: HANDLER + 0x100n });
    hart.load('nop; ecall', 'U').step(2);
    expect(hart.executor.mode).toBe('S');
    expect(hart.executor.registers.pc).toBe(HANDLER + 0x100n);
    expect([hart.csr('sepc'), hart.csr('scause'), hart.csr('stval')]).toEqual([CODE + 4n, 8n, 0n]);
    expect(hart.csr('minstret')).toBe(1n);
    expect(hart.csr('mcycle')).toBe(2n);
  });

  it('is not vectored', () => {
    const hart = new TestHart().set({ mtvec: HANDLER + 1n });
    hart.try('ecall', 'U');
    expect(hart.executor.registers.pc).toBe(HANDLER);
  });

  it.each<[string, bigint]>([
    ['.word 0x0000100b', 0x100bn],
    ['.half 0', 0n],
    ['mret', 0x3020_0073n],
    ['csrr a0, hstatus', 0x6000_2573n],
    ['.half 0x9c40', 0x9c40n],
  ])('that may not execute reports its bits: %s', (text, bits) => {
    expect(new TestHart().try(text, 'VU')?.tval).toBe(bits);
    expect(new TestHart({ tval: 'zero' }).try(text, 'VU')?.tval).toBe(0n);
  });

  it('EBREAK reports its address, which in a guest is one of the guest', () => {
    const trap = (mode: Mode) => new TestHart().try('ebreak', mode);
    expect(trap('S')).toMatchObject({ tval: CODE, gva: false, epc: CODE });
    expect(trap('VS')).toMatchObject({ tval: CODE, gva: true, mpv: true });
  });

  it('illegal instructions and calls of a guest report no guest address', () => {
    expect(new TestHart().try('mret', 'VS')).toMatchObject({ gva: false, mpv: true, tinst: 0n });
    expect(new TestHart().try('ecall', 'VS')).toMatchObject({ gva: false, tinst: 0n });
  });

  it('shows a denied access as the transformed instruction, a denied fetch as nothing', () => {
    const hart = new TestHart();
    hart.executor.registers.setX(11, 0x1000n);
    // ld a0, 8(a1): funct3 011, rd 10, opcode 0000011.
    expect(hart.try('ld a0, 8(a1)', 'U')).toMatchObject({
      cause: 5,
      tinst: 0x3503n,
      tval: 0x1008n,
    });
    expect(hart.try('c.ld a0, 8(a1)', 'U')).toMatchObject({ cause: 5, tinst: 0x3501n });
    expect(hart.try('sd a0, 8(a1)', 'U')).toMatchObject({ cause: 7, tinst: 0x00a0_3023n });
    hart.executor.registers.pc = 0x1000n;
    hart.traps.length = 0;
    hart.step();
    expect(hart.traps[0]).toMatchObject({ cause: 1, tinst: 0n, tval: 0x1000n, epc: 0x1000n });
  });

  it('in the second page shows how far it lies behind the address of the access', () => {
    const hart = new TestHart();
    // The last page of RAM ends where nothing answers.
    hart.executor.registers.setX(11, 0x9000_0000n - 3n);
    // Addr. Offset 3 stands in bits 19:15.
    expect(hart.try('ld a0, 0(a1)', 'U')).toMatchObject({ tval: 0x9000_0000n, tinst: 0x1_b503n });
  });
});

describe('returns', () => {
  const MPP = { U: 0n, S: 1n << 11n, M: 3n << 11n };
  const MPV = 1n << 39n;
  const SPP = 1n << 8n;
  const SPV = 1n << 7n;
  const MPRV = 1n << 17n;
  const back = (text: string, mode: Mode, csrs: Csrs) => {
    const at = { mepc: CODE + 0x80n, sepc: CODE + 0x90n, vsepc: CODE + 0xa0n };
    return new TestHart()
      .set({ ...at, ...csrs })
      .load(text, mode)
      .step();
  };

  it.each<[Mode, bigint]>([
    ['U', MPP.U],
    ['S', MPP.S],
    ['M', MPP.M],
    ['VU', MPP.U | MPV],
    ['VS', MPP.S | MPV],
    ['M', MPP.M | MPV],
  ])('MRET goes to %s by MPP and MPV', (mode, mstatus) => {
    const hart = back('mret', 'M', { mstatus });
    expect(hart.executor.mode).toBe(mode);
    expect(hart.executor.registers.pc).toBe(CODE + 0x80n);
    // MPP = U, MPV = 0.
    expect(hart.csr('mstatus') & (MPP.M | MPV)).toBe(0n);
  });

  it('MRET restores MIE from MPIE and sets MPIE', () => {
    expect(back('mret', 'M', { mstatus: 0x80n }).csr('mstatus') & 0x88n).toBe(0x88n);
    expect(back('mret', 'M', { mstatus: 0x08n }).csr('mstatus') & 0x88n).toBe(0x80n);
  });

  it('MPRV survives a return to M-mode only', () => {
    const mprv = (csrs: Csrs, text = 'mret') => back(text, 'M', csrs).csr('mstatus') & MPRV;
    expect(mprv({ mstatus: MPRV | MPP.M })).toBe(MPRV);
    expect(mprv({ mstatus: MPRV | MPP.S })).toBe(0n);
    expect(mprv({ mstatus: MPRV | MPP.M | SPP }, 'sret')).toBe(0n);
  });

  it.each<[Mode, Csrs]>([
    ['U', {}],
    ['S', { mstatus: SPP }],
    ['VU', { hstatus: SPV }],
    ['VS', { mstatus: SPP, hstatus: SPV }],
  ])('SRET in HS goes to %s by SPP and SPV', (mode, csrs) => {
    const hart = back('sret', 'S', csrs);
    expect(hart.executor.mode).toBe(mode);
    expect(hart.executor.registers.pc).toBe(CODE + 0x90n);
    expect([hart.csr('mstatus') & SPP, hart.csr('hstatus') & SPV]).toEqual([0n, 0n]);
  });

  it.each<[Mode, Csrs]>([
    ['VU', { mstatus: SPP, hstatus: SPV }],
    ['VS', { vsstatus: SPP }],
  ])('SRET in VS stays in the guest: %s by vsstatus.SPP', (mode, csrs) => {
    const hart = back('sret', 'VS', { ...csrs, mstatus: (csrs['mstatus'] ?? 0n) | 0x20n });
    expect(hart.executor.mode).toBe(mode);
    expect(hart.executor.registers.pc).toBe(CODE + 0xa0n);
    expect(hart.csr('vsstatus') & (SPP | 0x22n)).toBe(0x20n);
    expect(hart.csr('mstatus') & 0x22n).toBe(0x20n);
  });

  it('count as returns', () => {
    expect(back('mret', 'M', {}).hart.counts.xret).toBe(1);
  });
});

it('a trap and its return lead back to the same mode, place and enables, however traps are delegated', () => {
  const enables = { M: ['mstatus', 8n], S: ['mstatus', 2n], VS: ['vsstatus', 2n] } as const;
  const mode = fc.constantFrom<Mode>('M', 'S', 'U', 'VS', 'VU');
  const bits = fc.bigInt({ min: 0n, max: (1n << 24n) - 1n });
  const status = fc.bigInt({ min: 0n, max: 0x1ffn });
  fc.assert(
    fc.property(mode, bits, bits, status, status, (from, medeleg, hedeleg, mstatus, vsstatus) => {
      const hart = new TestHart().set({ medeleg, hedeleg, mstatus, vsstatus });
      const cause = { M: 11, S: 9, U: 8, VS: 10, VU: 8 }[from];
      const isDown = (name: string) => ((hart.csr(name) >> BigInt(cause)) & 1n) === 1n;
      const isGuests = from.startsWith('V') && isDown('hedeleg');
      const taken = from === 'M' || !isDown('medeleg') ? 'M' : isGuests ? 'VS' : 'S';
      const [name, bit] = enables[taken];
      const enabled = hart.csr(name) & bit;
      hart.load(taken === 'M' ? 'mret' : 'sret', from, HANDLER);
      expect(hart.try('ecall', from)?.takenIn).toBe(taken);
      expect([hart.executor.mode, hart.executor.registers.pc]).toEqual([taken, HANDLER]);
      expect(hart.csr(name) & bit).toBe(0n);
      hart.step();
      expect([hart.executor.mode, hart.executor.registers.pc]).toEqual([from, CODE]);
      expect(hart.csr(name) & bit).toBe(enabled);
    }),
    { numRuns: 60 },
  );
});

describe('hypervisor loads and stores', () => {
  it('extend as their names say', () => {
    const hart = new TestHart();
    const data = RAM + 0x8000n;
    hart.word(data, 0x8899_aabb_ccdd_eeffn);
    const value = (text: string) => {
      hart.executor.registers.setX(10, data);
      hart.try(text, 'S');
      return hart.executor.registers.x(11);
    };
    expect(value('hlv.b a1, (a0)')).toBe(0xffff_ffff_ffff_ffffn);
    expect(value('hlv.bu a1, (a0)')).toBe(0xffn);
    expect(value('hlv.h a1, (a0)')).toBe(0xffff_ffff_ffff_eeffn);
    expect(value('hlv.hu a1, (a0)')).toBe(0xeeffn);
    expect(value('hlv.w a1, (a0)')).toBe(0xffff_ffff_ccdd_eeffn);
    expect(value('hlv.wu a1, (a0)')).toBe(0xccdd_eeffn);
    expect(value('hlvx.hu a1, (a0)')).toBe(0xeeffn);
    expect(value('hlv.d a1, (a0)')).toBe(0x8899_aabb_ccdd_eeffn);
    hart.executor.registers.setX(11, 0x77n);
    hart.load('hsv.b a1, (a0); hlv.hu a2, (a0)', 'S').step(2);
    expect(hart.executor.registers.x(12)).toBe(0xee77n);
  });

  it('report a guest address and themselves, transformed', () => {
    const hart = new TestHart();
    hart.executor.registers.setX(10, 0x1000n);
    // hsv.d a1, (a0): funct7 0110111, rs2 11, funct3 100, opcode 1110011.
    expect(hart.try('hsv.d a1, (a0)', 'S')).toMatchObject({
      cause: 7,
      gva: true,
      mpv: false,
      tinst: 0x6eb0_4073n,
    });
  });
});

it('may-be operations write zero, the compressed ones nothing', () => {
  const hart = new TestHart();
  for (const text of ['mop.r.0 a0, a1', 'mop.r.31 a0, a1', 'mop.rr.7 a0, a1, a2', 'ssrdp a0']) {
    hart.executor.registers.setX(10, 5n);
    expect(hart.try(text, 'U')).toBeNull();
    expect(hart.executor.registers.x(10)).toBe(0n);
  }
  expect(hart.try('c.mop.3', 'U')).toBeNull();
  expect(new TestHart({}, [], ['Zicfiss', 'Zimop']).try('mop.r.0 a0, a1', 'U')?.cause).toBe(2);
});

describe('the shadow stack', () => {
  it('is no stack where it is off: SSRDP reads 0, nothing moves', () => {
    const hart = new TestHart().set({ ssp: RAM + 0x8000n });
    hart.executor.registers.setX(10, 5n);
    expect(hart.try('ssrdp a0', 'S')).toBeNull();
    expect(hart.executor.registers.x(10)).toBe(0n);
    expect(hart.try('sspush ra', 'S')).toBeNull();
    expect(hart.csr('ssp')).toBe(RAM + 0x8000n);
    expect(hart.set({ menvcfg: 8n }).try('sspopchk ra', 'M')).toBeNull();
  });

  it('SSRDP reads the pointer where it is on', () => {
    const hart = new TestHart().set({ ssp: RAM + 0x8000n, menvcfg: 8n });
    hart.try('ssrdp a0', 'S');
    expect(hart.executor.registers.x(10)).toBe(RAM + 0x8000n);
  });

  it('needs shadow-stack pages: without translation a push is a store access fault', () => {
    const hart = new TestHart().set({ ssp: RAM + 0x8000n, menvcfg: 8n });
    expect(hart.try('sspush ra', 'S')).toMatchObject({ cause: 7, tinst: 0n });
    expect(hart.csr('ssp')).toBe(RAM + 0x8000n);
  });
});
