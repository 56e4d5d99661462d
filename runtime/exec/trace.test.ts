import { describe, expect, it } from 'vitest';
import type { Commit, Trap } from '../../emulator/index.ts';
import { finish, trial } from './exec.test-support.ts';
import { commitLine, trapLines } from './commit-log.ts';

/** The forms are those of Spike's `commit_log_print_insn` and `take_trap`; values from the manual. */
async function traced(text: string, isa: string | null = null): Promise<readonly string[]> {
  const { trace, status } = await trial(text + finish(), { isTraced: true, isa });
  expect(status).toBe(0);
  return trace;
}

describe('a line of the trace', () => {
  it('names hart, mode, pc, word and the register written', async () => {
    const [first] = await traced('auipc t0, 0');
    expect(first).toBe('core   0: 3 0x0000000080000000 (0x00000297) x5  0x0000000080000000');
  });

  it('of a compressed instruction has four digits; x10 and beyond fill the column', async () => {
    const [first] = await traced('c.li a0, -1\nc.nop');
    expect(first).toBe('core   0: 3 0x0000000080000000 (0x557d) x10 0xffffffffffffffff');
  });

  it('of an instruction that writes x0, or nothing, ends with the word', async () => {
    const lines = await traced('addi zero, zero, 1\nbeq zero, zero, 1f\n1:');
    expect(lines[0]).toBe('core   0: 3 0x0000000080000000 (0x00100013)');
    expect(lines[1]).toMatch(/^core {3}0: 3 0x0000000080000004 \(0x[\da-f]{8}\)$/);
  });

  it('of a load has the address, of a store the value in its width too', async () => {
    const lines = await traced(`
      li s0, 0x80001000
      li a1, -2
      sh a1, 6(s0)
      lbu a2, 7(s0)
    `);
    const store = lines.find((line) => line.includes('mem 0x0000000080001006'));
    expect(store).toMatch(/\) mem 0x0000000080001006 0xfffe$/);
    const load = lines.find((line) => line.includes('mem 0x0000000080001007'));
    expect(load).toMatch(/ x12 0x00000000000000ff mem 0x0000000080001007$/);
  });

  it('of an atomic operation has the load and the store', async () => {
    const lines = await traced(
      'li s0, 0x80001000\nli a1, 5\namoadd.w a2, a1, (s0)\namoadd.w a2, a1, (s0)',
    );
    const sums = lines.filter((line) => line.includes('mem 0x0000000080001000'));
    const at = 'mem 0x0000000080001000';
    expect(sums[0]).toMatch(new RegExp(`x12 0x0{16} ${at} ${at} 0x00000005$`));
    expect(sums[1]).toMatch(new RegExp(`x12 0x0{15}5 ${at} ${at} 0x0000000a$`));
  });

  it('of an SC that fails has no store', async () => {
    const lines = await traced('li s0, 0x80001000\nsc.w a2, a1, (s0)');
    expect(lines.find((line) => line.includes(' x12 '))).toMatch(/ x12 0x0{15}1$/);
  });

  it('of a CSR instruction has the CSR by number and name, if it writes', async () => {
    const lines = await traced(
      'li t0, 0x80000200\ncsrw mtvec, t0\ncsrr a0, mtvec\ncsrrs a1, mtvec, zero',
    );
    expect(lines.filter((line) => line.includes('mtvec'))).toEqual([
      expect.stringMatching(/ c773_mtvec 0x0000000080000200$/),
    ]);
    expect(lines.some((line) => / x10 0x0000000080000200$/.test(line))).toBe(true);
  });

  it('of float arithmetic has the boxed result, the flags and FS where they change', async () => {
    const lines = await traced(`
      li t0, 0x2000
      csrs mstatus, t0
      fmv.w.x fa0, t0
      fdiv.s fa1, fa0, fa0
      fdiv.s fa2, fa1, fa0
    `);
    const [first] = lines.filter((line) => line.includes(' f11 '));
    // A subnormal by itself is exactly one.
    expect(first).toMatch(/ f11 0xffffffff3f800000$/);
    const overflow = lines.find((line) => line.includes(' f12 '));
    // Flags OF and NX; CSRs by number stand before f12.
    expect(overflow).toMatch(/\) c1_fflags 0x0000000000000005 f12 0xffffffff7f800000$/);
  });

  it('has eight digits on RV32', async () => {
    const { trace } = await trial(`auipc t0, 0\n${finish()}`, { isTraced: true, isa: 'rv32i' });
    expect(trace[0]).toBe('core   0: 3 0x80000000 (0x00000297) x5  0x80000000');
  });
});

describe('a trap in the trace', () => {
  it('has its name and epc, and tval on a line of its own; the instruction is not there', async () => {
    const lines = await traced(`
      la t0, handler
      csrw mtvec, t0
      li t1, 0x400
      lw a0, 0(t1)
      .balign 4
      handler:
    `);
    const at = lines.findIndex((line) => line.includes('exception'));
    expect(lines[at]).toMatch(/^core {3}0: exception trap_load_access_fault, epc 0x00000000800000/);
    expect(lines[at + 1]).toBe('core   0:           tval 0x0000000000000400');
    expect(lines.some((line) => line.includes('(0x00032503)'))).toBe(false);
  });

  it('of an ecall has no tval; an interrupt has its number', () => {
    const trap: Trap = {
      ...{ cause: 11, tval: 0n, gpa: null, tinst: 0n, gva: false, mpv: false, epc: 0x80n },
      ...({ takenIn: 'M', because: 'instruction.absent', rule: null } as const),
    };
    expect(trapLines(12, 32, trap)).toBe(
      'core  12: exception trap_machine_ecall, epc 0x00000080\n',
    );
    expect(trapLines(0, 32, { ...trap, cause: 7, interrupt: true })).toBe(
      'core   0: exception interrupt #7, epc 0x00000080\n',
    );
  });

  it('by an interrupt stands behind the instruction that let it in', async () => {
    const lines = await traced(`
      la t0, handler
      csrw mtvec, t0
      li t0, 0x2000000
      li t1, 1
      sw t1, 0(t0)
      csrwi mie, 8
      csrsi mstatus, 8
      nop
      .balign 4
      handler:
    `);
    const at = lines.findIndex((line) => line.includes('exception interrupt #3'));
    expect(lines[at - 1]).toContain('c768_mstatus');
  });
});

it('a trace changes nothing: two harts race as they do without one', async () => {
  const race = `
    li s0, 0x80001000
    li s1, 400
    1: lw t0, 0(s0)
    addi t0, t0, 1
    sw t0, 0(s0)
    addi s1, s1, -1
    bnez s1, 1b
    addi s2, s0, 8
    li t0, 1
    amoadd.w t0, t0, (s2)
    beqz t0, 2f
    lw t0, 0(s0)
    slli t0, t0, 16
    li t1, 0x3333
    or t1, t1, t0
    li t2, 0x100000
    sw t1, 0(t2)
    2: j 2b
  `;
  const seeds = [1, 2, 3, 4, 5];
  const statuses = async (isTraced: boolean): Promise<readonly string[]> =>
    Promise.all(
      seeds.map(async (seed) => {
        const run = await trial(race, { harts: 2, isTraced, variation: { seed } });
        return `${run.lines.join()} ${run.steps}`;
      }),
    );
  const [plain, observed] = [await statuses(false), await statuses(true)];
  expect(observed).toEqual(plain);
  // The race is real: updates get lost, differently by seed.
  expect(new Set(plain).size).toBeGreaterThan(1);
});

it('modes are those of Spike: HS and VS are 1, U and VU are 0', () => {
  const commit: Omit<Commit, 'mode'> = {
    ...({ hart: 0, xlen: 32, flen: 0, pc: 0n, word: 0x13, length: 4 } as const),
    writes: [],
    accesses: [],
  };
  const digits = (['M', 'S', 'VS', 'U', 'VU'] as const).map((mode) =>
    commitLine({ ...commit, mode }).slice(10, 11),
  );
  expect(digits.join('')).toBe('31100');
});
