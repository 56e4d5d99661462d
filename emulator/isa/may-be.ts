/** Zimop and Zcmop: operations that write zero until an extension gives them a meaning; Zicfiss has done so for some. */
import type { Op } from './op.ts';
import { extension, op, system } from './op.ts';

const ZIMOP = extension('Zimop');
const ZCMOP = extension('Zcmop');

const bits = (value: number, count: number) => value.toString(2).padStart(count, '0');
const numbers = (count: number) => [...Array(count).keys()];

/** mop.r.N: N[4] in bit 30, N[3:2] in 27:26, N[1:0] in 21:20. */
const unary = (n: number): Op =>
  op(
    `mop.r.${n} rd, rs1`,
    `1${bits(n >> 4, 1)}00${bits((n >> 2) & 3, 2)}0111${bits(n & 3, 2)} rs1 100 rd 1110011`,
    ZIMOP,
    system('mop'),
  );

/** mop.rr.N: N[2] in bit 30, N[1:0] in 27:26. */
const binary = (n: number): Op =>
  op(
    `mop.rr.${n} rd, rs1, rs2`,
    `1${bits(n >> 2, 1)}00${bits(n & 3, 2)}1 rs2 rs1 100 rd 1110011`,
    ZIMOP,
    system('mop'),
  );

/** c.mop.N, N odd: they write nothing. */
const compressed = (n: number): Op =>
  op(`c.mop.${n}`, `0110${bits(n, 5)}0000001`, ZCMOP, system('mop'));

export const mayBeOps = (): readonly Op[] => [
  ...numbers(32).map(unary),
  ...numbers(8).map(binary),
  ...numbers(8).map((k) => compressed(2 * k + 1)),
];
