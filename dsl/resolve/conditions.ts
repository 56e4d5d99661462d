/** Conditions: those on parameters are decided when a case is made, those on the platform stay in the plan. */
import type { Condition } from '../syntax/ast.ts';
import { boundTo, type Case, cellText } from './case.ts';
import type { PlanCondition } from '../plan.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** What is left to the run, or null when a parameter decides that the condition does not hold. */
export function residual(
  conditions: readonly Condition[],
  scope: Scope,
  c: Case,
): readonly PlanCondition[] | null {
  let left: PlanCondition[] | null = [];
  for (const { word, is } of conditions) {
    const bound = boundTo(word.text, scope, c);
    if (bound !== null) {
      if (!sameCell(cellText(bound.cell), cellText(is))) left = null;
      continue;
    }
    const text = cellText(is);
    if (c.accept !== null) checkPlatformCondition(word.text, text, { word, is }, scope, c);
    left?.push({ word: word.text, is: text });
  }
  return left;
}

/** Equal as text, or as numbers however they are written. */
export function sameCell(a: string, b: string): boolean {
  if (a === b) return true;
  const x = number(a);
  return x !== null && x === number(b);
}

function number(text: string): bigint | null {
  if (!/^(?:0x[0-9a-f_]+|0b[01_]+|[0-9][0-9_]*)$/i.test(text)) return null;
  return BigInt(text.replaceAll('_', ''));
}

/** The values that a word of the platform can have, or null when it is none. */
export function platformValues(word: string, vocabulary: Vocabulary): readonly string[] | null {
  switch (word) {
    case 'model':
      return [...vocabulary.models];
    case 'revision':
      return [...vocabulary.revisions.keys()];
    case 'xlen':
      return ['32', '64'];
    case 'mpt':
      return ['bare', ...vocabulary.isolationModes.keys()];
    default: {
      const knob = vocabulary.knobs.get(word);
      if (knob !== undefined) return knob;
      const shape = vocabulary.properties.get(word);
      if (shape?.kind === 'word') return shape.values;
      if (shape !== undefined) return [];
      return vocabulary.features.has(word) ? ['yes', 'no'] : null;
    }
  }
}

function checkPlatformCondition(
  word: string,
  text: string,
  condition: Condition,
  scope: Scope,
  c: Case,
): void {
  const { vocabulary } = c.scenario;
  const values = platformValues(word, vocabulary);
  if (values === null) {
    const params = scope.parameters === null ? c.scenario.columns : scope.parameters;
    c.accept?.(
      'SDT207',
      condition.word.span,
      `'${word}' is neither a parameter nor known of the platform`,
      {
        help:
          didYouMean(word, [
            ...params.keys(),
            'model',
            'revision',
            'caching',
            'xlen',
            'mpt',
            ...vocabulary.knobs.keys(),
            ...vocabulary.features,
          ]) ??
          'conditions are about parameters, model, revision, caching, xlen, mpt, knobs and features',
      },
    );
  } else if (values.length > 0 && !values.includes(text)) {
    c.accept?.('SDT207', condition.is.span, `'${word}' is never '${text}'`, {
      help: didYouMean(text, values) ?? `one of: ${values.join(', ')}`,
    });
  }
}
