/** The grammar for editors knows every word that starts a statement or an action, and matches what the lexer matches. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS, STATEMENTS } from './tokens.ts';

const file = new URL('../../editors/sdt.tmLanguage.json', import.meta.url);
const grammar = JSON.parse(readFileSync(file, 'utf8')) as {
  patterns: { include: string }[];
  repository: Record<string, unknown>;
};

/** Every `match`, `begin` and `end` below a rule. */
function expressions(rule: unknown): string[] {
  if (typeof rule !== 'object' || rule === null) return [];
  return Object.entries(rule).flatMap(([key, value]) =>
    typeof value === 'string' && ['match', 'begin', 'end'].includes(key)
      ? [value]
      : expressions(value),
  );
}

function matches(rules: readonly string[], text: string): boolean {
  return rules
    .flatMap((rule) => expressions(grammar.repository[rule]))
    .some((source) => new RegExp(source).test(text));
}

describe('the grammar for editors', () => {
  it('includes nothing that it does not define', () => {
    const included = JSON.stringify(grammar).matchAll(/"include":"#([a-z]+)"/g);
    for (const [, name] of included) expect(Object.keys(grammar.repository)).toContain(name);
  });

  it.each(STATEMENTS)('colours the statement %s', (word) => {
    const line = word === 'known' ? '  known failure "x"' : `  ${word} x in y`;
    expect(matches(['section', 'axis', 'statement'], line)).toBe(true);
  });

  it.each(ACTIONS)('colours the action %s', (word) => {
    expect(matches(['action'], `host ${word} at key`)).toBe(true);
  });

  it.each(['load access fault', 'guest page fault', 'illegal instruction', '-> ok', 'because a.b'])(
    'colours the outcome %s',
    (text) => {
      expect(matches(['outcome'], text)).toBe(true);
    },
  );

  it.each(['0x8000_0000', '0b01', '4K', '<op>', 'SMMPT-XWR-01..08'])('colours %s', (text) => {
    expect(matches(['value', 'parameter'], text)).toBe(true);
  });
});
