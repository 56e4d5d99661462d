/** What one event costs, in cycles: inputs of the comparison, none of them measured. */

interface Constant {
  readonly default: number;
  readonly says: string;
  /** Counters that it weighs. */
  readonly counters: readonly string[];
}

export const CONSTANTS = {
  mem: {
    default: 20,
    says: 'a memory reference: table entries, data, entries read and written to fill shadow tables',
    counters: ['s', 'vs', 'g', 'mpt', 'io', 'ad', 'data', 'fill'],
  },
  trap: { default: 600, says: 'a trap into HS-mode or S-mode', counters: ['trap_hs'] },
  mtrap: { default: 400, says: 'a trap into M-mode', counters: ['trap_m'] },
  vtrap: { default: 100, says: 'a trap into VS-mode', counters: ['trap_vs'] },
  xret: { default: 200, says: 'a return from a trap', counters: ['xret'] },
  csr: { default: 10, says: 'a CSR instruction', counters: ['csr'] },
  fence: { default: 150, says: 'a fence instruction', counters: ['fence'] },
  ipi: { default: 1500, says: 'an inter-processor interrupt', counters: ['ipi'] },
  fw: { default: 0, says: 'a load or store of firmware', counters: ['fw', 'fw_walk'] },
} as const satisfies Record<string, Constant>;

export type ConstantName = keyof typeof CONSTANTS;
export type Constants = Readonly<Record<ConstantName, number>>;

export const CONSTANT_NAMES = Object.keys(CONSTANTS) as readonly ConstantName[];

export const DEFAULT_CONSTANTS: Constants = Object.fromEntries(
  CONSTANT_NAMES.map((name) => [name, CONSTANTS[name].default]),
) as Constants;

/** `cost.trap=600` and the like over the defaults; a string says what is wrong with one. */
export function constantsOf(settings: readonly string[]): Constants | string {
  const constants: Record<string, number> = { ...DEFAULT_CONSTANTS };
  for (const setting of settings) {
    const found = /^cost\.([a-z]+)=(.*)$/.exec(setting);
    const [, name = '', text = ''] = found ?? [];
    if (!(name in CONSTANTS)) {
      return `'${setting}': costs are ${CONSTANT_NAMES.map((known) => `cost.${known}`).join(', ')}`;
    }
    if (!/^\d+(\.\d+)?$/.test(text)) return `'${setting}': a cost is a number of cycles`;
    constants[name] = Number(text);
  }
  return constants as Constants;
}

/** `mem 20, trap 600, ...` */
export function constantsText(constants: Constants): string {
  return CONSTANT_NAMES.map((name) => `${name} ${constants[name]}`).join(', ');
}
