import { describe, expect, test } from 'vitest';
import type { Feature } from '../../../platform.ts';
import { HOLE, TvmBench } from './tvm.test-support.ts';

const TELL = 'li a7, 0x4442434e\nli a6, 2\necall';

/** Faults, has an environment of its own, and tells what it read. */
const GUEST = `
  li s0, ${HOLE}
  li s1, 0x123
  sd s1, 0(s0)
  csrwi senvcfg, 1
  csrr a1, senvcfg
  ld a0, 0(s0)
  ${TELL}
  j .`;

describe('a TVM runs', () => {
  test.each<[string, readonly Feature[], readonly Feature[]]>([
    ['without float registers', ['F', 'D'], []],
    ['without supervisor timers', ['Sstc'], []],
    ['without compressed instructions', ['C'], []],
    ['with state enables', [], ['Smstateen']],
  ])('on a hart %s', (_, without, extra) => {
    const b = new TvmBench({ without, with: extra });
    const id = b.tvm(GUEST);
    expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
    expect([b.gpr(10), b.gpr(11)]).toEqual([0x123n, 1n]);
  });

  test.each(['sv39x4', 'sv48x4', 'sv57x4'] as const)('behind a G-stage of mode %s', (gstage) => {
    const b = new TvmBench({ spec: { gstage } });
    const id = b.tvm(GUEST);
    expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
    b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
    expect(b.run(id)).toMatchObject({ cause: 10n });
  });

  test('without VMIDs, with a fence at each change of guests', () => {
    const b = new TvmBench({ platform: { vmidlen: 0, caching: 'retain' }, spec: { vmidlen: 0 } });
    const one = b.tvm(GUEST);
    const other = b.tvm(GUEST);
    for (const id of [one, other]) {
      expect(b.run(id)).toMatchObject({ cause: 23n, address: HOLE });
    }
    b.must('add_tvm_zero_pages', [one, b.take(), 0n, 1n, HOLE]);
    expect(b.run(one)).toMatchObject({ cause: 10n });
    expect(b.run(other)).toMatchObject({ cause: 23n, address: HOLE });
  });
});
