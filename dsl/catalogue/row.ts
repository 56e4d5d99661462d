/** What the catalogue says about one diagnostic. */

export interface CatalogueRow {
  /** What is wrong, in a few words. */
  readonly title: string;
  /** The shape of the message; words in capitals stand for what varies. */
  readonly message: string;
  /** An error keeps the file from running; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** A whole file that triggers it, made when asked for (two are megabytes): documentation and test at once. */
  readonly example: () => string;
}

/** A file from its lines; the version line is put in front. */
export function example(...lines: readonly string[]): () => string {
  return () => ['sdt 1', ...lines, ''].join('\n');
}
