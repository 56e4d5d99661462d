import { describe, expect, it } from 'vitest';
import type { Acceleration } from '../spec.ts';
import { CODE, GuestWorld, label } from './nested.test-support.ts';

const TIMER = (1n << 63n) | 5n;
const ALL = new Set<Acceleration>(['csr_page', 'hw_vhs_trap', 'hw_sret', 'walk3', 'fence_fwd']);
const kinds = [
  ['software alone', new Set<Acceleration>()],
  ['a third stage', new Set<Acceleration>(['walk3'])],
  ['all hypothetical hardware', ALL],
] as const;

const world = (acceleration: ReadonlySet<Acceleration>) =>
  new GuestWorld({ platform: { nesting: acceleration.size > 0 }, spec: { acceleration } });
/** The timer of the supervisor, some instructions from now; interrupts of VS-mode stay off. */
const timer = (ticks: number) =>
  `csrr t0, time; addi t0, t0, ${ticks}; csrw stimecmp, t0; li t0, 0x20; csrw sie, t0`;
const told = 'csrr s2, scause; csrr s3, sepc; csrr s4, hstatus; done: nop';

describe.each(kinds)('timers, by %s', (_, flags) => {
  it('that of a hypervisor ends the turn of its guest, whatever its SIE says', () => {
    const made = world(flags);
    const guest = 'nop; loop: addi a0, a0, 1; j loop';
    const labels = made.programs({ setup: timer(400), handler: told, guest });
    made.run(CODE, label(labels.handler, 'done'));
    expect(made.x(18)).toBe(TIMER);
    expect([label(labels.guest, 'loop'), label(labels.guest, 'loop') + 4n]).toContain(made.x(19));
    // SPV and SPVP.
    expect(made.x(20) & 0x180n).toBe(0x180n);
  });

  it('that of a guest is its own, and does not wake its hypervisor', () => {
    const made = world(flags);
    const setup =
      'li t0, 7; csrw hcounteren, t0; li t0, 1; slli t0, t0, 63; csrw henvcfg, t0; li t0, 0x444; csrw hideleg, t0';
    const guest = `la t0, own; csrw stvec, t0; ${timer(100)}; csrsi sstatus, 2; loop: j loop; .balign 4; own: csrr s5, scause; end: j end`;
    const labels = made.programs({ setup, handler: told, guest });
    made.run(CODE, label(labels.guest, 'end'));
    expect(made.x(21)).toBe(TIMER);
  });

  it('that of a supervisor without a guest is its own, without the root', () => {
    const made = world(flags);
    const setup = `${timer(60)}; csrsi sstatus, 2; wait: j wait`;
    const labels = made.programs({ setup, handler: told, guest: 'nop' });
    made.run(CODE, label(labels.handler, 'done'));
    expect(made.x(18)).toBe(TIMER);
    expect(made.traps.every((cause) => cause >= 0)).toBe(true);
  });
});
