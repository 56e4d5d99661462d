/** Where the root's records lie in its area. */
import type { Area, FirmwareSpec } from '../spec.ts';
import { POOL_PAGE } from '../layouts/root-pool.ts';
import { ROOT_DOMAIN, ROOT_GLOBAL, ROOT_HART } from '../layouts/root-hart.ts';

export const PAGE = 4096n;
/** Code and records; the shadow pool lies behind. */
export const ROOT_PRIVATE = 0x8_0000n;

const round = (size: number, to: number) => BigInt(Math.ceil(size / to) * to);
const HART_STRIDE = round(ROOT_HART.size, 256);
const DOMAIN_STRIDE = round(ROOT_DOMAIN.size, 256);

export interface RootMap {
  /** First instruction of the trap handler, and of boot. */
  readonly handle: bigint;
  readonly boot: bigint;
  readonly global: bigint;
  hart(hart: number): bigint;
  domain(domain: number, hart: number): bigint;
  /** Of a page of the pool, by its index. */
  poolPage(index: number): bigint;
  readonly pool: Area;
}

/** Of a spec whose model has a root. */
export function rootMap({ root, harts, domains, shadowPages }: FirmwareSpec): RootMap {
  if (root === null) throw new Error('this model has no root');
  const { base } = root;
  const global = base + PAGE;
  const hartBase = global + round(ROOT_GLOBAL.size, 256);
  const domainBase = hartBase + BigInt(harts) * HART_STRIDE;
  const descriptors = domainBase + BigInt(harts * domains.length) * DOMAIN_STRIDE;
  const end = descriptors + BigInt(shadowPages * POOL_PAGE.size);
  if (end > base + ROOT_PRIVATE) {
    throw new RangeError(
      `${harts} harts and ${domains.length} domains need more than the root's memory`,
    );
  }
  return {
    handle: base,
    boot: base + 0x800n,
    global,
    hart: (hart) => hartBase + BigInt(hart) * HART_STRIDE,
    domain: (domain, hart) => domainBase + BigInt(domain * harts + hart) * DOMAIN_STRIDE,
    poolPage: (index) => descriptors + BigInt(index * POOL_PAGE.size),
    pool: { base: base + ROOT_PRIVATE, size: BigInt(shadowPages) * PAGE },
  };
}
