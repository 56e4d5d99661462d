/** Pseudo-instructions: other ways to write one instruction, and the few that stand for several. */
import type { Piece } from './op.ts';
import { piecesOf } from './op.ts';
import type { Token } from './statements.ts';

export interface Pseudo {
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** The instructions that it stands for, with its operands' names. */
  readonly means: readonly string[];
}

const pseudo = (syntax: string, ...means: string[]): Pseudo => {
  const [name = '', ...operands] = syntax.split(' ');
  return { name, pieces: piecesOf(operands.join(' ')), means };
};

const branches = () =>
  (['beqz', 'bnez', 'bgez', 'bltz'] as const).map((name) =>
    pseudo(`${name} rs1, offset`, `${name.slice(0, 3)} rs1, zero, offset`),
  );
const swapped = () =>
  (
    [
      ['bgt', 'blt'],
      ['ble', 'bge'],
      ['bgtu', 'bltu'],
      ['bleu', 'bgeu'],
    ] as const
  ).map(([name, real]) => pseudo(`${name} rs1, rs2, offset`, `${real} rs2, rs1, offset`));

const floats = () =>
  (['s', 'd'] as const).flatMap((p) => [
    pseudo(`fmv.${p} fd, fs1`, `fsgnj.${p} fd, fs1, fs1`),
    pseudo(`fneg.${p} fd, fs1`, `fsgnjn.${p} fd, fs1, fs1`),
    pseudo(`fabs.${p} fd, fs1`, `fsgnjx.${p} fd, fs1, fs1`),
    pseudo(`fgt.${p} rd, fs1, fs2`, `flt.${p} rd, fs2, fs1`),
    pseudo(`fge.${p} rd, fs1, fs2`, `fle.${p} rd, fs2, fs1`),
  ]);

const floatCsrs = () =>
  (
    [
      ['csr', 'fcsr'],
      ['rm', 'frm'],
      ['flags', 'fflags'],
    ] as const
  ).flatMap(([name, csr]) => [
    pseudo(`fr${name} rd`, `csrrs rd, ${csr}, zero`),
    pseudo(`fs${name} rs1`, `csrrw zero, ${csr}, rs1`),
    pseudo(`fs${name} rd, rs1`, `csrrw rd, ${csr}, rs1`),
  ]);

/** Fences with operands left out: x0, everything. */
const fences = () =>
  [
    'sfence.vma',
    'sinval.vma',
    'hfence.vvma',
    'hfence.gvma',
    'hinval.vvma',
    'hinval.gvma',
    'mfence.pa',
    'minval.pa',
  ].flatMap((name) => [
    pseudo(name, `${name} zero, zero`),
    pseudo(`${name} rs1`, `${name} rs1, zero`),
  ]);

/** Tried in order, after the instruction of the same name if there is one. */
export const pseudos = (): readonly Pseudo[] => [
  pseudo('nop', 'addi zero, zero, 0'),
  pseudo('mv rd, rs1', 'addi rd, rs1, 0'),
  pseudo('not rd, rs1', 'xori rd, rs1, -1'),
  pseudo('neg rd, rs1', 'sub rd, zero, rs1'),
  pseudo('negw rd, rs1', 'subw rd, zero, rs1'),
  pseudo('sext.w rd, rs1', 'addiw rd, rs1, 0'),
  pseudo('zext.b rd, rs1', 'andi rd, rs1, 255'),
  pseudo('zext.w rd, rs1', 'add.uw rd, rs1, zero'),
  pseudo('seqz rd, rs1', 'sltiu rd, rs1, 1'),
  pseudo('snez rd, rs1', 'sltu rd, zero, rs1'),
  pseudo('sltz rd, rs1', 'slt rd, rs1, zero'),
  pseudo('sgtz rd, rs1', 'slt rd, zero, rs1'),
  ...branches(),
  pseudo('blez rs1, offset', 'bge zero, rs1, offset'),
  pseudo('bgtz rs1, offset', 'blt zero, rs1, offset'),
  ...swapped(),
  pseudo('j offset', 'jal zero, offset'),
  pseudo('jal offset', 'jal ra, offset'),
  pseudo('jr rs1', 'jalr zero, 0(rs1)'),
  pseudo('jr imm(rs1)', 'jalr zero, imm(rs1)'),
  pseudo('jalr rs1', 'jalr ra, 0(rs1)'),
  pseudo('jalr imm(rs1)', 'jalr ra, imm(rs1)'),
  pseudo('jalr rd, rs1', 'jalr rd, 0(rs1)'),
  pseudo('jalr rd, rs1, imm', 'jalr rd, imm(rs1)'),
  pseudo('ret', 'jalr zero, 0(ra)'),
  pseudo('la rd, offset', 'auipc rd, %hi', 'addi rd, rd, %lo'),
  pseudo('lla rd, offset', 'auipc rd, %hi', 'addi rd, rd, %lo'),
  pseudo('call offset', 'auipc ra, %hi', 'jalr ra, %lo(ra)'),
  pseudo('tail offset', 'auipc t1, %hi', 'jalr zero, %lo(t1)'),
  pseudo('fence', 'fence iorw, iorw'),
  ...fences(),
  pseudo('mfence.spa rs1, rs2', 'mfence.pa rs1, rs2'),
  pseudo('minval.spa rs1, rs2', 'minval.pa rs1, rs2'),
  pseudo('csrr rd, csr', 'csrrs rd, csr, zero'),
  pseudo('csrw csr, rs1', 'csrrw zero, csr, rs1'),
  pseudo('csrs csr, rs1', 'csrrs zero, csr, rs1'),
  pseudo('csrc csr, rs1', 'csrrc zero, csr, rs1'),
  ...['', 'i'].flatMap((suffix) => [
    pseudo(`csrw${suffix} csr, uimm`, 'csrrwi zero, csr, uimm'),
    pseudo(`csrs${suffix} csr, uimm`, 'csrrsi zero, csr, uimm'),
    pseudo(`csrc${suffix} csr, uimm`, 'csrrci zero, csr, uimm'),
  ]),
  ...['cycle', 'time', 'instret'].flatMap((name) => [
    pseudo(`rd${name} rd`, `csrrs rd, ${name}, zero`),
    pseudo(`rd${name}h rd`, `csrrs rd, ${name}h, zero`),
  ]),
  pseudo('unimp', 'csrrw zero, cycle, zero'),
  ...floatCsrs(),
  ...floats(),
];

/** An instruction as tokens: what pseudo-instructions become. */
export interface Plain {
  readonly name: Token;
  readonly operands: readonly Token[];
}

/** The instructions that a use stands for; null: its operands have another shape. */
export function expandPseudo(
  { pieces, means }: Pseudo,
  name: Token,
  operands: readonly Token[],
): readonly Plain[] | null {
  if (operands.length !== pieces.length) return null;
  const given = new Map<string, Token>();
  for (const [index, piece] of pieces.entries()) {
    const token = operands[index];
    if (token === undefined) return null;
    const punctuation = /^[(),]$/.test(token.text) || /^[(),]$/.test(piece.text);
    if (punctuation && token.text !== piece.text) return null;
    given.set(piece.text, token);
  }
  return means.map((text) => {
    const [mnemonic = '', ...rest] = text.split(' ');
    const tokens = piecesOf(rest.join(' ')).map((piece): Token => {
      const address = given.get('offset');
      if (piece.text === '%hi' && address !== undefined) return { ...address, part: 'hi' };
      if (piece.text === '%lo' && address !== undefined) return { ...address, part: 'lo' };
      return given.get(piece.text) ?? { ...name, text: piece.text };
    });
    return { name: { ...name, text: mnemonic }, operands: tokens };
  });
}

/** `li`: the shortest of the usual sequences of LUI, ADDI(W) and SLLI for a value of XLEN bits. */
export function loadImmediate(rd: string, value: bigint, xlen: 32 | 64): readonly string[] {
  const low = BigInt.asIntN(12, value);
  if (BigInt.asIntN(32, value) === value) {
    if (low === value) return [`addi ${rd}, zero, ${low}`];
    const upper = ((value - low) >> 12n) & 0xfffffn;
    const lui = `lui ${rd}, ${upper}`;
    return low === 0n ? [lui] : [lui, `${xlen === 64 ? 'addiw' : 'addi'} ${rd}, ${rd}, ${low}`];
  }
  let rest = BigInt.asIntN(64, value - low) >> 12n;
  let shift = 12n;
  for (; rest % 2n === 0n; shift++) rest >>= 1n;
  const out = [...loadImmediate(rd, rest, xlen), `slli ${rd}, ${rd}, ${shift}`];
  return low === 0n ? out : [...out, `addi ${rd}, ${rd}, ${low}`];
}
