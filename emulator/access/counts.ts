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
