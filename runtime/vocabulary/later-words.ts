/** Words of machinery that is not modelled yet: scenarios that use them check today, and are skipped when run. */
import type { Format } from '../../dsl/index.ts';

/** Reasons of the I/O protection table and of the IOMMU. */
export const LATER_REASONS: readonly string[] = [
  'iompt.invalid',
  'iompt.reserved',
  'iompt.permission',
  'iompt.range',
  'iompt.depth',
  'iompt.napot',
  'iompt.no_rule',
  'iompt.bare_tee',
  'iompt.implicit_iommu',
  'iompt.table_access',
  'iommu.page_fault',
  'iommu.guest_page_fault',
  'iommu.access_fault',
  'iommu.disallowed',
  'iommu.ddt_load',
  'iommu.ddt_invalid',
  'iommu.ddt_misconfigured',
  'iommu.ttyp_disallowed',
  'iommu.pdt_load',
  'iommu.pdt_invalid',
  'iommu.pdt_misconfigured',
  'iommu.msi_load',
  'iommu.msi_invalid',
  'iommu.msi_misconfigured',
  'iommu.poison',
  'tsm.state',
  'tsm.page_state',
  'tsm.region',
  'tsm.fence',
];

type Fields = Readonly<Record<string, readonly [high: number, low: number]>>;

/** Packed formats of the IOMMU and of interrupt files. */
export const LATER_FORMATS: Readonly<
  Record<string, { readonly bits: number; readonly fields: Fields }>
> = {
  fault_record: {
    bits: 256,
    fields: {
      cause: [11, 0],
      pid: [31, 12],
      pv: [32, 32],
      priv: [33, 33],
      ttyp: [39, 34],
      did: [63, 40],
      iotval: [191, 128],
      iotval2: [255, 192],
    },
  },
  page_request: {
    bits: 128,
    fields: {
      pid: [31, 12],
      pv: [32, 32],
      priv: [33, 33],
      exec: [34, 34],
      did: [63, 40],
      payload: [127, 64],
    },
  },
  fqcsr: {
    bits: 32,
    fields: {
      fqen: [0, 0],
      fie: [1, 1],
      fqmf: [8, 8],
      fqof: [9, 9],
      fqon: [16, 16],
      busy: [17, 17],
    },
  },
  cqcsr: {
    bits: 32,
    fields: {
      cqen: [0, 0],
      cie: [1, 1],
      cqmf: [8, 8],
      cmd_to: [9, 9],
      cmd_ill: [10, 10],
      fence_w_ip: [11, 11],
      cqon: [16, 16],
      busy: [17, 17],
    },
  },
  pqcsr: {
    bits: 32,
    fields: {
      pqen: [0, 0],
      pie: [1, 1],
      pqmf: [8, 8],
      pqof: [9, 9],
      pqon: [16, 16],
      busy: [17, 17],
    },
  },
  ddtp: { bits: 64, fields: { iommu_mode: [3, 0], busy: [4, 4], ppn: [53, 10] } },
  stopei: { bits: 32, fields: { id: [26, 16], priority: [10, 0] } },
  vstopei: { bits: 32, fields: { id: [26, 16], priority: [10, 0] } },
  mtopei: { bits: 32, fields: { id: [26, 16], priority: [10, 0] } },
};

/** Extensions that no machine has: their instructions are illegal, and what requires them is skipped by name. */
export const LATER_FEATURES: Readonly<Record<string, string>> = {
  V: 'vectors',
  Sdext: 'debug mode',
  Sdtrig: 'triggers of the debug specification',
  Smdbltrp: 'double traps taken in M-mode',
  Ssdbltrp: 'double traps taken in S-mode',
  Sscofpmf: 'counter overflow',
  Smaia: 'advanced interrupts of M-mode',
  Ssaia: 'advanced interrupts of S-mode',
  Zicfilp: 'landing pads',
  Smnpm: 'pointer masking, set by M-mode',
  Ssnpm: 'pointer masking, set by S-mode',
};

/** What `with (...)` may name of an exit of a TVM, of an IOMMU record, and of an ATS grant. */
export const LATER_FIELDS: readonly string[] = [
  ...[...Array(8).keys()].map((k) => `a${k}`),
  'records',
  'ttyp',
  'did',
  'pid',
  'pv',
  'priv',
  'iotval',
  'iotval2',
  'r',
  'w',
  'x',
  'size',
  'global',
];

/** Interrupts of machinery that the machine does not have yet. */
export const LATER_INTERRUPTS: readonly string[] = ['msdei'];

/** CSRs of interrupt machinery that the machine does not have yet. */
export const LATER_CSRS: readonly string[] = [
  'msideip',
  'msideie',
  'mgeien',
  'stopei',
  'vstopei',
  'mtopei',
  'stopi',
  'vstopi',
  'mtopi',
  'siselect',
  'sireg',
  'vsiselect',
  'vsireg',
  'miselect',
  'mireg',
  'mrmcfg',
  'mnrmcfg',
  'srmcfg',
];

export function laterFormat(name: string): Format | null {
  const format = Object.hasOwn(LATER_FORMATS, name) ? LATER_FORMATS[name] : undefined;
  if (format === undefined) return null;
  const fields = Object.entries(format.fields).map(
    ([field, [high, low]]) => [field, { high, low }] as const,
  );
  return { bits: format.bits, fields: new Map(fields) };
}
