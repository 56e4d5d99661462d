/** What stands on a `machine` line: properties and features that the vocabulary knows. */
import type { Property, Word } from '../syntax/ast.ts';
import { type Case, textOf } from './case.ts';
import type { PlanMachine } from '../plan.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** Reports a property that no machine has, or a value that it cannot take. */
export function checkProperty(
  property: Property,
  values: readonly (string | bigint)[],
  c: Case,
): void {
  const { vocabulary } = c.scenario;
  const name = property.name.text;
  const shape = vocabulary.properties.get(name);
  if (shape === undefined) {
    if (vocabulary.knobs.has(name)) return checkKnob(property, values, c);
    c.accept?.('SDT213', property.name.span, `a machine has no property '${name}'`, {
      help:
        name === 'without'
          ? "write 'machine without FEATURE' on a line of its own"
          : (didYouMean(name, [...vocabulary.properties.keys(), ...vocabulary.knobs.keys()]) ??
            `properties are ${[...vocabulary.properties.keys()].join(', ')}`),
    });
    return;
  }
  if (shape.kind === 'extent') {
    if (property.at === null) {
      c.accept?.('SDT212', property.span, `'${name}' is given as 'at BASE size SIZE'`);
    }
    return;
  }
  if (property.at !== null) {
    c.accept?.('SDT212', property.span, `'${name}' takes no 'at .. size ..'`);
    return;
  }
  if (shape.kind === 'words') return checkWords(property, values, shape.values, c);
  if (shape.kind !== 'numbers' && values.length !== 1) {
    c.accept?.('SDT212', property.span, `'${name}' takes one value, found ${values.length}`);
  }
  values.forEach((value, i) => {
    const span = property.values[i].span;
    if (shape.kind === 'word') {
      if (shape.values.includes(String(value))) return;
      c.accept?.('SDT212', span, `'${name}' cannot be '${value}'`, {
        help: didYouMean(String(value), shape.values) ?? `one of: ${shape.values.join(', ')}`,
      });
    } else if (typeof value !== 'bigint') {
      c.accept?.('SDT212', span, `'${name}' is a number, found '${value}'`);
    } else if (shape.kind === 'number' && (value < shape.min || value > shape.max)) {
      c.accept?.(
        'SDT212',
        span,
        `'${name}' lies between ${shape.min} and ${shape.max}, found ${value}`,
      );
    }
  });
}

/** `machine nacl sync_csr autoswap_csr`, `machine nacl all`. */
function checkWords(
  property: Property,
  values: readonly (string | bigint)[],
  known: readonly string[],
  c: Case,
): void {
  const name = property.name.text;
  const seen = new Set<string>();
  values.forEach((value, i) => {
    const word = String(value);
    const span = property.values[i].span;
    const isAlone = word === 'none' || word === 'all';
    if (isAlone && values.length > 1) {
      c.accept?.('SDT212', span, `'${word}' stands alone`);
    } else if (!isAlone && !known.includes(word)) {
      c.accept?.('SDT212', span, `'${name}' cannot be '${word}'`, {
        help: didYouMean(word, known) ?? `of: none, all, ${known.join(', ')}`,
      });
    } else if (seen.has(word)) {
      c.accept?.('SDT212', span, `'${word}' is given twice`);
    }
    seen.add(word);
  });
}

/** `machine hlvx_needs_x yes`: an open point of the text, settled for this scenario. */
function checkKnob(property: Property, values: readonly (string | bigint)[], c: Case): void {
  const name = property.name.text;
  const known = c.scenario.vocabulary.knobs.get(name)!;
  const [value] = values;
  if (values.length === 1 && (known.length === 0 || known.includes(String(value)))) return;
  c.accept?.('SDT212', property.span, `the knob '${name}' cannot be '${values.join(' ')}'`, {
    help: `one of: ${known.join(', ')}`,
  });
}

/** The feature of `machine without FEATURE`. */
export function checkWithout(word: Word, scope: Scope, c: Case): string {
  const text = textOf(word, scope, c);
  if (c.accept !== null) checkFeature(text, word, c.scenario.vocabulary, c);
  return text;
}

/** Reports a feature that no machine has. */
export function checkFeature(text: string, word: Word, vocabulary: Vocabulary, c: Case): void {
  if (vocabulary.features.has(text)) return;
  c.accept?.('SDT214', word.span, `there is no feature '${text}'`, {
    help: didYouMean(text, vocabulary.features) ?? "'sdt list --features' prints what there is",
  });
}

/** Reports a mode of the protection table that this XLEN, or this revision, does not have. */
export function checkTableMode(machine: PlanMachine, xlen: 32 | 64, c: Case): void {
  const { isolationModes, revisions } = c.scenario.vocabulary;
  const asked = machine.properties.find(({ name }) => name === 'mpt');
  const mode = isolationModes.get(String(asked?.values[0]));
  if (asked === undefined || mode === undefined) return;
  if (mode.xlen !== xlen) {
    c.accept?.(
      'SDT422',
      asked.span,
      `'${mode.name}' needs XLEN ${mode.xlen}, the machine has ${xlen}`,
    );
  }
  const revision = machine.properties.find(({ name }) => name === 'revision');
  const row = revisions.get(String(revision?.values[0]));
  if (revision === undefined || row === undefined || row.isolation === mode.isolation) return;
  c.accept?.(
    'SDT212',
    asked.span,
    `the revision '${String(revision.values[0])}' has no mode '${mode.name}'`,
    {
      related: [{ span: revision.span, message: 'the revision' }],
      help: `its modes: ${[...isolationModes.values()]
        .filter((other) => other.isolation === row.isolation && other.xlen === xlen)
        .map((other) => other.name)
        .join(', ')}`,
    },
  );
}
