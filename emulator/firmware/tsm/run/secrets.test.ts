import { describe, expect, test } from 'vitest';
import { CSR_ROWS } from '../../../hart/csr-table.ts';
import { testPlatform } from '../../../test-platform.ts';
import type { RunDecisions } from './decisions.ts';
import { HOLE, MMIO, NACL_AT, TvmBench } from './tvm.test-support.ts';

const TELL = 'li a7, 0x4442434e\nli a6, 2\necall';

/** All registers but a0 .. a7, which an ECALL shows; f registers, and CSRs that a guest has for itself. */
const SECRETS = `
  li t0, 0x2000
  csrs sstatus, t0
  mv x9, a1
  csrw sscratch, x9
  csrw sepc, x9
  csrw scause, x9
  csrw stval, x9
  csrw stvec, x9
  csrw scounteren, x9
  csrw senvcfg, x9
  csrw fcsr, x9
  ${Array.from({ length: 32 }, (_, n) => `fmv.d.x f${n}, x9`).join('\n')}
  ${[1, 2, 3, 4, 6, 7, 8].map((n) => `addi x${n}, x9, ${n}`).join('\n')}
  ${Array.from({ length: 10 }, (_, k) => `addi x${18 + k}, x9, ${k}`).join('\n')}
  ${[29, 30, 31].map((n) => `xori x${n}, x9, ${n}`).join('\n')}
  ${[10, 11, 12, 13, 14, 15].map((n) => `li x${n}, ${n}`).join('\n')}`;

/** Every kind of exit, one after the other. */
const GUEST = `${SECRETS}
  ${TELL}
  li a0, ${MMIO}
  li a1, 0x1000
  li a7, 0x434f5647
  li a6, 0
  ecall
  li x28, ${MMIO}
  sb zero, 3(x28)
  lw a2, 8(x28)
  li x28, ${HOLE + 0x5a8n}
  sd x9, 0(x28)
  ${SECRETS.replace('mv x9, a1', 'mv x9, x30')}
  wfi
  ld a0, (zero)
  j .`;

/** CSRs that the host may name. */
const PLATFORM = testPlatform();
const READABLE = CSR_ROWS.filter(
  ({ number, xlen, exists }) => ((number >> 8) & 3) <= 2 && xlen !== 32 && exists(PLATFORM),
).map(({ name }) => name);

type Seen = ReadonlyMap<string, bigint>;

/** What the host can read after an exit. */
function seen(b: TvmBench): Seen {
  const result = new Map<string, bigint>();
  for (let n = 1; n < 32; n++) result.set(`x${n}`, b.machine.readRegister(0, `x${n}`));
  for (let n = 0; n < 32; n++) result.set(`f${n}`, b.machine.readRegister(0, `f${n}`));
  for (const name of READABLE) result.set(name, b.csr(name));
  for (let offset = 0n; offset < 0x3000n; offset += 8n) {
    result.set(`nacl ${offset.toString(16)}`, b.machine.read(NACL_AT + offset, 8));
  }
  return result;
}

const TIMER = (1n << 63n) | 5n;

/** What the host saw after each exit of a guest with this secret. */
function history(secret: bigint, wrong: Partial<RunDecisions> = {}): readonly Seen[] {
  const b = new TvmBench({ replaces: { run: wrong }, spec: { amnesia: false } });
  const id = b.tvm(GUEST, { argument: secret });
  const exits: Seen[] = [];
  const step = (cause: bigint): void => {
    const exit = b.run(id);
    if (exit.cause !== cause) throw new Error(`an exit of cause ${exit.cause}, not ${cause}`);
    exits.push(seen(b));
  };
  for (const cause of [10n, 10n, 23n, 21n]) step(cause);
  b.setGpr(10, 5n);
  step(23n);
  b.must('add_tvm_zero_pages', [id, b.take(), 0n, 1n, HOLE]);
  b.machine.writeRegister(0, 'x5', 0n);
  b.step('csrw stimecmp, t0');
  step(TIMER);
  b.machine.writeRegister(0, 'x5', (1n << 64n) - 1n);
  b.step('csrw stimecmp, t0');
  step(22n);
  step(21n);
  return exits;
}

const differences = (one: readonly Seen[], other: readonly Seen[]): readonly string[] =>
  one.flatMap((exit, k) =>
    [...exit].flatMap(([name, value]) =>
      other[k]?.get(name) === value ? [] : [`exit ${k}: ${name}`],
    ),
  );

describe('the host of a TVM', () => {
  test('sees the same after every exit, whatever the guest keeps secret', () => {
    const zero = history(0n);
    expect(zero).toHaveLength(8);
    expect(differences(zero, history((1n << 64n) - 1n))).toEqual([]);
    expect(differences(zero, history(0x5ec4_e7a5_5a01_2345n))).toEqual([]);
  });

  test.each([
    [
      'a CSR is not put back',
      { restoresHost: (name: string) => name !== 'vsscratch' },
      'vsscratch',
    ],
    ['float registers stay', { scrubsFloats: () => false }, 'f31'],
    ['every register is shown', { exposed: () => [9] }, 'nacl 48'],
  ])('would see more if %s', (_, wrong: Partial<RunDecisions>, where) => {
    const found = differences(history(0n, wrong), history(0x5ec4_e7a5n, wrong));
    expect(found.some((line) => line.endsWith(`: ${where}`))).toBe(true);
  });
});
