/** The language clause by clause: what each says, shown by the least text that needs it. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.ts';
import { runCase } from '../../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../../runtime/session/variation.ts';
import { type Clause, TEXT_CLAUSES } from './clauses-text.test-support.ts';
import { MEANING_CLAUSES } from './clauses-meaning.test-support.ts';
import { document, plans } from './compiled.test-support.ts';

const machine = new Machine();
/** Statuses by what a clause may say of its text. */
const GIVES = {
  passes: ['pass', 'known failure'],
  fails: ['fail', 'unexpected pass'],
  skips: ['skip'],
} as const;

function shows({ lines, gives, files }: Clause): void {
  if (typeof gives !== 'string') {
    expect(document(lines, files).diagnostics.map(({ code }) => code)).toEqual(gives);
    return;
  }
  const told: string[] = [];
  for (const plan of plans(lines, files)) {
    for (const caching of ['none', 'retain'] as const) {
      const { status, failures, reason } = runCase(plan, machine, {
        ...DEFAULT_VARIATION,
        caching,
      });
      const kinds: readonly string[] = GIVES[gives];
      // A rule that nothing decided is judged over all cases of a scenario, which is more than a case.
      const undecided = plan.covers.some((rule) => !machine.fired().some((id) => id === rule));
      const shown = status === 'pass' && undecided ? 'fail' : status;
      if (!kinds.includes(shown)) told.push(`${status} ${failures[0]?.message ?? reason ?? ''}`);
    }
  }
  expect(told).toEqual([]);
}

describe('the language says', () => {
  it.each(TEXT_CLAUSES)('$says', shows);
  it.each(MEANING_CLAUSES)('$says', shows);
});
