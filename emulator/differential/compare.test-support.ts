/** One attempt in the machine and in the oracle, and every way in which they can differ. */
import type { OperationName } from '../access/kinds.ts';
import type { Machine } from '../machine.ts';
import { attempt as oracleAttempt } from '../oracle/access.ts';
import type { OracleAttempt } from '../oracle/access.ts';
import { OracleMemory } from '../oracle/memory.ts';
import type { OracleState } from '../oracle/state.ts';
import { restoreStatus } from './world.test-support.ts';

const TABLES = new Set(['s', 'vs', 'g', 'mpt', 'mtt']);

export interface Comparison {
  readonly differences: readonly string[];
  /** What the oracle saw on the way. */
  readonly seen: ReadonlyMap<string, number>;
}

const hex = (value: bigint) => `0x${value.toString(16)}`;

export function compare(machine: Machine, state: OracleState, request: OracleAttempt): Comparison {
  restoreStatus(machine, state);
  const before = machine.counts();
  const memory = new OracleMemory((at, width) => machine.read(at, width));
  const expected = oracleAttempt(state, memory, request);

  machine.trace(true);
  machine.takeTrace();
  const { mode, address, size, value } = request;
  const operation = request.operation as OperationName;
  const got = machine.attempt(0, { mode, operation, address, size, value });
  const steps = machine.takeTrace();
  const after = machine.counts();
  const differences: string[] = [];
  const same = (what: string, a: unknown, b: unknown) => {
    if (a !== b) differences.push(`${what}: oracle ${String(a)}, machine ${String(b)}`);
  };

  if ('trap' in expected) {
    const { trap } = expected;
    same('cause', trap.cause, got.trap?.cause ?? null);
    if (got.trap !== null && got.trap.cause === trap.cause) {
      same('tval', hex(trap.tval), hex(got.trap.tval));
      same(
        'gpa',
        trap.gpa === null ? null : hex(trap.gpa),
        got.trap.gpa === null ? null : hex(got.trap.gpa),
      );
      same('tinst', hex(trap.tinst), hex(got.trap.tinst));
      same('gva', trap.gva, got.trap.gva);
    }
  } else {
    same('cause', null, got.trap?.cause ?? null);
    if (got.trap === null) same('value', hex(expected.value), hex(got.value));
  }

  const references = memory.references
    .filter(({ kind }) => kind !== 'ad' && kind !== 'data')
    .map(({ kind, at }) => `${kind} ${hex(at)}`);
  const walked = steps
    .filter((step) => TABLES.has(step.stage) && step.source === 'memory')
    .map((step) => ({
      what: `${step.stage === 'mtt' ? 'mpt' : step.stage} ${hex(step.at)}`,
      // The entry may not have been read at all, or read, and its update denied.
      uncertain: /table_p|implicit|shadow/.test(step.verdict),
    }));
  same('references', references.join(' | '), matched(references, walked).join(' | '));
  for (const kind of ['s', 'vs', 'g', 'mpt', 'ad', 'data'] as const) {
    const count = memory.references.filter((reference) => reference.kind === kind).length;
    same(`count ${kind}`, count, after[kind] - before[kind]);
  }
  for (const [at, byte] of memory.bytes) {
    if (Number(machine.read(at, 1)) !== byte) {
      differences.push(`memory at ${hex(at)}: oracle ${byte}, machine ${machine.read(at, 1)}`);
      break;
    }
  }
  return { differences, seen: memory.seen };
}

/** The machine's steps as references; steps that may not have read anything stay where the oracle has them. */
function matched(
  references: readonly string[],
  walked: readonly { readonly what: string; readonly uncertain: boolean }[],
): string[] {
  const list: string[] = [];
  for (const { what, uncertain } of walked) {
    if (!uncertain || references[list.length] === what) list.push(what);
  }
  return list;
}
