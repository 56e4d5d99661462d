import { describe, expect, test } from 'vitest';
import type { Platform } from '../platform.ts';
import { FEATURES } from '../platform.ts';
import type { Feature } from '../platform.ts';
import { ORIGIN, World } from './world.test-support.ts';

const without = (...names: Feature[]): ReadonlySet<Feature> => {
  const all = new Set(Object.keys(FEATURES) as Feature[]);
  for (const name of [...names, 'Smstateen', 'Smrnmi', 'Smsdia', 'Smsdqosid'] as Feature[]) {
    all.delete(name);
  }
  return all;
};

/** x1 to x31 and pc. */
const state = ({ hart }: World): readonly bigint[] => [
  ...Array.from({ length: 31 }, (_, k) => hart.registers.x(k + 1)),
  hart.registers.pc,
];

/** Calls, a loop, a table in memory, traps to M and back from U, all in 64 instructions of turn. */
const BUSY = `
    la t0, handler
    csrw mtvec, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la t0, user
    csrw mepc, t0
    mret
  user:
    la sp, data
    li s0, 0
  again:
    addi s0, s0, 1
    andi t1, s0, 63
    slli t1, t1, 3
    add t1, t1, sp
    ld t2, 0(t1)
    add t2, t2, s0
    sd t2, 0(t1)
    lbu t3, 3(t1)
    call function
    lw t4, 2(t1)
    ecall
    amoadd.d t5, s0, (sp)
    lr.d t6, (sp)
    sc.d t6, s0, (sp)
    j again
  function:
    xor a0, a0, t2
    ret
  handler:
    csrr a1, mepc
    addi a1, a1, 4
    csrw mepc, a1
    csrr a2, mcause
    mret
  .balign 4096
  data: .dword 5
`;

function busy(overrides: Partial<Platform>, hasWays = true): World {
  const world = new World(overrides, hasWays);
  world.load(BUSY);
  world.start();
  return world;
}

describe('slices', () => {
  test('are exact to one instruction, however they are cut', () => {
    const [whole, parts] = [busy({}), busy({})];
    for (let total = 0, k = 1; total < 3000; k = (k * 7) % 41) {
      expect(parts.engine.run(parts.hart, k)).toBe(k);
      expect(whole.engine.run(whole.hart, k)).toBe(k);
      total += k;
    }
    const single = busy({});
    let steps = 0;
    while (steps < 1000) steps += single.engine.run(single.hart, 1);
    const one = busy({});
    expect(one.engine.run(one.hart, 1000)).toBe(1000);
    expect(state(one)).toEqual(state(single));
    expect(state(whole)).toEqual(state(parts));
  });

  test.each(['none', 'retain', 'random', 'sized'] as const)(
    'ways change nothing under caching %s',
    (caching) => {
      const [on, off] = [busy({ caching }), busy({ caching }, false)];
      for (const steps of [1, 10, 100, 1000, 333]) {
        on.engine.run(on.hart, steps);
        off.engine.run(off.hart, steps);
        expect(state(on)).toEqual(state(off));
        expect(on.hart.hart.csrs.retired).toBe(off.hart.hart.csrs.retired);
      }
      expect(on.hart.hart.counts.trap).toBe(off.hart.hart.counts.trap);
    },
  );

  test('observation may begin and end at any time', () => {
    const [one, other] = [busy({}), busy({})];
    for (let k = 0; k < 20; k++) {
      one.engine.run(one.hart, 37);
      other.engine.observe(k % 3 === 0);
      other.engine.run(other.hart, 37);
    }
    expect(state(one)).toEqual(state(other));
  });

  test('retired instructions are those that did not trap, also in the middle of a slice', () => {
    const world = new World();
    world.load('csrr a0, minstret\n nop\n csrr a1, minstret\n ebreak');
    world.start();
    world.engine.run(world.hart, 4);
    const { registers, hart } = world.hart;
    expect(registers.x(11) - registers.x(10)).toBe(2n);
    expect(hart.csrs.retired - hart.csrs.trapped).toBe(3);
  });
});

describe('code', () => {
  /** a0 counts loops; the store replaces "addi a0, a0, 1" by "addi a0, a0, 16". */
  const SELF = `
      li a0, 0
      li a1, 0x01050513
      la a2, patch
      li a3, 3
    loop:
    patch: .word 0x00150513
      sw a1, 0(a2)
      FENCE
      addi a3, a3, -1
      bnez a3, loop
    end: j end
  `;
  const looped = (caching: Platform['caching'], fence: string, hasWays: boolean): bigint => {
    const world = new World({ caching }, hasWays);
    world.load(SELF.replace('FENCE', fence));
    world.start();
    world.engine.run(world.hart, 100);
    return world.hart.registers.x(10);
  };

  test.each([true, false])('is seen at once where nothing is kept (ways %s)', (hasWays) => {
    expect(looped('none', 'nop', hasWays)).toBe(1n + 16n + 16n);
    expect(looped('random', 'nop', hasWays)).toBe(1n + 16n + 16n);
  });

  test.each([true, false])('is kept until FENCE.I under retain (ways %s)', (hasWays) => {
    expect(looped('retain', 'nop', hasWays)).toBe(3n);
    expect(looped('retain', 'fence.i', hasWays)).toBe(1n + 16n + 16n);
  });

  test('written from outside is seen too', () => {
    const world = new World();
    world.load('loop: addi a0, a0, 1\n j loop');
    world.start();
    world.engine.run(world.hart, 10);
    world.store(ORIGIN, 4, 0x01050513n);
    world.engine.run(world.hart, 2);
    expect(world.hart.registers.x(10)).toBe(5n + 16n);
  });

  test('may lie in more pages than can be decoded at once', () => {
    const world = new World({ arena: 2 ** 23 });
    const pages = 700;
    for (let k = 0; k < pages; k++) {
      const next = k + 1 < pages ? 4096 : -4096 * (pages - 1);
      world.load(
        `addi a0, a0, 1\n lui t1, ${(next >> 12) & 0xfffff}\n auipc t0, 0\n add t0, t0, t1\n jalr zero, -8(t0)`,
        ORIGIN + 4096n * BigInt(k),
      );
    }
    world.start();
    world.engine.run(world.hart, 5 * pages * 3);
    expect(world.hart.registers.x(10)).toBe(3n * BigInt(pages));
    expect(world.hart.registers.pc).toBe(ORIGIN);
  });

  test('runs on from page to page, and across a border in the middle of an instruction', () => {
    const world = new World();
    // 2047 two-byte instructions put a four-byte one across the border.
    const nops = Array.from({ length: 2047 }, () => 'c.addi a0, 1').join('\n');
    world.load(`${nops}\n addi a0, a0, 100\n addi a0, a0, 100\n end: j end`);
    world.start();
    world.engine.run(world.hart, 2049);
    expect(world.hart.registers.x(10)).toBe(2047n + 200n);
    expect(world.hart.registers.pc).toBe(ORIGIN + 4094n + 8n);
  });

  test('of no instruction traps with its bits', () => {
    const world = new World();
    world.load('.word 0xffffffff');
    world.hart.hart.csrs.poke('mtvec', 0x8000_0100n);
    world.start();
    expect(world.engine.run(world.hart, 1)).toBe(1);
    expect(world.hart.trap).toMatchObject({ cause: 2, tval: 0xffff_ffffn, epc: ORIGIN });
    expect(world.hart.registers.pc).toBe(0x8000_0100n);
  });
});

describe('fetches', () => {
  test('of the second half of an instruction fault at its page', () => {
    const world = new World({ ram: [{ base: ORIGIN, size: 4096n }] });
    world.load('addi a0, a0, 1', ORIGIN + 4090n);
    world.load('.half 0x0513', ORIGIN + 4094n);
    world.start(ORIGIN + 4090n);
    world.engine.run(world.hart, 2);
    expect(world.hart.registers.x(10)).toBe(1n);
    expect(world.hart.trap).toMatchObject({
      cause: 1,
      tval: ORIGIN + 4096n,
      epc: ORIGIN + 4094n,
    });
  });

  test.each([true, false])('where PMP allows part of a page only (ways %s)', (hasWays) => {
    const world = new World({}, hasWays);
    const { csrs } = world.hart.hart;
    world.load('loop: addi a0, a0, 1\n c.addi a0, 1\n addi a0, a0, 1\n nop\n nop');
    // TOR up to 12 bytes, X only, then nothing: U-mode.
    csrs.poke('pmpaddr0', (ORIGIN + 12n) >> 2n);
    csrs.poke('pmpcfg0', 0x0cn);
    csrs.poke('mtvec', ORIGIN + 0x100n);
    world.start(ORIGIN, 'U');
    world.engine.run(world.hart, 4);
    expect(world.hart.registers.x(10)).toBe(3n);
    expect(world.hart.trap).toMatchObject({ cause: 1, tval: ORIGIN + 12n, epc: ORIGIN + 10n });
  });

  test('of nothing trap, and a trap to nowhere goes on trapping within its budget', () => {
    const world = new World();
    world.hart.hart.csrs.poke('mtvec', 0x10n);
    world.start(0x1000n);
    expect(world.engine.run(world.hart, 50)).toBe(50);
    expect(world.hart.trap).toMatchObject({ cause: 1, tval: 0x10n, epc: 0x10n });
  });
});

describe('jumps without compressed instructions', () => {
  const target = (text: string): World => {
    const world = new World({ features: without('C') });
    world.load(text);
    world.hart.hart.csrs.poke('mtvec', ORIGIN + 0x100n);
    world.start();
    world.engine.run(world.hart, 3);
    return world;
  };

  test.each([
    ['jal ra, . + 6', 'li t0, 0\n li t0, 0\n .word 0x006000ef', 8n, 6n],
    ['beq', 'li t0, 0\n li t0, 0\n .word 0x00000363', 8n, 6n],
    ['jalr', 'auipc t0, 0\n nop\n jalr ra, 6(t0)', 8n, -2n],
  ])('%s to the middle of an instruction traps and leaves rd', (_, text, at, distance) => {
    const world = target(text);
    const { hart } = world;
    const epc = ORIGIN + at;
    expect(hart.trap).toMatchObject({ cause: 0, tval: epc + distance, epc });
    expect(hart.registers.x(1)).toBe(0n);
  });

  test('a branch not taken to there does not', () => {
    expect(target('nop\n nop\n .word 0x00001363').hart.trap).toBe(null);
  });
});

describe('float registers', () => {
  const float = (fs: bigint, text: string): World => {
    const world = new World();
    world.load(text);
    world.hart.hart.csrs.poke('mstatus', fs << 13n);
    world.start();
    world.engine.run(world.hart, 1);
    return world;
  };
  const fsOf = (world: World): bigint => (world.hart.hart.csrs.peek('mstatus') >> 13n) & 3n;

  test.each(['fmv.d.x fa0, a0', 'fmv.x.d a0, fa0', 'fsd fa0, 0(a0)', 'fld fa0, 0(a0)'])(
    '%s is illegal while FS is Off, whatever its address',
    (text) => expect(float(0n, text).hart.trap).toMatchObject({ cause: 2 }),
  );

  test('written make FS Dirty; read or not loaded they leave it', () => {
    expect(fsOf(float(1n, 'fmv.d.x fa0, a0'))).toBe(3n);
    expect(fsOf(float(2n, 'fmv.x.d a0, fa0'))).toBe(2n);
    const denied = float(1n, 'fld fa0, 0(a0)');
    expect(denied.hart.trap).toMatchObject({ cause: 5 });
    expect(fsOf(denied)).toBe(1n);
  });

  test('take singles NaN-boxed, and give their low words', () => {
    const world = new World();
    world.load(`
      la a0, data
      flw fa0, 0(a0)
      fsw fa0, 8(a0)
      fmv.x.w a1, fa0
      fmv.w.x fa1, a1
      fsgnjn.s fa2, fa0, fa0
      fld fa3, 0(a0)
      fsgnj.s fa4, fa3, fa0
      .balign 8
      data: .word 0xbf800000
      .word 0x12345678
      .dword -1
    `);
    world.hart.hart.csrs.poke('mstatus', 1n << 13n);
    world.start();
    world.engine.run(world.hart, 9);
    const { registers } = world.hart;
    expect(registers.f(10)).toBe(0xffff_ffff_bf80_0000n);
    expect(registers.f(11)).toBe(0xffff_ffff_bf80_0000n);
    expect(registers.x(11)).toBe(0xffff_ffff_bf80_0000n);
    expect(registers.f(12)).toBe(0xffff_ffff_3f80_0000n);
    // Not boxed: the canonical NaN, with the sign of the other.
    expect(registers.f(14)).toBe(0xffff_ffff_ffc0_0000n);
    expect(world.read(registers.x(10) + 8n, 8)).toBe(0xffff_ffff_bf80_0000n);
  });
});
