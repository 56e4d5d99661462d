/** The order of errors as `docs/model.md` prints it. */
import { EXTENSIONS } from './abi.ts';
import type { Call, Extension } from './call.ts';
import type { Check } from './check.ts';

const HEAD = [
  '| function | refuses, in this order | no error of its own in the specification |',
  '|---|---|---|',
];

/** One table for each extension that refuses anything. */
export function errorOrder(): string {
  return Object.values<Extension>(EXTENSIONS).flatMap(table).join('\n');
}

function table({ name, says, entry, functions }: Extension): readonly string[] {
  const rows = Object.entries(functions).filter(([, call]) => call.checks.length > 0);
  const before = entry.length === 0 ? [] : [line('all', entry)];
  if (rows.length === 0 && before.length === 0) return [];
  return [
    `### ${name}`,
    '',
    `${says.charAt(0).toUpperCase()}${says.slice(1)}.`,
    '',
    ...HEAD,
    ...before,
    ...rows.map(([function_, call]) => line(called(function_, call), call.checks)),
    '',
  ];
}

function called(name: string, { fid, salusFid }: Call): string {
  if (fid === null) return `\`${name}\` (Salus)`;
  return salusFid === null ? `\`${name}\` (specification)` : `\`${name}\``;
}

function line(name: string, checks: readonly Check[]): string {
  const silent = checks.filter(({ hasCode }) => !hasCode);
  return `| ${name} | ${checks.map(shown).join(', ')} | ${silent.map(origin).join(', ')} |`;
}

function shown({ name, error, salus, only }: Check): string {
  const other = salus === null ? '' : ` (Salus: ${text(salus)})`;
  const profile = only === null ? '' : ` in profile ${only}`;
  return `${words(name)} ${text(error)}${other}${profile}`;
}

function origin({ name, source }: Check): string {
  return source === 'spec' ? words(name) : `${words(name)} (${source})`;
}

const words = (name: string): string => name.replaceAll('_', ' ');
const text = (error: string): string => error.toUpperCase();
