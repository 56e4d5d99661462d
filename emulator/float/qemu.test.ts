import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../differential/random.test-support.ts';
import type { Rounding } from './environment.ts';
import type { FloatName, Precision } from './operations.ts';
import { FLOAT_OPERATIONS } from './operations.ts';
import { boxed, cornersOf, randomOperand, SHAPES } from './operands.test-support.ts';

/** Programs of Debian's binutils-riscv64-unknown-elf and qemu-user. */
const [AS, LD, QEMU] = ['riscv64-unknown-elf-as', 'riscv64-unknown-elf-ld', 'qemu-riscv64'];
/** Per operation and mode; `SDT_FLOAT_VECTORS` asks for another number. */
const VECTORS = Number(process.env['SDT_FLOAT_VECTORS'] ?? 250);
/** 64-bit words: operation, frm, three operands; the first two are replaced by result and fflags. */
const RECORD = 5;

/** The version of the emulator, or the program that is missing. */
function look(): { readonly version: string; readonly missing: string | null } {
  let version = '';
  for (const program of [AS, LD, QEMU]) {
    try {
      version = execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
    } catch {
      return { version, missing: program };
    }
  }
  return { version, missing: null };
}

interface Tried {
  readonly precision: Precision;
  readonly name: FloatName;
  /** Operands in fa0, fa1, fa2 or a0, result to a1. */
  readonly assembly: string;
}

const INTEGER_RESULTS: readonly string[] = ['eq', 'lt', 'le', 'class'];
const OPERANDS: Readonly<Record<string, number>> = {
  ...{ sqrt: 1, class: 1, madd: 3, msub: 3, nmsub: 3, nmadd: 3 },
};

function assemblyOf(precision: Precision, name: FloatName): string {
  const toFloat = (text: string) => `${text}\n fmv.x.d a1, fa3`;
  const [direction, type] = name.split('.');
  if (direction === 'to') return `fcvt.${type}.${precision} a1, fa0`;
  if (direction === 'from') return toFloat(`fcvt.${precision}.${type} fa3, a0`);
  if (name === 'widen') return toFloat('fcvt.d.s fa3, fa0');
  if (name === 'narrow') return toFloat('fcvt.s.d fa3, fa0');
  const operands = ['fa0', 'fa1', 'fa2'].slice(0, OPERANDS[name] ?? 2).join(', ');
  return INTEGER_RESULTS.includes(name)
    ? `f${name}.${precision} a1, ${operands}`
    : toFloat(`f${name}.${precision} fa3, ${operands}`);
}

const TRIED: readonly Tried[] = (['s', 'd'] as const).flatMap((precision) =>
  (Object.keys(FLOAT_OPERATIONS[precision]) as FloatName[])
    .filter((name) => name !== (precision === 's' ? 'narrow' : 'widen'))
    .map((name) => ({ precision, name, assembly: assemblyOf(precision, name) })),
);

/** Reads records from standard input, carries them out, and writes them back. */
const PROGRAM = (bytes: number) => `
  .globl _start
_start:
  la s0, records
  mv s2, s0
  li s1, ${bytes}
read:
  li a0, 0
  mv a1, s2
  sub a2, s1, s2
  add a2, a2, s0
  li a7, 63
  ecall
  add s2, s2, a0
  bgtz a0, read
  la s3, stubs
next:
  bgeu s0, s2, write
  ld t0, 0(s0)
  ld t1, 8(s0)
  ld a0, 16(s0)
  fld fa0, 16(s0)
  fld fa1, 24(s0)
  fld fa2, 32(s0)
  fsrm t1
  fsflags zero
  slli t0, t0, 3
  add t0, t0, s3
  ld t0, 0(t0)
  jalr t0
  frflags t1
  sd a1, 0(s0)
  sd t1, 8(s0)
  addi s0, s0, ${RECORD * 8}
  j next
write:
  la s0, records
more:
  li a0, 1
  mv a1, s0
  sub a2, s2, s0
  li a7, 64
  ecall
  blez a0, end
  add s0, s0, a0
  bltu s0, s2, more
end:
  li a0, 0
  li a7, 93
  ecall
${TRIED.map(({ assembly }, index) => `stub${index}:\n ${assembly}\n ret`).join('\n')}
  .data
  .balign 8
stubs: .dword ${TRIED.map((_, index) => `stub${index}`).join(', ')}
  .bss
  .balign 8
records: .space ${bytes}
`;

function throughQemu(records: BigUint64Array): BigUint64Array {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-float-'));
  try {
    const [text, object, program] = ['a.s', 'a.o', 'a.elf'].map((name) => join(folder, name));
    writeFileSync(text ?? '', PROGRAM(records.byteLength));
    execFileSync(AS, ['-march=rv64gc', '-mabi=lp64d', '-o', object ?? '', text ?? '']);
    execFileSync(LD, ['-o', program ?? '', object ?? '']);
    const output = execFileSync(QEMU, [program ?? ''], {
      input: new Uint8Array(records.buffer),
      maxBuffer: records.byteLength + 1,
    });
    return new BigUint64Array(new Uint8Array(output).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A register: of the operand's precision, sometimes improperly boxed; of any width of integer for `from`. */
function register(random: Random, { precision, name }: Tried): bigint {
  if (name.startsWith('from')) return random.big(64) >> BigInt(random.below(64));
  const shape = SHAPES[precision];
  const bits = randomOperand(random, shape, CORNERS[precision]);
  return random.chance(0.02) ? bits : boxed(shape, bits);
}

const CORNERS = { s: cornersOf(SHAPES.s), d: cornersOf(SHAPES.d) };
const { version, missing } = look();

describe.skipIf(missing !== null)(
  `against ${missing === null ? version : `QEMU (no ${missing} here: did not run)`}`,
  () => {
    it('every operation in every mode gives the same results and flags', () => {
      const random = new Random(754);
      const vectors = TRIED.flatMap((tried, index) =>
        Array.from({ length: 5 * VECTORS }, (_, n) => [
          BigInt(index),
          BigInt(n % 5),
          ...Array.from({ length: 3 }, () => register(random, tried)),
        ]),
      );
      const theirs = throughQemu(new BigUint64Array(vectors.flat()));
      expect(theirs.length).toBe(vectors.length * RECORD);
      const differ = vectors.flatMap((vector, at) => {
        const [index = 0n, frm = 0n, a = 0n, b = 0n, c = 0n] = vector;
        const { precision, name } = TRIED[Number(index)];
        const env = { rounding: Number(frm) as Rounding, flags: 0 };
        const result = FLOAT_OPERATIONS[precision][name](a, b, c, env);
        const [theirResult, theirFlags] = theirs.subarray(at * RECORD, at * RECORD + 2);
        if (result === theirResult && env.flags === Number(theirFlags)) return [];
        const operands = [a, b, c].map((operand) => operand.toString(16)).join(' ');
        const here = `${result.toString(16)}/${env.flags}`;
        return [
          `${name}.${precision} rm ${frm} ${operands}: ${here} there ${theirResult.toString(16)}/${theirFlags}`,
        ];
      });
      expect(differ.slice(0, 20)).toEqual([]);
    });
  },
);
