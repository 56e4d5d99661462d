/** A TSM on memory alone: the RDSM is a set of pages that are the host's, harts take turns by call. */
import { expect } from 'vitest';
import type { Trap } from '../../access/trap.ts';
import type { RuleId } from '../../rules/fired.ts';
import { functionWord } from '../abi/abi.ts';
import { COVH } from '../abi/covh.ts';
import { errorName } from '../abi/errors.ts';
import { RDSM } from '../abi/rdsm.ts';
import { TVM_CREATE_PARAMS } from '../abi/structs.ts';
import { FIRMWARE_DECISIONS, type FirmwareDecisions } from '../decisions.ts';
import { encode } from '../layouts/encode.ts';
import type { Op, Port } from '../port.ts';
import type { FirmwareSpec } from '../spec.ts';
import type { CovhName, Values } from './covh/call.ts';
import type { TsmContext } from './context.ts';
import { contextsOf, tsm } from './entry.ts';

export const PAGE = 4096n;
export const RAM = { base: 0x8000_0000n, size: 0x1000_0000n };
export const TSM_AREA = { base: 0x8fc0_0000n, size: 0x40_0000n };
/** Host memory that tests convert. */
export const POOL = 0x8100_0000n;
/** Host memory that stays the host's. */
export const HOST = 0x8080_0000n;
const SCRATCH = 0x8070_0000n;
/** RAM of a domain that is neither the host nor the TSM. */
export const OTHER = 0x8a00_0000n;

export function specOf(more: Partial<FirmwareSpec['tsm']> = {}, harts = 2): FirmwareSpec {
  const domain = { mmpt: 0n, memory: null };
  return {
    model: 'tsm_peer',
    xlen: 64,
    harts,
    ram: [RAM],
    aliases: [],
    rdsm: { base: 0x8f00_0000n, size: 0x8_0000n },
    root: null,
    tables: { base: 0x8f10_0000n, size: 0x10_0000n },
    domains: [
      { ...domain, name: 'host', sdid: 0, kind: 'host' },
      { ...domain, name: 'tsm', sdid: 1, kind: 'tsm', memory: TSM_AREA },
    ],
    mpt: 'smmpt43',
    gstage: 'sv39x4',
    features: new Set(),
    vmidlen: 14,
    sdidlen: 6,
    tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true, ...more },
    clint: null,
    uart: null,
    finisher: null,
    seed: 1,
    nacl: new Set(),
    shadowPages: 0,
    acceleration: new Set(),
    l3Valid: true,
    schedule: null,
    amnesia: true,
  };
}

class Left extends Error {}

/** Sparse memory, by pages. */
export class Memory {
  readonly #pages = new Map<bigint, DataView>();
  /** Pages that were written since `save`. */
  readonly #written = new Set<bigint>();

  view(at: bigint): DataView {
    const page = at / PAGE;
    let view = this.#pages.get(page);
    if (view === undefined) {
      view = new DataView(new ArrayBuffer(Number(PAGE)));
      this.#pages.set(page, view);
    }
    return view;
  }

  read(at: bigint, size: number): bigint {
    const view = this.view(at);
    const offset = Number(at % PAGE);
    return size === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
  }

  write(at: bigint, size: number, value: bigint): void {
    this.#written.add(at / PAGE);
    const view = this.view(at);
    const offset = Number(at % PAGE);
    if (size === 8) view.setBigUint64(offset, value, true);
    else view.setUint32(offset, Number(value), true);
  }

  bytes(at: bigint, count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let k = 0; k < count; k++) {
      bytes[k] = this.view(at + BigInt(k)).getUint8(Number((at + BigInt(k)) % PAGE));
    }
    return bytes;
  }

  /** What it holds now, to come back to as often as one likes. */
  save(): () => void {
    const saved = new Map([...this.#pages].map(([page, view]) => [page, view.buffer.slice(0)]));
    this.#written.clear();
    return () => {
      for (const page of this.#written) {
        const bytes = saved.get(page);
        if (bytes === undefined) this.#pages.delete(page);
        else this.#pages.set(page, new DataView(bytes.slice(0)));
      }
      this.#written.clear();
    };
  }

  put(at: bigint, bytes: Uint8Array): void {
    for (let k = 0; k < bytes.length; k += 4096) this.#written.add((at + BigInt(k)) / PAGE);
    this.#written.add((at + BigInt(bytes.length)) / PAGE);
    bytes.forEach((byte, k) => {
      this.view(at + BigInt(k)).setUint8(Number((at + BigInt(k)) % PAGE), byte);
    });
  }
}

export class TestTsm {
  readonly memory = new Memory();
  readonly fired = new Set<RuleId>();
  /** Pages that the RDSM has given to the TSM. */
  readonly confidential = new Set<bigint>();
  readonly fences: string[] = [];
  readonly #handler;
  readonly #csrs: Map<string, bigint>[];
  #domains = 0;

  readonly spec: FirmwareSpec;

  constructor(spec = specOf(), replaced: Partial<FirmwareDecisions['tsm']> = {}) {
    this.spec = spec;
    const decide = { ...FIRMWARE_DECISIONS, tsm: { ...FIRMWARE_DECISIONS.tsm, ...replaced } };
    // Made anew for each entry, as a machine does.
    this.#handler = () => tsm(spec, 1, decide);
    this.#csrs = Array.from({ length: spec.harts }, () => new Map<string, bigint>());
    for (let hart = 0; hart < spec.harts; hart++) {
      this.#drive(hart, (port) => this.#handler().boot(port), []);
    }
  }

  /** All that it is now, to come back to as often as one likes. */
  save(): () => void {
    const restoreMemory = this.memory.save();
    const confidential = [...this.confidential];
    const csrs = this.#csrs.map((one) => [...one]);
    return () => {
      restoreMemory();
      this.confidential.clear();
      for (const at of confidential) this.confidential.add(at);
      this.#csrs.forEach((one, hart) => {
        one.clear();
        for (const [name, value] of csrs[hart] ?? []) one.set(name, value);
      });
    };
  }

  /** A call of COVH: its value, or the name of its error. */
  call<N extends CovhName>(name: N, values: Partial<Values<N>>, hart = 0): bigint | string {
    const row = COVH.functions[name];
    const fid = this.spec.tsm.profile === 'salus' ? row.salusFid : row.fid;
    const registers = row.arguments.map(
      ({ name: argument }) => (values as Record<string, bigint>)[argument] ?? 0n,
    );
    return this.raw(COVH.eid, functionWord(fid ?? 0x3ff, 1), registers, hart);
  }

  raw(eid: bigint, word: bigint, values: readonly bigint[], hart = 0): bigint | string {
    this.#csrs[hart]?.set('scause', 24n);
    const registers = [...values];
    registers[6] = word;
    registers[7] = eid;
    const [error = 0n, value = 0n] = this.#drive(
      hart,
      (port) => this.#handler().handle(port),
      registers,
    );
    const signed = BigInt.asIntN(64, error);
    return signed === 0n ? value : (errorName(signed) ?? String(signed));
  }

  /** Creates a TVM with its directory and state pages: its id, or the error. */
  create(directory: bigint, state: bigint, hart = 0): bigint | string {
    const bytes = encode(TVM_CREATE_PARAMS, {
      tvm_page_directory_addr: directory,
      tvm_state_addr: state,
    });
    this.memory.put(SCRATCH, bytes);
    return this.call(
      'create_tvm',
      { tvm_create_params_addr: SCRATCH, tvm_create_params_len: BigInt(bytes.length) },
      hart,
    );
  }

  convert(base: bigint, pages: bigint): bigint | string {
    return this.call('convert_pages', { base_page_address: base, num_pages: pages });
  }

  reclaim(base: bigint, pages: bigint): bigint | string {
    return this.call('reclaim_pages', { base_page_address: base, num_pages: pages });
  }

  /** Converts, and fences on every hart. */
  donate(base: bigint, pages: bigint): void {
    expect(this.convert(base, pages)).toBe(pages);
    this.fenceAll();
  }

  fenceAll(): void {
    expect(this.call('global_fence', {})).toBe(0n);
    for (let hart = 1; hart < this.spec.harts; hart++) {
      expect(this.call('local_fence', {}, hart)).toBe(0n);
    }
  }

  /** What the TSM's own parts see on a hart, between calls. */
  context(hart = 0): TsmContext {
    return contextsOf(this.spec, 1, FIRMWARE_DECISIONS)(this.#port(hart, []));
  }

  #drive(
    hart: number,
    begin: (port: Port) => Op<void>,
    values: readonly bigint[],
  ): readonly bigint[] {
    const x = Array.from({ length: 32 }, () => 0n);
    values.forEach((value, k) => (x[10 + k] = value));
    const op = begin(this.#port(hart, x));
    try {
      for (;;) if (op.next('done').done === true) throw new Error('it never left');
    } catch (error) {
      if (!(error instanceof Left)) throw error;
    }
    return [x[10] ?? 0n, x[11] ?? 0n];
  }

  /** What the isolation table of the TSM lets through: everything but other domains and what is no memory. */
  #allows(at: bigint): boolean {
    return at >= RAM.base && at < RAM.base + RAM.size && (at < OTHER || at >= OTHER + PAGE);
  }

  /** sd_assign_mem and sd_revoke_mem, and the ways out. */
  #ecall(x: bigint[]): void {
    expect(x[17]).toBe(RDSM.eid);
    const call = Number(x[16]);
    const { sd_assign_mem: assign, sd_revoke_mem: revoke } = RDSM.functions;
    if (call !== assign.fid && call !== revoke.fid) throw new Left();
    const [base = 0n, count = 0n] = [x[11], x[12]];
    const pages = Array.from({ length: Number(count) }, (_, k) => base + BigInt(k) * PAGE);
    const isGiven = (at: bigint): boolean => this.confidential.has(at);
    const isHosts = (at: bigint): boolean => this.#allows(at) && !isGiven(at);
    this.#domains++;
    x[10] = 0n;
    if (!pages.every(call === assign.fid ? isHosts : isGiven)) x[10] = -5n & ((1n << 64n) - 1n);
    else if (call === assign.fid) for (const at of pages) this.confidential.add(at);
    else for (const at of pages) this.confidential.delete(at);
  }

  /** Calls to the RDSM about memory. */
  get assignments(): number {
    return this.#domains;
  }

  #port(hart: number, x: bigint[]): Port {
    const { memory, fired, fences } = this;
    const csrs = this.#csrs[hart] ?? new Map<string, bigint>();
    const allows = (at: bigint): boolean => this.#allows(at);
    const ecall = (): void => {
      this.#ecall(x);
    };
    const denied = (at: bigint): Trap => ({
      cause: 5,
      tval: at,
      gpa: null,
      tinst: 0n,
      gva: false,
      mpv: false,
      epc: 0n,
      takenIn: 'S',
      because: 'mpt.permission',
      rule: null,
    });
    const given: Partial<Port> = {
      xlen: 64,
      hart,
      own: memory,
      x: (number) => x[number] ?? 0n,
      setX: (number, value) => (x[number] = BigInt.asUintN(64, value)),
      *tryLoad(at, size = 8) {
        yield { kind: 'yield' };
        return allows(at) ? memory.read(at, size) : denied(at);
      },
      *tryReadBytes(at, count) {
        yield { kind: 'yield' };
        return allows(at) ? memory.bytes(at, count) : denied(at);
      },
      *tryWriteBytes(at, bytes) {
        yield { kind: 'yield' };
        if (!allows(at)) return denied(at);
        memory.put(at, bytes);
        return null;
      },
      *zero(at, count) {
        yield { kind: 'yield' };
        memory.put(at, new Uint8Array(count));
      },
      *amo(_what, at, value) {
        yield { kind: 'yield' };
        const old = memory.read(at, 8);
        memory.write(at, 8, value);
        return old;
      },
      *csrr(name) {
        yield { kind: 'yield' };
        return csrs.get(name) ?? 0n;
      },
      *csrw(name, value) {
        yield { kind: 'yield' };
        csrs.set(name, value);
      },
      *fence(name) {
        yield { kind: 'yield' };
        fences.push(`${hart} ${name}`);
      },
      *ecall() {
        yield { kind: 'yield' };
        ecall();
      },
      *pause() {
        yield { kind: 'yield' };
        throw new Error('a call waits for the lock of another that is over');
      },
      fired: (rule) => {
        fired.add(rule);
      },
      note: () => undefined,
    };
    return new Proxy(given, {
      get(target, name) {
        if (name in target) return Reflect.get(target, name) as unknown;
        throw new Error(`this port has no ${String(name)}`);
      },
    }) as Port;
  }
}
