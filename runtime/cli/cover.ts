/** `sdt cover`: which rules of the specification the scenarios decide, assert or only touch; gaps first. */
import { catalogue, RULE_LISTS } from '../../emulator/index.ts';
import type { RuleRow, RuleState, Unwitnessed } from '../gate/cover.ts';
import { Coverage, percent, stateOf } from '../gate/cover.ts';
import { EXIT } from '../run/exit-code.ts';
import { plural, printable } from '../explain/text-width.ts';
import { wrapped } from '../explain/wrapped.ts';
import { jsonText } from '../explain/json-text.ts';
import { exemptions } from './exemptions.ts';
import { everyFault, openGate } from './gate.ts';
import type { Invocation } from './invocation.ts';
import type { Output } from './io.ts';
import { UsageError } from './usage-error.ts';

/** Members of sets that are named before the rest is counted. */
const SHOWN = 20;

const LISTS = Object.keys(RULE_LISTS);

/** Gaps first; the states behind them are only counted unless all is asked for. */
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
  const rules = catalogue().filter((rule) => rule.list === list);
  if (rules.length === 0) {
    throw new UsageError(`there is no list of rules '${list}'`, `lists are ${LISTS.join(', ')}`);
  }
  const coverage = new Coverage();
  const gate = await openGate(invocation, (result) => coverage.add(result));
  if (gate === null) return EXIT.usage;
  if (options['prove'] === true && gate.red === 0) coverage.prove(gate.run, await everyFault());

  const paths = gate.scripts.map(({ path }) => path);
  const rows = coverage.rows(rules, exemptions(io.cwd, paths));
  const reached = percent(rows);
  const unwitnessed = coverage.unwitnessed();
  if (options['json'] === true) io.stdout.write(json(rows, reached, unwitnessed));
  else print(invocation, rows, reached, unwitnessed);
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

function json(
  rows: readonly RuleRow[],
  reached: number,
  unwitnessed: readonly Unwitnessed[],
): string {
  const rules = rows.map(({ id, asserted, fired, decided, exempt }) => ({
    id,
    asserted,
    fired,
    decided,
    exempt,
  }));
  return `${jsonText({ percent: reached, rules, unwitnessed }, 2)}\n`;
}

function print(
  { io, options }: Invocation,
  rows: readonly RuleRow[],
  reached: number,
  unwitnessed: readonly Unwitnessed[],
): void {
  const verbose = options['verbose'] === true;
  const columns = io.stdout.columns ?? 100;
  const proven = rows.some(({ decided }) => decided !== null);
  // What is good without a proof is as good as this call asks for.
  const good: readonly RuleState[] = proven
    ? ['exempt', 'decided']
    : ['asserted and fired', 'exempt', 'decided'];
  const counts: string[] = [];
  for (const state of ORDER) {
    const of = rows.filter((row) => stateOf(row) === state);
    if (of.length === 0) continue;
    counts.unshift(`${of.length} ${state}`);
    if (good.includes(state) && !verbose) continue;
    for (const { id, statement, exempt } of of) {
      const remark = state === 'exempt' ? `${statement} (exempt: ${exempt ?? ''})` : statement;
      io.stdout.write(
        `${state.padEnd(18)}  ${id.padEnd(16)}  ${wrapped(printable(remark), 38, columns)}\n`,
      );
    }
  }
  printUnwitnessed(io.stdout, unwitnessed, verbose ? Infinity : SHOWN, columns);
  const what = proven ? 'decided' : 'asserted and fired (--prove shows which are decided)';
  const all = verbose ? '' : ' (--verbose lists all)';
  io.stdout.write(`${plural(rows.length, 'rule')}: ${counts.join(', ')}${all}\n`);
  io.stdout.write(`${reached.toFixed(1)} % of the rules that are not exempt are ${what}\n`);
}

/** Sets of outcomes of which a member never came: the scenario allows more than it has seen. */
function printUnwitnessed(
  stdout: Output,
  unwitnessed: readonly Unwitnessed[],
  limit: number,
  columns: number,
): void {
  for (const { file, line, member, members } of unwitnessed.slice(0, limit)) {
    const text = `${member} (of ${members.join(' or ')})`;
    stdout.write(
      `never witnessed     ${wrapped(`${printable(file)}:${line} ${printable(text)}`, 20, columns)}\n`,
    );
  }
  const more = unwitnessed.length - limit;
  if (more > 0) stdout.write(`never witnessed     ... ${more} more\n`);
}
