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
    this.s = 0;
    this.vs = 0;
    this.g = 0;
    this.mpt = 0;
    this.io = 0;
    this.ad = 0;
    this.data = 0;
    this.trap = 0;
    this.xret = 0;
    this.exit = 0;
    this.csr = 0;
    this.fence = 0;
    this.ipi = 0;
    this.record = 0;
    this.stored = 0;
  }
}
