/** Which part of the cases one of several machines runs: by a hash of the case id, so that it stays the same part. */

export interface Shard {
  /** 1-based. */
  readonly index: number;
  readonly count: number;
}

/** `2/5`, or one sentence saying what is wrong with it. */
export function parseShard(text: string): Shard | string {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  if (match === null) return `'${text}' is not of the form i/n, such as 2/5`;
  const [index, count] = [Number(match[1]), Number(match[2])];
  if (count === 0) return 'there must be at least one shard';
  if (index < 1 || index > count)
    return `shard ${index} of ${count} does not exist: they are 1 to ${count}`;
  return { index, count };
}

export function inShard(id: string, shard: Shard): boolean {
  return stableHash(id) % shard.count === shard.index - 1;
}

/** FNV-1a over the UTF-16 units, its bits mixed once more, so that low bits can pick a shard. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
