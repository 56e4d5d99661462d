/**
 * A second back end, for tests: accesses are decided by the oracle, and nobody says why, what was read, how often, or
 * by which rule. Registers and memory are those of a machine whose access path is never used.
 */
import type {
  CachedEntry,
  Counts,
  FenceRequest,
  KeptVerdict,
  Mode,
  Platform,
  Result,
  RuleId,
  WalkStep,
} from '../../emulator/index.ts';
import { COUNTERS, Machine, OPERATIONS } from '../../emulator/index.ts';
import { attempt as decide } from '../../emulator/oracle/access.ts';
import { OracleMemory } from '../../emulator/oracle/memory.ts';
import type { OracleState } from '../../emulator/oracle/state.ts';
import { bit, bits } from '../../emulator/oracle/state.ts';
import type { Attempt, BackEnd, CsrRequest } from './back-end.ts';
import { NoExecution } from './no-execution.test-support.ts';

const NO_COUNTS = Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, 0])) as Counts;

/** CBIE, CBCFE, CBZE of the environment registers, as a mask. */
const CACHE_BLOCK: Readonly<Record<string, bigint>> = {
  cbo_inval: 0x30n,
  cbo_clean: 0x40n,
  cbo_flush: 0x40n,
  cbo_zero: 0x80n,
};

export class PoorBackEnd extends NoExecution implements BackEnd {
  readonly name = 'poor';
  readonly capabilities = {
    reasons: false,
    traces: false,
    counts: false,
    rules: false,
    caching: ['none'],
    faults: false,
    execution: false,
    firmware: false,
  };
  readonly #registers = new Machine();
  readonly #poison = new Set<bigint>();
  #platform: Platform | null = null;

  reset(platform: Platform): string | null {
    if (platform.faults.length > 0) return 'it cannot plant faults';
    if (platform.caching !== 'none') return 'it has no caches';
    this.#platform = platform;
    this.#poison.clear();
    return this.#registers.reset(platform);
  }

  read(at: bigint, size: number): bigint {
    return this.#registers.read(at, size);
  }

  write(at: bigint, size: number, value: bigint): void {
    this.#heal(at, BigInt(size));
    this.#registers.write(at, size, value);
  }

  fill(base: bigint, size: bigint, unit: bigint): void {
    this.#heal(base, size);
    this.#registers.fill(base, size, unit);
  }

  poison(base: bigint, size: bigint): void {
    for (let at = base; at < base + size; at++) this.#poison.add(at);
  }

  peekCsr(hart: number, name: string): bigint {
    return this.#registers.peekCsr(hart, name);
  }

  pokeCsr(hart: number, name: string, value: bigint): void {
    this.#registers.pokeCsr(hart, name, value);
  }

  attempt(hart: number, attempt: Attempt): Result {
    const state = this.#state(hart);
    const illegal = denies(state, attempt);
    if (illegal !== null) return this.#trap(hart, attempt, illegal, 0n, null, 0n, false);
    if (attempt.operation === 'prefetch') return { trap: null, value: 0n };
    const memory = new OracleMemory((at, size) => this.#registers.read(at, size), this.#poison);
    const answer = decide(state, memory, { ...attempt, reserved: true });
    // A and D stay set whatever became of the access.
    for (const [at, byte] of memory.bytes) this.write(at, 1, BigInt(byte));
    if (!('trap' in answer)) return { trap: null, value: answer.value };
    const { cause, tval, gpa, tinst, gva } = answer.trap;
    const shown = this.#platform?.tval === 'zero' ? 0n : tval;
    return this.#trap(hart, attempt, cause, shown, gpa, tinst, gva && shown !== 0n);
  }

  csr(hart: number, request: CsrRequest): Result {
    return this.#registers.csr(hart, request);
  }

  fence(hart: number, request: FenceRequest): Result {
    return this.#registers.fence(hart, request);
  }

  flush(): void {
    // There is nothing to empty.
  }

  cached(): readonly CachedEntry[] {
    return [];
  }

  keptVerdicts(): readonly KeptVerdict[] {
    return [];
  }

  trace(): void {
    // Nothing is written down.
  }

  takeTrace(): readonly WalkStep[] {
    return [];
  }

  counts(): Counts {
    return NO_COUNTS;
  }

  fired(): readonly RuleId[] {
    return [];
  }

  #heal(at: bigint, size: bigint): void {
    for (const byte of this.#poison) if (byte >= at && byte < at + size) this.#poison.delete(byte);
  }

  #trap(
    hart: number,
    { mode, operation, address }: Attempt,
    cause: number,
    tval: bigint,
    gpa: bigint | null,
    tinst: bigint,
    gva: boolean,
  ): Result {
    const virtual = mode === 'VS' || mode === 'VU';
    const delegated = (name: string) => bit(this.peekCsr(hart, name), cause);
    let takenIn: Mode = 'M';
    if (mode !== 'M' && delegated('medeleg')) {
      takenIn = virtual && delegated('hedeleg') ? 'VS' : 'S';
    }
    const epc = operation === 'fetch' ? address : 0n;
    const prefix = { M: 'm', S: 's', VS: 'vs', U: 'm', VU: 'm' }[takenIn];
    this.pokeCsr(hart, `${prefix}cause`, BigInt(cause));
    this.pokeCsr(hart, `${prefix}tval`, tval);
    this.pokeCsr(hart, `${prefix}epc`, epc);
    this.#status(hart, mode, takenIn, gva, (gpa ?? 0n) >> 2n, tinst);
    const because = 'pma.vacant';
    const rest = { epc, takenIn, because, rule: null, mpv: virtual } as const;
    return { trap: { cause, tval, gpa, tinst, gva, ...rest }, value: null };
  }

  /** Where the trap came from, and what a guest-page fault adds. */
  #status(
    hart: number,
    mode: Mode,
    takenIn: Mode,
    gva: boolean,
    tval2: bigint,
    tinst: bigint,
  ): void {
    const virtual = mode === 'VS' || mode === 'VU';
    const previous = { M: 3n, S: 1n, VS: 1n, U: 0n, VU: 0n }[mode];
    const set = (name: string, at: number, width: number, value: bigint) => {
      const mask = ((1n << BigInt(width)) - 1n) << BigInt(at);
      this.pokeCsr(hart, name, (this.peekCsr(hart, name) & ~mask) | (value << BigInt(at)));
    };
    const wide = this.#platform?.xlen === 64;
    const hypervisor = this.#platform?.features.has('H') === true;
    if (takenIn === 'M') {
      set('mstatus', 11, 2, previous);
      if (!hypervisor) return;
      set(wide ? 'mstatus' : 'mstatush', wide ? 38 : 6, 2, (virtual ? 2n : 0n) | (gva ? 1n : 0n));
      this.pokeCsr(hart, 'mtval2', tval2);
      this.pokeCsr(hart, 'mtinst', tinst);
    } else if (takenIn === 'S') {
      set('sstatus', 8, 1, previous);
      if (!hypervisor) return;
      set('hstatus', 6, 2, (virtual ? 2n : 0n) | (gva ? 1n : 0n));
      if (virtual) set('hstatus', 8, 1, previous);
      this.pokeCsr(hart, 'htval', tval2);
      this.pokeCsr(hart, 'htinst', tinst);
    } else set('vsstatus', 8, 1, previous);
  }

  /** The registers as the oracle wants them. */
  #state(hart: number): OracleState {
    const platform = this.#platform;
    if (platform === null) throw new Error('attempt before reset');
    const { xlen, revision, features } = platform;
    const has = (name: string) =>
      name.startsWith('v') || name.startsWith('h') ? features.has('H') : true;
    const peek = (name: string) => (has(name) ? this.peekCsr(hart, name) : 0n);
    const wide = (name: string) =>
      xlen === 64 || !has(name) ? peek(name) : peek(name) | (peek(`${name}h`) << 32n);
    const legacy = revision !== 'smmpt_0_9';
    const entries = [...Array(platform.pmpEntries).keys()];
    return {
      xlen,
      features,
      knobs: platform.knobs,
      revision: legacy ? revision : 'smmpt',
      ram: [...platform.ram, ...platform.aliases],
      io: platform.io,
      domain: features.has('Smsd') ? peek(legacy ? 'mttp' : 'mmpt') : 0n,
      mstatus: wide('mstatus'),
      menvcfg: wide('menvcfg'),
      henvcfg: wide('henvcfg'),
      senvcfg: peek('senvcfg'),
      mseccfg: features.has('Smepmp') ? peek('mseccfg') : 0n,
      vsstatus: peek('vsstatus'),
      hstatus: peek('hstatus'),
      satp: peek('satp'),
      vsatp: peek('vsatp'),
      hgatp: peek('hgatp'),
      pmpcfg: entries.map((k) => {
        const register = Math.floor(k / (xlen / 8)) * (xlen / 32);
        return Number((peek(`pmpcfg${register}`) >> BigInt(8 * (k % (xlen / 8)))) & 0xffn);
      }),
      pmpaddr: entries.map((k) => peek(`pmpaddr${k}`)),
    };
  }
}

/** The cause of an instruction that this mode must not execute: 2 or 22; null: it may. */
function denies(state: OracleState, { mode, operation }: Attempt): 2 | 22 | null {
  const { feature } = OPERATIONS[operation];
  if (feature !== null && !state.features.has(feature)) return 2;
  const virtual = mode === 'VS' || mode === 'VU';
  const user = mode === 'U' || mode === 'VU';
  if (operation.startsWith('h')) {
    if (virtual) return 22;
    return mode === 'U' && !bit(state.hstatus, 9) ? 2 : null;
  }
  const mask = operation.startsWith('ss') ? 8n : CACHE_BLOCK[operation];
  if (mask === undefined) return null;
  if (mode === 'M') return operation === 'sspush' || operation === 'sspopchk' ? 2 : null;
  const on = (register: bigint) => (bits(register, 63, 0) & mask) !== 0n;
  if (!on(state.menvcfg)) return 2;
  if (!virtual) return user && !on(state.senvcfg) ? 2 : null;
  return on(state.henvcfg) && (!user || on(state.senvcfg)) ? null : 22;
}
