/** `sdt cover`: which rules of the specification the scenarios decide, assert or only touch; gaps first. */
import { CATALOGUE } from '../../emulator/index.ts';
import type { RuleRow, RuleState } from '../cover.ts';
import { Coverage, percent, stateOf } from '../cover.ts';
import { EXIT } from '../exit-code.ts';
import { jsonText } from '../json-text.ts';
import { exemptions } from './exemptions.ts';
import { FAULTS, openGate } from './gate.ts';
import type { Invocation } from './invocation.ts';
import { UsageError } from './usage-error.ts';

const LISTS = [...new Set(CATALOGUE.map(({ list }) => list))];

/** Gaps first. */
const ORDER: readonly RuleState[] = [
  'neither',
  'asserted only',
  'fired only',
  'asserted and fired',
  'exempt',
  'decided',
];

export async function command(invocation: Invocation): Promise<number> {
  const { io, options } = invocation;
  const minimum = minimumOf(options['min']);
  const list = typeof options['list'] === 'string' ? options['list'] : 'smsd-smmpt';
  const rules = CATALOGUE.filter((rule) => rule.list === list);
  if (rules.length === 0) {
    throw new UsageError(`there is no list of rules '${list}'`, `lists are ${LISTS.join(', ')}`);
  }
  const coverage = new Coverage();
  const gate = await openGate(invocation, (result) => coverage.add(result));
  if (gate === null) return EXIT.usage;
  if (options['prove'] === true && gate.red === 0) coverage.prove(gate.run, FAULTS);

  const paths = gate.scripts.map(({ path }) => path);
  const rows = coverage.rows(rules, exemptions(io.cwd, paths));
  const reached = percent(rows);
  if (options['json'] === true) io.stdout.write(json(rows, reached));
  else print(invocation, rows, reached);
  if (gate.red > 0) return EXIT.failed;
  if (minimum === null || reached >= minimum) return EXIT.passed;
  io.stderr.write(`sdt: ${reached.toFixed(1)} % is less than the ${minimum} % asked for\n`);
  return EXIT.failed;
}

function minimumOf(text: unknown): number | null {
  if (text === undefined) return null;
  const value = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= 0 && value <= 100) return value;
  throw new UsageError(`--min must be a number of percent, found ${JSON.stringify(text)}`);
}

function json(rows: readonly RuleRow[], reached: number): string {
  const rules = rows.map(({ id, asserted, fired, decided, exempt }) => ({
    id,
    asserted,
    fired,
    decided,
    exempt,
  }));
  return `${jsonText({ percent: reached, rules }, 2)}\n`;
}

function print({ io }: Invocation, rows: readonly RuleRow[], reached: number): void {
  const proven = rows.some(({ decided }) => decided !== null);
  const counts: string[] = [];
  for (const state of ORDER) {
    const of = rows.filter((row) => stateOf(row) === state);
    if (of.length === 0) continue;
    counts.unshift(`${of.length} ${state}`);
    for (const { id, statement, exempt } of of) {
      const remark = state === 'exempt' ? `${statement} (exempt: ${exempt ?? ''})` : statement;
      io.stdout.write(`${state.padEnd(18)}  ${id.padEnd(16)}  ${remark}\n`);
    }
  }
  const what = proven ? 'decided' : 'asserted and fired (--prove shows which are decided)';
  io.stdout.write(`\n${rows.length} rules: ${counts.join(', ')}\n`);
  io.stdout.write(`${reached.toFixed(1)} % of the rules that are not exempt are ${what}\n`);
}
