import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from './physical-memory.ts';
import { PlainHart } from './plain-hart.ts';
import { SMALL } from './plain-platform.ts';
import type { Mode } from './state.ts';

const FEATURES = ['M', 'A', 'F', 'D', 'C', 'H', 'Zicfiss', 'Zicboz', 'Zicbom', 'Sstc', 'Sv39'];
const CSR = { mstatus: 0x300, medeleg: 0x302, hedeleg: 0x602, hstatus: 0x600, mcounteren: 0x306 };

function hart(mode: Mode, ...words: readonly number[]): PlainHart {
  const platform = { ...SMALL, features: new Set(FEATURES), ram: [{ base: 0n, size: 0x1_0000n }] };
  const made = new PlainHart(platform, new PhysicalMemory(() => 0n));
  made.mode = mode;
  made.pc = 0x1000n;
  words.forEach((word, k) => made.memory.write(0x1000n + BigInt(4 * k), 4, BigInt(word)));
  return made;
}

describe('a step of the plain interpreter', () => {
  it('writes the transformed load into mtinst when the access faults', () => {
    // ld x5, 16(x6) at an address without memory
    const it = hart('S', 0x0103_3283);
    it.x[6] = 0x2_0000n;
    expect(it.step()).toMatchObject({ cause: 5, tval: 0x2_0010n, tinst: 0x3283n, to: 'M' });
    expect(it.c).toMatchObject({ mepc: 0x1000n, mtval: 0x2_0010n, mtinst: 0x3283n });
  });

  it('clears bit 1 of the transformation of a compressed instruction', () => {
    // c.ld x8, 0(x9) is ld x8, 0(x9)
    const it = hart('S', 0x6080);
    it.x[9] = 0x2_0000n;
    expect(it.step()).toMatchObject({ cause: 5, tinst: 0x3401n });
  });

  it('transforms cbo.zero without its register', () => {
    const it = hart('S', 0x0043_200f);
    it.x[6] = 0x2_0008n;
    it.poke(0x30a, 0xd0n);
    expect(it.step()).toMatchObject({ cause: 7, tval: 0x2_0008n, tinst: 0x0040_200fn });
  });

  it('takes an ecall of VS-mode to HS, and a breakpoint to VS, when they are delegated', () => {
    const call = hart('VS', 0x73);
    call.poke(CSR.medeleg, 0xffff_ffffn);
    call.poke(CSR.hedeleg, 0xffff_ffffn);
    expect(call.step()).toMatchObject({ cause: 10, to: 'S', tval: 0n });
    expect(call.c.hstatus & 0x180n).toBe(0x180n);
    const breakpoint = hart('VS', 0x0010_0073);
    breakpoint.poke(CSR.medeleg, 0xffff_ffffn);
    breakpoint.poke(CSR.hedeleg, 0xffff_ffffn);
    expect(breakpoint.step()).toMatchObject({ cause: 3, to: 'VS', tval: 0x1000n });
    expect(breakpoint.c.vsepc).toBe(0x1000n);
  });

  it('tells illegal from virtual instructions', () => {
    // csrr x5, hstatus; csrr x5, mstatus; csrr x5, satp
    const cause = (
      mode: Mode,
      word: number,
      prepare: (it: PlainHart) => void = () => undefined,
    ) => {
      const it = hart(mode, word);
      prepare(it);
      const event = it.step();
      return event.kind === 'trap' ? event.cause : null;
    };
    expect(cause('VS', 0x6000_22f3)).toBe(22);
    expect(cause('U', 0x6000_22f3)).toBe(2);
    expect(cause('VS', 0x3000_22f3)).toBe(2);
    expect(cause('VU', 0x1800_22f3)).toBe(22);
    expect(cause('VS', 0x1800_22f3)).toBe(null);
    expect(cause('VS', 0x1800_22f3, (it) => it.poke(CSR.hstatus, 1n << 20n))).toBe(22);
    expect(cause('S', 0x1800_22f3, (it) => it.poke(CSR.mstatus, 1n << 20n))).toBe(2);
    // rdcycle: the machine's enable first, then the hypervisor's
    expect(cause('VS', 0xc000_22f3)).toBe(2);
    expect(cause('VS', 0xc000_22f3, (it) => it.poke(CSR.mcounteren, 1n))).toBe(22);
    // hlv.w in VS is virtual, in U without HU illegal; mret is no instruction of a hypervisor
    expect(cause('VS', 0x6803_42f3)).toBe(22);
    expect(cause('U', 0x6803_42f3)).toBe(2);
    expect(cause('VS', 0x3020_0073)).toBe(2);
    expect(cause('VU', 0x1020_0073)).toBe(22);
  });

  it('returns to where MPP and MPV say, and drops MPRV below M', () => {
    const it = hart('M', 0x3020_0073);
    it.poke(CSR.mstatus, (1n << 39n) | (1n << 11n) | (1n << 17n) | (1n << 7n));
    it.poke(0x341, 0x2345n);
    it.step();
    expect(it.mode).toBe('VS');
    expect(it.pc).toBe(0x2344n);
    expect(it.c.mstatus & ((1n << 39n) | (3n << 11n) | (1n << 17n) | 0x88n)).toBe(0x88n);
  });

  it('takes the interrupt of the highest priority to its vector', () => {
    const it = hart('U', 0x13);
    it.poke(0x305, 0x4001n);
    it.poke(0x304, 0xaaan);
    it.lines.mtip = true;
    it.lines.msip = true;
    expect(it.step()).toMatchObject({ interrupt: true, cause: 3, to: 'M' });
    expect(it.pc).toBe(0x400cn);
    expect(it.c.mcause).toBe((1n << 63n) | 3n);
  });

  it('shows a guest its interrupts by the numbers of a supervisor', () => {
    const it = hart('VU', 0x13);
    it.poke(0x603, 0x444n);
    it.poke(0x645, 0x40n);
    it.poke(0x304, 0x40n);
    expect(it.step()).toMatchObject({ interrupt: true, cause: 6, to: 'VS' });
    expect(it.c.vscause).toBe((1n << 63n) | 5n);
  });

  it('fails an SC of another address, and one without a reservation', () => {
    // lr.w x5, (x6); sc.w x7, x8, (x9); sc.w x7, x8, (x6)
    const it = hart('M', 0x1003_22af, 0x1884_a3af, 0x1883_23af);
    it.x[6] = 0x3000n;
    it.x[9] = 0x3004n;
    it.x[8] = 5n;
    it.step();
    it.step();
    expect(it.x[7]).toBe(1n);
    it.step();
    expect(it.x[7]).toBe(1n);
    expect(it.memory.read(0x3000n, 8)).toBe(0n);
  });

  it('reports a software check when the shadow stack holds another address', () => {
    const it = hart('U', 0xcdc0_c073);
    it.poke(0x30a, 8n);
    it.poke(0x10a, 8n);
    it.poke(0x011, 0x3000n);
    it.x[1] = 1n;
    // Shadow stacks need page tables: bare accesses are access faults.
    expect(it.step()).toMatchObject({ cause: 7, tval: 0x3000n, tinst: 0n });
  });

  it('makes a single out of what is not boxed the canonical NaN', () => {
    // fadd.s f1, f2, f3 with f2 not boxed
    const it = hart('M', 0x0031_00d3);
    it.poke(CSR.mstatus, 1n << 13n);
    it.f[2] = 0x3f80_0000n;
    it.f[3] = 0xffff_ffff_3f80_0000n;
    it.step();
    expect(it.f[1]).toBe(0xffff_ffff_7fc0_0000n);
    expect((it.c.mstatus >> 13n) & 3n).toBe(3n);
  });
});
