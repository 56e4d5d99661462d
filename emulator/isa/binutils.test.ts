import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Assembler } from './assemble.ts';
import { Decoder } from './decode.ts';
import { disassemble } from './disassemble.ts';
import type { Extension } from './extensions.ts';
import { wholeIsa } from './extensions.ts';
import type { Op } from './op.ts';
import { pseudos } from './pseudo.ts';
import { randomBits, wordsOf } from './random-words.test-support.ts';
import { opsOf } from './table.ts';

const TOOL = 'riscv64-unknown-elf-';
const MARCH = 'gch_zicbom_zicbop_zicboz_zihintpause_zba_zbb_zbs_svinval_zawrs_zicsr_zifencei_zmmul';
/** What binutils 2.40 does not know: checked against the manual's listings in decode.test.ts only. */
const UNKNOWN: readonly Extension[] = [
  'Zicond',
  'Zacas',
  'Zicfiss',
  'Zimop',
  'Zcmop',
  'Smsd',
  'Smrnmi',
];
/**
 * What its assembler has no text for, though it is legal to decode: empty fence sets, shifts by zero, a rounding mode
 * of an exact conversion, CSRs of our own.
 */
const UNWRITABLE =
  /^fence (0,|.*,0$)|^c\.s(ll|rl|ra)i .*,0x0$|^fcvt\.d\.(wu?|s) .*,r|^fcvt\.d\.(wu?|s) .*,dyn|,(mmpt|mttp|msdcfg|ssp),/;
const EACH = 12;

function version(): string | null {
  try {
    return execFileSync(`${TOOL}as`, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

/** Assembles a source, and gives what objdump prints of it: words and texts in order. */
function throughBinutils(xlen: 32 | 64, source: string): { word: number; text: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-binutils-'));
  try {
    const [text, object] = [join(folder, 'a.s'), join(folder, 'a.o')];
    writeFileSync(text, source);
    const abi = xlen === 32 ? 'ilp32d' : 'lp64d';
    execFileSync(`${TOOL}as`, [
      ...[`-march=rv${xlen}${MARCH}`, `-mabi=${abi}`, '-mno-relax', '-o', object, text],
    ]);
    const dump = execFileSync(`${TOOL}objdump`, ['-d', '-M', 'no-aliases', object], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    return [...dump.matchAll(/^ *([\da-f]+):\t([\da-f]+) *\t(.*)$/gm)].map(
      ([, at = '', word = '', line = '']) => ({
        word: parseInt(word, 16),
        text: relative(line, BigInt(`0x${at}`), xlen),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** objdump's line in our notation: one space, no comment, targets relative to the instruction, its odd names. */
function relative(line: string, at: bigint, xlen: 32 | 64): string {
  const text = line
    .replace(/\s*#.*$/, '')
    .replace('\t', ' ')
    .trim();
  return text
    .replace(/(^|,| )([\da-f]+) <[^>]*>$/, (_, before: string, target: string) => {
      const distance = BigInt.asIntN(xlen, BigInt(`0x${target}`) - at);
      return `${before}.${distance < 0n ? '' : '+'}${distance}`;
    })
    .replaceAll('unknown', '0')
    .replace(/^c\.addi zero,0$/, 'c.nop')
    .replace(/^(c\.s(?:ll|rl|ra)i)64 (\w+)$/, '$1 $2,0x0');
}

/** Equal texts; a CSR that only one side has a name for stands as a number on the other. */
function same(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (/^fcvt\.d\./.test(ours) && UNWRITABLE.test(ours)) return theirs.startsWith('.4byte');
  const [mine, other] = [ours, theirs].map((text) => text.split(','));
  if (!ours.startsWith('csrr') || mine === undefined || other === undefined) return false;
  const oneIsNumber =
    (mine[1]?.startsWith('0x') ?? false) !== (other[1]?.startsWith('0x') ?? false);
  return oneIsNumber && mine[0] === other[0] && mine[2] === other[2];
}

const known = (row: Op): boolean => !row.where.needs.some((name) => UNKNOWN.includes(name));
const found = version();

describe.skipIf(found === null)(`against ${found ?? 'binutils (not found: did not run)'}`, () => {
  describe.each([32, 64] as const)('RV%i', (xlen) => {
    const isa = wholeIsa(xlen);
    const decoder = new Decoder(isa);
    const random = randomBits(xlen);
    const cases = opsOf(isa)
      .filter(known)
      .flatMap((row) => wordsOf(row, EACH, decoder, random).map((word) => ({ row, word })))
      .map(({ row, word }) => {
        const decoded = decoder.decode(word);
        return { row, word, text: decoded === null ? 'illegal' : disassemble(decoded) };
      });

    it('our words read there as they do here', () => {
      const source = cases
        .map(({ row, word }) => `.insn ${row.pattern.length}, ${word}`)
        .join('\n');
      const theirs = throughBinutils(xlen, source + '\n');
      expect(theirs.length).toBe(cases.length);
      const differ = cases.flatMap(({ row, word, text }, index) => {
        const there = theirs[index];
        if (there?.word === word && same(text, there.text)) return [];
        return [`${row.name}: ${word.toString(16)} '${text}' there '${there?.text}'`];
      });
      expect(differ).toEqual([]);
    });

    it('pseudo-instructions mean there what they mean here', () => {
      const ours = new Assembler(isa);
      const examples: Readonly<Record<string, string>> = {
        ...{ rd: 'a0', rs1: 'a1', rs2: 'a2', fd: 'fa0', fs1: 'fa1', fs2: 'fa2' },
        ...{ csr: 'mstatus', uimm: '5', imm: '-8', offset: '.+16' },
      };
      const texts = pseudos()
        .filter(({ means }) => means.length === 1)
        .map(
          ({ name, pieces }) =>
            `${name} ${pieces.map(({ text }) => examples[text] ?? text).join('')}`,
        );
      // Ours alone: operands left out of SINVAL and HINVAL, counter halves by name whatever XLEN is.
      const here = texts
        .filter((text) => !/^(m(fence|inval)\.|[sh]inval|rd\w+h )/.test(text))
        .flatMap((text) => {
          const result = ours.assemble(text);
          if (result.error !== null) return [];
          return [{ text, word: new DataView(result.bytes.buffer).getUint32(0, true) }];
        });
      expect(here.length).toBeGreaterThan(55);
      const source = here.map(({ text }) => text).join('\n');
      const theirs = throughBinutils(xlen, `.option norvc\n${source}\n`);
      expect(theirs.map(({ word }) => word)).toEqual(here.map(({ word }) => word));
    });

    it('our texts are the same words there', () => {
      const writable = cases.filter(({ text }) => !UNWRITABLE.test(text));
      const source = writable
        .map(({ row, text }) => `.option ${row.pattern.length === 2 ? 'rvc' : 'norvc'}\n${text}`)
        .join('\n');
      const theirs = throughBinutils(xlen, source + '\n');
      const differ = writable.flatMap(({ row, word, text }, index) => {
        const there = theirs[index];
        if (there?.word === word) return [];
        return [`${row.name}: '${text}' ${word.toString(16)} there ${there?.word.toString(16)}`];
      });
      expect(differ).toEqual([]);
    });
  });
});
