/** The poor back end, held to what every back end must hold, and to the project's own suites. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { caseCount, compile, expand } from '../../dsl/index.ts';
import type { Source } from '../../dsl/index.ts';
import { backEndConformance } from './back-end.conformance.ts';
import { PoorBackEnd } from './poor-back-end.test-support.ts';
import { runCase } from '../session/session.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';
import { VOCABULARY } from '../vocabulary/vocabulary.ts';

backEndConformance('a poor back end', () => new PoorBackEnd());

const SUITES = join(import.meta.dirname, '../../suites');
const FILES = readdirSync(SUITES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.sdt'))
  .map((entry) => relative(SUITES, join(entry.parentPath, entry.name)))
  .sort();

function source(path: string): Source {
  return { path, text: readFileSync(path, 'utf8') };
}

it(
  'fails none of the suites; what it cannot tell is skipped and says so',
  { timeout: 120_000 },
  () => {
    const backEnd = new PoorBackEnd();
    const reasons = new Map<string, number>();
    const wrong: string[] = [];
    let passed = 0;
    for (const name of FILES) {
      const document = compile(
        source(join(SUITES, name)),
        (path, from) => source(join(dirname(from), path)),
        VOCABULARY,
      );
      for (const scenario of document.scenarios) {
        const count = caseCount(scenario);
        // The first, a middle and the last case of each: the whole of it is `sdt run` with another back end.
        for (const k of new Set([0, count >> 1, count - 1])) {
          const result = runCase(expand(scenario, k), backEnd, DEFAULT_VARIATION);
          if (result.status === 'pass') passed++;
          else if (result.status === 'skip') {
            const reason = result.reason ?? 'none given';
            reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
          } else if (result.status !== 'known failure') {
            wrong.push(`${result.id}: ${result.status} ${result.failures[0]?.message ?? ''}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(passed).toBeGreaterThan(300);
    expect([...reasons.keys()]).not.toContain('none given');
    expect([...reasons.keys()].some((reason) => /cannot tell because/.test(reason))).toBe(true);
    expect([...reasons.keys()].some((reason) => /cannot tell costs/.test(reason))).toBe(true);
  },
);
