/** The extensions that instructions belong to, what each implies, and what stands for several. */

/** In canonical order: single letters first, then Z by category, then S; `says` names it. */
export const EXTENSIONS = {
  I: { says: 'base integer instructions', implies: [] },
  M: { says: 'multiplication and division', implies: ['Zmmul'] },
  A: { says: 'atomic instructions', implies: ['Zaamo', 'Zalrsc'] },
  F: { says: 'single-precision floating point', implies: ['Zicsr'] },
  D: { says: 'double-precision floating point', implies: ['F'] },
  C: { says: 'compressed instructions', implies: ['Zca'] },
  B: { says: 'bit manipulation', implies: ['Zba', 'Zbb', 'Zbs'] },
  H: { says: 'hypervisor', implies: ['S'] },
  Zicbom: { says: 'cache-block management', implies: [] },
  Zicbop: { says: 'cache-block prefetch', implies: [] },
  Zicboz: { says: 'cache-block zero', implies: [] },
  Zicntr: { says: 'cycle, time and instret', implies: ['Zicsr'] },
  Zicond: { says: 'conditional zeroing', implies: [] },
  Zicfiss: { says: 'shadow stack', implies: ['Zicsr', 'Zaamo', 'Zimop'] },
  Zicsr: { says: 'CSR instructions', implies: [] },
  Zifencei: { says: 'instruction-fetch fence', implies: [] },
  Zihintpause: { says: 'pause hint', implies: [] },
  Zihpm: { says: 'hardware performance counters', implies: ['Zicsr'] },
  Zimop: { says: 'may-be operations', implies: [] },
  Zmmul: { says: 'multiplication', implies: [] },
  Zaamo: { says: 'atomic memory operations', implies: [] },
  Zacas: { says: 'compare-and-swap', implies: ['Zaamo'] },
  Zalrsc: { says: 'load-reserved and store-conditional', implies: [] },
  Zawrs: { says: 'wait on reservation set', implies: ['Zalrsc'] },
  Zca: { says: 'compressed integer instructions', implies: [] },
  Zcd: { says: 'compressed double-precision loads and stores', implies: ['Zca', 'D'] },
  Zcf: { says: 'compressed single-precision loads and stores (RV32)', implies: ['Zca', 'F'] },
  Zcmop: { says: 'compressed may-be operations', implies: ['Zca'] },
  Zba: { says: 'address generation', implies: [] },
  Zbb: { says: 'basic bit manipulation', implies: [] },
  Zbs: { says: 'single-bit instructions', implies: [] },
  S: { says: 'supervisor mode', implies: ['Zicsr'] },
  Smrnmi: { says: 'resumable non-maskable interrupts', implies: ['Zicsr'] },
  Smsd: { says: 'supervisor domains: MFENCE.PA and MINVAL.PA', implies: ['S'] },
  Smstateen: { says: 'state enable', implies: ['Zicsr'] },
  Sstc: { says: 'supervisor timer compare', implies: ['S'] },
  Svinval: { says: 'fine-grained invalidation', implies: ['S'] },
} as const satisfies Record<string, { readonly says: string; readonly implies: readonly string[] }>;

export type Extension = keyof typeof EXTENSIONS;

/** What a machine's instruction set is: register width and extensions, implied ones included. */
export interface Isa {
  readonly xlen: 32 | 64;
  readonly extensions: ReadonlySet<Extension>;
}

/** The set with everything that its members imply; C with F (RV32) and D brings Zcf and Zcd. */
export function withImplied(xlen: 32 | 64, named: Iterable<Extension>): ReadonlySet<Extension> {
  const all = new Set<Extension>();
  const add = (extension: Extension): void => {
    if (all.has(extension)) return;
    all.add(extension);
    for (const implied of EXTENSIONS[extension].implies) add(implied);
  };
  for (const extension of named) add(extension);
  if (all.has('C') && all.has('F') && xlen === 32) add('Zcf');
  if (all.has('C') && all.has('D')) add('Zcd');
  if (all.has('Zicfiss') && all.has('Zca')) add('Zcmop');
  return all;
}

/** Everything that the table knows at one XLEN. */
export function wholeIsa(xlen: 32 | 64): Isa {
  const names = Object.keys(EXTENSIONS) as Extension[];
  return {
    xlen,
    extensions: withImplied(
      xlen,
      names.filter((name) => name !== 'Zcf'),
    ),
  };
}
