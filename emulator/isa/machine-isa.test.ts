import { describe, expect, it } from 'vitest';
import type { Feature } from '../platform.ts';
import { FEATURES } from '../platform.ts';
import { wholeIsa } from './extensions.ts';
import { printIsa } from './isa-string.ts';
import { featuresOfIsa, isaOf } from './machine-isa.ts';

const every = new Set(Object.keys(FEATURES) as Feature[]);
const isa = (xlen: 32 | 64, ...names: Feature[]) => isaOf({ xlen, features: new Set(names) });

describe('the instruction set of a machine', () => {
  it('is the whole table where the machine has every feature, but hints', () => {
    const whole = new Set(wholeIsa(64).extensions);
    whole.delete('Zihintpause');
    expect(new Set([...isaOf({ xlen: 64, features: every }).extensions, 'Zcf'])).toEqual(
      new Set([...whole, 'Zcf']),
    );
  });

  it('has base, supervisor mode, CSRs and counters always, and nothing else by itself', () => {
    expect(printIsa(isa(64))).toBe('rv64i_zicntr_zifencei_zihpm_s');
  });

  it('has B only with all of its parts', () => {
    expect(isa(64, 'Zba', 'Zbb').extensions.has('B')).toBe(false);
    expect(isa(64, 'Zba', 'Zbb', 'Zbs').extensions.has('B')).toBe(true);
  });

  it.each([
    ['D', 'F'],
    ['Zacas', 'A'],
    ['Zawrs', 'A'],
    ['Zicfiss', 'A'],
  ] as const)('has %s only with %s', (name, other) => {
    expect(isa(64, name).extensions.has(name)).toBe(false);
    expect(isa(64, name, other).extensions.has(name)).toBe(true);
  });

  it('is the same object for the same features', () => {
    expect(isaOf({ xlen: 32, features: every })).toBe(isaOf({ xlen: 32, features: every }));
    expect(isaOf({ xlen: 32, features: every })).not.toBe(isaOf({ xlen: 64, features: every }));
  });
});

describe('features by an ISA string', () => {
  const has = (text: string, ...names: Feature[]) =>
    names.map((name) => featuresOfIsa(text).features?.has(name));

  it('reads letters and names', () => {
    expect(has('rv64gc', 'M', 'A', 'F', 'D', 'C', 'H')).toEqual([
      ...[true, true, true, true, true],
      false,
    ]);
    expect(has('rv64imah_sstc_zba', 'H', 'Sstc', 'Zba', 'Zbb', 'C')).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
  });

  it('gives every Sv mode of the width where none is named', () => {
    expect(has('rv64i', 'Sv32', 'Sv39', 'Sv48', 'Sv57')).toEqual([false, true, true, true]);
    expect(has('rv64i_sv39', 'Sv39', 'Sv48')).toEqual([true, false]);
    expect(has('rv32i', 'Sv32', 'Sv39')).toEqual([true, false]);
  });

  it('gives every protection table of the width with Smsd alone', () => {
    expect(has('rv64i_smsd', 'Smsd', 'Smmpt34', 'Smmpt43', 'Smmpt64')).toEqual([
      ...[true, false],
      ...[true, true],
    ]);
    expect(has('rv64i_smsd_smmpt52', 'Smmpt43', 'Smmpt52')).toEqual([false, true]);
  });

  it('says what is wrong, and where', () => {
    expect(featuresOfIsa('rv64i_nonsense').error).toMatchObject({ col: 7, length: 8 });
  });
});
