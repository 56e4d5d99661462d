/** The counters of one machine, as fields: counting costs one addition. */
import type { Mode } from './context.ts';
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
  fw = 0;
  fw_walk = 0;
  csrw = 0;
  world_switch = 0;
  shadow_fill = 0;
  fill = 0;
  shadow_flush = 0;
  shadow_evict = 0;
  scrubbed = 0;
  tlb_hit = 0;
  tlb_miss = 0;
  trap_m = 0;
  trap_hs = 0;
  trap_vs = 0;
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
    this.fw = 0;
    this.fw_walk = 0;
    this.csrw = 0;
    this.world_switch = 0;
    this.shadow_fill = 0;
    this.fill = 0;
    this.shadow_flush = 0;
    this.shadow_evict = 0;
    this.scrubbed = 0;
    this.tlb_hit = 0;
    this.tlb_miss = 0;
    this.trap_m = 0;
    this.trap_hs = 0;
    this.trap_vs = 0;
    this.stored = 0;
  }

  /** A trap taken in a mode. */
  trapped(to: Mode): void {
    this.trap++;
    if (to === 'M') this.trap_m++;
    else if (to === 'S') this.trap_hs++;
    else this.trap_vs++;
  }
}
