/** F: single precision, and the rows that F and D share. */
import type { Word } from '../engine/emitter.ts';
import type { Op, Pure, Where } from './op.ts';
import { extension, memory, op, pure, rv64, system } from './op.ts';

/** `s` or `d`, and the two fmt bits of the encoding. */
export interface Precision {
  readonly suffix: 's' | 'd';
  readonly fmt: '00' | '01';
  readonly where: Where;
}

/** The magnitude of fs1 with the sign of fs2, its opposite (fsgnjn), or the sign of both combined (fsgnjx). */
function injectSign(name: string, p: Precision['suffix']): Pure {
  return pure((float) =>
    float.wide(float.fs1, float.fs2, (e, first, second) => {
      const boxes = e.constant(0, -1);
      const sign = p === 'd' ? e.constant(0, 1 << 31) : e.constant(1 << 31, 0);
      // A single that is not NaN-boxed counts as the canonical NaN.
      const unbox = (a: Word): Word =>
        p === 'd'
          ? a
          : e.let(a, (x) =>
              e.select(e.ltu(x, boxes), e.constant(0x7fc00000, 0), e.unsignedWord(x)),
            );
      const result = e.let(unbox(first), (a) => {
        const signs = e.and(unbox(second), sign);
        if (name === 'fsgnjx') return e.xor(a, signs);
        const taken = name === 'fsgnj' ? signs : e.xor(signs, sign);
        return e.or(e.and(a, e.xor(sign, e.constant(-1))), taken);
      });
      return p === 'd' ? result : e.or(result, boxes);
    }),
  );
}

/** Arithmetic, comparison and conversion to and from integers: the same at each precision. */
export function floatOps({ suffix: p, fmt, where: F }: Precision): readonly Op[] {
  const float = (name: string) => system('float', name, p);
  const F64 = rv64(F);
  const three = (name: string, opcode: string): Op =>
    op(
      `${name}.${p} fd, fs1, fs2, fs3, rm`,
      `fs3 ${fmt} fs2 fs1 rm fd ${opcode}`,
      F,
      float(name.slice(1)),
    );
  const two = (name: string, funct5: string): Op =>
    op(
      `${name}.${p} fd, fs1, fs2, rm`,
      `${funct5}${fmt} fs2 fs1 rm fd 1010011`,
      F,
      float(name.slice(1)),
    );
  const pick = (name: string, funct5: string, funct3: string, result: 'fd' | 'rd'): Op =>
    op(
      `${name}.${p} ${result}, fs1, fs2`,
      `${funct5}${fmt} fs2 fs1 ${funct3} ${result} 1010011`,
      F,
      name.startsWith('fsgnj') ? injectSign(name, p) : float(name.slice(1)),
    );
  const toInteger = (name: string, code: string, where: Where): Op =>
    op(
      `fcvt.${name}.${p} rd, fs1, rm`,
      `11000${fmt} ${code} fs1 rm rd 1010011`,
      where,
      float(`to.${name}`),
    );
  // Every 32-bit integer is a double: these round nothing, and are written without a rounding mode.
  const fromInteger = (name: string, code: string, where: Where): Op =>
    op(
      `fcvt.${p}.${name} fd, rs1, ${p === 'd' && name.startsWith('w') ? 'rm:rne' : 'rm'}`,
      `11010${fmt} ${code} rs1 rm fd 1010011`,
      where,
      float(`from.${name}`),
    );
  return [
    three('fmadd', '1000011'),
    three('fmsub', '1000111'),
    three('fnmsub', '1001011'),
    three('fnmadd', '1001111'),
    two('fadd', '00000'),
    two('fsub', '00001'),
    two('fmul', '00010'),
    two('fdiv', '00011'),
    op(`fsqrt.${p} fd, fs1, rm`, `01011${fmt} 00000 fs1 rm fd 1010011`, F, float('sqrt')),
    pick('fsgnj', '00100', '000', 'fd'),
    pick('fsgnjn', '00100', '001', 'fd'),
    pick('fsgnjx', '00100', '010', 'fd'),
    pick('fmin', '00101', '000', 'fd'),
    pick('fmax', '00101', '001', 'fd'),
    pick('feq', '10100', '010', 'rd'),
    pick('flt', '10100', '001', 'rd'),
    pick('fle', '10100', '000', 'rd'),
    op(`fclass.${p} rd, fs1`, `11100${fmt} 00000 fs1 001 rd 1010011`, F, float('class')),
    toInteger('w', '00000', F),
    toInteger('wu', '00001', F),
    toInteger('l', '00010', F64),
    toInteger('lu', '00011', F64),
    fromInteger('w', '00000', F),
    fromInteger('wu', '00001', F),
    fromInteger('l', '00010', F64),
    fromInteger('lu', '00011', F64),
  ];
}

const F = extension('F');

export const singleOps = (): readonly Op[] => [
  op('flw fd, imm(rs1)', 'imm[11:0] rs1 010 fd 0000111', F, memory('load', 4, 'float')),
  op('fsw fs2, imm(rs1)', 'imm[11:5] fs2 rs1 010 imm[4:0] 0100111', F, memory('store', 4, 'float')),
  ...floatOps({ suffix: 's', fmt: '00', where: F }),
  op(
    'fmv.x.w rd, fs1',
    '1110000 00000 fs1 000 rd 1010011',
    F,
    pure((e) => e.lowOf(e.fs1)),
  ),
  op(
    'fmv.w.x fd, rs1',
    '1111000 00000 rs1 000 fd 1010011',
    F,
    pure((e) => e.boxed(e.rs1)),
  ),
];
