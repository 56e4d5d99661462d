/** A machine with the RDSM, two worlds with tables, and a TSM of a few lines. */
import type { OperationName } from '../../access/kinds.ts';
import { functionWord } from '../abi/abi.ts';
import type { Handler, HandlerFactory } from '../handler.ts';
import type { Op, Port } from '../port.ts';
import type { FirmwareDomain, FirmwareSpec } from '../spec.ts';
import { Assembler } from '../../isa/assemble.ts';
import { wholeIsa } from '../../isa/extensions.ts';
import { IsolationTable } from '../../isolate/build.ts';
import { MPT_GEOMETRIES } from '../../isolate/mpt-geometry.ts';
import { pool } from '../../isolate/build.test-support.ts';
import { Machine } from '../../machine.ts';
import type { DeviceSpec, Feature, Platform } from '../../platform.ts';
import { testPlatform } from '../../test-platform.ts';
import type { Replacements } from '../../decisions.ts';
import { rdsm } from './rdsm.ts';

export const RAM = 0x8000_0000n;
export const SIZE = 0x1000_0000n;
export const CLINT = 0x200_0000n;
export const UART = 0x1000_0000n;
export const FINISHER = 0x10_0000n;
export const RDSM_BASE = RAM + 0xf00_0000n;
const TABLES = RAM + 0xe00_0000n;
/** Where the bench builds the tables that stand there at boot. */
const BUILT = RAM + 0xd00_0000n;
export const TSM_BASE = RAM + 0xa00_0000n;
/** Memory of the host, and a page of it. */
export const PAGE_A = RAM + 0x10_0000n;
export const MMPT_SDID = 52n;

export const EID = {
  covh: 0x434f_5648n,
  supd: 0x5355_5044n,
  nacl: 0x4e41_434cn,
  rdsm: 0x0853_4452n,
};

export type TsmCode = (port: Port) => Op<void>;

/** A call of a TSM: a0 and a1 as the RDSM leaves them. */
export function* ask(port: Port, fid: bigint, values: readonly bigint[] = []): Op<bigint> {
  values.forEach((value, k) => {
    port.setX(10 + k, BigInt.asUintN(port.xlen, value));
  });
  port.setX(16, fid);
  port.setX(17, EID.rdsm);
  yield* port.ecall();
  return BigInt.asIntN(port.xlen, port.x(10));
}

export const teeret = (port: Port, error: bigint, value: bigint): Op<bigint> =>
  ask(port, 16n, [error, value]);

/** Answers every call with a0 and the SDID it was told at boot. */
function* answer(port: Port): Op<void> {
  yield* teeret(port, 0n, port.x(10) + 1n);
}

function tsmOf(handle: TsmCode, before: TsmCode | undefined): HandlerFactory {
  return (spec, domain): Handler => ({
    name: 'tsm',
    clobbers: 'x',
    *boot(port) {
      const { memory } = spec.domains.find(({ sdid }) => sdid === domain) ?? { memory: null };
      yield* port.csrw('stvec', memory?.base ?? 0n);
      if (before !== undefined) yield* before(port);
      yield* ask(port, 18n);
    },
    handle,
  });
}

export interface World {
  readonly platform?: Partial<Platform>;
  readonly without?: readonly Feature[];
  readonly with?: readonly Feature[];
  readonly spec?: Partial<FirmwareSpec>;
  readonly tsm?: TsmCode;
  /** What it does in its boot besides. */
  readonly tsmBoot?: TsmCode;
  /** Set-up before the machine boots. */
  readonly before?: (machine: Machine) => void;
  /** A whole TSM instead. */
  readonly handler?: HandlerFactory;
  /** SDIDs of domains with a TSM, and of plain ones. */
  readonly tsms?: readonly number[];
  readonly plain?: readonly number[];
  readonly devices?: readonly DeviceSpec['kind'][];
  readonly replaces?: Replacements;
}

const DEVICES = {
  clint: { kind: 'clint', base: CLINT },
  uart: { kind: 'uart', base: UART },
  finisher: { kind: 'finisher', base: FINISHER },
} as const;

const assembler = new Assembler(wholeIsa(64));
const ECALL = 0x73;

export class Bench {
  readonly machine: Machine;
  readonly spec: FirmwareSpec;
  readonly tables = new Map<number, IsolationTable>();
  written = '';
  readonly #xlen: 32 | 64;
  end = 0n;

  constructor(world: World = {}) {
    this.#xlen = world.platform?.xlen ?? 64;
    const names = world.devices ?? ['clint', 'uart', 'finisher'];
    const devices = names.flatMap((kind) => (kind === 'htif' ? [] : [DEVICES[kind]]));
    const base = testPlatform({ caching: 'retain', ...world.platform, devices }, world.without);
    const features = new Set([...base.features, ...(world.with ?? [])]);
    const faults = world.replaces === undefined ? [] : ['planted'];
    const platform = { ...base, features, faults };
    const planted = { says: 'planted', breaks: [], replaces: world.replaces ?? {} };
    this.machine = new Machine(
      { planted },
      { rdsm, tsm: world.handler ?? tsmOf(world.tsm ?? answer, world.tsmBoot) },
    );
    const why = this.machine.reset(platform);
    if (why !== null) throw new Error(why);
    const tsms = world.tsms ?? [1];
    const domains: FirmwareDomain[] = [
      this.#domain('host', 0, 'host', null),
      ...tsms.map((sdid, k) =>
        this.#domain(`tsm${sdid}`, sdid, 'tsm', {
          base: TSM_BASE + BigInt(k) * 0x40_0000n,
          size: 0x40_0000n,
        }),
      ),
      ...(world.plain ?? []).map((sdid) => this.#domain(`plain${sdid}`, sdid, 'plain', null)),
    ];
    const has = (kind: DeviceSpec['kind'], at: bigint) => (names.includes(kind) ? at : null);
    this.spec = {
      model: 'tsm_peer',
      xlen: this.#xlen,
      harts: platform.harts,
      ram: [{ base: RAM, size: SIZE }],
      aliases: [],
      rdsm: { base: RDSM_BASE, size: 0x8_0000n },
      root: null,
      tables: { base: TABLES, size: 0x10_0000n },
      domains,
      mpt: this.#mode,
      l3Valid: false,
      gstage: 'sv39x4',
      features,
      vmidlen: 14,
      sdidlen: platform.sdidlen,
      tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true },
      clint: has('clint', CLINT),
      uart: has('uart', UART),
      finisher: has('finisher', FINISHER),
      schedule: null,
      amnesia: true,
      seed: 7,
      nacl: new Set(),
      shadowPages: 0,
      acceleration: new Set(),
      ...world.spec,
    };
    this.#grant(domains);
    this.machine.execution.terminal = {
      write: (byte) => {
        this.written += String.fromCharCode(byte);
      },
      read: () => -1,
    };
    world.before?.(this.machine);
    const trouble = this.machine.boot(this.spec);
    if (trouble !== null) throw new Error(trouble);
  }

  get #mode(): 'smmpt34' | 'smmpt43' {
    return this.#xlen === 64 ? 'smmpt43' : 'smmpt34';
  }

  #domain(
    name: string,
    sdid: number,
    kind: FirmwareDomain['kind'],
    memory: FirmwareDomain['memory'],
  ): FirmwareDomain {
    const { machine } = this;
    const own = {
      read: (at: bigint, size: number) => machine.read(at, size),
      write: (at: bigint, size: number, value: bigint) => {
        machine.write(at, size, value);
      },
    };
    const from = BUILT + BigInt(sdid) * 0x10_0000n;
    machine.fill(from, 0x10_0000n, 0n);
    const made = IsolationTable.create(MPT_GEOMETRIES[this.#mode], own, pool(from, 0x10_0000n));
    if (typeof made === 'string') throw new Error(made);
    this.tables.set(sdid, made);
    const [mode, at] = this.#xlen === 64 ? [60n, MMPT_SDID] : [30n, 22n];
    const mmpt = (1n << mode) | (BigInt(sdid) << at) | (made.root >> 12n);
    return { name, sdid, kind, mmpt, memory };
  }

  /** RAM below the first TSM is the host's; TSMs may read and write it, and have all rights in their own. */
  #grant(domains: readonly FirmwareDomain[]): void {
    const ordinary = TSM_BASE - RAM;
    for (const { sdid, kind, memory } of domains) {
      const table = this.tables.get(sdid);
      if (kind === 'host') table?.set(RAM, ordinary, 7);
      if (kind === 'tsm') table?.set(RAM, ordinary, 3);
      if (memory === null) continue;
      table?.set(memory.base, memory.size, 7);
      this.machine.fill(memory.base, memory.size, 0n);
    }
  }

  /** An ECALL of the host: a0 and a1 as signed numbers. */
  call(eid: bigint, a6: bigint, values: readonly bigint[] = [], hart = 0) {
    const { machine } = this;
    [...values, 0n, 0n, 0n, 0n, 0n, 0n].slice(0, 6).forEach((value, k) => {
      machine.writeRegister(hart, `x${10 + k}`, BigInt.asUintN(this.#xlen, value));
    });
    machine.writeRegister(hart, 'x16', a6);
    machine.writeRegister(hart, 'x17', eid);
    const result = machine.execute(hart, { mode: 'S', word: ECALL });
    return {
      trap: result.trap,
      error: BigInt.asIntN(this.#xlen, machine.readRegister(hart, 'x10')),
      value: machine.readRegister(hart, 'x11'),
    };
  }

  covh(fid: number, values: readonly bigint[] = [], sdid = 1, hart = 0) {
    return this.call(EID.covh, functionWord(fid, sdid), values, hart);
  }

  /** Lines of a program of the host at PAGE_A; `end` is behind it. */
  program(...lines: readonly string[]): void {
    this.end = this.programAt(PAGE_A, lines);
  }

  programAt(at: bigint, lines: readonly string[]): bigint {
    const assembled = assembler.assemble(lines.join('\n'), at);
    if (assembled.error !== null) throw new Error(assembled.error.message);
    this.machine.writeBytes(at, assembled.bytes);
    return at + BigInt(assembled.bytes.length);
  }

  /** A program calls, and stands at its ECALL again: the call was interrupted. Returns where it stands. */
  interruptedCall(values: readonly bigint[]): bigint {
    const words = [0, 1, 2, 3, 4, 5].map((k) => `li a${k}, ${values[k] ?? 0n}`);
    this.program('li a6, 0x4000000', 'li a7, 0x434f5648', ...words, 'ecall', 'nop');
    const { machine } = this;
    machine.start(0, { mode: 'S', pc: PAGE_A });
    const until = [{ hart: 0, pc: this.end - 8n }];
    machine.run({ steps: 40, until, stopAtTrap: () => false });
    machine.run({ steps: 1, until: [], stopAtTrap: () => false });
    machine.run({ steps: 40, until, stopAtTrap: () => false });
    return machine.readRegister(0, 'pc');
  }

  /** The program goes on at its ECALL with other registers: what it gets there. */
  calledAgain(registers: Readonly<Record<string, bigint>>) {
    const { machine } = this;
    for (const [name, value] of Object.entries(registers)) machine.writeRegister(0, name, value);
    machine.writeRegister(0, 'pc', this.end - 8n);
    const until = [{ hart: 0, pc: this.end - 4n }];
    machine.run({ steps: 40, until, stopAtTrap: () => false });
    const error = BigInt.asIntN(64, machine.readRegister(0, 'x10'));
    return { error, value: machine.readRegister(0, 'x11') };
  }

  step(text: string, hart = 0) {
    const assembled = assembler.assemble(text, 0n);
    if (assembled.error !== null) throw new Error(assembled.error.message);
    const word = assembled.bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
    return this.machine.execute(hart, { mode: 'S', word });
  }

  tries(operation: OperationName, address: bigint, hart = 0, size = 8) {
    return this.machine.attempt(hart, { mode: 'S', operation, address, size, value: 0n });
  }

  csr(name: string, hart = 0): bigint {
    return this.machine.peekCsr(hart, name);
  }

  get sdid(): bigint {
    return (this.csr('mmpt') >> MMPT_SDID) & 63n;
  }
}
