/** The sentences about refused calls, against the table of calls. */
import { describe, expect, it } from 'vitest';
import { EXTENSIONS } from '../../emulator/index.ts';
import { MEANINGS, OF_CALL, refusalText } from './refusal.ts';

const functions = Object.entries(EXTENSIONS.covh.functions);

describe('why a call was refused', () => {
  it('is the check of the table, and what that check asks', () => {
    expect(refusalText('covh.run_tvm_vcpu', 'state')).toBe(
      "check 'state': the TVM is not finalised",
    );
    expect(refusalText('covh.create_tvm_vcpu', 'state')).toContain('has been finalised');
    expect(refusalText('covh.create_tvm', 'directory_pages')).toMatch(
      /^check 'directory pages': .* converted, fenced/,
    );
    expect(refusalText('nacl.set_shmem', 'memory')).toBe("check 'memory'");
  });

  it('knows no check that no call makes', () => {
    const made = new Set<string>(functions.flatMap(([, { checks }]) => checks.map((c) => c.name)));
    expect(Object.keys(MEANINGS).filter((name) => !made.has(name))).toEqual([]);
    const pairs = new Set(
      functions.flatMap(([name, { checks }]) => checks.map((c) => `covh.${name}.${c.name}`)),
    );
    expect(Object.keys(OF_CALL).filter((pair) => !pairs.has(pair))).toEqual([]);
  });
});
