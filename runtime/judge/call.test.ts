/** What calls and exits come to, against what lines say of them. */
import { describe, expect, it } from 'vitest';
import { compile, expand, type PlanOutcome } from '../../dsl/index.ts';
import { type Trap } from '../../emulator/index.ts';
import { VOCABULARY } from '../vocabulary/vocabulary.ts';
import type { Actual, CallReturn, TvmExit } from './actual.ts';
import { judge } from './judge.ts';

const CONTEXT = {
  reasons: true,
  zeroTval: false,
  profile: 'spec',
  resolve: (value: unknown) => (typeof value === 'bigint' ? value : 0n),
} as const;

/** The outcome of a line, as scripts write it. */
function outcome(action: string, text: string): PlanOutcome {
  const script = `sdt 1\nscenario "s"\nrequires H\ndomain host sdid 0\nhost ${action} -> ${text}\n`;
  const document = compile({ path: 's.sdt', text: script }, () => null, VOCABULARY);
  expect(document.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [scenario] = document.scenarios;
  const step = scenario && expand(scenario, 0).lines.find((line) => line.kind === 'step');
  if (step?.kind !== 'step') throw new Error('no step');
  return step.outcome;
}

const RUN = 'calls covh.run_tvm_vcpu()';

const STEP: Actual = {
  origin: null,
  mode: 'S',
  address: 0n,
  size: 0,
  trap: null,
  value: null,
  leaked: null,
};

const returned = (error: bigint, value = 0n, exit: TvmExit | null = null): Actual => ({
  ...STEP,
  call: { error, value, exit } satisfies CallReturn,
});

/** A vCPU that came out with a call, unless `more` says otherwise. */
function out(more: Partial<TvmExit>, fields: Readonly<Record<string, bigint>> = {}): Actual {
  const field = (name: string) => fields[name] ?? null;
  const exit = { cause: 10, interrupt: false, gpa: 0n, fatal: false, field, ...more };
  return returned(0n, exit.fatal ? 1n : 0n, exit);
}

/** The sentence of a failure; null: the outcome holds. */
function verdict(action: string, text: string, actual: Actual): string | null {
  return judge(outcome(action, text), actual, null, CONTEXT).message;
}

describe('a call', () => {
  it('succeeds with any value, or with the one that is said', () => {
    expect(verdict(RUN, 'success', returned(0n, 7n))).toBeNull();
    expect(verdict(RUN, 'success 64', returned(0n, 64n))).toBeNull();
    expect(verdict(RUN, 'success 64', returned(0n, 63n))).toBe(
      'the call returned the value 0x3f, not 0x40',
    );
    expect(verdict(RUN, 'success', returned(-3n))).toBe(
      'the call returned error invalid_param, not success',
    );
  });

  it('returns the error that is named, or any', () => {
    expect(verdict(RUN, 'error', returned(-1003n))).toBeNull();
    const fence = 'calls covh.global_fence()';
    expect(verdict(fence, 'error already_started', returned(-7n))).toBeNull();
    expect(verdict(RUN, 'error invalid_address', returned(-3n))).toBe(
      'the call returned error invalid_param, not error invalid_address',
    );
    expect(verdict(RUN, 'error', returned(0n, 2n))).toBe('the call succeeded: success 2');
  });

  it('that has not returned is running', () => {
    const away: Actual = { ...STEP, ended: 'running' };
    expect(verdict(RUN, 'running', away)).toBeNull();
    expect(verdict(RUN, 'success', away)).toBe('the call has not returned');
    expect(verdict(RUN, 'running', returned(0n))).toBe('the call came back: success');
  });

  it('may leave no register but a0 and a1 changed', () => {
    const lost = { ...returned(0n), lost: ['s0'] };
    expect(verdict(RUN, 'success', lost)).toBe('the call did not give back s0 as they were');
  });
});

describe('an exit', () => {
  const share = out({}, { a7: 0x434f_5647n, a6: 2n, a0: 0x8050_0000n });

  it('is a call of the TVM, by its extension and function', () => {
    expect(verdict(RUN, 'exits ecall covg.share_memory_region', share)).toBeNull();
    expect(verdict(RUN, 'exits ecall covg.unshare_memory_region', share)).toBe(
      'the vCPU exits ecall covg.share_memory_region, not ecall covg.unshare_memory_region',
    );
    expect(verdict(RUN, 'exits ecall', share)).toBeNull();
    expect(verdict(RUN, 'exits ecall with (a0: 0x8050_0000)', share)).toBeNull();
    expect(verdict(RUN, 'exits ecall fatal', share)).toMatch(/the exit is not fatal$/);
    expect(verdict(RUN, 'exits ecall', out({ cause: 22 }))).toBe(
      'the vCPU exits virtual instruction, not ecall',
    );
    const a0 = (value: string) => `exits ecall covg.share_memory_region with (a0: ${value})`;
    expect(verdict(RUN, a0('0x8050_0000'), share)).toBeNull();
    expect(verdict(RUN, a0('1'), share)).toBe('a0 is 0x8050_0000, not 1');
  });

  it('is a fault at a guest physical address', () => {
    const fault = out({ cause: 23, gpa: 0x8040_0000n });
    const text = 'exits store guest page fault at gpa 0x8040_0000';
    expect(verdict(RUN, text, fault)).toBeNull();
    expect(verdict(RUN, text, out({ cause: 23, gpa: 0x8040_1000n }))).toBe(
      'the exit shows guest physical address 0x8040_1000, not 0x8040_0000',
    );
    expect(verdict(RUN, 'exits load guest page fault', fault)).toBe(
      'the vCPU exits store guest page fault at gpa 0x8040_0000, not load guest page fault',
    );
  });

  it('is fatal only where the line says so', () => {
    const dead = out({ cause: 21, fatal: true });
    expect(verdict(RUN, 'exits load guest page fault fatal', dead)).toBeNull();
    expect(verdict(RUN, 'exits load guest page fault', dead)).toBe(
      'the vCPU exits load guest page fault at gpa 0x0 fatal, and cannot go on: the exit is fatal',
    );
    expect(verdict(RUN, 'exits load guest page fault fatal', out({ cause: 21 }))).toMatch(
      /the exit is not fatal$/,
    );
  });

  it('is an interrupt of the host', () => {
    const timer = out({ cause: 5, interrupt: true });
    expect(verdict(RUN, 'exits interrupt timer', timer)).toBeNull();
    expect(verdict(RUN, 'exits interrupt external', timer)).toBe(
      'the vCPU exits interrupt timer, not interrupt external',
    );
    // A cause of 5 without the interrupt bit is a load access fault.
    expect(verdict(RUN, 'exits interrupt timer', out({ cause: 5 }))).not.toBeNull();
  });

  it('shows no address where the host shares no page', () => {
    expect(
      verdict(RUN, 'exits load guest page fault at gpa 0', out({ cause: 21, gpa: null })),
    ).toBe(
      'the exit shows no address, not 0x0: the host of this hart shares no page with the TSM (nacl.set_shmem)',
    );
  });

  it('is the end of the program that the vCPU ran', () => {
    expect(verdict(RUN, 'exits end', out({ ended: true }))).toBeNull();
    expect(verdict(RUN, 'exits end', share)).toBe(
      'the vCPU came out otherwise: it exits ecall covg.share_memory_region',
    );
    expect(verdict(RUN, 'exits end', returned(-3n))).toBe('the call gave error invalid_param');
  });
});

describe('a trap that firmware absorbed', () => {
  const trap: Trap = {
    cause: 21,
    tval: 0x9000_0000n,
    epc: 0x800n,
    gpa: 0x9000_0000n,
    tinst: 0n,
    takenIn: 'S',
    mpv: true,
    gva: true,
    because: 'pte.invalid',
    rule: null,
  } as unknown as Trap;
  const load = 'loads at 0x9000_0000';
  const access: Actual = { ...STEP, origin: 'load', address: 0x9000_0000n, size: 8 };
  const injected = { ...trap, cause: 5, gpa: null, takenIn: 'VS' } as unknown as Trap;
  const text = 'load access fault via load guest page fault taken in HS';

  it('is asserted apart from the one that software sees', () => {
    expect(verdict(load, text, { ...access, trap: injected, via: [trap] })).toBeNull();
  });

  it('fails where firmware met another one, or none', () => {
    const inM = { ...trap, takenIn: 'M' } as Trap;
    expect(verdict(load, text, { ...access, trap: injected, via: [inM] })).toBe(
      'firmware absorbed load guest page fault (21) taken in M on the way',
    );
    expect(verdict(load, text, { ...access, trap: injected, via: [] })).toBe(
      'firmware absorbed nothing on the way',
    );
    expect(verdict(load, text, { ...access, trap: injected })).toBe(
      'no firmware stood between the access and its outcome',
    );
  });
});
