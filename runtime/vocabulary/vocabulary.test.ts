import { describe, expect, it } from 'vitest';
import { VOCABULARY } from './vocabulary.ts';

describe('the vocabulary', () => {
  it('sizes come from the geometries of the specification', () => {
    const K = 1024n;
    const smmpt52 = VOCABULARY.isolationModes.get('smmpt52');
    expect(smmpt52?.leafSizes).toEqual([4n * K, 2n * K * K, K ** 3n, 512n * K ** 3n]);
    expect(smmpt52?.addressBits).toBe(52);
    expect(VOCABULARY.isolationModes.get('smmpt64')?.rootSize).toBe(32n * K);
    expect(VOCABULARY.isolationModes.get('smmpt34')?.leafSizes).toEqual([4n * K, 4n * K * K]);
    expect(VOCABULARY.translationModes.get('sv39x4')).toMatchObject({
      rootSize: 16n * K,
      addressBits: 41,
      stages: ['g'],
      feature: 'Sv39',
    });
  });

  it('formats are complete and their fields do not overlap by accident', () => {
    for (const name of VOCABULARY.formatNames) {
      const formats = ([32, 64] as const).map((xlen) => VOCABULARY.format(name, xlen));
      expect(formats.some((format) => format !== null)).toBe(true);
      for (const format of formats) {
        for (const { high, low } of format?.fields.values() ?? []) {
          expect(high).toBeGreaterThanOrEqual(low);
          expect(high).toBeLessThan(format?.bits ?? 0);
        }
      }
    }
    expect(VOCABULARY.format('mmpt', 64)?.fields.get('sdid')).toEqual({ high: 57, low: 52 });
    expect(VOCABULARY.format('mttp', 32)?.fields.get('sdid')).toEqual({ high: 29, low: 24 });
    expect(VOCABULARY.format('nothing', 64)).toBeNull();
    expect(VOCABULARY.format('constructor', 64)).toBeNull();
  });

  it('operations say as what they are reported, and which carry a value', () => {
    expect(VOCABULARY.operations.get('hlvx')).toMatchObject({ origin: 'load', feature: 'H' });
    expect(VOCABULARY.operations.get('sspopchk')).toMatchObject({ origin: 'store' });
    expect(VOCABULARY.operations.get('amoadd')).toMatchObject({ takesValue: true });
    expect(VOCABULARY.operations.get('fetch')).toMatchObject({ origin: 'fetch' });
  });

  it('rules that hang on an open knob name it', () => {
    expect(VOCABULARY.openRules.get('SMMPT-ACC-12')).toBe('hlvx_needs_x');
    for (const [rule, knob] of VOCABULARY.openRules) {
      expect(VOCABULARY.rules.has(rule)).toBe(true);
      expect(VOCABULARY.knobs.has(knob)).toBe(true);
    }
  });

  it('every CSR with a format exists, and every call of CoVE has its arguments', () => {
    expect(VOCABULARY.csrs.get('mstatush')?.xlens).toEqual([32]);
    expect(VOCABULARY.csrs.has('mmpt')).toBe(true);
    const convert = VOCABULARY.calls.get('covh')?.functions.get('convert_pages');
    expect(convert).toMatchObject({
      arguments: ['base_page_address', 'num_pages'],
      required: ['base_page_address'],
    });
    // A record's fields may stand as arguments, in front of its address and length.
    expect(VOCABULARY.calls.get('covh')?.functions.get('create_tvm')?.arguments).toEqual([
      'tvm_page_directory_addr',
      'tvm_state_addr',
      'tvm_create_params_addr',
      'tvm_create_params_len',
    ]);
    expect(VOCABULARY.calls.get('covg')?.errors).toContain('invalid_address');
  });
});
