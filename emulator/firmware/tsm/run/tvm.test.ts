import { describe, expect, test } from 'vitest';
import { CODE, HOLE, MMIO, SHARED, TvmBench } from './tvm.test-support.ts';

/** DBCN console_write_byte: an exit that shows a0. */
const TELL = 'li a7, 0x4442434e\nli a6, 2\necall';
const covg = (fid: number, gpa: bigint, length = 0x1000n) =>
  `li a0, ${gpa}\nli a1, ${length}\nli a7, 0x434f5647\nli a6, ${fid}\necall`;
const TIMER = (1n << 63n) | 5n;

describe('a TVM of real code', () => {
  test('exits by an ECALL, gets its answer, and goes on', () => {
    const b = new TvmBench();
    const id = b.tvm(`li a0, 65\n${TELL}\nmv s0, a0\nmv a0, a1\n${TELL}\nj .`);
    expect(b.run(id)).toMatchObject({ error: 0n, value: 0n, cause: 10n });
    expect([b.gpr(10), b.gpr(11), b.gpr(17)]).toEqual([65n, 0x77n, 0x4442434en]);
    b.setGpr(10, -2n);
    b.setGpr(11, 66n);
    expect(b.run(id)).toMatchObject({ error: 0n, value: 0n, cause: 10n });
    expect(b.gpr(10)).toBe(66n);
  });

  test('faults a page in and completes the same instruction', () => {
    const b = new TvmBench();
    const id = b.tvm(
      `li t0, ${HOLE + 0x128n}\nli t1, 0x1234\nsd t1, 0(t0)\nld a0, 0(t0)\n${TELL}\nj .`,
    );
    expect(b.run(id)).toMatchObject({ error: 0n, value: 0n, cause: 23n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0x1234n);
  });

  test('shares a page with its host, and takes it back', () => {
    const b = new TvmBench();
    const id = b.tvm(`
      ${covg(2, HOLE)}
      mv s1, a0
      li t0, ${HOLE}
      ld a0, 0(t0)
      ${TELL}
      li t1, 0xf00dbaad
      sd t1, 0(t0)
      ${covg(3, HOLE)}
      li t0, ${HOLE}
      ld a0, 0(t0)
      ${TELL}
      j .`);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect([b.gpr(10), b.gpr(11), b.gpr(16)]).toEqual([HOLE, 0x1000n, 2n]);
    b.setGpr(10, 0n);
    expect(b.run(id)).toMatchObject({ cause: 21n, address: HOLE });
    b.must('add_tvm_shared_pages', [id, SHARED, 0n, 1n, HOLE]);
    b.machine.write(SHARED, 8, 0xbaad_f00dn);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0xbaad_f00dn);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(16)).toBe(3n);
    expect(b.machine.read(SHARED, 8)).toBe(0xf00d_baadn);

    // The page is still there: the vCPU stays blocked.
    b.setGpr(10, 0n);
    expect(b.run(id)).toMatchObject({ error: -5n });
    b.must('tvm_invalidate_pages', [id, HOLE, 0x1000n]);
    b.must('tvm_fence', [id]);
    b.must('tvm_remove_pages', [id, HOLE, 0x1000n]);
    b.setGpr(10, 0n);
    expect(b.run(id)).toMatchObject({ cause: 21n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0n);
    expect(b.machine.read(SHARED, 8)).toBe(0xf00d_baadn);
  });

  test('has its host emulate a device', () => {
    const b = new TvmBench();
    const id = b.tvm(`
      ${covg(0, MMIO)}
      mv s0, a0
      li t0, ${MMIO}
      li t3, 0x12aabbccdd
      sw t3, 0(t0)
      lb t4, 0x20(t0)
      add a0, t4, s0
      ${TELL}
      ${covg(1, MMIO)}
      lw t4, 0(t0)
      j .`);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    b.setGpr(10, -1n);
    expect(b.run(id)).toMatchObject({ cause: 23n, address: MMIO });
    expect([b.gpr(10), b.naclCsr(0x14a)]).toEqual([0xaabb_ccddn, 0x00a0_2023n]);
    expect(b.run(id)).toMatchObject({ cause: 21n, address: MMIO + 0x20n });
    expect(b.naclCsr(0x14a)).toBe(0x0000_0503n);
    b.setGpr(10, 0x80n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(BigInt.asIntN(64, b.gpr(10))).toBe(-128n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect([b.gpr(10), b.gpr(16)]).toEqual([MMIO, 1n]);
    expect(b.run(id)).toMatchObject({ cause: 21n, error: 0n, value: 1n, address: 0n });
    expect(b.run(id)).toMatchObject({ error: -3n });
  });

  test('has float registers of its own, of which its host sees nothing', () => {
    const b = new TvmBench();
    const id = b.tvm(`
      li t0, 0x2000
      csrs sstatus, t0
      li t1, 0x5ec4e7
      fmv.d.x f5, t1
      csrwi fcsr, 9
      ${TELL}
      fmv.x.d a0, f5
      frcsr a1
      ${TELL}
      j .`);
    for (let n = 0; n < 32; n++) b.machine.writeRegister(0, `f${n}`, BigInt(0x900 + n));
    b.run(id);
    for (let n = 0; n < 32; n++) {
      expect(b.machine.readRegister(0, `f${n}`)).toBe(BigInt(0x900 + n));
    }
    expect(b.csr('fcsr')).toBe(0n);
    b.run(id);
    expect([b.gpr(10), b.gpr(11)]).toEqual([0x5ec4e7n, 9n]);
  });

  test('waits, and goes on behind its WFI', () => {
    const b = new TvmBench();
    const id = b.tvm(`wfi\nli a0, 3\n${TELL}\nj .`);
    expect(b.run(id)).toMatchObject({ cause: 22n, value: 0n });
    expect(b.csr('stval')).toBe(0x1050_0073n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(3n);
  });

  test("cannot keep the hart from its host's timer", () => {
    const b = new TvmBench();
    const id = b.tvm('csrci sstatus, 2\ncsrw sie, zero\nj .');
    b.machine.writeRegister(0, 'x5', 0n);
    expect(b.step('csrw stimecmp, t0').trap).toBeNull();
    expect(b.run(id)).toMatchObject({ error: 0n, value: 0n, cause: TIMER });
  });

  test.each(['spec', 'salus'] as const)('handles its own exceptions (profile %s)', (profile) => {
    const b = new TvmBench({
      spec: { tsm: { profile, state: 'ready', maxVcpus: 8, interruptible: true } },
    });
    const id = b.tvm(`
      la t0, handler
      csrw stvec, t0
      csrr t1, hstatus
      la t0, user
      csrw sepc, t0
      li t0, 0x100
      csrc sstatus, t0
      sret
    user:
      ecall
    .balign 4
    handler:
      csrr a0, scause
      csrr a1, sepc
      csrr a2, stval
      ${TELL}
      csrr t0, sepc
      addi t0, t0, 4
      csrw sepc, t0
      sret`);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(2n);
    // The word of csrr t1, hstatus.
    expect(b.gpr(12)).toBe(0x6000_2373n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(8n);
  });

  test('translates by tables of its own, across exits', () => {
    const b = new TvmBench();
    // Sv39: one leaf of 1 GiB for the code, and one that maps it again from 0.
    const leaf = ((CODE >> 12n) << 10n) | 0xcfn;
    const id = b.tvm(`
      li t0, ${HOLE}
      li t1, ${leaf}
      sd t1, 8(t0)
      sd t1, 0(t0)
      li t2, ${(8n << 60n) | (HOLE >> 12n)}
      csrw satp, t2
      sfence.vma
      ${TELL}
      ld a0, (zero)
      la t0, start
    start:
      li t3, ${CODE}
      ld a1, (t3)
      sub a0, a0, a1
      ${TELL}
      j .`);
    expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0n);
  });

  test.each([
    ['memory of the host', SHARED],
    ['memory of its TSM', 0x8a00_0000n],
  ])('finds nothing where %s lies', (_, address) => {
    const b = new TvmBench();
    const id = b.tvm(`li t0, ${address}\nld a0, 0(t0)\nj .`);
    expect(b.run(id)).toMatchObject({ error: 0n, value: 1n, cause: 21n, address: 0n });
  });
});

describe('a TVM on two harts', () => {
  const two = () => new TvmBench({ platform: { harts: 2 } });

  test('starts its second vCPU, which runs on another hart', () => {
    const b = two();
    const id = b.tvm(
      `
      bnez a0, second
      li a0, 1
      la a1, second
      li a2, 0x55
      li a7, 0x48534d
      li a6, 0
      ecall
      ${TELL}
      j .
    second:
      ${TELL}
      j .`,
      { vcpus: 2 },
    );
    expect(b.run(id, 1n, 1)).toMatchObject({ error: -3n });
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect([b.gpr(10), b.gpr(11), b.gpr(12)]).toEqual([1n, 0n, 0n]);
    expect(b.run(id, 1n, 1)).toMatchObject({ cause: 10n });
    expect([b.gpr(10, 1), b.gpr(11, 1)]).toEqual([1n, 0x55n]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0n);
  });

  test('goes on where it was on another hart', () => {
    const b = two();
    const id = b.tvm(`li s0, 0x123\n${TELL}\nmv a0, s0\n${TELL}\nj .`);
    b.run(id, 0n, 0);
    expect(b.run(id, 0n, 1)).toMatchObject({ cause: 10n });
    expect(b.gpr(10, 1)).toBe(0x123n);
  });
});
