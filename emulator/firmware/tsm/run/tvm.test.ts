import { describe, expect, test } from 'vitest';
import { HOLE, TvmBench } from './tvm.test-support.ts';

const PUTC = 'li a7, 0x4442434e\nli a6, 2\necall';

describe('a TVM of real code', () => {
  test('exits by an ECALL, gets its answer, and goes on', () => {
    const b = new TvmBench();
    const id = b.tvm(`li a0, 65\n${PUTC}\nmv s0, a0\nmv a0, a1\n${PUTC}\nj .`);
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
      `li t0, ${HOLE + 0x128n}\nli t1, 0x1234\nsd t1, 0(t0)\nld a0, 0(t0)\n${PUTC}\nj .`,
    );
    expect(b.run(id)).toMatchObject({ error: 0n, value: 0n, cause: 23n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect(b.gpr(10)).toBe(0x1234n);
  });
});
