/** For tests of the session: plans from text, and a back end that answers from a script and remembers its calls. */
import { compile, expand, type Plan } from '../../dsl/index.ts';
import type {
  CachedEntry,
  Counts,
  KeptVerdict,
  Platform,
  Result,
  RuleId,
  Trap,
  WalkStep,
} from '../../emulator/index.ts';
import { CACHING, COUNTERS } from '../../emulator/index.ts';
import type { Attempt, BackEnd, Capabilities, CsrRequest } from '../back-end/back-end.ts';
import { NoExecution } from '../back-end/no-execution.test-support.ts';
import type { CaseResult } from './results.ts';
import { runCase } from './session.ts';
import { DEFAULT_VARIATION, type Variation } from './variation.ts';
import { VOCABULARY } from '../vocabulary/vocabulary.ts';

/**
 * Case `k` of the first scenario of a text without its first line (`sdt 1`). Throws where it cannot be understood;
 * advice on what a scenario had better not do (4xx, 5xx) is not heard, as tests do just that.
 */
export function planOf(text: string, k = 0): Plan {
  const source = { path: 'test.sdt', text: `sdt 1\n${text}\n` };
  const { diagnostics, scenarios } = compile(source, () => null, VOCABULARY);
  const errors = diagnostics.filter(({ code }) => code < 'SDT400');
  const [scenario] = scenarios;
  if (errors.length > 0 || scenario === undefined) {
    throw new Error(errors.map((d) => `${d.span.line}: ${d.code} ${d.message}`).join('\n'));
  }
  return expand(scenario, k);
}

const EVERYTHING: Capabilities = {
  reasons: true,
  traces: true,
  counts: true,
  rules: true,
  caching: CACHING,
  faults: true,
  execution: false,
  firmware: false,
};

const ORDINARY: Trap = {
  cause: 5,
  tval: 0n,
  gpa: null,
  tinst: 0n,
  gva: false,
  mpv: false,
  epc: 0n,
  takenIn: 'M',
  because: 'mpt.permission',
  rule: null,
};

export function trap(more: Partial<Trap>): Result {
  return { trap: { ...ORDINARY, ...more }, value: null };
}

export function ok(value = 0n): Result {
  return { trap: null, value };
}

/** Memory and CSRs are plain maps; attempts, CSR accesses and fences answer what `answer` says, else `ok`. */
export class FakeBackEnd extends NoExecution implements BackEnd {
  readonly name = 'fake';
  readonly capabilities: Capabilities;
  readonly calls: string[] = [];
  readonly memory = new Map<bigint, number>();
  readonly csrs = new Map<string, bigint>();
  readonly counters: Record<string, number> = {};
  platform: Platform | null = null;
  refuses: string | null = null;
  answer: (hart: number, attempt: Attempt) => Result = () => ok();

  constructor(capabilities: Partial<Capabilities> = {}) {
    super();
    this.capabilities = { ...EVERYTHING, ...capabilities };
  }

  reset(platform: Platform): string | null {
    this.platform = platform;
    this.memory.clear();
    this.csrs.clear();
    for (const name of Object.keys(COUNTERS)) this.counters[name] = 0;
    return this.refuses;
  }

  read(at: bigint, size: number): bigint {
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) {
      value = (value << 8n) | BigInt(this.memory.get(at + BigInt(k)) ?? 0);
    }
    return value;
  }

  write(at: bigint, size: number, value: bigint): void {
    for (let k = 0; k < size; k++) {
      this.memory.set(at + BigInt(k), Number((value >> BigInt(8 * k)) & 0xffn));
    }
  }

  fill(base: bigint, size: bigint, unit: bigint): void {
    for (let k = 0n; k < size && k < 65536n; k += 8n) this.write(base + k, 8, unit);
  }

  poison(base: bigint, size: bigint): void {
    this.calls.push(`poison ${base.toString(16)} ${size}`);
  }

  peekCsr(hart: number, name: string): bigint {
    return this.csrs.get(`${hart} ${name}`) ?? 0n;
  }

  pokeCsr(hart: number, name: string, value: bigint): void {
    this.csrs.set(`${hart} ${name}`, value);
    this.calls.push(`${hart} ${name} = ${value.toString(16)}`);
  }

  attempt(hart: number, attempt: Attempt): Result {
    const { mode, operation, address } = attempt;
    this.calls.push(`${hart} ${mode} ${operation} ${address.toString(16)}`);
    return this.answer(hart, attempt);
  }

  csr(hart: number, { op, name, value }: CsrRequest): Result {
    const before = this.peekCsr(hart, name);
    this.calls.push(`${hart} csr ${op} ${name}`);
    if (op === 'write') this.csrs.set(`${hart} ${name}`, value);
    return ok(before);
  }

  fence(hart: number, request: Parameters<BackEnd['fence']>[1]): Result {
    const operand = (value: bigint | null) => (value === null ? 'x0' : value.toString(16));
    this.calls.push(
      `${hart} ${request.mode} ${request.fence} ${operand(request.rs1)} ${operand(request.rs2)}`,
    );
    return ok();
  }

  flush(what: string): void {
    this.calls.push(`flush ${what}`);
  }

  cached(): readonly CachedEntry[] {
    return [];
  }

  keptVerdicts(): readonly KeptVerdict[] {
    return [];
  }

  trace(on: boolean): void {
    this.calls.push(on ? 'trace on' : 'trace off');
  }

  takeTrace(): readonly WalkStep[] {
    return [];
  }

  counts(): Counts {
    return { ...this.counters } as Counts;
  }

  fired(): readonly RuleId[] {
    return [];
  }

  /** Calls since the last look that begin with one of the words. */
  taken(...words: readonly string[]): readonly string[] {
    return this.calls.filter((call) => words.some((word) => call.includes(word)));
  }
}

/** Runs a text on a fake machine that answers as `answer` says. */
export function runText(
  text: string,
  answer: FakeBackEnd['answer'] = () => ok(),
  variation: Partial<Variation> = {},
  backEnd = new FakeBackEnd(),
): { readonly result: CaseResult; readonly backEnd: FakeBackEnd } {
  backEnd.answer = answer;
  const result = runCase(planOf(text), backEnd, { ...DEFAULT_VARIATION, ...variation });
  return { result, backEnd };
}
