/** After a syntax error, what it may have declared is not called unknown: one mistake, one message. */
import type { Diagnostic } from '../diagnostics.ts';
import type { Accept } from '../report.ts';

/** The words on lines that could not be read. */
export function brokenWords(
  errors: readonly Diagnostic[],
  sources: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { span } of errors) {
    const line = sources.get(span.file)?.[span.line - 1] ?? '';
    for (const word of line.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []) words.add(word);
  }
  return words;
}

/** A file that cannot be read may declare any word. */
export const ANY_WORD: Pick<ReadonlySet<string>, 'has'> = { has: () => true };

/** Findings that a missing line alone may cause. */
const CAUSED = /^SDT(?:20[134]|220|221|223|224|232|305|306|4(?!14|16|17)..|5..)$/;
/** Of these, the ones that are about one name: dropped only when a broken line holds that name. */
const ABOUT_A_NAME = /^SDT(?:20[134]|223)$/;

/** Lets through what stays wrong whatever the broken lines were meant to say. */
export function lenient(accept: Accept, words: Pick<ReadonlySet<string>, 'has'>): Accept {
  return (code, span, message, more) => {
    if (CAUSED.test(code)) {
      if (!ABOUT_A_NAME.test(code)) return;
      const name = /'([^']+)'/.exec(message)?.[1];
      if (name === undefined || words.has(name)) return;
    }
    accept(code, span, message, more);
  };
}

/** Findings that a fixture that is not there may cause, and what only it would have used. */
export function withoutFixture(accept: Accept): Accept {
  return (code, span, message, more) => {
    const isNear = more?.help?.startsWith('did you mean') === true;
    const isOfName = code === 'SDT203' || code === 'SDT204' || (code === 'SDT201' && isNear);
    if (!CAUSED.test(code) || code === 'SDT223' || code === 'SDT504' || isOfName) {
      accept(code, span, message, more);
    }
  };
}
