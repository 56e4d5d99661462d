import { describe, expect, test } from 'vitest';
import {
  bench,
  CODE,
  type FakeBench,
  FATAL,
  GUEST,
  INVALID_PARAM,
  MMIO,
  NACL_AT,
  RESUMABLE,
} from './fake-hart.test-support.ts';

const COVG = 0x434f_5647n;

describe('guest page faults', () => {
  test('in a confidential range tell the page and nothing else', () => {
    const b = bench();
    const h = b.hart();
    h.run();
    for (let n = 1; n < 32; n++) h.x[n] = 0x5ec4e7n;
    const at = CODE + 0x3123n;
    expect(h.trap({ scause: 23n, stval: at, htval: at >> 2n, htinst: 0x23n, sepc: CODE })).toEqual(
      RESUMABLE,
    );
    expect([h.csr('scause'), h.csr('stval')]).toEqual([23n, 0n]);
    expect(b.naclCsr(0x143)).toBe((CODE + 0x3000n) >> 2n);
    expect(b.naclCsr(0x14a)).toBe(0n);
    for (let n = 0; n < 32; n++) expect(b.gpr(n)).toBe(0n);
    h.run();
    expect(h.csr('sepc')).toBe(CODE);
  });

  test.each([
    ['outside every region', 21n, 0x9999_0000n],
    ['of a fetch from MMIO', 20n, MMIO],
  ])('%s are fatal and tell nothing', (_, cause, at) => {
    const b = bench();
    b.region(MMIO, 0x1000n, 'mmio');
    const h = b.hart();
    h.run();
    expect(
      h.trap({ scause: cause, stval: at + 3n, htval: at >> 2n, htinst: 3n, sepc: at }),
    ).toEqual(FATAL);
    expect([h.csr('scause'), h.csr('stval'), h.csr('htval'), h.csr('htinst')]).toEqual([
      cause,
      0n,
      0n,
      0n,
    ]);
  });
});

describe('emulated devices', () => {
  const device = (): FakeBench => {
    const b = bench();
    b.region(MMIO, 0x1000n, 'mmio');
    b.hart().run();
    b.hart().x.fill(0x5ec4e7n);
    return b;
  };
  /** htinst of `sb t3`: the transformed instruction. */
  const SB_T3 = 0x23n | (28n << 20n);
  const LB_T3 = 0x03n | (28n << 7n);

  test('get the value of a store in a0, cut to its width, and the exact address', () => {
    const b = device();
    const h = b.hart();
    h.x[28] = 0xaabb_ccddn;
    const at = MMIO + 0x23n;
    expect(
      h.trap({ scause: 23n, stval: 0x4003n, htval: at >> 2n, htinst: SB_T3, sepc: CODE }),
    ).toEqual(RESUMABLE);
    expect((b.naclCsr(0x143) << 2n) | (h.csr('stval') & 3n)).toBe(at);
    expect(b.naclCsr(0x14a)).toBe(0x23n | (10n << 20n));
    expect(b.gpr(10)).toBe(0xddn);
    for (let n = 0; n < 32; n++) if (n !== 10) expect(b.gpr(n)).toBe(0n);
    h.run();
    expect(h.csr('sepc')).toBe(CODE + 4n);
  });

  test('answer a load in a0, which is extended, reaches one register, and is wiped', () => {
    const b = device();
    const h = b.hart();
    h.trap({ scause: 21n, stval: 0x4000n, htval: MMIO >> 2n, htinst: LB_T3, sepc: CODE });
    expect(b.gpr(10)).toBe(0n);
    expect(b.naclCsr(0x14a)).toBe(0x03n | (10n << 7n));
    b.write(NACL_AT + 0x50n, 8, 0x1280n);
    h.run();
    expect(h.x[28]).toBe(BigInt.asUintN(64, -128n));
    for (let n = 1; n < 32; n++) if (n !== 28) expect(h.x[n]).toBe(0x5ec4e7n);
    expect(b.gpr(10)).toBe(0n);
    expect(h.csr('sepc')).toBe(CODE + 4n);
  });

  test('are told by the instruction in memory where htinst is 0, two bytes long or four', () => {
    const b = device();
    const h = b.hart();
    // c.sw a2, 0(a0): funct3 110, rs1' 010, rs2' 100, quadrant 0.
    h.code.set(CODE, 0xc110n);
    h.x[12] = 0x1_0000_0007n;
    h.trap({ scause: 23n, stval: 0x4000n, htval: MMIO >> 2n, sepc: CODE });
    expect(b.naclCsr(0x14a)).toBe(0x23n | (2n << 12n) | (10n << 20n));
    expect(b.gpr(10)).toBe(7n);
    h.run();
    expect(h.csr('sepc')).toBe(CODE + 2n);
    // lw t3, 0(a0)
    h.code.set(CODE + 2n, 0x2e03n);
    h.code.set(CODE + 4n, 0x0005n);
    h.trap({ scause: 21n, stval: 0x4000n, htval: MMIO >> 2n, sepc: CODE + 2n });
    expect(b.naclCsr(0x14a)).toBe(0x03n | (2n << 12n) | (10n << 7n));
    h.run();
    expect(h.csr('sepc')).toBe(CODE + 6n);
  });

  test('are not for anything but loads and stores of integer registers: the guest gets it back', () => {
    const b = device();
    const h = b.hart();
    h.csrs.set('vstvec', CODE + 0x101n);
    h.csrs.set('vsstatus', 2n);
    // amoadd.w: opcode 0x2f
    expect(
      h.trap({ scause: 23n, stval: 0x4000n, htval: MMIO >> 2n, htinst: 0x202fn, sepc: CODE }),
    ).toEqual(GUEST);
    expect(h.csr('sepc')).toBe(CODE + 0x100n);
    expect([h.csr('vscause'), h.csr('vsepc')]).toEqual([2n, CODE]);
    expect(h.csr('vsstatus')).toBe(0x120n);
    expect(b.fired).toContain('EXIT-09');
  });
});

describe('sharing', () => {
  const asked = (fid: bigint): FakeBench => {
    const b = bench();
    if (fid === 3n) b.region(CODE + 0x1000n, 0x1000n, 'shared');
    b.hart().run();
    expect(b.hart().ecall(COVG, fid, [CODE + 0x1000n, 0x1000n])).toEqual(RESUMABLE);
    return b;
  };

  test('waits for the host, splits the region, and is done when nothing is mapped', () => {
    const b = asked(2n);
    expect(b.kinds()).toEqual([
      '40000000+1000 confidential',
      '40001000+1000 confidential removable',
      '40002000+fe000 confidential',
    ]);
    b.write(NACL_AT + 0x50n, 8, 0n);
    expect(b.hart().run()).toEqual(GUEST);
    expect(b.kinds()[1]).toBe('40001000+1000 shared');
    expect(b.hart().x[10]).toBe(0n);
  });

  test('is refused by the host, and the guest hears of it', () => {
    const b = asked(2n);
    b.write(NACL_AT + 0x50n, 8, BigInt.asUintN(64, -1n));
    expect(b.hart().run()).toEqual(GUEST);
    expect(b.kinds()).toEqual(['40000000+100000 confidential']);
    expect(BigInt.asIntN(64, b.hart().x[10] ?? 0n)).toBe(-1n);
  });

  test('is undone', () => {
    const b = asked(3n);
    b.write(NACL_AT + 0x50n, 8, 0n);
    b.hart().run();
    expect(b.kinds()).toEqual(['40000000+100000 confidential']);
  });

  test.each([
    ['a hole', 2n, 0x9000_0000n, 0x1000n, INVALID_PARAM],
    ['an odd address', 2n, CODE + 1n, 0x1000n, -5n],
    ['no bytes', 2n, CODE, 0n, INVALID_PARAM],
    ['what is not shared, to be unshared', 3n, CODE, 0x1000n, INVALID_PARAM],
  ])('is not possible for %s', (_, fid, gpa, length, error) => {
    const b = bench();
    b.hart().run();
    expect(b.hart().ecall(COVG, fid, [gpa, length])).toEqual(GUEST);
    expect(BigInt.asIntN(64, b.hart().x[10] ?? 0n)).toBe(error);
    expect(b.kinds()).toEqual(['40000000+100000 confidential']);
  });
});

describe('other traps of a guest', () => {
  test('a WFI is an exit that shows its word, and the guest goes on behind it', () => {
    const h = bench().hart();
    h.run();
    expect(h.trap({ scause: 22n, stval: 0x1050_0073n, sepc: CODE })).toEqual(RESUMABLE);
    expect([h.csr('scause'), h.csr('stval')]).toEqual([22n, 0x1050_0073n]);
    h.run();
    expect(h.csr('sepc')).toBe(CODE + 4n);
  });

  test('what needs a hypervisor is an illegal instruction there', () => {
    const h = bench().hart();
    h.run();
    h.csrs.set('vstvec', CODE + 0x100n);
    expect(h.trap({ scause: 22n, stval: 0x6800_2573n, sepc: CODE })).toEqual(GUEST);
    expect([h.csr('vscause'), h.csr('vstval')]).toEqual([2n, 0x6800_2573n]);
  });

  test('a page fault of its own tables goes to its own supervisor, with the mode that it came from', () => {
    const h = bench().hart();
    h.run();
    h.csrs.set('vstvec', CODE + 0x100n);
    h.csrs.set('vsstatus', 0x100n);
    expect(h.trap({ scause: 13n, stval: 0x123n, sepc: CODE }, false)).toEqual(GUEST);
    expect([h.csr('vscause'), h.csr('vstval'), h.csr('vsepc')]).toEqual([13n, 0x123n, CODE]);
    expect(h.csr('vsstatus')).toBe(0n);
    expect((h.csr('sstatus') >> 8n) & 1n).toBe(1n);
  });

  test('an access fault ends the vCPU', () => {
    const h = bench().hart();
    h.run();
    expect(h.trap({ scause: 5n, stval: 0x5ec4e7n, sepc: CODE })).toEqual(FATAL);
    expect([h.csr('scause'), h.csr('stval')]).toEqual([5n, 0n]);
  });
});
