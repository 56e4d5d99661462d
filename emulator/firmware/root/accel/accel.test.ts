import { describe, expect, it } from 'vitest';
import type { Acceleration } from '../../spec.ts';
import type { GuestOptions } from '../nested.test-support.ts';
import { CODE, GUEST, GuestWorld, HANDLER, label } from '../nested.test-support.ts';
import { OTHER } from '../world.test-support.ts';
import { refuseAcceleration } from './legal.ts';

const FLAGS: readonly Acceleration[] = ['csr_page', 'hw_vhs_trap', 'hw_sret', 'walk3', 'fence_fwd'];
const ALL = new Set(FLAGS);
const every = Array.from(
  { length: 32 },
  (_, k) => new Set(FLAGS.filter((_f, bit) => (k >> bit) & 1)),
);
const legal = every.filter((flags) => refuseAcceleration(flags) === null && flags.size > 0);
const name = (flags: ReadonlySet<Acceleration>) => [...flags].join('+');

function world(flags: ReadonlySet<Acceleration>, options: GuestOptions = {}): GuestWorld {
  const platform = { nesting: true, ...options.platform };
  return new GuestWorld({ ...options, platform, spec: { acceleration: flags, ...options.spec } });
}

const [S2, S3, S4, S5, S6] = [18, 19, 20, 21, 22];
const LOOK =
  'csrr s2, scause; csrr s3, stval; csrr s4, htval; csrr s5, htinst; csrr s6, hstatus; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; done: nop; sret';

describe('flags of hypothetical hardware', () => {
  it('twelve of their combinations are legal', () => {
    expect(every.filter((flags) => refuseAcceleration(flags) === null).length).toBe(12);
    expect(refuseAcceleration(new Set(['fence_fwd']))).toBe('accel fence_fwd needs walk3');
    expect(refuseAcceleration(new Set(['hw_sret', 'walk3']))).toBe('accel hw_sret needs csr_page');
  });

  it('others do not boot', () => {
    expect(() => world(new Set(['hw_sret']))).toThrow('accel hw_sret needs csr_page and walk3');
  });
});

describe.each(legal.map((flags) => [name(flags), flags] as const))('with %s', (_, flags) => {
  it('a guest runs, faults and exits as it does without', () => {
    const made = world(flags);
    const guest =
      'li a0, 42; sd a0, 0x100(zero); ld a1, 0x100(zero); li a0, 0x7654320; first: ld a2, 8(a0); second: ecall; third: csrr a3, hgatp; end: j end';
    const labels = made.programs({ handler: LOOK, guest });
    const done = label(labels.handler, 'done');
    made.run(CODE, done);
    expect(made.x(11)).toBe(42n);
    expect(made.machine.read(GUEST + 0x100n, 8)).toBe(42n);
    const told = () => [S2, S3, S4, S6].map((k) => made.x(k));
    expect(told()).toEqual([21n, 0x765_4328n, 0x765_4328n >> 2n, (2n << 32n) | 0x1c0n]);
    // The transformed instruction: ld a2, 0(x0).
    expect(made.x(S5)).toBe(0x0000_3603n);
    made.goOn(done);
    expect(told()).toEqual([10n, 0n, 0n, (2n << 32n) | 0x180n]);
    made.goOn(done);
    expect(told()).toEqual([22n, 0x6800_26f3n, 0n, (2n << 32n) | 0x180n]);
    made.goOn(label(labels.guest, 'end'));
  });

  it('memory of another domain is an access fault for the guest, and for HLV', () => {
    const made = world(flags);
    made.map(0x20000n, OTHER, 1n);
    const labels = made.programs({ handler: LOOK, guest: 'li a0, 0x20000; ld a1, 0(a0)' });
    made.run(CODE, label(labels.handler, 'done'));
    expect([S2, S3, S4].map((k) => made.x(k))).toEqual([5n, 0x20000n, 0n]);
    const other = world(flags);
    other.map(0x20000n, OTHER, 1n);
    const handler = LOOK.replace('sret', 'nop');
    const more = other.programs({ setup: 'li a0, 0x20000; hlv.d a1, (a0)', handler, guest: 'nop' });
    other.run(CODE, label(more.handler, 'done'));
    expect([S2, S3].map((k) => other.x(k))).toEqual([5n, 0x20000n]);
  });

  it('a table of the guest in memory of another domain is an access fault', () => {
    const made = world(flags);
    const setup = `li t0, ${BigInt.asIntN(64, (8n << 60n) | (OTHER >> 12n))}; csrw hgatp, t0`;
    const labels = made.programs({ setup, handler: LOOK, guest: 'nop' });
    made.run(CODE, label(labels.handler, 'done'));
    expect([made.x(S2), made.x(S3)]).toEqual([1n, 0n]);
  });

  it('what the host changes in its table is seen after its HFENCE, and not before', () => {
    const made = world(flags, { platform: { caching: 'retain' } });
    made.machine.write(GUEST + 0x4000n, 8, 1n);
    made.machine.write(GUEST + 0x9000n, 8, 2n);
    const guest =
      'again: li a0, 0x4000; ld a1, 0(a0); ecall; ld a2, 0(a0); ecall; ld a3, 0(a0); end: j end';
    const at = made.guest.entryAddress(0x4000n, 0) ?? 0n;
    const other = (((GUEST + 0x9000n) >> 12n) << 10n) | 0xdfn;
    const back = 'csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret';
    const handler = `bnez s9, fence; li t0, ${at}; li t1, ${other}; sd t1, 0(t0); li s9, 1; ${back}; fence: hfence.gvma; ${back}`;
    const labels = made.programs({ setup: 'li s9, 0', handler, guest });
    made.run(CODE, label(labels.guest, 'end'));
    expect([11, 12, 13].map((k) => made.x(k))).toEqual([1n, 1n, 2n]);
  });

  it('a new VMID keeps nothing of the guest before', () => {
    const made = world(flags, { platform: { caching: 'retain' } });
    made.machine.write(GUEST + 0x4000n, 8, 1n);
    made.machine.write(GUEST + 0x9000n, 8, 2n);
    const guest = 'again: li a0, 0x4000; ld a1, 0(a0); ecall; ld a2, 0(a0); end: j end';
    const at = made.guest.entryAddress(0x4000n, 0) ?? 0n;
    const other = (((GUEST + 0x9000n) >> 12n) << 10n) | 0xdfn;
    const handler = `li t0, ${at}; li t1, ${other}; sd t1, 0(t0); csrr t0, hgatp; li t1, 1; slli t1, t1, 45; xor t0, t0, t1; csrw hgatp, t0; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret`;
    const labels = made.programs({ handler, guest });
    made.run(CODE, label(labels.guest, 'end'));
    expect([11, 12].map((k) => made.x(k))).toEqual([1n, 2n]);
  });
});

describe('what the hardware saves', () => {
  const exits = 4;
  /** Traps that the root takes for some exits of a guest, each with so many accesses to H CSRs and fences. */
  function traps(flags: ReadonlySet<Acceleration>): { hs: number; vs: number; fills: number } {
    const made = world(flags);
    const handler =
      'csrr t1, hstatus; csrr t1, htval; csrr t1, htinst; hfence.gvma; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret';
    const labels = made.programs({ handler, guest: 'again: nop; ecall; nop; behind: j again' });
    const behind = label(labels.guest, 'behind');
    made.run(CODE, behind);
    made.look();
    for (let k = 0; k < exits; k++) made.goOn(behind);
    const { trap_hs: hs, trap_vs: vs, shadow_fill: fills } = made.look();
    return { hs, vs, fills };
  }

  // n_csr = 3, n_hf = 1; a fill after each fence where there is a shadow table.
  it('nothing on: 2 + n_csr + n_hf traps an exit, and those of the fills', () => {
    expect(traps(new Set())).toEqual({ hs: exits * (2 + 3 + 1 + 1), vs: 0, fills: exits });
  });

  it('csr_page: 2 + n_hf, and the fills', () => {
    expect(traps(new Set(['csr_page']))).toEqual({ hs: exits * (2 + 1 + 1), vs: 0, fills: exits });
  });

  it('walk3: 2 + n_csr + n_hf, no fills', () => {
    expect(traps(new Set(['walk3']))).toEqual({ hs: exits * (2 + 3 + 1), vs: 0, fills: 0 });
  });

  it('all but hw_sret: the SRET', () => {
    const flags = new Set(FLAGS.filter((flag) => flag !== 'hw_sret'));
    expect(traps(flags)).toEqual({ hs: exits, vs: exits, fills: 0 });
  });

  it('all but hw_vhs_trap: the exit', () => {
    const flags = new Set(FLAGS.filter((flag) => flag !== 'hw_vhs_trap'));
    expect(traps(flags)).toEqual({ hs: exits, vs: 0, fills: 0 });
  });

  it('all: none, one trap of the hypervisor itself', () => {
    expect(traps(ALL)).toEqual({ hs: 0, vs: exits, fills: 0 });
  });

  it('an access of a guest costs (V+1)(G1+1)(G0+1) references', () => {
    const made = world(ALL, { leaf: 4096n });
    const labels = made.programs({ handler: 'nop', guest: 'nop; end: j end' });
    made.run(CODE, label(labels.guest, 'end'));
    const table = (at: bigint, entry: bigint) => {
      made.machine.write(GUEST + at, 8, entry);
    };
    table(0x8000n, (9n << 10n) | 1n);
    table(0x9000n, (10n << 10n) | 1n);
    for (let k = 0n; k < 16n; k++) table(0xa000n + 8n * k, (k << 10n) | 0xcfn);
    made.machine.pokeCsr(0, 'vsatp', (8n << 60n) | 8n);
    made.machine.park(0);
    made.look();
    const load = { mode: 'VS', operation: 'load', address: 0x4000n, size: 8, value: 0n } as const;
    expect(made.machine.attempt(0, load).trap).toBeNull();
    const { vs, g, data } = made.look();
    // V = G1 = G0 = 3.
    expect(vs + g + data).toBe(64);
    expect(HANDLER).toBeGreaterThan(CODE);
  });
});
