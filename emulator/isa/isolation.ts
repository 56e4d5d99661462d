/** MFENCE.PA and MINVAL.PA, whose funct7 no version of the specification assigns: presets. */
import type { Op } from './op.ts';
import { extension, op, system } from './op.ts';

/** funct7 of MFENCE.PA and MINVAL.PA by preset. */
export const FENCE_ENCODINGS = {
  /** The custom machine-level part of SYSTEM: 0xBC000073 and 0xBE000073, mask 0xFE007FFF. */
  custom: { mfence: '1011110', minval: '1011111' },
  /** As the specification leaves it: no word encodes them. */
  unassigned: null,
} as const;

export type FenceEncoding = keyof typeof FENCE_ENCODINGS;

const SMSD = extension('Smsd');

/** The rows of a preset; none where it assigns no encoding. */
export function isolationOps(encoding: FenceEncoding): readonly Op[] {
  const funct7 = FENCE_ENCODINGS[encoding];
  if (funct7 === null) return [];
  return [
    op(
      'mfence.pa rs1, rs2',
      `${funct7.mfence} rs2 rs1 000 00000 1110011`,
      SMSD,
      system('fence', 'mfence_pa'),
    ),
    op(
      'minval.pa rs1, rs2',
      `${funct7.minval} rs2 rs1 000 00000 1110011`,
      SMSD,
      system('fence', 'minval_pa'),
    ),
  ];
}
