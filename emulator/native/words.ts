/** The words of what firmware and parked harts execute, from the instruction table; looked up only when one traps. */
import type { OperationName } from '../access/kinds.ts';
import type { FenceName } from '../cache/fence-request.ts';
import { FENCES } from '../cache/fence-request.ts';
import type { CsrOp } from '../hart/csr-file.ts';
import { csrNumbers } from '../isa/csr-operands.ts';
import type { Decoded } from '../isa/decode.ts';
import { decoderOf } from '../isa/decode.ts';
import { isaOf } from '../isa/machine-isa.ts';
import { insert } from '../isa/pattern.ts';
import type { Slot } from '../isa/pattern.ts';
import { opsOf } from '../isa/table.ts';
import { transformedOf } from '../isa/transform.ts';
import type { Platform } from '../platform.ts';

/** Where operands lie: an address or the first operand; a value, the second operand, or the result. */
export const RS1 = 30;
export const RS2 = 31;

type Operands = Partial<Record<Slot, number>>;

const LOADS: Readonly<Record<number, string>> = { 1: 'lbu', 2: 'lhu', 4: 'lwu', 8: 'ld' };
const STORES: Readonly<Record<number, string>> = { 1: 'sb', 2: 'sh', 4: 'sw', 8: 'sd' };
const LETTER: Readonly<Record<number, string>> = { 1: 'b', 2: 'h', 4: 'w', 8: 'd' };
const UNSIGNED: Readonly<Record<number, string>> = { 1: 'bu', 2: 'hu', 4: 'wu', 8: 'd' };
const CSRS: Readonly<Record<CsrOp, string>> = {
  read: 'csrrs',
  write: 'csrrw',
  set: 'csrrs',
  clear: 'csrrc',
};

/** The instruction of one access: rs1 = x30, and x31 is rd, rs2, or both. */
function mnemonicOf(name: OperationName, size: number, xlen: 32 | 64): string | null {
  switch (name) {
    case 'load':
      return size * 8 === xlen && xlen === 32 ? 'lw' : (LOADS[size] ?? null);
    case 'store':
      return STORES[size] ?? null;
    case 'hlv':
      return size === 4 && xlen === 32 ? 'hlv.w' : `hlv.${UNSIGNED[size]}`;
    case 'hlvx':
      return `hlvx.${UNSIGNED[size]}`;
    case 'hsv':
      return `hsv.${LETTER[size]}`;
    case 'lr':
    case 'sc':
    case 'amoadd':
    case 'amoswap':
    case 'ssamoswap':
      return `${name}.${LETTER[size]}`;
    case 'cbo_zero':
    case 'cbo_clean':
    case 'cbo_flush':
    case 'cbo_inval':
      return name.replace('_', '.');
    case 'prefetch':
      return 'prefetch.r';
    case 'fetch':
    case 'sspush':
    case 'sspopchk':
      return null;
  }
}

export class Words {
  readonly #platform: Platform;
  readonly #words = new Map<string, number>();
  readonly #decoded = new Map<number, Decoded | null>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** 0: no one instruction of this machine makes such an access. */
  access(name: OperationName, size: number): number {
    const mnemonic = mnemonicOf(name, size, this.#platform.xlen);
    return mnemonic === null ? 0 : this.of(mnemonic, { rd: RS2, rs1: RS1, rs2: RS2 });
  }

  /** amoadd, amoswap, amoor, amoand. */
  amo(what: string, size: number): number {
    return this.of(`amo${what}.${size === 4 ? 'w' : 'd'}`, { rd: RS2, rs1: RS1, rs2: RS2 });
  }

  csr(name: string, op: CsrOp): number {
    const csr = csrNumbers().get(name) ?? 0;
    return this.of(CSRS[op], { rd: RS2, rs1: op === 'read' ? 0 : RS1, csr });
  }

  /** null: x0. */
  fence(name: FenceName, rs1: bigint | null, rs2: bigint | null): number {
    const operands = { rs1: rs1 === null ? 0 : RS1, rs2: rs2 === null ? 0 : RS2 };
    return this.of(FENCES[name].mnemonic, operands);
  }

  of(mnemonic: string, operands: Operands = {}): number {
    const { csr = 0, rs1 = 0, rs2 = 0 } = operands;
    const key = `${mnemonic} ${csr} ${rs1} ${rs2}`;
    const known = this.#words.get(key);
    if (known !== undefined) return known;
    const word = this.#encode(mnemonic, operands);
    this.#words.set(key, word);
    return word;
  }

  decode(word: number): Decoded | null {
    const known = this.#decoded.get(word);
    if (known !== undefined) return known;
    const { knobs } = this.#platform;
    const decoded = decoderOf(isaOf(this.#platform), knobs.fence_encoding).decode(word);
    this.#decoded.set(word, decoded);
    return decoded;
  }

  /** The word as mtinst and htinst show it; 0 where there is nothing to show. */
  transformed(word: number): number {
    if (word === 0 || !this.#platform.features.has('H')) return 0;
    const decoded = this.decode(word);
    return decoded === null ? 0 : transformedOf(decoded);
  }

  #encode(mnemonic: string, operands: Operands): number {
    const rows = opsOf(isaOf(this.#platform), this.#platform.knobs.fence_encoding);
    const row = rows.find(({ name, pattern }) => name === mnemonic && pattern.length === 4);
    if (row === undefined) return 0;
    let word = row.pattern.match;
    for (const field of row.pattern.fields) {
      const value = operands[field.slot];
      if (value !== undefined) word = (word | insert(field, value)) >>> 0;
    }
    return word >>> 0;
  }
}
