import { describe, expect, it } from 'vitest';
import { Machine } from '../../machine.ts';
import { testPlatform } from '../../test-platform.ts';
import { Assembler } from '../../isa/assemble.ts';
import { wholeIsa } from '../../isa/extensions.ts';
import { virtualCsrs } from './csr-rows.ts';
import { HOST, RootWorld } from './world.test-support.ts';

const CODE = HOST + 0x1000n;
const RESULTS = HOST + 0x10_0000n;
const ONES = (1n << 64n) - 1n;
/** menvcfg as the RDSM leaves it: what comes out of reset, and STCE. */
const STCE = (1n << 63n) | 0xd0n;

/** Pseudo-random numbers: a linear congruential sequence. */
function numbers(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ONES;
    return Number((state >> 33n) % BigInt(below));
  };
}

const VALUES = [
  0n,
  1n,
  2n,
  3n,
  4n,
  0x20n,
  0x444n,
  0x40n,
  0xffn,
  0x1000n,
  0xdead_beefn,
  0x30_0000n,
  0x40_0000n,
  0x180n,
  ONES,
  ONES << 32n,
  1n << 63n,
  7n << 61n,
  8n << 60n,
  9n << 60n,
  10n << 60n,
  15n << 60n,
  6n << 60n,
  (8n << 60n) | 0x123_4567_89abn,
  (9n << 60n) | (0x155n << 44n) | 0x8_0003n,
  0x8000_0000_0000_0009n,
];

/** Random CSR instructions of HS-mode on every emulated CSR; each result is stored. */
function program(seed: number, count: number): string {
  const random = numbers(seed);
  // Timers compare with time, which differs where a root takes its own.
  const rows = virtualCsrs().filter(
    ({ name, needs }) => needs !== 'Smstateen' && name !== 'vstimecmp' && name !== 'htimedelta',
  );
  const lines = [`li s0, ${RESULTS}`];
  for (let k = 0; k < count; k++) {
    const { name } = rows[random(rows.length)];
    const value = VALUES[random(VALUES.length)];
    const op = name === 'hgeip' ? 'csrrs' : ['csrrw', 'csrrs', 'csrrc'][random(3)];
    const source = name === 'hgeip' || random(8) === 0 ? 'x0' : 't1';
    if (random(6) === 0 && name !== 'hgeip') lines.push(`${op}i a0, ${name}, ${random(32)}`);
    else lines.push(`li t1, ${BigInt.asIntN(64, value)}`, `${op} a0, ${name}, ${source}`);
    lines.push('sd a0, 0(s0)', `csrr a1, ${name}`, 'sd a1, 8(s0)', 'addi s0, s0, 16');
  }
  lines.push('end: nop');
  return lines.join('; ');
}

function native(text: string): { machine: Machine; end: bigint } {
  const machine = new Machine();
  expect(machine.reset(testPlatform({ arena: 1 << 24 }))).toBeNull();
  const made = new Assembler(wholeIsa(64)).assemble(text, CODE);
  if (made.error !== null) throw new Error(made.error.message);
  machine.writeBytes(CODE, Uint8Array.from(made.bytes));
  for (const [name, value] of [
    ['pmpaddr0', 0x3f_ffff_ffff_ffffn],
    ['pmpcfg0', 0x1fn],
    ['medeleg', ~(1n << 9n)],
    ['mideleg', 0x666n],
    ['mcounteren', 7n],
    ['menvcfg', STCE],
  ] as const) {
    machine.pokeCsr(0, name, value);
  }
  // As the root leaves the real ones.
  for (const name of ['henvcfg', 'vsstatus']) machine.pokeCsr(0, name, 0n);
  const end = made.labels.get('end') as bigint;
  machine.start(0, { mode: 'S', pc: CODE });
  const until = [{ hart: 0, pc: end }];
  expect(machine.run({ steps: 1_000_000, until, stopAtTrap: () => false }).why).toBe('until');
  return { machine, end };
}

describe('H CSRs as the root emulates them', () => {
  it.each([1, 2, 3])('read and take values as those of a hart with H (sequence %i)', (seed) => {
    const count = 250;
    const text = program(seed, count);
    const real = native(text);
    const made = new RootWorld();
    made.load(CODE, text);
    made.run(CODE, real.end);
    const results = (machine: Machine) =>
      Array.from({ length: 2 * count }, (_, k) => machine.read(RESULTS + BigInt(8 * k), 8));
    const [expected, seen] = [results(real.machine), results(made.machine)];
    const lines = text.split('; ').filter((line) => line.startsWith('csr'));
    const wrong = expected
      .map((value, k) => ({ line: lines[k], value, seen: seen[k] }))
      .filter((one) => one.value !== one.seen);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(made.traps.every((cause) => cause === 22)).toBe(true);
    // Every CSR instruction is one trap.
    expect(made.traps.length).toBe(2 * count);
  });

  it('a hypervisor without that CSR gets an illegal instruction', () => {
    const made = new RootWorld();
    const handler = HOST + 0x2000n;
    made.load(CODE, `li t0, ${handler}; csrw stvec, t0; csrr a0, 0x6ff`);
    made.load(handler, 'csrr s2, scause; csrr s3, stval; nop');
    made.run(CODE, handler + 8n);
    expect(made.x(18)).toBe(2n);
  });
});
