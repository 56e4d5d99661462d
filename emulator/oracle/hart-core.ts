/** What every instruction works on: registers, the current word, explicit memory accesses, exceptions. */
import { attempt } from './access.ts';
import type { OracleAttempt } from './access.ts';
import { Exception, isVirtual } from './exception.ts';
import { OracleMemory } from './memory.ts';
import type { PhysicalMemory } from './physical-memory.ts';
import { blankRegisters } from './plain-state.ts';
import type { Effects, Lines, PlainPlatform, Registers, Reservation } from './plain-state.ts';
import type { Mode, OracleState } from './state.ts';
import { transformed } from './tinst.ts';

export class HartCore {
  readonly platform: PlainPlatform;
  readonly xlen: 32 | 64;
  readonly memory: PhysicalMemory;
  /** XLEN bits each, unsigned. */
  readonly x: bigint[] = [...Array<bigint>(32).fill(0n)];
  /** 64 bits (32 without D), unsigned. */
  readonly f: bigint[] = [...Array<bigint>(32).fill(0n)];
  pc = 0n;
  mode: Mode = 'M';
  c: Registers;
  reservation: Reservation | null = null;
  lines: Lines = { msip: false, mtip: false, meip: false, seip: false, time: 0n };

  /** The instruction in execution, as fetched and expanded; where the next one is. */
  raw = 0;
  word = 0;
  length = 4;
  next = 0n;
  effects: Effects = { csr: [], memory: [], rd: null };
  /** Counters that the instruction wrote itself. */
  counted = { cycle: false, instret: false };
  #view: OracleState | null = null;

  constructor(platform: PlainPlatform, memory: PhysicalMemory) {
    this.platform = platform;
    this.xlen = platform.xlen;
    this.memory = memory;
    this.c = blankRegisters(platform);
  }

  has(feature: string): boolean {
    return this.platform.features.has(feature);
  }

  get virtual(): boolean {
    return isVirtual(this.mode);
  }

  get(register: number): bigint {
    return register === 0 ? 0n : (this.x[register] ?? 0n);
  }

  /** Writes a register; what does not fit in XLEN bits is cut off. */
  set(register: number, value: bigint): void {
    this.effects.rd = register;
    if (register !== 0) this.x[register] = BigInt.asUintN(this.xlen, value);
  }

  signed(register: number): bigint {
    return BigInt.asIntN(this.xlen, this.get(register));
  }

  /** Illegal-instruction exception with the instruction's bits. */
  illegal(): never {
    throw new Exception(2, BigInt(this.raw));
  }

  /** Virtual-instruction exception with the instruction's bits. */
  virtualInstruction(): never {
    throw new Exception(22, BigInt(this.raw));
  }

  require(condition: boolean): void {
    if (!condition) this.illegal();
  }

  /** Something that translation or protection looks at was written. */
  stale(): void {
    this.#view = null;
  }

  /** The registers as the access oracle wants them. */
  view(): OracleState {
    if (this.#view === null) {
      const { features, knobs, revision, ram, io } = this.platform;
      const { xlen } = this;
      const { mstatus, menvcfg, senvcfg, mseccfg, vsstatus, hstatus } = this.c;
      const { satp, vsatp, hgatp, domain, pmpcfg, pmpaddr, henvcfg } = this.c;
      const platform = { xlen, features, knobs, revision, ram, io };
      const environment = { menvcfg, henvcfg, senvcfg, mseccfg };
      const status = { mstatus, vsstatus, hstatus };
      const tables = { satp, vsatp, hgatp, domain, pmpcfg, pmpaddr };
      this.#view = { ...platform, ...environment, ...status, ...tables };
    }
    return this.#view;
  }

  /** One explicit access; faults become exceptions with the transformed instruction. */
  access(
    operation: string,
    address: bigint,
    size: number,
    more: Partial<Pick<OracleAttempt, 'value' | 'reserved' | 'combine'>> = {},
  ): { readonly value: bigint; readonly pa: bigint } {
    const at = BigInt.asUintN(this.xlen, address);
    const scratch = new OracleMemory((from, bytes) => this.memory.read(from, bytes));
    const request = { mode: this.mode, operation, address: at, size, value: 0n, reserved: false };
    const result = attempt(this.view(), scratch, { ...request, ...more });
    this.memory.commit(scratch.bytes);
    if ('trap' in result) {
      const { cause, tval, gpa, tinst, gva } = result.trap;
      const standard = tinst !== 0n ? tinst : transformed(this.word, this.length, tval - at);
      throw new Exception(cause, tval, { gpa, tinst: standard, gva });
    }
    this.effects.memory.push({ operation, address: at, size });
    const data = scratch.references.filter(({ kind }) => kind === 'data');
    return { value: result.value, pa: data[0]?.at ?? 0n };
  }

  load(address: bigint, size: number): bigint {
    return this.access('load', address, size).value;
  }

  store(address: bigint, size: number, value: bigint): void {
    this.access('store', address, size, { value });
  }

  /** Goes on at a target, which must be a place where an instruction may begin. */
  jump(target: bigint): void {
    const to = BigInt.asUintN(this.xlen, target);
    if (to % 4n !== 0n && !this.has('C')) throw new Exception(0, to, { gva: this.virtual });
    this.next = to;
  }
}
