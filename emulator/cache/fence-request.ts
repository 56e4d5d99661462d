/** One fence instruction with its raw operands. */
import type { Mode } from '../access/context.ts';
import type { Feature } from '../platform.ts';

/** A row: which operand names what. `short`: the word that scenarios use most. */
export interface FenceRow {
  readonly mnemonic: string;
  readonly rs1: 'pa' | 'va' | 'gpa' | null;
  readonly rs2: 'sdid' | 'asid' | 'vmid' | null;
  readonly feature: Feature | null;
}

export const FENCES = {
  mfence_pa: { mnemonic: 'mfence.pa', rs1: 'pa', rs2: 'sdid', feature: 'Smsd' },
  minval_pa: { mnemonic: 'minval.pa', rs1: 'pa', rs2: 'sdid', feature: 'Smsd' },
  sfence_vma: { mnemonic: 'sfence.vma', rs1: 'va', rs2: 'asid', feature: null },
  sinval_vma: { mnemonic: 'sinval.vma', rs1: 'va', rs2: 'asid', feature: 'Svinval' },
  sfence_w_inval: { mnemonic: 'sfence.w.inval', rs1: null, rs2: null, feature: 'Svinval' },
  sfence_inval_ir: { mnemonic: 'sfence.inval.ir', rs1: null, rs2: null, feature: 'Svinval' },
  hfence_vvma: { mnemonic: 'hfence.vvma', rs1: 'va', rs2: 'asid', feature: 'H' },
  hinval_vvma: { mnemonic: 'hinval.vvma', rs1: 'va', rs2: 'asid', feature: 'H' },
  hfence_gvma: { mnemonic: 'hfence.gvma', rs1: 'gpa', rs2: 'vmid', feature: 'H' },
  hinval_gvma: { mnemonic: 'hinval.gvma', rs1: 'gpa', rs2: 'vmid', feature: 'H' },
  fence_i: { mnemonic: 'fence.i', rs1: null, rs2: null, feature: null },
} as const satisfies Record<string, FenceRow>;

export type FenceName = keyof typeof FENCES;

/** Words of the language that stand for a fence instruction; legacy machines read `mpt` as MFENCE.SPA. */
export const FENCE_WORDS = {
  mpt: 'mfence_pa',
  vma: 'sfence_vma',
  vvma: 'hfence_vvma',
  gvma: 'hfence_gvma',
  ...(Object.fromEntries(Object.keys(FENCES).map((name) => [name, name])) as {
    [K in FenceName]: K;
  }),
} as const;

export interface FenceRequest {
  readonly fence: FenceName;
  readonly mode: Mode;
  /** Register values; null is x0 (on the specifier, not a register that holds 0). GPA operands are shifted right by 2 already. */
  readonly rs1: bigint | null;
  readonly rs2: bigint | null;
}

/** What a fence acts on. */
export type FenceScope = 'protection' | 's' | 'vs' | 'g' | 'order' | 'code';

/** tlb: leaves of the page tables; walk: their pointers; mpt: protection-table entries. */
export type CacheKind = 'tlb' | 'walk' | 'mpt' | 'all';
