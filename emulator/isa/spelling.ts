/** "Did you mean" for mnemonics, registers and CSRs. */

/** The candidate that fewest edits away, at most a third of the word's length (one at least); null: none. */
export function similar(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = edits(word, candidate);
    if (distance >= least || distance >= Math.min(word.length, candidate.length)) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** ` (did you mean 'mret'?)`, or nothing. */
export function hint(word: string, candidates: Iterable<string>): string {
  const found = word.length > 40 ? null : similar(word, candidates);
  return found === null ? '' : ` (did you mean '${found}'?)`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
