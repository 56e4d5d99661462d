import { describe, expect, it } from 'vitest';
import { Assembler } from '../isa/assemble.ts';
import { isaOf } from '../isa/machine-isa.ts';
import { Machine } from '../machine.ts';
import type { DeviceSpec, Platform } from '../platform.ts';
import { testPlatform } from '../test-platform.ts';
import { Dialogue } from './dialogue.ts';
import type { Line } from './dialogue.ts';

const ORIGIN = 0x8000_0000n;
const TOHOST = 0x8000_1000n;
const DEVICES: readonly DeviceSpec[] = [
  { kind: 'clint', base: 0x200_0000n },
  { kind: 'uart', base: 0x1000_0000n },
  { kind: 'finisher', base: 0x10_0000n },
  { kind: 'htif', tohost: TOHOST, fromhost: TOHOST + 8n },
];

/** Runs a program on every hart of a machine with devices, in M-mode from its first line on. */
function run(source: string, overrides: Partial<Platform> = {}, lines: readonly Line[] = []) {
  const platform = testPlatform({ devices: DEVICES, ...overrides });
  const machine = new Machine();
  const terminal = new Dialogue(lines);
  machine.execution.terminal = terminal;
  expect(machine.reset(platform)).toBe(null);
  const assembled = new Assembler(isaOf(platform)).assemble(source, ORIGIN);
  if (assembled.error !== null)
    throw new Error(`${assembled.error.line}: ${assembled.error.message}`);
  assembled.bytes.forEach((byte, k) => machine.write(ORIGIN + BigInt(k), 1, BigInt(byte)));
  machine.write(TOHOST, 8, 0n);
  machine.write(TOHOST + 8n, 8, 0n);
  for (let hart = 0; hart < platform.harts; hart++) machine.start(hart, { mode: 'M', pc: ORIGIN });
  const stop = machine.run({ steps: 200_000, until: [], stopAtTrap: () => false });
  const { why, code, end, steps } = stop;
  return { machine, why, code, end, steps, text: terminal.text };
}

/** Ends with the code in a0; 0 passes. */
const FINISH = `
finish:
  lui t0, 0x100
  beqz a0, pass
  slli a0, a0, 16
  lui t1, 3
  addi t1, t1, 0x333
  or t1, t1, a0
  sw t1, 0(t0)
pass:
  lui t1, 5
  addi t1, t1, 0x555
  sw t1, 0(t0)
forever:
  j forever
`;

describe('a program', () => {
  it('is interrupted by its timer when mtime has come to mtimecmp, and not before', () => {
    const source = `
  la t0, handler
  csrw mtvec, t0
  lui s0, 0x2004
  lui s1, 0x200c
  ld s2, -8(s1)
  addi s2, s2, 1000
  sd s2, 0(s0)
  li t0, 0x80
  csrs mie, t0
  csrsi mstatus, 8
wait:
  j wait
.align 2
handler:
  ld t1, -8(s1)
  csrr a0, mcause
  andi a0, a0, 0xf
  sltu t2, t1, s2
  slli t2, t2, 8
  or a0, a0, t2
  sub t1, t1, s2
  sltiu t2, t1, 10
  xori t2, t2, 1
  slli t2, t2, 9
  or a0, a0, t2
${FINISH}`;
    // 7: machine timer; more would be too early (256) or more than ten instructions too late (512).
    expect(run(source)).toMatchObject({ why: 'finished', end: { kind: 'fail', code: 7 } });
  });

  it('that waits lets the time pass at once', () => {
    const source = `
  lui s0, 0x2004
  lui s1, 0x200c
  li t0, 1
  slli t0, t0, 40
  sd t0, 0(s0)
  li t1, 0x80
  csrs mie, t1
  wfi
  ld t1, -8(s1)
  sltu a0, t1, t0
${FINISH}`;
    const { code, steps } = run(source);
    expect(code).toBe(0);
    expect(steps).toBeLessThan(40);
  });

  it('sends an interrupt to another hart, which takes it back', () => {
    const source = `
  la t0, handler
  csrw mtvec, t0
  lui s0, 0x2000
  csrr t0, mhartid
  bnez t0, second
  li t1, 1
  sw t1, 4(s0)
self:
  j self
second:
  csrsi mie, 8
  csrsi mstatus, 8
sleep:
  wfi
  j sleep
.align 2
handler:
  sw zero, 4(s0)
  csrr t2, mip
  andi t2, t2, 8
  csrr a0, mcause
  andi a0, a0, 0xf
  slli t2, t2, 4
  or a0, a0, t2
${FINISH}`;
    // 3: machine software; 128 more if it were still pending.
    expect(run(source, { harts: 2 })).toMatchObject({ why: 'finished', code: 3 });
  });

  it('echoes what is typed, until q', () => {
    const source = `
  lui s0, 0x10000
loop:
  lbu t0, 5(s0)
  andi t0, t0, 1
  beqz t0, loop
  lbu a0, 0(s0)
  sb a0, 0(s0)
  li t1, 113
  bne a0, t1, loop
  li a0, 0
${FINISH}`;
    const lines = [
      { after: '', type: 'abc' },
      { after: 'c', type: 'dq' },
    ];
    const { text, code } = run(source, {}, lines);
    expect([text, code]).toEqual(['abcdq', 0]);
  });

  it('that exits by tohost ends within the instruction', () => {
    const source = `
  lui s0, 0x80001
  slli s0, s0, 32
  srli s0, s0, 32
  li t0, 11
  sw t0, 0(s0)
  sw zero, 4(s0)
forever:
  j forever
`;
    const { end, steps } = run(source);
    expect(end).toEqual({ kind: 'fail', code: 5 });
    // Nothing but the store itself is executed after the four lines before it.
    expect(steps).toBe(5);
  });

  it('prints by tohost, and asks for a character', () => {
    const source = `
  lui s0, 0x80001
  slli s0, s0, 32
  srli s0, s0, 32
  li s1, 0x0101
  slli s1, s1, 48
  ori t0, s1, 0x3f
  sd t0, 0(s0)
  li t0, 1
  slli t0, t0, 56
  sd t0, 0(s0)
wait:
  ld t1, 8(s0)
  beqz t1, wait
  sd zero, 8(s0)
  andi t1, t1, 0xff
  or t0, s1, t1
  sd t0, 0(s0)
  li t0, 1
  sd t0, 0(s0)
forever:
  j forever
`;
    const { text, end } = run(source, {}, [{ after: '?', type: 'y' }]);
    expect([text, end]).toEqual(['?y', { kind: 'pass' }]);
  });

  it('gets an access fault, with the address, where a device refuses', () => {
    const source = `
  la t0, handler
  csrw mtvec, t0
  lui s0, 0x10000
  lw t0, 4(s0)
.align 2
handler:
  csrr t0, mtval
  sub t0, t0, s0
  csrr a0, mcause
  slli t0, t0, 4
  or a0, a0, t0
${FINISH}`;
    // Load access fault, at offset 4.
    expect(run(source)).toMatchObject({ code: 0x45 });
  });

  it('does the same at every run', () => {
    const source = `
  lui s0, 0x10000
  lui s1, 0x200c
  csrr s2, mhartid
  addi s2, s2, 48
  li s3, 50
loop:
  sb s2, 0(s0)
  ld t0, -8(s1)
  addi s3, s3, -1
  bnez s3, loop
  li a0, 0
${FINISH}`;
    const [first, second] = [run(source, { harts: 3 }), run(source, { harts: 3 })];
    expect(first.text).toMatch(/^[012]+$/);
    expect([second.text, second.steps]).toEqual([first.text, first.steps]);
    expect(second.machine.digest()).toBe(first.machine.digest());
  });
});
