/** Where the root's records lie in its area: first those of the RDSM's code, which it runs in HS. */
import type { Area, FirmwareSpec } from '../spec.ts';
import { POOL_PAGE } from '../layouts/root-pool.ts';
import { RDSM_MAP } from '../layouts/rdsm.ts';
import { ROOT_DOMAIN, ROOT_HART } from '../layouts/root-hart.ts';

export const PAGE = 4096n;
/** Code and records; the shadow pool lies behind. */
export const ROOT_PRIVATE = 0x8_0000n;

const round = (size: number, to: number) => BigInt(Math.ceil(size / to) * to);
const HART_STRIDE = round(ROOT_HART.size, 64);
const STATE_PAGE = 0x2000n;
const DOMAIN_STRIDE = round(ROOT_DOMAIN.size, 64);

export interface RootMap {
  /** Of the area, and of the trap handler. */
  readonly base: bigint;
  hart(hart: number): bigint;
  /** `domain`: its place among those of the spec. */
  domain(domain: number, hart: number): bigint;
  /** 8 KiB for hypothetical hardware (accel/state-page.ts). */
  statePage(hart: number): bigint;
  /** What is known of a page of the pool, by its index. */
  poolPage(index: number): bigint;
  readonly pool: Area;
}

/** Of a spec whose model has a root. */
export function rootMap({ root, harts, domains, shadowPages }: FirmwareSpec): RootMap {
  if (root === null) throw new Error('this model has no root');
  const { base } = root;
  const hartBase = base + RDSM_MAP.size(harts);
  const domainBase = hartBase + BigInt(harts) * HART_STRIDE;
  const descriptors = domainBase + BigInt(harts * domains.length) * DOMAIN_STRIDE;
  const end = descriptors + BigInt(shadowPages * POOL_PAGE.size);
  const stateBase = base + ROOT_PRIVATE - BigInt(harts) * STATE_PAGE;
  if (end > stateBase) {
    throw new RangeError(
      `${harts} harts, ${domains.length} domains and ${shadowPages} shadow pages need more than the memory of the root`,
    );
  }
  return {
    base,
    hart: (hart) => hartBase + BigInt(hart) * HART_STRIDE,
    domain: (domain, hart) => domainBase + BigInt(domain * harts + hart) * DOMAIN_STRIDE,
    statePage: (hart) => stateBase + BigInt(hart) * STATE_PAGE,
    poolPage: (index) => descriptors + BigInt(index * POOL_PAGE.size),
    pool: { base: base + ROOT_PRIVATE, size: BigInt(shadowPages) * PAGE },
  };
}
