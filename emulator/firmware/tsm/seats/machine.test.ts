/** A TSM in M-mode on a real machine: a virtual machine is promoted, runs, and exits; PMP keeps it apart. */
import { describe, expect, it } from 'vitest';
import { platformBlob } from '../../../devices/device-tree.ts';
import { STAGE_GEOMETRIES } from '../../../translate/geometry.ts';
import { PageTable } from '../../../translate/build.ts';
import { COVH } from '../../abi/covh.ts';
import { NACL } from '../../abi/nacl.ts';
import { naclCsr, naclGpr } from '../../layouts/nacl.ts';
import { Bench, RAM } from '../../rdsm/rdsm.test-support.ts';
import { tsm } from '../entry.ts';
import { assemble } from '../run/tvm.test-support.ts';

const PAGE = 4096n;
const SHMEM = RAM + 0x10_0000n;
const TABLES = RAM + 0x11_0000n;
const PAGES = RAM + 0x12_0000n;
/** Memory of the host that no split names. */
const BEYOND = RAM + 0x80_0000n;
const HOST = { base: RAM, size: 0x20_0000n };
const CONFIDENTIAL = { base: RAM + 0x40_0000n, size: 0x40_0000n };
const GPA = 0x8000_0000n;
const NAPOT = 3n << 3n;
const KEPT = [
  'medeleg',
  'mideleg',
  'mie',
  'pmpcfg0',
  'pmpcfg2',
  'pmpaddr0',
  'pmpaddr1',
  'pmpaddr2',
];
const OWN = ['stvec', 'sscratch', 'scounteren', 'senvcfg', 'sepc', 'hedeleg', 'hgatp', 'vsatp'];

interface Exit {
  readonly error: bigint;
  readonly value: bigint;
  readonly cause: bigint;
}

/** A machine whose host has a virtual machine of three pages: code, data, device tree. */
class PromotionBench extends Bench {
  constructor(text: string, replaces = {}) {
    super({
      handler: tsm,
      spec: { model: 'tsm_m', mpt: null, split: { confidential: [CONFIDENTIAL], host: [HOST] } },
      devices: ['clint'],
      replaces,
      before: (machine) => {
        // The split as PMP has it for the host: nothing of the confidential memory.
        const { base, size } = CONFIDENTIAL;
        machine.pokeCsr(0, 'pmpaddr4', (base >> 2n) | ((size >> 3n) - 1n));
        machine.pokeCsr(0, 'pmpcfg0', NAPOT << 32n);
      },
    });
    const { machine } = this;
    const memory = {
      read: (at: bigint, size: number) => machine.read(at, size),
      write: (at: bigint, size: number, value: bigint) => {
        machine.write(at, size, value);
      },
    };
    machine.fill(RAM, 0x20_0000n, 0n);
    let next = TABLES;
    const table = PageTable.create(STAGE_GEOMETRIES.sv39x4, memory, {
      take(size) {
        next += size;
        return next - size;
      },
    });
    if (typeof table === 'string') throw new Error(table);
    for (let k = 0n; k < 3n; k++) {
      table.map(GPA + k * PAGE, PAGES + k * PAGE, PAGE, 7, { user: true });
    }
    machine.writeBytes(PAGES, assemble(text, GPA));
    const tree = platformBlob({
      harts: 1,
      isa: 'rv64ima',
      mmu: 'sv39',
      ram: [],
      uart: null,
      clint: null,
      finisher: null,
      timebase: 1,
    });
    machine.writeBytes(PAGES + 2n * PAGE, tree);
    expect(this.call(NACL.eid, 1n, [SHMEM, 0n, 0n]).error).toBe(0n);
    machine.write(SHMEM + naclCsr(0x680, 64), 8, (8n << 60n) | (table.root / PAGE));
  }

  promote() {
    const { error, value } = this.covh(COVH.functions.promote_to_tvm.fid ?? 0, [
      GPA + 2n * PAGE,
      0n,
      GPA,
      0n,
    ]);
    expect(error).toBe(0n);
    return value;
  }

  run(id: bigint): Exit {
    const { machine } = this;
    this.covh(COVH.functions.run_tvm_vcpu.fid ?? 0, [id, 0n]);
    if (machine.away(0)) {
      const stop = machine.run({ steps: 2000, until: [], stopAtTrap: () => false });
      if (stop.why !== 'home') throw new Error(`the guest did not exit: ${stop.why}`);
    }
    const error = BigInt.asIntN(64, machine.readRegister(0, 'x10'));
    return { error, value: machine.readRegister(0, 'x11'), cause: this.csr('scause') };
  }

  gpr(register: number): bigint {
    return this.machine.read(SHMEM + naclGpr(register, 64), 8);
  }

  csrs(names: readonly string[]): Record<string, bigint> {
    return Object.fromEntries(names.map((name) => [name, this.csr(name)]));
  }
}

/** Asks the host with `value` in a0. */
const tell = (value: string): string => `li a7, 0x4442434e\nli a6, 0\n${value}\necall`;

describe('a TSM in M-mode', () => {
  it('neither converts nor fences: its memory was divided at boot', () => {
    const bench = new PromotionBench('wfi');
    for (const fid of [1, 2, 3, 4, 5]) expect(bench.covh(fid, [RAM, 1n]).error).toBe(-2n);
  });

  it('runs what it was given, and the host hears of its call', () => {
    const bench = new PromotionBench(
      `li t0, 0x80001000\nli t1, 0x77\nsd t1, 0(t0)\n${tell('ld a0, 0(t0)')}\naddi a0, a0, 1\n${tell('mv a0, a0')}`,
    );
    const id = bench.promote();
    expect(bench.run(id)).toEqual({ error: 0n, value: 0n, cause: 10n });
    expect(bench.gpr(10)).toBe(0x77n);
    bench.machine.write(SHMEM + naclGpr(10, 64), 8, 0x100n);
    expect(bench.run(id)).toEqual({ error: 0n, value: 0n, cause: 10n });
    expect(bench.gpr(10)).toBe(0x101n);
    // What it wrote went to its copy.
    expect(bench.machine.read(PAGES + PAGE, 8)).toBe(0n);
  });

  it('leaves the host its registers and its PMP', () => {
    const bench = new PromotionBench(tell('nop'));
    for (const [k, name] of OWN.entries()) {
      bench.machine.pokeCsr(0, name, BigInt((k + 1) * 0x1000));
    }
    for (let n = 18; n < 28; n++) bench.machine.writeRegister(0, `x${n}`, BigInt(n) * 0x33n);
    const id = bench.promote();
    const before = bench.csrs([...KEPT, ...OWN]);
    expect(bench.run(id).cause).toBe(10n);
    expect(bench.csrs([...KEPT, ...OWN])).toEqual(before);
    for (let n = 18; n < 28; n++) {
      expect(bench.machine.readRegister(0, `x${n}`)).toBe(BigInt(n) * 0x33n);
    }
  });

  it('denies the host the memory of its TVMs, before and after a run', () => {
    const bench = new PromotionBench(tell('nop'));
    const denied = () => bench.tries('load', CONFIDENTIAL.base + PAGE).trap?.cause;
    expect(denied()).toBe(5);
    const id = bench.promote();
    bench.run(id);
    expect(denied()).toBe(5);
    expect(bench.tries('load', RAM).trap).toBeNull();
  });

  it('takes the host’s timer while a guest runs', () => {
    const bench = new PromotionBench('loop: j loop');
    const id = bench.promote();
    bench.machine.pokeCsr(0, 'stimecmp', 0n);
    expect(bench.run(id).cause).toBe((1n << 63n) | 5n);
    expect(bench.csr('stimecmp')).toBe(0n);
  });

  it('exits where the guest touches what it does not have', () => {
    const bench = new PromotionBench('li t0, 0x90000000\nld t1, 0(t0)');
    const exit = bench.run(bench.promote());
    // Outside of every region: the guest is lost.
    expect(exit).toEqual({ error: 0n, value: 1n, cause: 21n });
  });

  it('handles a guest’s exceptions as the guest delegates them', () => {
    const bench = new PromotionBench(
      `la t0, handler\ncsrw stvec, t0\nebreak\nnop\n.align 2\nhandler: csrr t1, scause\n${tell('mv a0, t1')}`,
    );
    expect(bench.run(bench.promote()).cause).toBe(10n);
    expect(bench.gpr(10)).toBe(3n);
  });

  it('does not read for the host what the host may not', () => {
    const bench = new PromotionBench('wfi');
    for (const at of [CONFIDENTIAL.base, BEYOND]) {
      expect(bench.covh(COVH.functions.get_tsm_info.fid ?? 0, [at, 48n]).error).toBe(-5n);
    }
  });
});
