import { describe, expect, it } from 'vitest';
import { RULE_IDS } from '../../rules/fired.ts';
import { EXTENSIONS as TABLE, fidOf, functionOf, functionWord, splitFunctionWord } from './abi.ts';
import { type Extension, readArguments } from './call.ts';
import { type Check, coded, inferred, refuse, salus } from './check.ts';
import { COVG } from './covg.ts';
import { COVH } from './covh.ts';
import { COVI } from './covi.ts';
import { errorName, ERRORS } from './errors.ts';
import { TSM_INFO, TSM_INFO_SALUS, TVM_AIA_PARAMS, TVM_CREATE_PARAMS } from './structs.ts';

const EXTENSIONS: readonly Extension[] = Object.values(TABLE);

const PROFILES = ['spec', 'salus'] as const;

/** EIDs that spell their name. */
const SPELLED = ['SUPD', 'COVH', 'COVI', 'COVG', 'ATST', 'NACL', 'TIME', 'RFNC', 'SRST', 'DBCN'];

function ascii(eid: bigint): string {
  let text = '';
  for (let rest = eid; rest > 0n; rest >>= 8n)
    text = String.fromCharCode(Number(rest & 255n)) + text;
  return text;
}

describe('the table of calls', () => {
  it('extensions have the numbers that spell their names', () => {
    const names = EXTENSIONS.map(({ eid }) => ascii(eid));
    expect(names).toEqual(expect.arrayContaining([...SPELLED, 'sPI', 'HSM', '\u0010']));
    expect(new Set(names).size).toBe(EXTENSIONS.length);
  });

  it.each(PROFILES)('no two functions of an extension share a number in profile %s', (profile) => {
    for (const { functions } of EXTENSIONS) {
      const fids = Object.values(functions)
        .map((row) => fidOf(row, profile))
        .filter((fid) => fid !== null);
      expect(new Set(fids).size).toBe(fids.length);
    }
  });

  it('COVH has 20 functions in the specification, numbered 0 to 19, COVI and COVG have 11', () => {
    const numbers = (functions: Readonly<Record<string, { fid: number | null }>>) =>
      Object.values(functions)
        .flatMap(({ fid }) => (fid === null ? [] : [fid]))
        .sort((a, b) => a - b);
    expect(numbers(COVH.functions)).toEqual([...Array(20).keys()]);
    expect(numbers(COVI.functions)).toEqual([...Array(11).keys()]);
    expect(numbers(COVG.functions)).toEqual([...Array(11).keys()]);
  });

  it('numbers of the specification and of Salus part where promote_to_tvm came between', () => {
    const { functions } = COVH;
    const pairs = Object.entries(functions).map(([name, { fid, salusFid }]) => [
      name,
      fid,
      salusFid,
    ]);
    expect(pairs).toEqual(
      expect.arrayContaining([
        ['finalize_tvm', 6, 6],
        ['promote_to_tvm', 7, null],
        ['destroy_tvm', 8, 7],
        ['add_tvm_measured_pages', 11, 10],
        ['run_tvm_vcpu', 15, 14],
        ['tvm_remove_pages', 19, 20],
        ['promote_page', null, 18],
        ['demote_page', null, 19],
      ]),
    );
    expect(functionOf(COVH, 7, 'spec')).toBe('promote_to_tvm');
    expect(functionOf(COVH, 7, 'salus')).toBe('destroy_tvm');
    expect(functionOf(COVH, 900, 'spec')).toBeNull();
  });

  it('scenarios call an extension by its own name', () => {
    for (const [name, row] of Object.entries(TABLE)) expect(row.name).toBe(name);
  });

  it('arguments fit into a0 .. a5, and have one name each', () => {
    for (const { functions } of EXTENSIONS) {
      for (const row of Object.values(functions)) {
        const names = row.arguments.map(({ name }) => name);
        expect(names.length).toBeLessThanOrEqual(6);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it('checks of a function have one name each, and rules that exist', () => {
    for (const { entry, functions } of EXTENSIONS) {
      for (const checks of [entry, ...Object.values(functions).map((row) => row.checks)]) {
        const names = checks.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const rule of checks.flatMap(({ rules }) => rules)) expect(RULE_IDS).toContain(rule);
      }
    }
  });

  it('records are laid out as C does on RV64', () => {
    expect(TSM_INFO.size).toBe(48);
    expect(TSM_INFO.places.tsm_capabilities.offset).toBe(16);
    expect(TSM_INFO_SALUS.size).toBe(32);
    expect(TVM_CREATE_PARAMS.size).toBe(16);
    expect(TVM_AIA_PARAMS.size).toBe(32);
    expect(TVM_AIA_PARAMS.places.guests_per_hart.offset).toBe(24);
  });

  it('the word in a6 has function, reserved bits and domain', () => {
    expect(splitFunctionWord((3n << 26n) | (1n << 20n) | 5n)).toEqual({
      fid: 5,
      reserved: 16n,
      sdid: 3,
    });
    expect(functionWord(1, 2)).toBe(0x0800_0001n);
  });

  it('errors have the numbers of the SBI, and a number leads back to its name', () => {
    expect(ERRORS.invalid_address).toBe(-5n);
    expect(errorName(-7n)).toBe('already_started');
    expect(errorName(0n)).toBeNull();
  });

  it('arguments come from the registers in their order', () => {
    const read = readArguments(COVH.functions.convert_pages, (register) => BigInt(register));
    expect(read).toEqual({ base_page_address: 10n, num_pages: 11n });
  });
});

function run<N extends string>(
  profile: 'spec' | 'salus',
  checks: readonly Check<N>[],
  wrong: readonly N[],
) {
  const fired: string[] = [];
  const conditions = Object.fromEntries(
    checks.map(({ name }) => [name, () => wrong.includes(name)]),
  ) as Record<N, () => boolean>;
  const port = { fired: (rule: string) => void fired.push(rule), note: () => undefined };
  const made = refuse(port, profile, checks, conditions).next();
  return { error: made.value, fired };
}

describe('what a call refuses', () => {
  const CHECKS = [
    coded('first', 'invalid_param', { rules: ['CONV-08'], salus: 'invalid_address' }),
    salus('second', 'denied', { only: 'salus' }),
    inferred('third', 'failed'),
  ];

  it('the first check in the table wins, and fires its rules', () => {
    expect(run('spec', CHECKS, ['first', 'third'])).toEqual({ error: -3n, fired: ['CONV-08'] });
    expect(run('spec', CHECKS, ['third'])).toEqual({ error: -1n, fired: [] });
    expect(run('spec', CHECKS, [])).toEqual({ error: 0n, fired: [] });
  });

  it('a profile has its own errors, and checks of its own', () => {
    expect(run('salus', CHECKS, ['first']).error).toBe(-5n);
    expect(run('salus', CHECKS, ['second', 'third']).error).toBe(-4n);
    expect(run('spec', CHECKS, ['second', 'third']).error).toBe(-1n);
  });
});
