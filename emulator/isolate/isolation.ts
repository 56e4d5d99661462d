/** The question every access below M-mode asks: may this domain touch this physical page? */
import type { Port } from '../access/port.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Domain } from './domain.ts';
import { lookupMpt } from './mpt.ts';
import { lookupMtt } from './mtt.ts';

/** Null: allowed. `needs`: READ | WRITE | EXECUTE. */
export function isolate(port: Port, domain: Domain, page: number, needs: number): Reason | null {
  return domain.isolation === 'smmpt'
    ? lookupMpt(port, domain, page, needs)
    : lookupMtt(port, domain, page, needs);
}
