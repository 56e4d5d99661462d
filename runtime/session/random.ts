/** Seeded order: the same seed shuffles the same list the same way everywhere. */

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Shuffles in place. */
export function shuffle(list: unknown[] | Uint32Array, random: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = list[last];
    list[last] = list[other];
    list[other] = kept;
  }
}

/** The case's own seed: independent of order, shard and workers. */
export function seedOf(id: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let k = 0; k < id.length; k++) {
    hash = Math.imul(hash ^ id.charCodeAt(k), 0x01000193);
  }
  return hash >>> 0;
}
