/** The golden files once more, through the checker: good ones are told nothing, bad ones what stands beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';
import { caseCount, compile, expand, type Diagnostic, type Document } from '../index.ts';

const ROOT = new URL('../corpus/', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function compiled(folder: 'good' | 'bad', path: string): Document {
  const load = (): null => null;
  return compile({ path, text: read(`${folder}/${path}`) }, load, VOCABULARY);
}

function files(folder: 'good' | 'bad', pattern: RegExp): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT)).filter((name) => pattern.test(name));
}

/** One finding as the `.expected` files have it: place, severity, code and message; the help below. */
function written({ span, severity, code, message, help }: Diagnostic): string {
  const line = `${span.line}:${span.col}-${span.end} ${severity} ${code} ${message}\n`;
  return help === undefined ? line : `${line}    ${help}\n`;
}

describe('a good file', () => {
  const good = files('good', /^[a-o]-.*\.sdt$/);

  it.each(good)('%s has no errors', (path) => {
    const { diagnostics } = compiled('good', path);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each(good.filter((path) => !path.startsWith('l-')))('%s has no warnings', (path) => {
    expect(compiled('good', path).diagnostics).toEqual([]);
  });

  it('is warned where an error could be named: l-cove-two-harts.sdt', () => {
    const { diagnostics } = compiled('good', 'l-cove-two-harts.sdt');
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['SDT505']));
  });

  it.each(good)('%s expands, every case with an id of its own', (path) => {
    const { scenarios, measures } = compiled('good', path);
    const ids = [...scenarios, ...measures].flatMap((scenario) =>
      Array.from({ length: caseCount(scenario) }, (_, k) => expand(scenario, k).id),
    );
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a file with mistakes of meaning', () => {
  const bad = files('bad', /^(?!syntax-).*\.sdt$/);

  it.each(bad)('%s is told each of them', (path) => {
    const findings = compiled('bad', path).diagnostics.map(written).join('');
    expect(findings).toBe(read(`bad/${path.replace(/sdt$/, 'expected')}`));
  });
});
