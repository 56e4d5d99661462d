import { describe, expect, it } from 'vitest';
import type { GuestOptions } from './nested.test-support.ts';
import { CODE, GUEST, GuestWorld, label } from './nested.test-support.ts';
import { OTHER } from './world.test-support.ts';

const [S2, S3, S4, S5, S6] = [18, 19, 20, 21, 22];

/** Goes on behind what the guest did, with everything that the trap told in s2 to s6. */
const LOOK =
  'csrr s2, scause; csrr s3, stval; csrr s4, htval; csrr s5, htinst; csrr s6, hstatus; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; done: nop; sret';

function enter(guest: string, options: GuestOptions & { setup?: string; handler?: string } = {}) {
  const world = new GuestWorld(options);
  const { setup = '', handler = LOOK } = options;
  return { world, labels: world.programs({ setup, handler, guest }) };
}

describe('a guest of a domain', () => {
  it('runs its own code behind a shadow table', () => {
    const { world, labels } = enter(
      'li a0, 42; sd a0, 0x100(zero); ld a1, 0x100(zero); end: j end',
    );
    world.run(CODE, label(labels.guest, 'end'));
    expect(world.x(11)).toBe(42n);
    expect(world.machine.read(GUEST + 0x100n, 8)).toBe(42n);
    expect(world.look()).toMatchObject({ shadow_fill: 1, shadow_evict: 0 });
  });

  it('costs its hypervisor 2 traps to the root per exit, and one for each H CSR', () => {
    const csrs = ['hstatus', 'htval', 'htinst', 'vsstatus'];
    for (let n = 0; n <= csrs.length; n++) {
      const reads = csrs.slice(0, n).map((name) => `csrr t1, ${name}`);
      const handler = [...reads, 'csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret'].join('; ');
      const { world, labels } = enter('first: ecall; behind: j first', { handler });
      world.run(CODE, label(labels.guest, 'behind'));
      world.traps.length = 0;
      const exits = 5;
      for (let k = 0; k < exits; k++) world.goOn(label(labels.guest, 'behind'));
      expect(world.traps.length).toBe(exits * (2 + n));
      expect(world.traps.filter((cause) => cause === 10).length).toBe(exits);
    }
  });

  it('tells its hypervisor of an ECALL as HS-mode would hear of it', () => {
    const { world, labels } = enter('ecall');
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3), world.x(S4)]).toEqual([10n, 0n, 0n]);
    // SPV and SPVP: from VS-mode. VSXL is 2.
    expect(world.x(S6)).toBe((2n << 32n) | 0x180n);
  });

  it('tells it of a guest-page fault with the guest physical address', () => {
    const { world, labels } = enter('li a0, 0x7654320; ld a1, 8(a0)');
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3), world.x(S4)]).toEqual([21n, 0x765_4328n, 0x765_4328n >> 2n]);
    // GVA, SPV and SPVP.
    expect(world.x(S6)).toBe((2n << 32n) | 0x1c0n);
    // The transformed instruction: ld a1, 0(x0) with the offset of the address clear.
    expect(world.x(S5)).toBe(0x0000_3583n);
  });

  it('goes on where it faulted when its hypervisor has mapped the page', () => {
    const { world, labels } = enter(
      'li a0, 0x20000; li a1, 7; sd a1, 0(a0); ld a2, 0(a0); end: j end',
      {
        // The G-stage entry of page 0x20, which the bench has prepared at s7.
        handler: `csrr t0, scause; li t1, 23; bne t0, t1, bad; sd s8, 0(s7); sret; bad: nop`,
      },
    );
    world.map(0x20000n, GUEST + 0x20000n, 1n);
    const at = world.guest.entryAddress(0x20000n, 0) ?? 0n;
    const leaf = world.machine.read(at, 8);
    world.machine.write(at, 8, 0n);
    world.machine.writeRegister(0, 'x23', at);
    world.machine.writeRegister(0, 'x24', leaf);
    world.run(CODE, label(labels.guest, 'end'));
    expect(world.x(12)).toBe(7n);
    expect(world.look().shadow_fill).toBe(2);
  });

  it('and its hypervisor get an access fault where that maps memory of another domain, which is never shadowed', () => {
    const { world, labels } = enter('li a0, 0x20000; ld a1, 0(a0)');
    world.map(0x20000n, OTHER, 1n);
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3), world.x(S4)]).toEqual([5n, 0x20000n, 0n]);
    expect(world.look().shadow_fill).toBe(1);
  });

  it('gets that access fault itself where its hypervisor has delegated it', () => {
    const { world, labels } = enter(
      'la t0, own; csrw stvec, t0; li a0, 0x20000; ld a1, 0(a0); nop; .balign 4; own: csrr s2, scause; csrr s3, stval; end: j end',
      { setup: 'li t0, 0xa2; csrw hedeleg, t0' },
    );
    world.map(0x20000n, OTHER, 1n);
    world.run(CODE, label(labels.guest, 'end'));
    expect([world.x(S2), world.x(S3)]).toEqual([5n, 0x20000n]);
  });

  it('gets it where the table of its G-stage is not in the domain', () => {
    const { world, labels } = enter('nop', {
      setup: `li t0, ${BigInt.asIntN(64, (8n << 60n) | (OTHER >> 12n))}; csrw hgatp, t0`,
    });
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3)]).toEqual([1n, 0n]);
    expect(world.look().shadow_fill).toBe(0);
  });

  it('has its H CSR instructions told to its hypervisor as virtual instructions', () => {
    const { world, labels } = enter('csrr a0, hgatp');
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3)]).toEqual([22n, 0x6800_2573n]);
  });

  it.each([
    ['VTVM', 'sfence.vma', 1n << 20n],
    ['VTW', 'wfi', 1n << 21n],
    ['VTSR', 'sret', 1n << 22n],
  ])('is stopped by %s of its hypervisor', (_, instruction, bit) => {
    const { world, labels } = enter(instruction, { setup: `li t0, ${bit}; csrs hstatus, t0` });
    world.run(CODE, label(labels.handler, 'done'));
    expect(world.x(S2)).toBe(22n);
  });

  it('takes delegated traps by itself, without the root', () => {
    const { world, labels } = enter(
      'la t0, own; csrw stvec, t0; ebreak; nop; .balign 4; own: csrr s2, scause; end: j end',
      { setup: 'li t0, 8; csrw hedeleg, t0' },
    );
    world.run(CODE, label(labels.guest, 'end'));
    const before = world.traps.filter((cause) => cause === 3).length;
    expect([world.x(S2), before]).toEqual([3n, 0]);
  });
});

describe('the supervisor of a domain', () => {
  it('that traps between setting SPV and its SRET does not enter its guest with the next one', () => {
    const { world, labels } = enter('end: j end', {
      setup: 'ebreak; csrr s4, hstatus',
      handler:
        'csrr s2, scause; csrr s3, hstatus; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret',
    });
    world.run(CODE, label(labels.host, 'enter'));
    expect(world.x(S2)).toBe(3n);
    // The trap came from V=0 and cleared SPV, as on a hart with H.
    expect(world.x(S3) & 0x80n).toBe(0n);
    expect(world.x(S4) & 0x80n).toBe(0n);
  });

  it('reads and writes its guest with HLV, HLVX and HSV', () => {
    const { world, labels } = enter('nop', {
      setup:
        'li a0, 0x3000; li a1, -2; hsv.w a1, (a0); hlv.w s2, (a0); hlv.wu s3, (a0); hlv.b s4, (a0); hlv.bu s5, (a0); li a0, 0; hlvx.hu s6, (a0)',
    });
    world.run(CODE, label(labels.host, 'enter'));
    expect(world.machine.read(GUEST + 0x3000n, 4)).toBe(0xffff_fffen);
    const results = [S2, S3, S4, S5].map((k) => world.x(k));
    expect(results).toEqual([2n ** 64n - 2n, 0xffff_fffen, 2n ** 64n - 2n, 0xfen]);
    expect(world.x(S6)).toBe(world.machine.read(GUEST, 2));
    // One trap each, whatever had to be filled.
    expect(world.traps.filter((cause) => cause !== 22)).toEqual([]);
  });

  it('sees the fault of an HLV as HS-mode does', () => {
    const { world, labels } = enter('nop', {
      setup: 'li a0, 0x20008; hlv.d a1, (a0)',
      handler: LOOK.replace('sret', 'nop'),
    });
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3), world.x(S4)]).toEqual([21n, 0x20008n, 0x20008n >> 2n]);
    // GVA; SPVP stays; V was 0.
    expect(world.x(S6)).toBe((2n << 32n) | 0x140n);
    expect(label(labels.host, 'enter')).toBeGreaterThan(CODE);
  });

  it('gets an access fault for HLV where its table maps memory of another domain', () => {
    const { world, labels } = enter('nop', {
      setup: 'li a0, 0x20000; hlv.d a1, (a0)',
      handler: LOOK.replace('sret', 'nop'),
    });
    world.map(0x20000n, OTHER, 1n);
    world.run(CODE, label(labels.handler, 'done'));
    expect([world.x(S2), world.x(S3), world.x(S4)]).toEqual([5n, 0x20000n, 0n]);
  });
});

describe('what it costs', () => {
  // Rfill = G1 (G0 + 1) + G0 + Gs.
  it.each([
    ['sv39x4', 18],
    ['sv48x4', 4 * 4 + 3 + 4],
    ['sv57x4', 5 * 4 + 3 + 5],
  ] as const)('the first fill of a guest with %s is %i references', (mode, cost) => {
    const { world, labels } = enter('nop; end: j end', { mode, leaf: 4096n });
    world.run(CODE, label(labels.guest, 'end'));
    expect(world.look()).toMatchObject({ shadow_fill: 1, fill: cost });
  });
});
