/** A hart that is nothing but registers and memory, and a guest on it that a test plays: what the run of a vCPU does. */
import { FIRMWARE_DECISIONS } from '../../decisions.ts';
import { HART_CONTEXT, NO_SHMEM } from '../../layouts/hart-context.ts';
import { recordAt } from '../../layouts/record.ts';
import { HART_CONTEXT_OFFSET, TSM_RECORD, tsmMap } from '../../layouts/tsm.ts';
import { TVM_STATES, tvmParts } from '../../layouts/tvm.ts';
import type { RegionKind } from '../../layouts/region.ts';
import type { Op, Port } from '../../port.ts';
import type { FirmwareSpec } from '../../spec.ts';
import type { RuleId } from '../../../rules/fired.ts';
import { type Outcome, type TsmContext, unlock } from '../context.ts';
import { hostEpoch, enterHost } from '../pages/host-epoch.ts';
import { PageTracker } from '../pages/tracker.ts';
import { peerSeat } from '../seats/peer.ts';
import { carve, readRegions, writeRegions } from '../tvm/regions.ts';
import { addTvm, setVcpu, type Tvm, tvmAt } from '../tvm/tvm.ts';
import { freshVcpu, startVcpu } from '../vcpu/create.ts';
import { type Vcpu, vcpuOf } from '../vcpu/vcpu.ts';
import type { RunDecisions } from './decisions.ts';
import { naclCall } from './nacl.ts';
import { runTvmVcpu } from './run-vcpu.ts';
import { guestTrap } from './trap.ts';

export const RAM = 0x8000_0000n;
const TSM = 0x8f00_0000n;
export const NACL_AT = 0x8100_0000n;
export const DIRECTORY = 0x8200_0000n;
export const TVM_AT = 0x8210_0000n;
export const VCPU_AT = 0x8220_0000n;
export const CODE = 0x4000_0000n;
export const MMIO = 0x1000_0000n;

const A0 = 10;
const A7 = 17;
const TEERET = 16n;

export const SPEC: FirmwareSpec = {
  model: 'tsm_peer',
  xlen: 64,
  harts: 2,
  ram: [{ base: RAM, size: 0x1000_0000n }],
  aliases: [],
  rdsm: { base: RAM + 0xf80_0000n, size: 0x8_0000n },
  root: null,
  tables: { base: RAM + 0xf90_0000n, size: 0x10_0000n },
  domains: [
    { name: 'tsm', sdid: 1, kind: 'tsm', mmpt: 0n, memory: { base: TSM, size: 0x40_0000n } },
  ],
  mpt: 'smmpt43',
  l3Valid: true,
  gstage: 'sv39x4',
  features: new Set(['F', 'D', 'H', 'Sstc']),
  vmidlen: 14,
  sdidlen: 6,
  tsm: { profile: 'spec', state: 'ready', maxVcpus: 4, interruptible: true },
  clint: null,
  uart: null,
  finisher: null,
  seed: 1,
  nacl: new Set(),
  shadowPages: 0,
  acceleration: new Set(),
  schedule: null,
  amnesia: false,
};

export const INVALID_PARAM = -3n;
export const GUEST = { to: 'guest' } as const;
export const RESUMABLE = { to: 'host', error: 0n, value: 0n } as const;
export const FATAL = { to: 'host', error: 0n, value: 1n } as const;

/** A host with registered memory, a TVM of one vCPU. */
export function bench(...given: ConstructorParameters<typeof FakeBench>): FakeBench {
  const made = new FakeBench(...given);
  made.finalize();
  made.hart().register();
  return made;
}

/** How firmware left the hart. */
export type Left =
  | { readonly to: 'guest' }
  | { readonly to: 'host'; readonly error: bigint; readonly value: bigint };

class Leave extends Error {
  readonly left: Left;
  constructor(left: Left) {
    super('left');
    this.left = left;
  }
}

/** Memory is shared by the harts of a bench. */
export class FakeBench {
  readonly memory = new Map<bigint, bigint>();
  readonly fired = new Set<RuleId>();
  readonly spec: FirmwareSpec;
  readonly decide: RunDecisions;
  readonly tvm: Tvm;
  readonly harts: readonly FakeHart[];

  constructor(change: Partial<FirmwareSpec> = {}, wrong: Partial<RunDecisions> = {}) {
    this.spec = { ...SPEC, ...change };
    this.decide = { ...FIRMWARE_DECISIONS.run, ...wrong };
    this.harts = Array.from({ length: this.spec.harts }, (_, k) => new FakeHart(this, k));
    const { context } = this.hart(0);
    const tsm = recordAt(context.port.own, TSM_RECORD, context.map.record);
    tsm.set('nextGuest', 2n);
    tsm.set('nextChunk', context.map.chunks.base);
    hostEpoch(context).begin();
    for (const hart of this.harts) {
      hart.kept().set('nacl', NO_SHMEM);
      finish(enterHost(hart.context));
      hart.log.length = 0;
    }
    addTvm(context, TVM_AT, DIRECTORY);
    this.tvm = tvmAt(context, TVM_AT);
    this.region(CODE, 0x10_0000n, 'confidential');
  }

  hart(k = 0): FakeHart {
    const hart = this.harts[k];
    if (hart === undefined) throw new RangeError('no such hart');
    return hart;
  }

  region(gpa: bigint, length: bigint, kind: RegionKind): void {
    const { context } = this.hart();
    writeRegions(context, this.tvm, carve(readRegions(context, this.tvm), gpa, length, kind));
  }

  kinds(): readonly string[] {
    return readRegions(this.hart().context, this.tvm).map(
      ({ base, size, kind }) => `${base.toString(16)}+${size.toString(16)} ${kind}`,
    );
  }

  vcpu(id = 0n): Vcpu {
    return vcpuOf(this.hart().context, VCPU_AT + 4096n * id);
  }

  /** vCPUs 0 to `count` - 1, of which 0 is started; the TVM may run. */
  finalize(count = 1): void {
    const { context } = this.hart();
    for (let id = 0n; id < BigInt(count); id++) {
      freshVcpu(context, VCPU_AT + 4096n * id, TVM_AT, id);
      setVcpu(context, this.tvm, id, VCPU_AT + 4096n * id);
    }
    startVcpu(this.vcpu(), CODE, 0x77n);
    this.tvm.record.set('state', BigInt(TVM_STATES.indexOf('runnable')));
  }

  read(at: bigint, size: number): bigint {
    const word = this.memory.get(at - (at % 8n)) ?? 0n;
    return BigInt.asUintN(8 * size, word >> (8n * (at % 8n)));
  }

  write(at: bigint, size: number, value: bigint): void {
    const shift = 8n * (at % 8n);
    const mask = ((1n << BigInt(8 * size)) - 1n) << shift;
    const old = this.memory.get(at - (at % 8n)) ?? 0n;
    this.memory.set(at - (at % 8n), (old & ~mask) | ((value << shift) & mask));
  }

  gpr(register: number): bigint {
    return this.read(NACL_AT + BigInt(8 * register), 8);
  }

  naclCsr(index: number): bigint {
    return this.read(NACL_AT + 0x1000n + BigInt(8 * index), 8);
  }
}

export class FakeHart {
  readonly x: bigint[] = Array.from({ length: 32 }, () => 0n);
  readonly f: bigint[] = Array.from({ length: 32 }, () => 0n);
  readonly csrs = new Map<string, bigint>();
  /** `hfence_gvma 5`, `csrw hgatp`: in order. */
  readonly log: string[] = [];
  /** What the guest's memory holds for HLVX, by address. */
  readonly code = new Map<bigint, bigint>();
  readonly bench: FakeBench;
  readonly context: TsmContext;

  constructor(bench: FakeBench, hart: number) {
    this.bench = bench;
    const { spec, decide } = bench;
    const area = { base: TSM, size: 0x40_0000n };
    const port = this.#port(hart);
    const map = tsmMap(spec, area);
    this.context = {
      port,
      spec,
      sdid: 1,
      seat: peerSeat(1),
      map,
      parts: tvmParts(spec.tsm.maxVcpus),
      hart: map.hart(hart),
      pages: new PageTracker(port.own, map, spec),
      decisions: FIRMWARE_DECISIONS.tsm,
      run: decide,
    };
  }

  kept() {
    return recordAt(this.context.port.own, HART_CONTEXT, this.context.hart + HART_CONTEXT_OFFSET);
  }

  csr(name: string): bigint {
    return this.csrs.get(name) ?? 0n;
  }

  /** The host calls run_tvm_vcpu here. */
  run(vcpu = 0n, tvm = 2n): Left {
    return this.#call(runTvmVcpu(this.context, { tvm_guest_id: tvm, tvm_vcpu_id: vcpu }));
  }

  /** The host calls NACL here. */
  nacl(fid: number, values: readonly bigint[]): Left {
    values.forEach((value, k) => (this.x[A0 + k] = value));
    this.x[16] = BigInt(fid);
    return this.#call(naclCall(this.context));
  }

  register(): void {
    this.nacl(1, [NACL_AT, 0n, 0n]);
  }

  /** The guest traps here. */
  trap(csrs: Readonly<Record<string, bigint>>, supervisor = true): Left {
    const trap = { scause: 0n, stval: 0n, htval: 0n, htinst: 0n, ...csrs };
    for (const [name, value] of Object.entries(trap)) this.csrs.set(name, value);
    const status = this.csr('sstatus') & ~0x100n;
    this.csrs.set('sstatus', supervisor ? status | 0x100n : status);
    return this.#leaves(guestTrap(this.context));
  }

  /** The guest makes an ECALL. */
  ecall(eid: bigint, fid: bigint, values: readonly bigint[] = []): Left {
    values.forEach((value, k) => (this.x[A0 + k] = value));
    this.x[16] = fid;
    this.x[A7] = eid;
    return this.trap({ scause: 10n, sepc: this.csr('sepc') });
  }

  #call(op: Op<Outcome>): Left {
    return this.#leaves(op, ({ error, value }) => {
      finish(unlock(this.context));
      return { to: 'host', error, value };
    });
  }

  #leaves<T>(op: Op<T>, done?: (result: T) => Left): Left {
    try {
      const result = finish(op);
      if (done !== undefined) return done(result);
      throw new Error('firmware has not left the hart');
    } catch (error) {
      if (error instanceof Leave) return error.left;
      throw error;
    }
  }

  #port(hart: number): Port {
    const { bench, x, f, csrs, log } = this;
    const size = (n?: number) => n ?? 8;
    const port: Partial<Port> = {
      xlen: 64,
      hart,
      x: (n) => x[n] ?? 0n,
      setX: (n, value) => {
        if (n > 0) x[n] = value;
      },
      f: (n) => f[n] ?? 0n,
      setF: (n, value) => {
        f[n] = value;
      },
      own: {
        read: (at, bytes) => bench.read(at, bytes),
        write: (at, bytes, value) => {
          bench.write(at, bytes, value);
        },
      },
      *tryLoad(at, bytes) {
        return bench.read(at, size(bytes));
      },
      *tryStore(at, value, bytes) {
        bench.write(at, size(bytes), value);
        return null;
      },
      *amo(_what, at, value) {
        const old = bench.read(at, 8);
        bench.write(at, 8, value);
        return old;
      },
      *csrr(name) {
        return csrs.get(name) ?? 0n;
      },
      *csrw(name, value) {
        log.push(`csrw ${name}`);
        csrs.set(name, value);
      },
      *csrs(name, bits) {
        const old = csrs.get(name) ?? 0n;
        csrs.set(name, old | bits);
        return old;
      },
      *csrc(name, bits) {
        const old = csrs.get(name) ?? 0n;
        csrs.set(name, old & ~bits);
        return old;
      },
      *fence(name, _rs1, rs2) {
        log.push(`${name} ${rs2 ?? 'all'}`);
      },
      tryGuestLoad: (at) => this.#guestLoad(at),
      *ecall() {
        if (x[16] === TEERET)
          throw new Leave({ to: 'host', error: x[10] ?? 0n, value: x[11] ?? 0n });
        throw new Error('the fake RDSM knows TEERET alone');
      },
      *sret() {
        throw new Leave({ to: 'guest' });
      },
      fired: (rule) => {
        bench.fired.add(rule);
      },
      note: () => undefined,
    };
    return port as Port;
  }

  *#guestLoad(at: bigint): Op<bigint> {
    const value = this.code.get(at);
    if (value === undefined) throw new Error('this test has no code there');
    return value;
  }
}

export function finish<T>(op: Op<T>): T {
  for (;;) {
    const step = op.next('done');
    if (step.done === true) return step.value;
  }
}
