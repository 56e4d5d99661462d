/** Broken, shuffled and spliced files: the checker never falls over, and remembers nothing from one file to the next. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';
import { caseCount, compile, expand, type Diagnostic } from '../index.ts';
import { K } from '../syntax/tokens.ts';
import { validFile } from './valid-files.test-support.ts';

const root = new URL('../corpus/good/', import.meta.url);
const good = readdirSync(root).map((name) => readFileSync(new URL(name, root), 'utf8'));
const anyFile = fc.constantFrom(...good);
const words = [...Object.keys(K), '0', '0xffffffffffffffffffff', '1T', 'key', 'vault', '<p>'];
const signs = ['->', '(', ')', '|', ',', '=', '\n'];

/** A few characters replaced by words. */
const mutated = fc
  .tuple(
    anyFile,
    fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom(...words, ...signs)), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((so, [at, drop, insert]) => {
      const place = at % (so.length + 1);
      return so.slice(0, place) + insert + so.slice(place + drop);
    }, text),
  );

/** Lines that changed places. */
const shuffled = fc
  .tuple(anyFile, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }))
  .map(([text, swaps]) => {
    const lines = text.split('\n');
    for (const swap of swaps) {
      const [a, b] = swap.map((at) => 1 + (at % (lines.length - 1))) as [number, number];
      [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    }
    return lines.join('\n');
  });

/** The head of one file with the tail of another. */
const spliced = fc.tuple(anyFile, anyFile, fc.nat(), fc.nat()).map(([head, tail, to, from]) => {
  const [above, below] = [head.split('\n'), tail.split('\n')];
  return [
    ...above.slice(0, 1 + (to % above.length)),
    ...below.slice(1 + (from % below.length)),
  ].join('\n');
});

function diagnose(text: string): readonly Diagnostic[] {
  const { diagnostics, scenarios } = compile({ path: 'f.sdt', text }, () => null, VOCABULARY);
  if (diagnostics.every(({ severity }) => severity === 'warning')) {
    for (const scenario of scenarios) {
      for (let k = 0; k < Math.min(2, caseCount(scenario)); k++) expand(scenario, k);
    }
  }
  return diagnostics;
}

describe('any file', () => {
  const reference =
    'sdt 1\ndomain host\nregion key size 4K\nscenario "s"\n  host loads at key -> ok\n';
  const files = fc.oneof(mutated, shuffled, spliced, validFile);

  it('gets diagnostics in plain words that point into it', () => {
    fc.assert(
      fc.property(files, (text) => {
        const lines = text.split(/\r\n|\n|\r/).length;
        for (const { span, message, help } of diagnose(text)) {
          expect(span.line).toBeLessThanOrEqual(lines);
          expect(`${message} ${help ?? ''}`).not.toMatch(/undefined|NaN|\[object/);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps a when line that stands apart from its step to itself', () => {
    const before = diagnose(reference);
    diagnose(`${reference}  each axis in 1, 2\n  when nothing is known -> denied\n`);
    expect(diagnose(reference)).toEqual(before);
  });

  it('gets the same ones whatever was compiled before it', () => {
    const before = diagnose(reference);
    fc.assert(
      fc.property(files, (text) => {
        diagnose(text);
        expect(diagnose(reference)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});
