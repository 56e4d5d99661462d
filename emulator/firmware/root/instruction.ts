/** Instructions that trap as virtual instructions, from their words. */

export type HypervisorInstruction =
  | {
      readonly kind: 'csr';
      readonly number: number;
      readonly op: 'write' | 'set' | 'clear';
      readonly rd: number;
      /** Register, or the value of the immediate form. */
      readonly rs1: number;
      readonly isImmediate: boolean;
    }
  | {
      readonly kind: 'hfence';
      readonly stage: 'gvma' | 'vvma';
      readonly rs1: number;
      readonly rs2: number;
    }
  | {
      readonly kind: 'load';
      readonly size: 1 | 2 | 4 | 8;
      readonly isSigned: boolean;
      readonly execute: boolean;
      readonly rd: number;
      readonly rs1: number;
    }
  | {
      readonly kind: 'store';
      readonly size: 1 | 2 | 4 | 8;
      readonly rs1: number;
      readonly rs2: number;
    }
  | { readonly kind: 'sret' }
  | { readonly kind: 'wfi' }
  | { readonly kind: 'other' };

const SYSTEM = 0x73;
const SRET = 0x1020_0073;
const WFI = 0x1050_0073;

/** funct7 of the fences (funct3 0), HINVAL as HFENCE. */
const FENCES: Readonly<Record<number, 'gvma' | 'vvma' | undefined>> = {
  0b0010001: 'vvma',
  0b0010011: 'vvma',
  0b0110001: 'gvma',
  0b0110011: 'gvma',
};

/** By funct7 - 0b0110000, halved: sizes of HLV (even) and HSV (odd). */
const SIZES = [1, 2, 4, 8] as const;
const OPS = [null, 'write', 'set', 'clear'] as const;

/** `other`: nothing that a hypervisor could mean. */
export function instructionOf(word: number): HypervisorInstruction {
  if (word === SRET) return { kind: 'sret' };
  if (word === WFI) return { kind: 'wfi' };
  if ((word & 0x7f) !== SYSTEM) return { kind: 'other' };
  const funct3 = (word >>> 12) & 7;
  const funct7 = word >>> 25;
  const [rd, rs1, rs2] = [(word >>> 7) & 31, (word >>> 15) & 31, (word >>> 20) & 31];
  if (funct3 === 0) {
    const stage = rd === 0 ? FENCES[funct7] : undefined;
    return stage === undefined ? { kind: 'other' } : { kind: 'hfence', stage, rs1, rs2 };
  }
  if (funct3 === 4) return guestAccess(funct7, rd, rs1, rs2);
  const op = OPS[funct3 & 3];
  if (op === null) return { kind: 'other' };
  return { kind: 'csr', number: word >>> 20, op, rd, rs1, isImmediate: funct3 >= 4 };
}

/** rs2 of a load says how: bit 0 zero-extended, bit 1 (with bit 0) HLVX. */
function guestAccess(funct7: number, rd: number, rs1: number, rs2: number): HypervisorInstruction {
  if (funct7 < 0b0110000 || funct7 > 0b0110111) return { kind: 'other' };
  const size = SIZES[(funct7 >> 1) & 3];
  if ((funct7 & 1) === 1) {
    return rd === 0 ? { kind: 'store', size, rs1, rs2 } : { kind: 'other' };
  }
  const execute = rs2 === 3 && (size === 2 || size === 4);
  const isKnown = execute || rs2 === 0 || (rs2 === 1 && size < 8);
  if (!isKnown) return { kind: 'other' };
  return { kind: 'load', size, isSigned: rs2 === 0, execute, rd, rs1 };
}

/** Whether a CSR instruction writes: setting or clearing by x0 or 0 does not. */
export function writesCsr(instruction: {
  readonly op: 'write' | 'set' | 'clear';
  readonly rs1: number;
}): boolean {
  return instruction.op === 'write' || instruction.rs1 !== 0;
}
