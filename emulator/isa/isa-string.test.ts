import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Extension } from './extensions.ts';
import { EXTENSIONS, wholeIsa, withImplied } from './extensions.ts';
import { parseIsa, printIsa } from './isa-string.ts';

const list = (text: string): string => {
  const { isa, error } = parseIsa(text);
  return isa === null
    ? `${error.col}: ${error.message}`
    : `${isa.xlen} ${[...isa.extensions].sort().join(' ')}`;
};

describe('ISA strings', () => {
  it.each([
    ['rv64i', '64 I'],
    ['RV32IMA', '32 A I M Zaamo Zalrsc Zmmul'],
    ['rv64g', '64 A D F I M Zaamo Zalrsc Zicsr Zifencei Zmmul'],
    ['rv32ifc', '32 C F I Zca Zcf Zicsr'],
    ['rv64ifdc', '64 C D F I Zca Zcd Zicsr'],
    ['rv64ih', '64 H I S Zicsr'],
    ['rv64i_zba_svinval', '64 I S Svinval Zba Zicsr'],
    ['rv64i_zicsr2p0_zba', '64 I Zba Zicsr'],
    ['rv64ib', '64 B I Zba Zbb Zbs'],
    ['rv64izba', '64 I Zba'],
    ['rv64i_svnapot', '64 I'],
    ['x64i', "1: an ISA string begins with 'rv32' or 'rv64'"],
    ['rv64', "5: the base follows the width: 'i' or 'g'"],
    ['rv64m', "5: the base follows the width: 'i' or 'g'"],
    ['rv64iam', "7: 'm' stands before 'a': the order is imafdqlcbkjtpvnh"],
    ['rv64imm', "7: 'm' is named twice"],
    ['rv64iv', "6: the extension 'v' is not modelled"],
    ['rv64e', "5: the base is 'i' or 'g': 'e' is not modelled"],
    ['rv64i_zicrs', "7: there is no extension 'zicrs' here (did you mean 'zicsr'?)"],
    ['rv64i_', "6: a name follows '_'"],
    ['rv64i_zcf', "7: 'zcf' exists on RV32 only"],
  ])('%s', (text, expected) => {
    expect(list(text)).toBe(expected);
  });

  it('prints the whole, without what is implied', () => {
    expect(
      printIsa({ xlen: 64, extensions: withImplied(64, ['I', 'M', 'A', 'F', 'D', 'C']) }),
    ).toBe('rv64imafdc');
    expect(parseIsa(printIsa(wholeIsa(64))).isa).toEqual(wholeIsa(64));
  });

  it('reads back what it prints', () => {
    const names = (Object.keys(EXTENSIONS) as Extension[]).filter((name) => name !== 'Zcf');
    const sets = fc.tuple(fc.constantFrom<32 | 64>(32, 64), fc.subarray(names));
    fc.assert(
      fc.property(sets, ([xlen, some]) => {
        const isa = { xlen, extensions: withImplied(xlen, ['I', ...some]) };
        const again = parseIsa(printIsa(isa)).isa;
        expect([...(again?.extensions ?? [])].sort()).toEqual([...isa.extensions].sort());
      }),
      { seed: 5 },
    );
  });

  it('any text gives a set or a mistake inside it', () => {
    const piece = fc.constantFrom(
      'rv64',
      'rv32',
      'i',
      'g',
      'h',
      '_',
      'zba',
      'z',
      's',
      '1p0',
      'zcf',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { error } = parseIsa(source);
        if (error !== null) expect(error.col).toBeLessThanOrEqual(source.length + 1);
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});
