import { describe, expect, test } from 'vitest';
import type { RunDecisions } from './decisions.ts';
import { HOLE, TvmBench } from './tvm.test-support.ts';

const TELL = 'li a7, 0x4442434e\nli a6, 2\necall';
const SHARE = `li a0, ${HOLE}\nli a1, 0x1000\nli a7, 0x434f5647\nli a6, 2\necall`;

/** Two vCPUs: the first writes a page whenever it is run, the second gives it away. */
const GUEST = `
  bnez a0, second
  li a0, 1
  la a1, second
  li a7, 0x48534d
  li a6, 0
  ecall
  li s0, ${HOLE}
again:
  sd s0, 0(s0)
  ${TELL}
  j again
second:
  ${SHARE}
  ${TELL}
  j .`;

/** The page is gone when this comes back; the first vCPU may still have it in some cache. */
function removed(b: TvmBench): bigint {
  const id = b.tvm(GUEST, { vcpus: 2 });
  b.run(id);
  expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
  b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
  expect(b.run(id)).toMatchObject({ cause: 10n });
  return id;
}

function takeAway(b: TvmBench, id: bigint, hart: number): void {
  expect(b.run(id, 1n, hart)).toMatchObject({ cause: 10n });
  b.must('tvm_invalidate_pages', [id, HOLE, 0x1000n]);
  b.must('tvm_fence', [id]);
  b.must('tvm_remove_pages', [id, HOLE, 0x1000n]);
}

const wrongly = (run: Partial<RunDecisions>) => ({
  platform: { harts: 2, caching: 'retain' as const },
  replaces: { run },
});

describe('a page that a TVM has lost', () => {
  test('is not found in the translations that its vCPU left on the hart', () => {
    const b = new TvmBench(wrongly({}));
    const id = removed(b);
    takeAway(b, id, 1);
    expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
  });

  test('would be without the fence', () => {
    const b = new TvmBench(wrongly({ fencesGuest: () => false }));
    const id = removed(b);
    takeAway(b, id, 1);
    expect(b.run(id)).toMatchObject({ cause: 10n });
  });

  test('is not found by a vCPU that comes back to the hart on which it had it', () => {
    const b = new TvmBench(wrongly({}));
    const id = removed(b);
    b.run(id, 0n, 1);
    takeAway(b, id, 1);
    b.run(id, 0n, 1);
    expect(b.run(id, 0n, 0)).toMatchObject({ cause: 23n, address: HOLE });
  });

  test('would be if it remembered its old VMID there', () => {
    const b = new TvmBench(wrongly({ keepsVmid: (_hart, isSame) => isSame }));
    const id = removed(b);
    b.run(id, 0n, 1);
    takeAway(b, id, 1);
    b.run(id, 0n, 1);
    expect(b.run(id, 0n, 0)).toMatchObject({ cause: 10n });
  });
});

describe('VMIDs that are used up', () => {
  const two = (run: Partial<RunDecisions>) =>
    new TvmBench({
      platform: { caching: 'retain', vmidlen: 1 },
      spec: { vmidlen: 1 },
      replaces: { run },
    });
  const READ = `li s0, ${HOLE}\nld a0, 0(s0)\n${TELL}\nj .`;
  const WRITE = `li s0, ${HOLE}\nli s1, 0x5ec4e7\nsd s1, 0(s0)\n${TELL}\nld a0, 0(s0)\n${TELL}\nj .`;

  function neighbours(b: TvmBench): bigint {
    const writer = b.tvm(WRITE);
    const reader = b.tvm(READ);
    b.run(writer);
    b.must('add_tvm_zero_pages', [writer, b.take(), 0n, 1n, HOLE]);
    expect(b.run(writer)).toMatchObject({ cause: 10n });
    return reader;
  }

  test('begin anew with nothing of the TVM that had them', () => {
    const b = two({});
    expect(b.run(neighbours(b))).toMatchObject({ cause: 21n, address: HOLE });
  });

  test('would give one TVM code and memory of another without the fence', () => {
    const b = two({ fencesGeneration: () => false });
    expect(b.run(neighbours(b))).toMatchObject({ cause: 10n });
  });
});

describe('a hart that does not show its instructions', () => {
  test('has the TSM read them where the guest fetched them', () => {
    const b = new TvmBench({ platform: { tval: 'zero' } });
    const id = b.tvm(`wfi\nj .`);
    expect(b.run(id)).toMatchObject({ cause: 22n });
    expect(b.csr('stval')).toBe(0x1050_0073n);
  });
});
