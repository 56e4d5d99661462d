/** The books of the bench's host. */
import { describe, expect, it } from 'vitest';
import { HostPages } from './host-pages.ts';

const POOL = { base: 0x9000_0000n, size: 0x10000n };
const PAGE = 0x1000n;

describe('the books of the host', () => {
  it('give pages that are its own, aligned as asked', () => {
    const pages = new HostPages();
    expect(pages.own(POOL, 4, 4n * PAGE)).toBe(POOL.base);
    pages.convert(POOL.base, 1n);
    expect(pages.own(POOL, 4, 4n * PAGE)).toBe(POOL.base + 4n * PAGE);
    expect(pages.own(POOL, 1)).toBe(POOL.base + PAGE);
    expect(pages.own(POOL, 17)).toBeNull();
  });

  it('know which converted pages nobody has', () => {
    const pages = new HostPages();
    expect(pages.spare(POOL)).toBeNull();
    pages.convert(POOL.base, 2n);
    pages.give(2n, POOL.base, 1n);
    expect(pages.spare(POOL)).toBe(POOL.base + PAGE);
    pages.map(2n, 0x8000_0000n, POOL.base + PAGE, 1n, 'confidential');
    expect(pages.spare(POOL)).toBeNull();
    pages.unmap(2n, { base: 0x8000_0000n, size: PAGE });
    expect(pages.spare(POOL)).toBe(POOL.base + PAGE);
    pages.destroy(2n);
    expect(pages.spare(POOL)).toBe(POOL.base);
    pages.reclaim(POOL.base, 2n);
    expect(pages.spare(POOL)).toBeNull();
    expect(pages.own(POOL, 1)).toBe(POOL.base);
  });

  it('follow what a TVM shares, page by page', () => {
    const pages = new HostPages();
    pages.share(2n, { base: 0x8000_0000n, size: 4n * PAGE });
    pages.unshare(2n, { base: 0x8000_1000n, size: PAGE });
    const shared = [0n, 1n, 2n, 3n, 4n].map((k) => pages.isShared(2n, 0x8000_0000n + k * PAGE));
    expect(shared).toEqual([true, false, true, true, false]);
    expect(pages.isShared(3n, 0x8000_0000n)).toBe(false);
  });

  it('keep a shared page out of what is the host own to give', () => {
    const pages = new HostPages();
    pages.map(2n, 0x8000_0000n, POOL.base, 1n, 'shared');
    expect(pages.own(POOL, 1)).toBe(POOL.base + PAGE);
    expect(pages.mappedIn(2n, { base: 0x8000_0000n, size: 2n * PAGE })).toEqual([0x8000_0000n]);
  });
});
