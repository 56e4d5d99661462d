import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elf64 } from './elf.test-support.ts';
import { finish, refusalOf, trial } from './exec.test-support.ts';

describe('a program that leads nowhere ends with its budget, and says where it is', () => {
  it('an endless loop', async () => {
    const { status, lines, steps } = await trial('loop: j loop', { maxSteps: 300_000 });
    expect([status, steps]).toEqual([3, 300_000]);
    expect(lines).toEqual([
      'the step budget of 300000 is used up',
      'hart 0 at 0x80000000 (loop) in M: jal zero,0x80000000',
      'no exception was taken',
    ]);
  });

  it('traps whose handler cannot be fetched', async () => {
    const { status, lines } = await trial('csrw mtvec, zero\necall', { maxSteps: 1e9 });
    expect(status).toBe(3);
    expect(lines[0]).toMatch(/^nothing has retired for \d+ steps: each trap leads to the next$/);
    expect(lines[1]).toMatch(/^hart 0 at 0x0 in M: no instruction can be fetched there/);
    expect(lines[2]).toMatch(
      /the first one: machine ecall, tval 0x0, from 0x80000004, handled in M$/,
    );
    expect(lines[3]).toMatch(
      /^the last one: instruction access fault, tval 0x0, from 0x0, handled in M$/,
    );
    expect(lines[4]).toBe('mtvec was never set');
  });

  it('a handler that traps itself', async () => {
    const { status, lines } = await trial('la t0, h\ncsrw mtvec, t0\n.balign 4\nh: .word 0', {
      maxSteps: 1e9,
    });
    expect(status).toBe(3);
    expect(lines[1]).toMatch(/\(h\) in M: illegal instruction 0x0$/);
  });

  it('a jump into memory that is not there, and far away', async () => {
    for (const target of ['0x7fff0000', '-4', '0x3ffffffffffffe']) {
      const { status, lines } = await trial(`li t0, ${target}\njr t0`, { maxSteps: 20_000 });
      expect(status).toBe(3);
      expect(lines[2]).toMatch(/^\d+ traps, the first one: instruction access fault, /);
    }
  });

  it('harts that wait for what cannot come', async () => {
    const { status, lines } = await trial('nap: wfi\nj nap', { harts: 2, maxSteps: 1e9 });
    expect(status).toBe(3);
    expect(lines[0]).toContain('every hart waits for an interrupt, and none can come');
    expect(lines[1]).toMatch(/^hart 0 waits, to go on at 0x80000004 \(nap\+0x4\) in M: /);
    expect(lines[2]).toMatch(/^hart 1 waits, to go on at /);
  });

  it('a program that fetches what has no rights says so in its own mode', async () => {
    // S-mode without any PMP entry for it.
    const text = 'la t0, s\ncsrw mepc, t0\nli t0, 0x800\ncsrs mstatus, t0\nmret\n.balign 4\ns: nop';
    const { lines } = await trial(text, { maxSteps: 1000 });
    expect(lines[2]).toMatch(/the first one: instruction access fault, .* handled in M$/);
  });
});

describe('a program that ruins what it stands on', () => {
  it('may write over its device tree and all of RAM, and over itself', async () => {
    const { status, lines } = await trial(
      `
        la s0, end
        li s1, 0x80400000
        1: sd zero, 0(s0)
        addi s0, s0, 8
        bltu s0, s1, 1b
        la s0, end
        ${finish(7)}
        .balign 8
        end:
      `,
      { ram: { base: 0x8000_0000n, size: 0x40_0000n }, maxSteps: 1e7 },
    );
    expect([status, lines]).toEqual([7, ['the program failed with code 7']]);
  });

  it('sees code that it wrote, after FENCE.I, under every policy', async () => {
    for (const caching of ['none', 'retain', 'random', 'sized']) {
      const text = `
        la s0, spot
        li t0, 0x00700513          # addi a0, zero, 7
        call spot
        sw t0, 0(s0)
        fence.i
        call spot
        li t1, 0x3333
        slli a0, a0, 16
        or t1, t1, a0
        li t2, 0x100000
        sw t1, 0(t2)
        spot: li a0, 1
        ret
      `;
      expect((await trial(text, { variation: { caching } })).status).toBe(7);
    }
  });

  it('more memory than the machine can have ends the run', async () => {
    const ram = { base: 0x8000_0000n, size: 0x8000_0000n };
    const text = 'lui s0, 0x80000\nslli s0, s0, 32\nsrli s0, s0, 32\nsw zero, 0x700(s0)';
    expect((await trial(text + finish(), { ram })).status).toBe(0);
  });
});

describe('what a program tells the finisher and HTIF is the exit status', () => {
  it.each([
    [0, 0, []],
    [1, 1, ['the program failed with code 1']],
    [125, 125, ['the program failed with code 125']],
    [126, 1, ['the program failed with code 126 (exit status 1)']],
    [65535, 1, ['the program failed with code 65535 (exit status 1)']],
  ])('finisher code %i gives %i', async (code, status, lines) => {
    expect(await trial(finish(code))).toMatchObject({ status, lines });
  });

  it('a failure with code 0 is none the less one', async () => {
    const { status } = await trial('li t0, 0x100000\nli t1, 0x3333\nsw t1, 0(t0)');
    expect(status).toBe(1);
  });

  it('a store to tohost ends the run where the program has such a symbol', async () => {
    const text = (payload: number) =>
      `la t0, tohost\nli t1, ${payload}\nsd t1, 0(t0)\n1: j 1b\n.balign 8\ntohost: .dword 0`;
    expect((await trial(text(1))).status).toBe(0);
    expect((await trial(text(2 * 37 + 1))).status).toBe(37);
    const { status, lines } = await trial(text(0x80001000));
    expect(status).toBe(3);
    expect(lines[0]).toContain('host for a system call');
  });

  it('a reset ends the run, and is no success', async () => {
    const { status, lines } = await trial('li t0, 0x100000\nli t1, 0x7777\nsw t1, 0(t0)');
    expect([status, lines]).toEqual([3, ['the program asked for a reset']]);
  });
});

describe('a file that cannot be run is refused with a reason', () => {
  const nop = new Uint8Array([0x13, 0, 0, 0]);

  it('empty, or text that is no assembly', () => {
    expect(refusalOf(new Uint8Array(0))).toContain('the file is empty');
    expect(refusalOf('hello')).toMatch(
      /test\.s: line 1, column 1: there is no instruction 'hello'/,
    );
  });

  it('a program outside RAM, or larger than RAM', () => {
    expect(refusalOf(elf64(0x1000n, nop))).toContain('lies outside RAM');
    const ram = { base: 0x8000_0000n, size: 0x40_0000n };
    expect(refusalOf(new Uint8Array(0x50_0000).fill(1), { ram })).toContain('outside RAM');
    expect(refusalOf(new Uint8Array(0x3f_ffff).fill(1), { ram })).toContain('reaches into');
  });

  it('an ELF of another width, cut at any length, or with any byte changed', () => {
    const file = elf64(0x8000_0000n, nop);
    expect(refusalOf(file, { isa: 'rv32gc' })).toContain('the machine is RV32');
    for (let length = 1; length < file.length; length++) {
      const cut = file.slice(0, length);
      expect(typeof refusalOf(cut, { program: { name: 'cut.elf', bytes: cut } })).toBe('string');
    }
  });

  it('an ELF with any byte changed runs within its budget or is refused', async () => {
    const file = elf64(0x8000_0000n, nop);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, byte) => {
        const changed = file.slice();
        changed[at] = byte;
        const program = { name: 'changed.elf', bytes: changed };
        const end = await trial(changed, { program, maxSteps: 1000 }).catch((error: unknown) => {
          expect((error as Error).message).toMatch(/^changed\.elf: /);
          return null;
        });
        if (end !== null) expect(end.status).toBe(3);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('an instruction set that is none, RAM over a device', () => {
    expect(refusalOf('nop', { isa: 'rv64xyz' })).toMatch(/^--isa: /);
    const ram = { base: 0x1000_0000n, size: 0x40_0000n };
    expect(refusalOf('nop', { ram })).toContain('RAM covers the uart');
  });
});

it('random words are a program like any other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 64, maxLength: 512 }), async (bytes) => {
      const { status, steps } = await trial(bytes, { maxSteps: 2000 });
      expect(status).toBeLessThanOrEqual(125);
      expect(steps).toBeLessThanOrEqual(2000);
    }),
    { numRuns: 40, seed: 11 },
  );
});
