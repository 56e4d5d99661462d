/** Words within outcomes: error names, and what `with (..)` may compare. */
import type { Ref, Word } from '../syntax/ast.ts';
import { knownCall } from './calls.ts';
import { type Case, textOf } from './case.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';
import type { Vocabulary } from '../vocabulary.ts';

const errorsOf = new WeakMap<Vocabulary, ReadonlySet<string>>();

/** Every error that some namespace of calls returns. */
export function allErrors(vocabulary: Vocabulary): ReadonlySet<string> {
  let errors = errorsOf.get(vocabulary);
  if (errors === undefined) {
    errors = new Set([...vocabulary.calls.values()].flatMap((space) => space.errors));
    errorsOf.set(vocabulary, errors);
  }
  return errors;
}

/** The name of an error that a call returns. */
export function checkError(word: Word, scope: Scope, c: Case): string {
  const text = textOf(word, scope, c);
  const errors = allErrors(c.scenario.vocabulary);
  if (c.accept !== null && errors.size > 0 && !errors.has(text)) {
    c.accept('SDT237', word.span, `no call returns an error '${text}'`, {
      help: didYouMean(text, errors) ?? `errors: ${[...errors].join(', ')}`,
    });
  }
  return text;
}

/** `exits ecall covg.share_memory_region`: a call of the table. */
export function checkEcall(ref: Ref, scope: Scope, c: Case): string {
  const text = textOf(ref, scope, c);
  const [space = '', name = '', ...rest] = text.split('.');
  if (c.accept !== null && text !== '') {
    if (rest.length === 0 && name !== '') knownCall(ref, space, name, c);
    else {
      c.accept('SDT217', ref.span, `'${text}' is no call`, {
        help: "a call is 'space.name', for example 'covg.share_memory_region'",
      });
    }
  }
  return text;
}

/** `interrupt timer`. */
export function checkInterrupt(word: Word, scope: Scope, c: Case): string {
  const text = textOf(word, scope, c);
  const { interrupts } = c.scenario.vocabulary;
  if (c.accept !== null && text !== '' && !interrupts.has(text)) {
    c.accept('SDT246', word.span, `there is no interrupt '${text}'`, {
      help: didYouMean(text, interrupts) ?? `interrupts: ${[...interrupts].join(', ')}`,
    });
  }
  return text;
}

/** A field behind `with (..)`: a trap CSR, a register or CSR as the step left it, an exit register, a field of a record. */
export function checkWithField(word: Word, c: Case): void {
  const { csrs, registers, trapFields } = c.scenario.vocabulary;
  if (c.accept === null || trapFields.has(word.text)) return;
  if (registers.has(word.text) || csrs.has(word.text)) return;
  c.accept('SDT236', word.span, `nothing that a step leaves behind is called '${word.text}'`, {
    help:
      didYouMean(word.text, [...trapFields, ...registers.keys(), ...csrs.keys()]) ??
      `known: ${[...trapFields].join(', ')}`,
  });
}
