/** The counters of one machine, as fields: counting costs one addition. */
import type { Counts } from './counts.ts';

export class Tally implements Counts {
  s = 0;
  vs = 0;
  g = 0;
  mpt = 0;
  io = 0;
  ad = 0;
  data = 0;
  trap = 0;
  xret = 0;
  exit = 0;
  csr = 0;
  fence = 0;
  ipi = 0;
  record = 0;
  stored = 0;

  reset(): void {
    Object.assign(this, new Tally());
  }
}
