/** Counted events since reset; the runtime takes differences. */

export const COUNTERS = {
  s: 'reads of page-table entries, single stage',
  vs: 'reads of page-table entries, VS-stage',
  g: 'reads of page-table entries, G-stage',
  mpt: 'reads of protection-table entries',
  io: 'reads of I/O protection-table and IOMMU entries',
  ad: 'writes of page-table entries for A and D',
  data: 'explicit accesses, one per part',
  trap: 'traps taken',
  xret: 'returns from traps',
  exit: 'exits of a TVM to its host',
  csr: 'CSR instructions',
  fence: 'fence instructions',
  ipi: 'inter-processor interrupts',
  record: 'IOMMU fault records',
  fw: 'loads and stores of firmware, one per part: none of them is in data or stored',
  fw_walk: 'entries read and written for them: none of them is in s, vs, g, mpt, io or ad',
  csrw: 'CSR instructions that write',
  world_switch: 'switches of a hart from one supervisor domain to another',
  shadow_fill: 'entries filled into shadow tables',
  fill: 'entries that a nesting root read and wrote to fill shadow tables',
  shadow_flush: 'entries flushed from shadow tables',
  shadow_evict: 'entries evicted from shadow tables for want of room',
  scrubbed: 'bytes that firmware scrubbed',
  tlb_hit: 'look-ups of a translation stage that a kept leaf answered; of firmware none is counted',
  tlb_miss: 'look-ups of a translation stage that went on to memory; of firmware none is counted',
  trap_m: 'traps taken by M-mode',
  trap_hs: 'traps taken by HS-mode, or S-mode',
  trap_vs: 'traps taken by VS-mode',
  /** Bytes written by explicit accesses. */
  stored: 'bytes stored',
} as const;

export type CounterName = keyof typeof COUNTERS;
export type Counts = Readonly<Record<CounterName, number>>;
/** The counters that `total` adds up. */
export const MEMORY_COUNTERS = [
  's',
  'vs',
  'g',
  'mpt',
  'io',
  'ad',
  'data',
] as const satisfies readonly CounterName[];
