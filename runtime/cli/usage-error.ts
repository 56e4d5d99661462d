/** A mistake in how the command was called: what is wrong, and what to do instead. Exit code 2. */
export class UsageError extends Error {
  readonly advice: string | null;

  constructor(message: string, advice: string | null = null) {
    super(message);
    this.name = 'UsageError';
    this.advice = advice;
  }
}

/** ` (did you mean 'x'?)`, or nothing. The list is searched by the language's own measure. */
export async function didYouMean(
  word: string,
  candidates: Iterable<string>,
): Promise<string | null> {
  const { nearest } = await import('../../dsl/index.ts');
  const found = nearest(word, candidates);
  return found === null ? null : `did you mean '${found}'?`;
}
