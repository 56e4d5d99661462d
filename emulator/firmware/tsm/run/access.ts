/** Loads and stores of integer registers, decoded from what htinst shows or from the instruction itself. */

export interface RegisterAccess {
  readonly isStore: boolean;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isSigned: boolean;
  /** rd of a load, rs2 of a store. */
  readonly register: number;
  /** Bytes of the instruction: 2 or 4. */
  readonly length: 2 | 4;
}

const LOAD = 0x03;
const STORE = 0x23;
const A0 = 10;

const bits = (word: number, high: number, low: number): number =>
  (word >>> low) & (2 ** (high - low + 1) - 1);

/** funct3 of loads and stores to bytes and sign: lb lh lw ld lbu lhu lwu. */
function widthOf(funct3: number, xlen: 32 | 64): Pick<RegisterAccess, 'bytes' | 'isSigned'> | null {
  const bytes = ([1, 2, 4, 8] as const)[funct3 & 3];
  const isSigned = (funct3 & 4) === 0;
  if (bytes === undefined || (bytes === 8 && (!isSigned || xlen === 32))) return null;
  return bytes === 4 && !isSigned && xlen === 32 ? null : { bytes, isSigned };
}

/** A load or store of 32 bits; `length` tells what it stood for. */
function decodeFull(word: number, length: 2 | 4, xlen: 32 | 64): RegisterAccess | null {
  const opcode = bits(word, 6, 0);
  const funct3 = bits(word, 14, 12);
  if (opcode !== LOAD && (opcode !== STORE || funct3 > 3)) return null;
  const width = widthOf(funct3, xlen);
  if (width === null) return null;
  const isStore = opcode === STORE;
  return {
    ...width,
    isStore,
    register: isStore ? bits(word, 24, 20) : bits(word, 11, 7),
    length,
  };
}

/** c.lw c.ld c.sw c.sd and their forms on the stack pointer. */
function decodeCompressed(half: number, xlen: 32 | 64): RegisterAccess | null {
  const quadrant = half & 3;
  const funct3 = bits(half, 15, 13);
  const bytes = (funct3 & 3) === 2 ? 4 : (funct3 & 3) === 3 && xlen === 64 ? 8 : null;
  if (bytes === null || (quadrant !== 0 && quadrant !== 2)) return null;
  const isStore = (funct3 & 4) !== 0;
  const onStack = isStore ? bits(half, 6, 2) : bits(half, 11, 7);
  const register = quadrant === 0 ? bits(half, 4, 2) + 8 : onStack;
  if (quadrant === 2 && !isStore && register === 0) return null;
  return { isStore, bytes, isSigned: true, register, length: 2 };
}

/** An instruction as it lies in memory; null: not a load or store of an integer register. */
export function decodeInstruction(word: number, xlen: 32 | 64): RegisterAccess | null {
  return (word & 3) === 3 ? decodeFull(word, 4, xlen) : decodeCompressed(word & 0xffff, xlen);
}

/**
 * htinst, a transformed instruction (bit 1 clear: it was a compressed one). Null: a pseudo-instruction, anything but a
 * load or store of an integer register, or a part of a misaligned one (Addr. Offset is not 0).
 */
export function decodeTransformed(htinst: bigint, xlen: 32 | 64): RegisterAccess | null {
  const word = Number(htinst);
  const isPseudo = (word & 1) === 0;
  if (isPseudo || bits(word, 19, 15) !== 0) return null;
  return decodeFull(word | 2, (word & 2) === 0 ? 2 : 4, xlen);
}

/** What the host sees of it: the transformed instruction with a0, uncompressed. */
export function shownInstruction({ isStore, bytes, isSigned }: RegisterAccess): bigint {
  const width = Math.log2(bytes);
  const funct3 = isStore || isSigned ? width : width + 4;
  const operand = isStore ? A0 << 20 : A0 << 7;
  return BigInt(operand | (funct3 << 12) | (isStore ? STORE : LOAD));
}
