/** TVMs of real code on a real machine: RDSM, TSM, and a host that makes its calls as ECALLs. */
import { COVH } from '../../abi/covh.ts';
import { NACL } from '../../abi/nacl.ts';
import { TSM_INFO, TSM_INFO_SALUS } from '../../abi/structs.ts';
import { functionOf } from '../../abi/abi.ts';
import { Assembler } from '../../../isa/assemble.ts';
import { wholeIsa } from '../../../isa/extensions.ts';
import { Bench, RAM, type World } from '../../rdsm/rdsm.test-support.ts';
import { tsm } from '../entry.ts';

const PAGE = 4096n;
export const NACL_AT = RAM + 0x10_0000n;
const PARAMETERS = RAM + 0x11_0000n;
const SOURCE = RAM + 0x12_0000n;
/** What the host donates: directory, TVM state, tables, vCPUs, code; then pages to be added as the guest asks. */
const POOL = RAM + 0x40_0000n;
const POOL_PAGES = 64n;
/** Memory that the host shares. */
export const SHARED = RAM + 0x20_0000n;

/** Guest physical addresses. */
export const CODE = 0x4000_0000n;
export const HOLE = CODE + 0x1_0000n;
export const MMIO = 0x1000_0000n;
const REGION = 0x10_0000n;

const assembler = new Assembler(wholeIsa(64));

export function assemble(text: string, at = CODE): Uint8Array {
  const assembled = assembler.assemble(text, at);
  if (assembled.error !== null) throw new Error(assembled.error.message);
  return assembled.bytes;
}

/** What the host's loop sees of one run. */
export interface Exit {
  readonly error: bigint;
  readonly value: bigint;
  readonly cause: bigint;
  /** (htval << 2) | (stval & 3), as the host computes it. */
  readonly address: bigint;
}

export class TvmBench extends Bench {
  #next = POOL;
  readonly pages: Record<'state' | 'vcpu', bigint>;

  constructor(world: World = {}) {
    super({ handler: tsm, ...world });
    const info = this.page();
    const shape = this.spec.tsm.profile === 'salus' ? TSM_INFO_SALUS : TSM_INFO;
    this.must('get_tsm_info', [info, BigInt(shape.size)]);
    this.pages = {
      state: this.machine.read(shape.at(info, 'tvm_state_pages'), 8),
      vcpu: this.machine.read(shape.at(info, 'tvm_vcpu_state_pages'), 8),
    };
    for (let hart = 0; hart < this.spec.harts; hart++) {
      const at = NACL_AT + 0x4000n * BigInt(hart);
      const { error } = this.call(NACL.eid, 1n, [at, 0n, 0n], hart);
      if (error !== 0n) throw new Error(`set_shmem: ${error}`);
    }
    this.must('convert_pages', [POOL, POOL_PAGES]);
    this.fence();
  }

  /** A page of the host's own for records. */
  page(): bigint {
    return PARAMETERS;
  }

  take(pages = 1n, alignment = PAGE): bigint {
    const at = ((this.#next + alignment - 1n) / alignment) * alignment;
    this.#next = at + pages * PAGE;
    return at;
  }

  covhCall(name: keyof typeof COVH.functions, values: readonly bigint[] = [], hart = 0) {
    const row = COVH.functions[name];
    const fid = this.spec.tsm.profile === 'salus' ? row.salusFid : row.fid;
    if (fid === null || functionOf(COVH, fid, this.spec.tsm.profile) !== name) {
      throw new Error(`${name} has no number here`);
    }
    return this.covh(fid, values, 1, hart);
  }

  must(name: keyof typeof COVH.functions, values: readonly bigint[] = [], hart = 0): bigint {
    const { error, value, trap } = this.covhCall(name, values, hart);
    if (error !== 0n || trap !== null) throw new Error(`${name}: ${error}`);
    return value;
  }

  fence(): void {
    this.must('global_fence');
    for (let hart = 1; hart < this.spec.harts; hart++) this.must('local_fence', [], hart);
  }

  /** A TVM that begins at CODE with this text, in a region of 1 MiB. */
  tvm(text: string, { vcpus = 1, argument = 0x77n } = {}): bigint {
    const { machine } = this;
    const directory = this.take(4n, 0x4000n);
    const state = this.take(this.pages.state);
    machine.write(PARAMETERS, 8, directory);
    machine.write(PARAMETERS + 8n, 8, state);
    const id = this.must('create_tvm', [PARAMETERS, 16n]);
    this.must('add_tvm_memory_region', [id, CODE, REGION]);
    this.must('add_tvm_page_table_pages', [id, this.take(8n), 8n]);
    for (let vcpu = 0; vcpu < vcpus; vcpu++) {
      this.must('create_tvm_vcpu', [id, BigInt(vcpu), this.take(this.pages.vcpu)]);
    }
    const bytes = assemble(text);
    machine.fill(SOURCE, PAGE, 0n);
    bytes.forEach((byte, k) => {
      machine.write(SOURCE + BigInt(k), 1, BigInt(byte));
    });
    this.must('add_tvm_measured_pages', [id, SOURCE, this.take(), 0n, 1n, CODE]);
    this.must('finalize_tvm', [id, CODE, argument, 0n]);
    return id;
  }

  /** The host runs a vCPU until it exits. */
  run(id: bigint, vcpu = 0n, hart = 0): Exit {
    const { machine } = this;
    this.covhCall('run_tvm_vcpu', [id, vcpu], hart);
    if (machine.away(hart)) {
      const stop = machine.run({ steps: 2000, until: [], stopAtTrap: () => false });
      if (stop.why !== 'home') throw new Error(`the guest did not exit: ${stop.why}`);
    }
    const home = machine.home(hart);
    if (home?.trap) throw new Error(`the run trapped: ${home.trap.cause} ${home.trap.because}`);
    return {
      error: BigInt.asIntN(64, machine.readRegister(hart, 'x10')),
      value: machine.readRegister(hart, 'x11'),
      cause: this.csr('scause', hart),
      address: (this.naclCsr(0x143, hart) << 2n) | (this.csr('stval', hart) & 3n),
    };
  }

  /** Lets a hart into the guest, or to wherever it comes; `arrive` waits for it. */
  begin(id: bigint, vcpu: bigint, hart: number): void {
    this.covhCall('run_tvm_vcpu', [id, vcpu], hart);
  }

  /** Runs all harts until one of them comes home. */
  arrive(): number {
    const { why, hart } = this.machine.run({
      steps: 20_000,
      until: [],
      stopAtTrap: () => false,
    });
    if (why !== 'home' || hart === null) throw new Error(`no hart came home: ${why}`);
    return hart;
  }

  gpr(register: number, hart = 0): bigint {
    return this.machine.read(NACL_AT + 0x4000n * BigInt(hart) + BigInt(8 * register), 8);
  }

  setGpr(register: number, value: bigint, hart = 0): void {
    const at = NACL_AT + 0x4000n * BigInt(hart) + BigInt(8 * register);
    this.machine.write(at, 8, BigInt.asUintN(64, value));
  }

  naclCsr(index: number, hart = 0): bigint {
    return this.machine.read(NACL_AT + 0x4000n * BigInt(hart) + 0x1000n + BigInt(8 * index), 8);
  }
}
