import { describe, expect, it } from 'vitest';
import type { Mode } from './access/context.ts';
import type { Trap } from './access/trap.ts';
import { Assembler } from './isa/assemble.ts';
import { wholeIsa } from './isa/extensions.ts';
import { Machine } from './machine.ts';
import type { Feature, Platform } from './platform.ts';
import { testPlatform } from './test-platform.ts';

const RAM = 0x8000_0000n;
const CODE = RAM + 0x1000n;
const HANDLER = RAM + 0x2000n;
const CLINT = 0x200_0000n;
const FINISHER = 0x10_0000n;

const assembler = new Assembler(wholeIsa(64));

function assemble(text: string, at: bigint) {
  const assembled = assembler.assemble(text, at);
  if (assembled.error !== null) throw new Error(assembled.error.message);
  return assembled;
}

/** A machine whose memory every mode may reach, with handlers at HANDLER. */
function machine(overrides: Partial<Platform> = {}, more: readonly Feature[] = []): Machine {
  const made = new Machine();
  const some = testPlatform(overrides);
  const why = made.reset({ ...some, features: new Set([...some.features, ...more]) });
  if (why !== null) throw new Error(why);
  for (let hart = 0; hart < some.harts; hart++) {
    made.pokeCsr(hart, 'pmpaddr0', 0x3f_ffff_ffff_ffffn);
    made.pokeCsr(hart, 'pmpcfg0', 0x1fn);
    for (const name of ['mtvec', 'stvec', 'vstvec']) made.pokeCsr(hart, name, HANDLER);
  }
  return made;
}

/** Puts a program into memory; returns the addresses of its labels. */
function load(made: Machine, text: string, at = CODE): ReadonlyMap<string, bigint> {
  const { bytes, labels } = assemble(text, at);
  bytes.forEach((byte, index) => made.write(at + BigInt(index), 1, BigInt(byte)));
  return labels;
}

const NEVER = () => false;

function run(made: Machine, steps: number, until: readonly bigint[] = []) {
  const places = until.map((pc) => ({ hart: 0, pc }));
  return made.run({ steps, until: places, stopAtTrap: NEVER });
}

const wordOf = (text: string): number => {
  const { bytes } = assemble(text, 0n);
  return bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
};

/** One instruction on hart 0. */
const step = (made: Machine, text: string, mode: Mode = 'M') =>
  made.execute(0, { mode, word: wordOf(text) });

describe('one instruction on a parked hart', () => {
  it('reads registers and gives back what it wrote', () => {
    const made = machine();
    made.writeRegister(0, 'x11', 40n);
    expect(step(made, 'addi a0, a1, 2')).toEqual({ trap: null, value: 42n });
    expect(made.readRegister(0, 'x10')).toBe(42n);
    made.writeRegister(0, 'x12', RAM);
    expect(step(made, 'sd a0, 8(a2)')).toEqual({ trap: null, value: 0n });
    expect(made.read(RAM + 8n, 8)).toBe(42n);
    expect(step(made, 'c.ld a3, 8(a2)').value).toBe(42n);
    expect(step(made, 'csrrw a4, mscratch, a0').value).toBe(0n);
    expect(made.peekCsr(0, 'mscratch')).toBe(42n);
  });

  it('traps with its own bits, and the hart stays parked', () => {
    const made = machine();
    const { trap } = step(made, 'mret', 'S');
    expect(trap).toMatchObject({ cause: 2, tval: 0x3020_0073n, takenIn: 'M' });
    expect(made.peekCsr(0, 'mtval')).toBe(0x3020_0073n);
    expect(made.readRegister(0, 'pc')).toBe(0n);
    expect(step(made, 'nop', 'S').trap).toBeNull();
  });

  it('a jump changes pc only', () => {
    const made = machine();
    made.writeRegister(0, 'x5', CODE);
    expect(step(made, 'jalr ra, 8(t0)').trap).toBeNull();
    expect(made.readRegister(0, 'pc')).toBe(CODE + 8n);
    expect(made.readRegister(0, 'x1')).toBe(4n);
  });

  it('counts: mcycle always, minstret unless it traps', () => {
    const made = machine();
    step(made, 'nop');
    step(made, 'ecall');
    expect([made.peekCsr(0, 'mcycle'), made.peekCsr(0, 'minstret')]).toEqual([2n, 1n]);
  });

  it('takes no interrupt and does not wait', () => {
    const made = machine();
    made.pokeCsr(0, 'mie', 2n);
    made.pokeCsr(0, 'mip', 2n);
    expect(step(made, 'csrsi mstatus, 8').trap).toBeNull();
    made.pokeCsr(0, 'mip', 0n);
    expect(step(made, 'wfi').trap).toBeNull();
    expect(step(made, 'li a0, 1').value).toBe(1n);
  });

  it('is refused on a hart that runs a program', () => {
    const made = machine();
    made.start(0, { mode: 'M', pc: CODE });
    expect(() => step(made, 'nop')).toThrow('hart 0 runs a program');
  });
});

describe('a program', () => {
  it('runs until a place, from where it was put', () => {
    const made = machine();
    const labels = load(
      made,
      'li a0, 0; li a1, 10; loop: add a0, a0, a1; addi a1, a1, -1; bnez a1, loop; end: nop',
    );
    made.start(0, { mode: 'U', pc: CODE });
    const stop = run(made, 1000, [labels.get('end') ?? 0n]);
    expect(stop).toMatchObject({ why: 'until', hart: 0, mode: 'U', steps: 32, retired: 32 });
    expect(made.readRegister(0, 'x10')).toBe(55n);
  });

  it('ends with its budget, exactly', () => {
    const made = machine();
    load(made, 'loop: addi a0, a0, 1; j loop');
    made.start(0, { mode: 'M', pc: CODE });
    for (const steps of [1, 2, 7, 30_000, 1]) expect(run(made, steps).steps).toBe(steps);
    expect(made.readRegister(0, 'x10')).toBe(15006n);
    expect(made.peekCsr(0, 'minstret')).toBe(30_011n);
  });

  it('tells counters right in the middle of a slice', () => {
    const made = machine();
    load(
      made,
      'li a1, 20000; loop: addi a1, a1, -1; bnez a1, loop; csrr a0, minstret; rdtime a2; j .',
    );
    made.start(0, { mode: 'M', pc: CODE });
    run(made, 50_000);
    // li of 20000 is lui and addiw.
    expect(made.readRegister(0, 'x10')).toBe(40_002n);
    expect(made.readRegister(0, 'x12')).toBe(40_003n);
  });

  it('stops at the traps that are asked for, at the first instruction of the handler', () => {
    const made = machine();
    load(made, 'ecall; ecall', CODE);
    load(made, 'csrr t0, mepc; addi t0, t0, 4; csrw mepc, t0; mret', HANDLER);
    made.start(0, { mode: 'U', pc: CODE });
    const seen: Trap[] = [];
    const stop = made.run({
      steps: 100,
      until: [],
      stopAtTrap: (_, trap) => {
        seen.push(trap);
        return seen.length === 2;
      },
    });
    expect(stop).toMatchObject({
      why: 'trap',
      pc: HANDLER,
      mode: 'M',
      trap: { cause: 8, epc: CODE + 4n },
    });
    expect(stop).toMatchObject({ steps: 6, retired: 4 });
  });

  it('is over when a device says so', () => {
    const made = machine({ devices: [{ kind: 'finisher', base: FINISHER }] });
    load(made, `li a0, ${FINISHER}; li a1, 0x5555; sw a1, 0(a0); j .`);
    made.start(0, { mode: 'M', pc: CODE });
    expect(run(made, 1000)).toMatchObject({ why: 'finished', code: 0 });
  });

  it('of all parked harts does nothing', () => {
    expect(run(machine(), 10)).toMatchObject({ why: 'waiting', steps: 0 });
  });
});

describe('interrupts', () => {
  const TIMER = `
    li t0, ${CLINT + 0x4000n}
    li t1, 1000
    sd t1, 0(t0)
    li t2, 0x80
    csrw mie, t2
    csrsi mstatus, 8
    spin: addi a0, a0, 1
    j spin`;

  it('of the timer come when time is there, to the instruction', () => {
    const made = machine({ devices: [{ kind: 'clint', base: CLINT }] });
    load(made, TIMER);
    load(made, 'rdtime a1; j .', HANDLER);
    made.start(0, { mode: 'M', pc: CODE });
    run(made, 5000);
    expect(made.readRegister(0, 'x11')).toBe(1000n);
    expect(made.peekCsr(0, 'mcause')).toBe((1n << 63n) | 7n);
    // Interrupted between instructions of the loop, at step 1000.
    expect([CODE, made.peekCsr(0, 'mepc') > CODE]).toEqual([CODE, true]);
  });

  it('are taken at once by the instruction that enables them', () => {
    const made = machine();
    made.pokeCsr(0, 'mip', 2n);
    made.pokeCsr(0, 'mie', 2n);
    load(made, 'nop; csrsi mstatus, 8; nop; nop');
    load(made, 'j .', HANDLER);
    made.start(0, { mode: 'M', pc: CODE });
    run(made, 10);
    expect(made.peekCsr(0, 'mepc')).toBe(CODE + 8n);
    expect(made.peekCsr(0, 'mcause')).toBe((1n << 63n) | 1n);
  });

  it('go to base + 4 x cause where xtvec is vectored', () => {
    const made = machine();
    made.pokeCsr(0, 'mtvec', HANDLER | 1n);
    made.pokeCsr(0, 'mip', 2n);
    made.pokeCsr(0, 'mie', 2n);
    load(made, 'nop');
    load(made, 'j .; j .; j .', HANDLER);
    made.start(0, { mode: 'U', pc: CODE });
    expect(run(made, 3).pc).toBe(HANDLER + 4n);
  });

  // Pending and enabled everywhere: MEI MSI MTI SEI SSI STI SGEI VSEI VSSI VSTI.
  it.each<[string, Mode, Readonly<Record<string, bigint>>, string, bigint]>([
    ['MEI first', 'U', { mie: 0xeeen }, 'M', 9n],
    ['SSI before STI', 'U', { mie: 0x22n }, 'M', 1n],
    ['STI before the VS level', 'U', { mie: 0x464n }, 'M', 5n],
    ['VSEI before VSSI and VSTI', 'VU', { mie: 0x444n, hideleg: 0n }, 'S', 10n],
    ['VSSI before VSTI', 'VU', { mie: 0x44n }, 'S', 2n],
    ['delegated to HS', 'U', { mie: 0x222n, mideleg: 0x222n }, 'S', 9n],
    ['M-level before delegated ones', 'U', { mie: 0x222n, mideleg: 0x202n }, 'M', 5n],
    ['delegated to VS, one position lower', 'VU', { mie: 0x444n, hideleg: 0x444n }, 'VS', 9n],
    ['HS before VS', 'VU', { mie: 0x444n, hideleg: 0x440n }, 'S', 2n],
  ])('%s', (_, mode, csrs, to, code) => {
    const made = machine();
    made.pokeCsr(0, 'mip', 0x222n);
    made.pokeCsr(0, 'hvip', 0x444n);
    for (const [name, value] of Object.entries(csrs)) made.pokeCsr(0, name, value);
    load(made, 'nop');
    made.start(0, { mode, pc: CODE });
    const stop = made.run({ steps: 5, until: [], stopAtTrap: () => true });
    expect(stop.trap).toMatchObject({
      interrupt: true,
      cause: Number(code),
      takenIn: to,
      tinst: 0n,
    });
    const cause = { M: 'mcause', S: 'scause', VS: 'vscause' }[to] ?? '';
    expect(made.peekCsr(0, cause)).toBe((1n << 63n) | code);
  });

  it.each<[string, Mode, Readonly<Record<string, bigint>>]>([
    ['of M wait for MIE in M', 'M', { mie: 0x22n }],
    ['of HS never come in M', 'M', { mie: 0x222n, mideleg: 0x222n, mstatus: 0xan }],
    ['of HS wait for SIE in HS', 'S', { mie: 0x222n, mideleg: 0x222n }],
    ['of VS wait for vsstatus.SIE in VS', 'VS', { mie: 0x444n, hideleg: 0x444n, mstatus: 2n }],
    ['of VS do not come with V=0', 'U', { mie: 0x444n, hideleg: 0x444n }],
    ['that mie does not enable wait', 'U', { mie: 0n }],
  ])('%s', (_, mode, csrs) => {
    const made = machine();
    made.pokeCsr(0, 'mip', 0x222n);
    made.pokeCsr(0, 'hvip', 0x444n);
    for (const [name, value] of Object.entries(csrs)) made.pokeCsr(0, name, value);
    load(made, 'nop; nop; nop');
    made.start(0, { mode, pc: CODE });
    expect(made.run({ steps: 3, until: [], stopAtTrap: () => true }).why).toBe('steps');
  });

  it('of stimecmp are those of Sstc', () => {
    const made = machine();
    made.pokeCsr(0, 'menvcfg', 1n << 63n);
    made.pokeCsr(0, 'mcounteren', 2n);
    made.pokeCsr(0, 'mideleg', 0x20n);
    made.pokeCsr(0, 'mie', 0x20n);
    load(made, 'li t0, 500; csrw stimecmp, t0; csrsi sstatus, 2; j .');
    load(made, 'rdtime a0; j .', HANDLER);
    made.start(0, { mode: 'S', pc: CODE });
    run(made, 2000);
    expect(made.peekCsr(0, 'scause')).toBe((1n << 63n) | 5n);
    expect(made.readRegister(0, 'x10')).toBe(500n);
  });
});

describe('WFI', () => {
  it('skips to the next timer, and goes on behind it', () => {
    const made = machine({ devices: [{ kind: 'clint', base: CLINT }] });
    load(
      made,
      `li t0, ${CLINT + 0x4000n}; li t1, 1000000; sd t1, 0(t0); li t2, 0x80; csrw mie, t2; wfi; rdtime a0; j .`,
    );
    made.start(0, { mode: 'M', pc: CODE });
    const stop = run(made, 100);
    expect(stop.why).toBe('steps');
    // Interrupts are off: it only wakes.
    expect(made.readRegister(0, 'x10')).toBe(1_000_000n);
  });

  it('that nothing can end ends the run', () => {
    const made = machine();
    load(made, 'nop; wfi; nop');
    made.start(0, { mode: 'M', pc: CODE });
    expect(run(made, 100)).toMatchObject({ why: 'waiting', steps: 2, pc: CODE + 8n });
  });

  it('ends with another hart’s software interrupt', () => {
    const made = machine({ harts: 2, devices: [{ kind: 'clint', base: CLINT }] });
    load(made, 'csrwi mie, 8; wfi; li a0, 7; j .');
    load(
      made,
      `li t0, ${CLINT}; li t1, 1; li t2, 300; spin: addi t2, t2, -1; bnez t2, spin; sw t1, 0(t0); j .`,
      HANDLER,
    );
    made.start(0, { mode: 'M', pc: CODE });
    made.start(1, { mode: 'M', pc: HANDLER });
    run(made, 5000);
    expect(made.readRegister(0, 'x10')).toBe(7n);
  });

  it('arrives behind itself when it wakes', () => {
    const made = machine({ devices: [{ kind: 'clint', base: CLINT }] });
    const labels = load(
      made,
      `li t0, ${CLINT + 0x4000n}; li t1, 500; sd t1, 0(t0); li t2, 0x80; csrw mie, t2; wfi; end: j .`,
    );
    const end = labels.get('end') ?? 0n;
    made.start(0, { mode: 'M', pc: CODE });
    expect(run(made, 100, [end])).toMatchObject({ why: 'until', pc: end });
    expect(made.peekCsr(0, 'time')).toBe(500n);
  });

  it('that ends in an interrupt does not arrive', () => {
    const made = machine({ devices: [{ kind: 'clint', base: CLINT }] });
    const labels = load(
      made,
      `li t0, ${CLINT + 0x4000n}; li t1, 500; sd t1, 0(t0); li t2, 0x80; csrw mie, t2; csrsi mstatus, 8; wfi; end: j .`,
    );
    const end = labels.get('end') ?? 0n;
    made.start(0, { mode: 'M', pc: CODE });
    const until = [{ hart: 0, pc: end }];
    const stop = made.run({ steps: 100, until, stopAtTrap: () => true });
    expect(stop).toMatchObject({ why: 'trap', trap: { interrupt: true, cause: 7, epc: end } });
  });

  it('falls through where an interrupt is pending and enabled in mie, though it cannot be taken', () => {
    const made = machine();
    made.pokeCsr(0, 'mip', 2n);
    made.pokeCsr(0, 'mie', 2n);
    load(made, 'wfi; li a0, 3; j .');
    made.start(0, { mode: 'M', pc: CODE });
    run(made, 10);
    expect(made.readRegister(0, 'x10')).toBe(3n);
  });
});

describe('several harts', () => {
  const COUNT = `li t0, ${RAM + 0x8000n}; li t1, 1; li t2, 400
    again: amoadd.d x0, t1, (t0); addi t2, t2, -1; bnez t2, again; j .`;
  const both = (seed: number, ways: 'on' | 'off' = 'on'): { machine: Machine; order: string } => {
    const made = machine({ harts: 2, seed, ways });
    made.write(RAM + 0x8000n, 8, 0n);
    load(made, COUNT);
    for (const hart of [0, 1]) made.start(hart, { mode: 'M', pc: CODE });
    const order: number[] = [];
    for (let k = 0; k < 40; k++)
      order.push(made.run({ steps: 50, until: [], stopAtTrap: NEVER }).hart);
    return { machine: made, order: order.join('') };
  };

  it('share memory', () => {
    const { machine: made } = both(1);
    run(made, 5000);
    expect(made.read(RAM + 0x8000n, 8)).toBe(800n);
  });

  it('run in an order that repeats exactly, and that the seed decides', () => {
    expect(both(1).order).toBe(both(1).order);
    expect(both(1).machine.digest()).toBe(both(1).machine.digest());
    expect(both(1).order).not.toBe(both(2).order);
    expect(both(1).order).toMatch(/0.*1.*0/);
  });

  it('run in the same order without ways', () => {
    expect(both(3, 'off').order).toBe(both(3).order);
  });

  it('may be parked one by one', () => {
    const made = machine({ harts: 2 });
    load(made, 'loop: addi a0, a0, 1; j loop');
    for (const hart of [0, 1]) made.start(hart, { mode: 'M', pc: CODE });
    made.park(1);
    run(made, 100);
    expect([made.readRegister(0, 'x10'), made.readRegister(1, 'x10')]).toEqual([50n, 0n]);
  });
});

describe('the pin of Smrnmi', () => {
  const prepared = () => {
    const made = machine({}, ['Smrnmi']);
    load(made, 'j .; j .', RAM);
    load(made, 'csrsi mnstatus, 8; loop: addi a0, a0, 1; j loop');
    made.start(0, { mode: 'M', pc: CODE });
    return made;
  };

  it('waits for NMIE, then goes to its handler in M-mode', () => {
    const made = prepared();
    made.nmi(0);
    run(made, 1);
    expect(run(made, 1).pc).toBe(RAM);
    expect(made.peekCsr(0, 'mnepc')).toBe(CODE + 4n);
    expect(made.peekCsr(0, 'mncause')).toBe(1n << 63n);
    // MNPP = M, NMIE = 0.
    expect(made.peekCsr(0, 'mnstatus')).toBe(0x1800n);
  });

  it('returns by MNRET, which sets NMIE', () => {
    const made = prepared();
    load(made, 'mnret', RAM);
    run(made, 2);
    made.nmi(0);
    run(made, 1);
    expect(made.readRegister(0, 'pc')).toBe(CODE + 8n);
    expect(made.peekCsr(0, 'mnstatus') & 8n).toBe(8n);
  });

  it('sends exceptions of its handler elsewhere than mtvec', () => {
    const made = prepared();
    load(made, 'ecall; j .', RAM);
    run(made, 1);
    made.nmi(0);
    expect(run(made, 2).pc).toBe(RAM + 4n);
  });

  it('holds back interrupts while it is served', () => {
    const made = prepared();
    run(made, 1);
    made.nmi(0);
    run(made, 1);
    made.pokeCsr(0, 'mie', 2n);
    made.pokeCsr(0, 'mip', 2n);
    made.pokeCsr(0, 'mstatus', 8n);
    expect(run(made, 5).pc).toBe(RAM);
  });
});

it('a reset forgets registers, programs and time', () => {
  const made = machine();
  const fresh = made.digest();
  load(made, 'loop: addi a0, a0, 1; j loop');
  made.start(0, { mode: 'M', pc: CODE });
  run(made, 100);
  expect(made.digest()).not.toBe(fresh);
  made.reset(testPlatform());
  expect(made.readRegister(0, 'x10')).toBe(0n);
  expect(run(made, 10)).toMatchObject({ why: 'waiting', steps: 0 });
  expect(made.peekCsr(0, 'time')).toBe(0n);
});
