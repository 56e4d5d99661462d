/** Programs that would never end, or would use up the bench: bounded, whatever they do. */
import { describe, expect, it } from 'vitest';
import { Assembler } from './isa/assemble.ts';
import { wholeIsa } from './isa/extensions.ts';
import { Machine } from './machine.ts';
import type { Platform } from './platform.ts';
import { testPlatform } from './test-platform.ts';

const RAM = 0x8000_0000n;
const CODE = RAM + 0x1000n;

/** A program in M-mode, ready to run. */
function program(text: string, overrides: Partial<Platform> = {}): Machine {
  const machine = new Machine();
  expect(machine.reset(testPlatform(overrides))).toBeNull();
  const assembled = new Assembler(wholeIsa(64)).assemble(text, CODE);
  if (assembled.error !== null) throw new Error(assembled.error.message);
  machine.writeBytes(CODE, Uint8Array.from(assembled.bytes));
  machine.start(0, { mode: 'M', pc: CODE });
  return machine;
}

const run = (machine: Machine, steps: number) =>
  machine.run({ steps, until: [], stopAtTrap: () => false });

describe('a program that waits for times far away, one after the other', () => {
  it('waits for nothing once ticks would no longer be exact', () => {
    const machine = program(`
        li s0, 1
        slli s0, s0, 51
      loop:
        csrr a0, time
        add a0, a0, s0
        csrw stimecmp, a0
        wfi
        addi s1, s1, 1
        j loop`);
    machine.pokeCsr(0, 'menvcfg', 1n << 63n);
    machine.pokeCsr(0, 'mie', 1n << 5n);
    expect(run(machine, 1000).why).toBe('waiting');
    expect(machine.readRegister(0, 'x9')).toBe(1n);
    expect(Number.isSafeInteger(machine.execution.ticks())).toBe(true);
  });
});

describe('a program that only reads', () => {
  const READS = `
      li a1, 4096
      li a3, 2000
    loop:
      lb a2, 0(a0)
      add a0, a0, a1
      addi a3, a3, -1
      bnez a3, loop
    end:
      j end`;

  it.each(['on', 'off'] as const)('touches no memory, with ways %s', (ways) => {
    // 256 pages.
    const machine = program(READS, { ways, arena: 2 ** 20 });
    machine.writeRegister(0, 'x10', RAM + 0x1_0000n);
    expect(run(machine, 10_000).why).toBe('steps');
    expect(machine.readRegister(0, 'x13')).toBe(0n);
  });

  it.each(['none', 'retain'] as const)('sees the first store to what it read (%s)', (caching) => {
    const machine = program(
      `
      ld a1, 0(a0)
      ld a1, 0(a0)
      sd a2, 0(a0)
      ld a3, 0(a0)
      ld a4, 8(a0)
    end:
      j end`,
      { caching },
    );
    machine.writeRegister(0, 'x10', RAM + 0x5_0000n);
    machine.writeRegister(0, 'x12', 77n);
    const [first, second] = [machine.read(RAM + 0x5_0000n, 8), machine.read(RAM + 0x5_0008n, 8)];
    run(machine, 10);
    expect(machine.readRegister(0, 'x11')).toBe(first);
    expect(machine.readRegister(0, 'x13')).toBe(77n);
    expect(machine.readRegister(0, 'x14')).toBe(second);
    machine.write(RAM + 0x5_0008n, 8, 78n);
    machine.start(0, { mode: 'M', pc: CODE + 12n });
    run(machine, 2);
    expect(machine.readRegister(0, 'x14')).toBe(78n);
  });
});

describe('a program that looks at ever more virtual pages', () => {
  it('keeps a bounded number of entries under retain', () => {
    const machine = program('loop: lb a2, 0(a0); add a0, a0, a1; j loop', {
      caching: 'retain',
    });
    const [root, middle, last] = [RAM + 0x10_0000n, RAM + 0x10_1000n, RAM + 0x10_2000n];
    const pointer = (table: bigint) => ((table >> 12n) << 10n) | 1n;
    const page = ((RAM >> 12n) << 10n) | 0xcfn;
    machine.fill(root, 4096n, 0n);
    machine.write(root + 16n, 8, page);
    // All other addresses of the lower half lead to the same page.
    for (let k = 4n; k < 256n; k++) machine.write(root + 8n * k, 8, pointer(middle));
    machine.fill(middle, 4096n, pointer(last));
    machine.fill(last, 4096n, page);
    machine.pokeCsr(0, 'pmpaddr0', 0x3f_ffff_ffff_ffffn);
    machine.pokeCsr(0, 'pmpcfg0', 0x1fn);
    machine.pokeCsr(0, 'satp', (8n << 60n) | (root >> 12n));
    machine.writeRegister(0, 'x10', 4n << 30n);
    machine.writeRegister(0, 'x11', 4096n);
    machine.start(0, { mode: 'S', pc: CODE });
    // A page that is kept, and is no longer mapped.
    const load = {
      mode: 'S',
      operation: 'load',
      address: 3n << 30n,
      size: 8,
      value: 0n,
    } as const;
    machine.write(root + 24n, 8, page);
    expect(machine.attempt(0, load).trap).toBeNull();
    machine.write(root + 24n, 8, 0n);
    expect(machine.attempt(0, load).trap).toBeNull();
    // A page for each three instructions.
    expect(run(machine, 3_000_000).retired).toBe(3_000_000);
    expect(machine.attempt(0, load).trap).toBeNull();
    run(machine, 600_000);
    expect(machine.attempt(0, load).trap?.cause).toBe(13);
  });
});

describe('a program that invalidates and never completes it', () => {
  it('keeps a bounded number of invalidations: the oldest take effect', () => {
    const machine = program('sfence.w.inval; loop: sinval.vma x0, x0; j loop', {
      caching: 'retain',
    });
    const table = RAM + 0x10_0000n;
    machine.fill(table, 4096n, 0n);
    // One 1 GiB leaf: V R W X A D, for S.
    machine.write(table + 16n, 8, ((RAM >> 12n) << 10n) | 0xcfn);
    machine.pokeCsr(0, 'pmpaddr0', 0x3f_ffff_ffff_ffffn);
    machine.pokeCsr(0, 'pmpcfg0', 0x1fn);
    machine.pokeCsr(0, 'satp', (8n << 60n) | (table >> 12n));
    const load = { mode: 'S', operation: 'load', address: RAM, size: 8, value: 0n } as const;
    expect(machine.attempt(0, load).trap).toBeNull();
    expect(machine.cached(0)).toHaveLength(1);
    run(machine, 1000);
    expect(machine.cached(0)).toHaveLength(1);
    run(machine, 2000);
    expect(machine.cached(0)).toHaveLength(0);
  });
});
