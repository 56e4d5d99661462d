/** Compiles small texts for tests, with the vocabulary of the emulator. */
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';
import { caseCount, compile, expand, type Document, type Plan, type PlanLine } from '../index.ts';

/** The document of these lines; `files` are what `use` finds. */
export function document(lines: string, files: Readonly<Record<string, string>> = {}): Document {
  const load = (path: string) => {
    const text = files[path];
    return text === undefined ? null : { path, text: `sdt 1\n${text}` };
  };
  return compile({ path: 'test.sdt', text: `sdt 1\n${lines}` }, load, VOCABULARY);
}

/** `LINE CODE` of each finding; the version line is line 1. */
export function findings(lines: string, files?: Readonly<Record<string, string>>): string[] {
  return document(lines, files).diagnostics.map(({ span, code }) => `${span.line} ${code}`);
}

/** The plans of all cases; throws when the text has errors. */
export function plans(lines: string, files?: Readonly<Record<string, string>>): Plan[] {
  const { diagnostics, scenarios } = document(lines, files);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`${error.span.line}: ${error.code} ${error.message}`);
  return scenarios.flatMap((scenario) =>
    Array.from({ length: caseCount(scenario) }, (_, k) => expand(scenario, k)),
  );
}

/** The plan of the only case. */
export function plan(lines: string, files?: Readonly<Record<string, string>>): Plan {
  const all = plans(lines, files);
  if (all.length !== 1) throw new Error(`${all.length} cases`);
  return all[0];
}

type LineOf<K extends PlanLine['kind']> = Extract<PlanLine, { kind: K }>;

/** The lines of one kind. */
export function linesOf<K extends PlanLine['kind']>(of: Plan, kind: K): LineOf<K>[] {
  return of.lines.filter((line): line is LineOf<K> => line.kind === kind);
}
