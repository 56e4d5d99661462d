import { describe, expect, test } from 'vitest';
import { HOLE, SHARED, TvmBench } from './tvm.test-support.ts';

const TELL = 'li a7, 0x4442434e\nli a6, 2\necall';
const SHARE = `li a0, ${HOLE}\nli a1, 0x1000\nli a7, 0x434f5647\nli a6, 2\necall`;

/** Each vCPU starts the other if it is the first, counts to 100 in shared memory, and tells. */
const COUNT = `
  bnez a0, both
  ${SHARE}
  li a0, 1
  la a1, both
  li a7, 0x48534d
  li a6, 0
  ecall
both:
  li s0, ${HOLE}
  li s1, 100
  li s2, 1
again:
  amoadd.d zero, s2, (s0)
  addi s1, s1, -1
  bnez s1, again
  li a0, 7
  ${TELL}
  j .`;

describe('vCPUs of one TVM on two harts at a time', () => {
  test.each([null, 1, 2, 3])('come to the same end, with schedule %s', (schedule) => {
    const b = new TvmBench({ platform: { harts: 2 }, spec: { schedule, amnesia: schedule === 2 } });
    const id = b.tvm(COUNT, { vcpus: 2 });
    b.machine.write(SHARED, 8, 0n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    b.setGpr(10, 0n);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    b.begin(id, 0n, 0);
    b.begin(id, 1n, 1);
    const homes = new Set([b.arrive(), b.arrive()]);
    expect(homes).toEqual(new Set([0, 1]));
    expect([b.csr('scause', 0), b.csr('scause', 1)]).toEqual([23n, 23n]);
    b.must('add_tvm_shared_pages', [id, SHARED, 0n, 1n, HOLE]);
    b.begin(id, 0n, 0);
    b.begin(id, 1n, 1);
    b.arrive();
    b.arrive();
    expect([b.gpr(10, 0), b.gpr(10, 1)]).toEqual([7n, 7n]);
    expect(b.machine.read(SHARED, 8)).toBe(200n);
  });
});

describe('a vCPU that runs', () => {
  /** Hart 1 is in a guest that never leaves it by itself. */
  function running(): { readonly b: TvmBench; readonly id: bigint } {
    const b = new TvmBench({ platform: { harts: 2, caching: 'retain' } });
    const id = b.tvm(`li s0, ${HOLE}\nld a0, 0(s0)\nagain: ld a0, 0(s0)\nj again`);
    b.run(id, 0n, 1);
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    b.begin(id, 0n, 1);
    b.machine.run({ steps: 50, until: [], stopAtTrap: () => false });
    return { b, id };
  }

  test('runs on one hart, and keeps its TVM from being destroyed', () => {
    const { b, id } = running();
    expect(b.machine.away(1)).toBe(true);
    expect(b.covhCall('run_tvm_vcpu', [id, 0n])).toMatchObject({ error: -3n });
    expect(b.covhCall('destroy_tvm', [id])).toMatchObject({ error: -3n });
  });

  test('ends a fence of its TVM when it traps, not before', () => {
    const { b, id } = running();
    b.must('tvm_invalidate_pages', [id, HOLE, 0x1000n]);
    b.must('tvm_fence', [id]);
    expect(b.covhCall('tvm_fence', [id])).toMatchObject({ error: -7n });
    b.step('csrw stimecmp, zero', 0);
    b.machine.pokeCsr(1, 'stimecmp', 0n);
    expect(b.arrive()).toBe(1);
    expect(b.csr('scause', 1)).toBe((1n << 63n) | 5n);
    expect(b.covhCall('tvm_fence', [id])).toMatchObject({ error: 0n });
    expect(b.run(id, 0n, 0)).toMatchObject({ cause: (1n << 63n) | 5n });
  });
});
