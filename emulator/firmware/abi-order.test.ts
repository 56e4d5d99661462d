import { describe, expect, it } from 'vitest';
import { COVG } from './abi/covg.ts';
import { COVH } from './abi/covh.ts';
import { COVG_SUBJECTS } from './abi-order-covg.test-support.ts';
import { MEMORY_SUBJECTS, REMOVAL_SUBJECTS } from './abi-order-memory.test-support.ts';
import {
  PLATFORM_SUBJECTS,
  PROMOTION_SUBJECT,
  TVM_SUBJECTS,
} from './abi-order-tvms.test-support.ts';
import type { Call } from './abi/call.ts';
import { type AnySubject, reachable } from './abi-order.test-support.ts';

const SUBJECTS: readonly AnySubject[] = [
  ...PLATFORM_SUBJECTS,
  ...TVM_SUBJECTS,
  PROMOTION_SUBJECT,
  ...MEMORY_SUBJECTS,
  ...REMOVAL_SUBJECTS,
  ...COVG_SUBJECTS,
];
const PROFILES = ['spec', 'salus'] as const;

/** Functions of Salus alone exist under its profile alone, and the reverse. */
function exists(name: string, profile: (typeof PROFILES)[number]): boolean {
  const row = { ...COVH.functions, ...COVG.functions }[name as keyof typeof COVH.functions];
  if (name in COVG.functions) return true;
  return profile === 'spec' ? row.fid !== null : row.salusFid !== null;
}

const CASES = SUBJECTS.flatMap((subject) =>
  PROFILES.filter((profile) => exists(subject.name, profile)).map(
    (profile) => [subject.name, profile, subject] as const,
  ),
);

describe('errors of calls', () => {
  it('are made one by one for every check of every function, or it is said why not', () => {
    const named = SUBJECTS.map(({ name }) => name);
    const wanted = [COVH, COVG].flatMap(({ functions }) =>
      Object.entries<Call>(functions).flatMap(([name, { checks }]) =>
        checks.length > 0 ? [name] : [],
      ),
    );
    expect([...named].sort()).toEqual([...wanted].sort());
    for (const { name, checks, faults, unreachable } of SUBJECTS) {
      const known = [...faults, ...Object.keys(unreachable)].sort();
      expect(known, name).toEqual(checks.map((check) => check.name).sort());
    }
  });

  it.each(CASES)('of %s (%s) come alone as the table says', (_, profile, subject) => {
    expect(typeof subject.call(profile, []), 'without a fault').toBe('bigint');
    for (const { name, error } of reachable(subject, profile)) {
      expect(subject.call(profile, [name]), name).toBe(error);
    }
  });

  it.each(CASES)('of %s (%s) come in the order of the table', (_, profile, subject) => {
    const checks = reachable(subject, profile);
    checks.forEach(({ name: first, error }, k) => {
      for (const { name: second } of checks.slice(k + 1)) {
        if (!subject.canMeet(first, second)) continue;
        expect(subject.call(profile, [first, second]), `${first} before ${second}`).toBe(error);
      }
    });
  });

  it('can be told apart in most pairs', () => {
    let met = 0;
    let apart = 0;
    for (const [, profile, subject] of CASES) {
      const checks = reachable(subject, profile);
      checks.forEach((first, k) => {
        for (const second of checks.slice(k + 1)) {
          if (!subject.canMeet(first.name, second.name)) continue;
          met++;
          if (first.error !== second.error) apart++;
        }
      });
    }
    expect(met).toBeGreaterThan(500);
    expect(apart).toBeGreaterThan(250);
  });
});
