import { describe, expect, it } from 'vitest';
import type { GuestOptions } from './nested.test-support.ts';
import { CODE, GUEST, GuestWorld, HANDLER, label } from './nested.test-support.ts';
import { call, toy } from './toy-tsm.test-support.ts';
import { HOST } from './world.test-support.ts';

const PAGE = 4096n;
/** An ECALL ends each of the guest's turns; the handler of the host does `work`, and goes on behind it. */
const back = (work: string) => `${work}; csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret`;

/** The guest reads `pages` pages from 0x4000 on, then calls; again and again. */
function reader(pages: number): string {
  return `again: li a0, 0x4000; li a1, ${pages}; li t1, 4096; next: ld a2, 0(a0); add a0, a0, t1; addi a1, a1, -1; bnez a1, next; call: ecall; nop; behind: j again`;
}

function world(work: string, pages: number, options: GuestOptions & { setup?: string } = {}) {
  const made = new GuestWorld({ pages: 64n, ...options });
  const { setup = '' } = options;
  const labels = made.programs({ setup, handler: back(work), guest: reader(pages) });
  made.run(CODE, label(labels.guest, 'behind'));
  const first = made.look();
  const turn = () => {
    made.goOn(label(labels.guest, 'behind'));
    return made.look();
  };
  return { made, labels, turn, first };
}

describe('a shadow table', () => {
  it('keeps what it has over exits', () => {
    const { turn } = world('nop', 8);
    expect(turn()).toMatchObject({ shadow_fill: 0, shadow_flush: 0, shadow_evict: 0 });
  });

  it('loses one page by HFENCE.GVMA with an address, all by one without', () => {
    const one = world(`li t0, ${0x5000n >> 2n}; hfence.gvma t0, zero`, 8);
    expect(one.turn()).toMatchObject({ shadow_fill: 1, shadow_flush: 1 });
    const all = world('hfence.gvma', 8);
    // 8 pages of data and one of code; the entries of two tables above them go, too.
    expect(all.turn()).toMatchObject({ shadow_fill: 9, shadow_flush: 11 });
  });

  it('loses nothing by HFENCE.GVMA of another VMID, all by that of its own', () => {
    expect(world('li t0, 6; hfence.gvma zero, t0', 8).turn()).toMatchObject({ shadow_fill: 0 });
    expect(world('li t0, 5; hfence.gvma zero, t0', 8).turn()).toMatchObject({ shadow_fill: 9 });
  });

  it('stays when only the PPN of hgatp changes, and goes with its VMID', () => {
    const ppn = world(
      'csrr t0, hgatp; xori t0, t0, 4; csrw hgatp, t0; xori t0, t0, 4; csrw hgatp, t0',
      8,
    );
    expect(ppn.turn()).toMatchObject({ shadow_fill: 0, shadow_flush: 0 });
    const vmid = world(
      'csrr t0, hgatp; li t1, 1; slli t1, t1, 44; xor t0, t0, t1; csrw hgatp, t0',
      8,
    );
    expect(vmid.turn()).toMatchObject({ shadow_fill: 9, shadow_flush: 11 });
  });

  it('does not see what the host changes in its table before an HFENCE, and does afterwards', () => {
    const { made, turn } = world('nop', 1);
    made.machine.write(GUEST + 0x4000n, 8, 1n);
    made.machine.write(GUEST + 0x9000n, 8, 2n);
    made.map(0x4000n, GUEST + 0x9000n, 1n);
    turn();
    expect(made.x(12)).toBe(1n);
    made.load(HANDLER, back('hfence.gvma'));
    turn();
    turn();
    expect(made.x(12)).toBe(2n);
  });

  it('takes the lesser of both leaf sizes and of both rights', () => {
    // 2 MiB in the guest's table, 4 KiB in the domain's: a leaf for each page.
    const small = world('nop', 8, { leaf: PAGE, pages: 512n, guestLeaf: 512n * PAGE });
    expect(small.first.shadow_fill).toBe(9);
    // 2 MiB in both: one.
    const large = world('nop', 8, { pages: 512n, guestLeaf: 512n * PAGE });
    expect(large.first.shadow_fill).toBe(1);
  });

  it('gives way, the oldest tables first, when its pool is used up, and the guest goes on', () => {
    // Each page in a table of its own: 2 MiB apart.
    const pages = 12;
    const made = new GuestWorld({ spec: { shadowPages: 8 } });
    for (let k = 1n; k <= BigInt(pages); k++) made.map(k << 21n, GUEST + (k << 12n), 1n);
    for (let k = 1n; k <= BigInt(pages); k++) made.machine.write(GUEST + (k << 12n), 8, k);
    const guest = `li s0, 0; li a0, 0x200000; li a1, ${pages}; li t1, 0x200000; next: ld a2, 0(a0); add s0, s0, a2; add a0, a0, t1; addi a1, a1, -1; bnez a1, next; end: j end`;
    const labels = made.programs({ handler: back('nop'), guest });
    made.run(CODE, label(labels.guest, 'end'));
    expect(made.x(8)).toBe(78n);
    expect(made.look().shadow_evict).toBeGreaterThanOrEqual(pages - 2);
  });

  it('is walked by the hardware like any G-stage: (V+1)(G+1) references', () => {
    const { made } = world('nop', 1);
    // The guest's own page table at 0x8000: 1 GiB of itself, in three levels.
    const table = (at: bigint, entry: bigint) => {
      made.machine.write(GUEST + at, 8, entry);
    };
    table(0x8000n, (9n << 10n) | 1n);
    table(0x9000n, (10n << 10n) | 1n);
    for (let k = 0n; k < 16n; k++) table(0xa000n + 8n * k, (k << 10n) | 0xcfn);
    made.machine.pokeCsr(0, 'vsatp', (8n << 60n) | 8n);
    const attempt = () => {
      made.look();
      return made.machine.attempt(0, {
        mode: 'VS',
        operation: 'load',
        address: 0x4000n,
        size: 8,
        value: 0n,
      });
    };
    made.machine.park(0);
    for (let k = 0; k < 5; k++) attempt();
    expect(attempt().trap).toBeNull();
    const { vs, g, data } = made.look();
    // V = G = 3.
    expect(vs + g + data).toBe(16);
  });
});

describe('pages that a domain loses', () => {
  it('leave the shadow tables of its guest at once: it gets an access fault', () => {
    const page = GUEST + 0x4000n;
    const handler = `csrr s2, scause; li t1, 10; bne s2, t1, fault; ${back(call(1, page))}; fault: csrr s3, stval; end: j end`;
    const made = new GuestWorld({ tsm: toy });
    const labels = made.programs({ handler, guest: reader(1) });
    made.run(CODE, label(labels.guest, 'call'));
    expect(made.look()).toMatchObject({ shadow_fill: 2 });
    made.goOn(label(labels.handler, 'end'));
    expect([made.x(18), made.x(19)]).toEqual([5n, 0x4000n]);
    // The exit of the guest's first turn gave the page away; its second turn met the fault.
    expect(made.look()).toMatchObject({ shadow_flush: 1, shadow_fill: 0 });
  });

  it('leave those of other harts, too', () => {
    const made = new GuestWorld({ tsm: toy, platform: { harts: 2, caching: 'retain' } });
    const page = GUEST + 0x4000n;
    const handler = 'csrr s2, scause; csrr s3, stval; end: j end';
    const labels = made.programs({
      handler,
      guest: `li a0, 0x4000; ld a1, 0(a0); first: nop; ${reader(1)}`,
    });
    const first = label(labels.guest, 'first');
    made.run(CODE, first, 1);
    const caller = made.load(HOST + 0x8000n, `${call(1, page)}; end: nop`);
    made.run(HOST + 0x8000n, label(caller, 'end'));
    expect(made.look()).toMatchObject({ shadow_flush: 1 });
    // The other hart fences when it passes the root: until then it may still find the page in what it has cached.
    made.machine.start(1, { mode: 'VS', pc: 0n });
    made.goOn(label(labels.guest, 'call'), 1);
    made.goOn(label(labels.handler, 'end'), 1);
    expect(made.x(18, 1)).toBe(10n);
    made.machine.start(1, { mode: 'VS', pc: CODE });
    made.goOn(label(labels.handler, 'end'), 1);
    expect([made.x(18, 1), made.x(19, 1)]).toEqual([5n, 0x4000n]);
  });
});
