/** A result in words for people: the failure frame of the language reference, the reason, the replay command. */
import { catalogue } from '../../emulator/index.ts';
import type { CaseResult, Failure } from '../session/results.ts';
import type { ReporterOptions } from './reporter.ts';
import { frame } from '../explain/frame.ts';
import { printable, textWidth } from '../explain/text-width.ts';
import { walkLines } from '../explain/walk-text.ts';

/** How text is emphasised; every function is the identity where there is no colour. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const same = (text: string) => text;
export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same };

/** The heading of a result that is not green: `FAIL  a.sdt:33  "title"  {retain}`. */
export function heading(result: CaseResult, many: boolean, paint: Paint): string {
  const line = result.failures[0]?.span.line ?? result.line;
  const place = `${printable(result.file)}:${line}`;
  const word = HEADINGS[result.status] ?? result.status.toUpperCase();
  const variation = many ? `  {${printable(result.variation)}}` : '';
  return `${paint.red(paint.bold(word))}  ${paint.bold(place)}  "${printable(result.title)}"${variation}`;
}

const HEADINGS: Partial<Record<CaseResult['status'], string>> = {
  fail: 'FAIL',
  error: 'ERROR',
  timeout: 'TIMEOUT',
  'unexpected pass': 'UNEXPECTED PASS',
};

/** What stands under the heading: frames, walks, rules, the reason, and how to see it again. */
export function details(
  result: CaseResult,
  options: ReporterOptions,
  paint: Paint,
): readonly string[] {
  const bindings = /\[[^\]]*\]$/.exec(result.id)?.[0];
  return [
    ...(bindings === undefined ? [] : [`  case ${printable(bindings)}`]),
    ...(result.reason === null ? [] : [`  ${printable(result.reason)}`]),
    ...result.failures.flatMap((failure) => failureLines(failure, options, paint)),
    ...claimLines(result),
    `  ${paint.dim('again:')} ${printable(options.replay(result))}`,
  ];
}

/** Rules of a scenario that its failure shows: its subject, which what went wrong need not name. */
const CLAIMS = 3;

/** What the scenario is about: an access that went through has no rule of its own to blame. */
function claimLines({ status, covers, failures }: CaseResult): readonly string[] {
  if (status !== 'fail' || failures.some(({ kind }) => kind === 'covers-not-fired')) return [];
  const named = failures.map(({ rule }) => rule);
  const claims = catalogue().filter(({ id }) => covers.includes(id) && !named.includes(id));
  const lines = claims.slice(0, CLAIMS).map((rule) => `  covers ${rule.id}: ${rule.statement}`);
  const more = claims.length - CLAIMS;
  return more > 0 ? [...lines, `  covers ${more} more rules`] : lines;
}

function failureLines(failure: Failure, options: ReporterOptions, paint: Paint): readonly string[] {
  const text = options.source(failure.span.file);
  const drawn = text === null ? null : frame(text, failure.span, options.columns);
  const actual = actualOf(failure);
  const gutter = drawn?.gutter ?? '       ';
  const lines: string[] = [];
  if (drawn !== null) {
    lines.push(drawn.source);
    const fits = textWidth(drawn.carets) + 1 + textWidth(actual) <= (options.columns ?? Infinity);
    if (fits) lines.push(`${paint.red(drawn.carets)} ${paint.bold(actual)}`.trimEnd());
    else lines.push(paint.red(drawn.carets), `${gutter}  ${paint.bold(actual)}`);
  } else {
    lines.push(`${gutter}expected ${printable(failure.expected)}, got ${paint.bold(actual)}`);
  }
  for (const line of walkLines(failure.walk)) lines.push(paint.dim(`${gutter}  ${line}`));
  // What only repeats the line above is left out.
  if (failure.message !== `got ${failure.actual}`) {
    lines.push(`${gutter}  ${printable(failure.message)}`);
  }
  const rule = catalogue().find(({ id }) => id === failure.rule);
  if (rule !== undefined) lines.push(`${gutter}  rule ${rule.id}: ${printable(rule.statement)}`);
  return lines;
}

/** The actual outcome with its reason, once. */
function actualOf(failure: Failure): string {
  const { actual, because } = failure;
  const named = because === null || actual.includes(because);
  return printable(named ? actual : `${actual} because ${because}`);
}

/** The failure without a frame, for machine formats: one sentence per failure. */
export function sentence(result: CaseResult): string {
  const parts = result.failures.map((failure) => {
    const rule = failure.rule === null ? '' : ` (rule ${failure.rule})`;
    const place = `${failure.span.file}:${failure.span.line}:${failure.span.col}`;
    return `${place}: expected ${failure.expected}, got ${actualOf(failure)}: ${failure.message}${rule}`;
  });
  if (result.reason !== null) parts.unshift(result.reason);
  return parts.join('\n') || result.status;
}
