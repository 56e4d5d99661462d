/** Entries of protection tables in the entry cache: one way to keep them, whatever their format. */
import type { Port } from '../access/port.ts';
import { GLOBAL } from '../cache/entry-view.ts';

/**
 * Keeps the entry just read, `port.lo` and `port.hi`, for all physical pages it covers. `tag`: that of level 0;
 * `scale`: of the level, what makes an input prefix of a page; `ownPage`, `ownOffset`: where the entry itself lies.
 */
export function keepEntry(
  port: Port,
  tag: number,
  level: number,
  page: number,
  scale: number,
  isLeaf: boolean,
  ownPage: number,
  ownOffset: number,
): void {
  const { cache } = port;
  const { remembered, rememberedHigh } = port.decide.cache;
  const span = 1 / scale;
  const prefix = Math.floor(page / span);
  const e = cache.put(
    tag | (level << 20),
    prefix,
    GLOBAL,
    prefix * span,
    span,
    isLeaf,
    remembered(port.lo),
    rememberedHigh(port.hi),
  );
  cache.locate(e, ownPage, ownOffset, ownPage);
}
