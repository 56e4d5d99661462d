/** A line that no step stands on: what it is, and which steps are near it. */
import type { Plan } from '../../dsl/index.ts';
import { lineOf } from './frame.ts';

/** Steps named on either side of the line. */
const NEAR = 2;
/** Characters of a line that are quoted. */
const QUOTED = 60;

export interface NoStep {
  readonly message: string;
  readonly advice: string;
}

/** `line`: 1-based, of `text`, the file of the plan. `map`: whether `--map` would show something after it. */
export function noStep(plan: Plan, text: string, line: number): NoStep {
  const builds = plan.lines.some(({ span }) => span.file === plan.file && span.line === line);
  const steps = nearSteps(plan, line).map((near) => `${near}: ${quoted(text, near)}`);
  const advice = [
    ...(builds ? ['--map shows what stands after it'] : []),
    steps.length === 0 ? 'this case has no step in this file' : 'steps near it are',
  ].join('; ');
  return {
    message: `line ${line} is no step: ${whatStands(text, line, builds)}`,
    advice: [advice, ...steps.map((step) => `  ${step}`)].join('\n     '),
  };
}

/** Lines of steps of the plan's own file, at most two before and two behind. */
function nearSteps(plan: Plan, line: number): readonly number[] {
  const own = plan.lines.filter(
    ({ kind, span }) => (kind === 'step' || kind === 'check') && span.file === plan.file,
  );
  const numbers = [...new Set(own.map(({ span }) => span.line))].sort((a, b) => a - b);
  const behind = numbers.findIndex((number) => number > line);
  const at = behind < 0 ? numbers.length : behind;
  return numbers.slice(Math.max(0, at - NEAR), at + NEAR);
}

function whatStands(text: string, line: number, builds: boolean): string {
  const words = (lineOf(text, line) ?? '').trim();
  const [first = ''] = /^[^\s"(]+/.exec(words) ?? [];
  if (words === '') return 'it is blank';
  if (words.startsWith('#')) return 'it is a comment';
  if (words.startsWith('|')) return 'it is a row of a table, which makes cases';
  if (first === 'when') return 'it belongs to the step above it';
  if (['->', 'or', 'costing', 'because', 'taken'].includes(first)) {
    return 'it continues the line above it';
  }
  if (first === 'given') return 'it stands for the lines of its fixture';
  if (first === 'fence' || first === 'flush') {
    return 'it empties caches that hold nothing here: see --caching retain';
  }
  if (builds) return `'${first}' builds, and nothing is accessed`;
  if (words.includes('->')) return 'no case that was asked for runs it';
  return `'${first}' neither builds nor accesses anything by itself`;
}

/** The action of a step, without its outcome. */
function quoted(text: string, line: number): string {
  const action =
    (lineOf(text, line) ?? '')
      .split('->', 1)[0]
      ?.replace(/\s+#.*$/, '')
      .trim() ?? '';
  return action.length > QUOTED ? `${action.slice(0, QUOTED - 3)}...` : action;
}
