/**
 * Two runs of a TVM that differ in its secrets only are the same to its host: after every kind of exit, and when it has
 * all of the TVM's memory back. What the exit catalogue lets a host see does arrive, and is all that differs.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultName } from '../../emulator/faults/index.ts';
import type { ModelName } from '../../emulator/index.ts';
import { CuriousHost, type Seen } from './curious-host.test-support.ts';
import {
  allowed,
  declassified,
  EXITS,
  imageOf,
  SECRET_WORDS,
  type Secrets,
} from './secret-guest.test-support.ts';

/** Secrets that each model is tried with: `SDT_SECRETS=1000` for a night. */
const RUNS = Number(process.env['SDT_SECRETS'] ?? 3);
/** Milliseconds: all of it takes seconds, on a busy machine more. */
const LIMIT = 60_000 + 5000 * RUNS;
const MODELS = ['tsm_peer', 'tsm_root', 'rdsm_hs'] as const satisfies readonly ModelName[];

const FIRST: Secrets = Array.from({ length: SECRET_WORDS }, (_, k) =>
  BigInt.asUintN(64, 0x9e37_79b9_7f4a_7c15n * BigInt(k + 1)),
);
const SECOND: Secrets = FIRST.map((word) => BigInt.asUintN(64, ~word * 3n));
/** Every word is another one than that of the first secrets. */
const secrets = fc
  .array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), {
    minLength: SECRET_WORDS,
    maxLength: SECRET_WORDS,
  })
  .map((words) => words.map((word, k) => (word === FIRST[k] ? word ^ 1n : word)));

function history(model: ModelName, words: Secrets, faults: readonly FaultName[] = []) {
  const host = new CuriousHost(model, words, faults);
  host.run();
  return host;
}

/** What the host must find after each of its looks: nothing of the TVM at the first and at the last. */
function mayShow(words: Secrets): readonly ReadonlyMap<string, bigint>[] {
  const shared = EXITS.findIndex(({ share }) => share !== undefined);
  const shown = EXITS.map((row, k) => {
    const nacl = [...allowed(row, words)].map(([at, value]) => [`nacl ${at}`, value] as const);
    return new Map(k > shared ? [...nacl, ['shared', declassified(words)] as const] : nacl);
  });
  return [new Map(), ...shown, new Map([['shared', declassified(words)]])];
}

const look = (k: number): string => EXITS[k - 1]?.says ?? (k === 0 ? 'before' : 'afterwards');

/** Where a look does not show what it may show. */
function missing(seen: readonly Seen[], words: Secrets): readonly string[] {
  return mayShow(words).flatMap((shown, k) =>
    [...shown].flatMap(([name, value]) =>
      seen[k]?.get(name) === value ? [] : [`${look(k)}: ${name}`],
    ),
  );
}

/** Where two histories differ, and may not. */
function leaks(one: readonly Seen[], other: readonly Seen[]): readonly string[] {
  const shown = mayShow(FIRST);
  return one.flatMap((seen, k) =>
    [...seen].flatMap(([name, value]) =>
      shown[k]?.has(name) === true || other[k]?.get(name) === value ? [] : [`${look(k)}: ${name}`],
    ),
  );
}

describe.each(MODELS)('under %s the host of a TVM', (model) => {
  let first: CuriousHost;
  beforeAll(() => {
    first = history(model, FIRST);
  }, LIMIT);

  it(
    'sees the same whatever the TVM keeps secret, but for what it is told',
    { timeout: LIMIT },
    () => {
      expect(missing(first.seen, FIRST)).toEqual([]);
      fc.assert(
        fc.property(secrets, (words) => {
          const { seen } = history(model, words);
          expect(leaks(first.seen, seen)).toEqual([]);
          expect(missing(seen, words)).toEqual([]);
          expect(seen.map((exit) => exit.size)).toEqual(first.seen.map((exit) => exit.size));
        }),
        // A smaller secret says no more, and a run takes long.
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );

  it('looks at much, and two TVMs have no secret in common', () => {
    expect(FIRST.filter((word, k) => word === SECOND[k])).toEqual([]);
    expect(Buffer.from(imageOf(FIRST)).equals(imageOf(SECOND))).toBe(false);
    expect(missing(first.seen, SECOND).length).toBeGreaterThan(2 * EXITS.length);
    expect(first.seen).toHaveLength(EXITS.length + 2);
    expect(first.readable).toEqual(
      expect.arrayContaining(['sstatus', 'sepc', 'scause', 'stval', 'satp', 'fcsr', 'instret']),
    );
  });

  const everywhere: readonly (readonly [FaultName, string])[] = [
    ['run.shows-all-registers', 'a forwarded ECALL: nacl 72'],
    ['run.leaves-floats', 'a WFI: f31'],
    ['tsm.reclaims-unscrubbed', 'afterwards: memory 90050000'],
  ];
  /** What is seen of these depends on where the host stands, or does not. */
  const once: readonly (readonly [FaultName, string])[] = [
    ['run.shows-registers-of-faults', 'a load from a hole: nacl 88'],
    ['run.shows-the-address-of-faults', 'a store to a hole: nacl 6680'],
    ['run.shows-whole-registers', 'a store of a byte: nacl 80'],
    ['run.shows-start-addresses', 'a vCPU is started: nacl 88'],
    ['run.leaves-vsscratch', 'a deadline while it computes: csr vsscratch'],
    ['run.leaves-vsepc', 'a WFI: csr vsepc'],
    ['run.leaves-sepc', 'a fetch from a hole: csr sepc'],
  ];
  const planted = model === 'tsm_peer' ? [...everywhere, ...once] : everywhere;

  it.each(planted)('sees more of it with %s', { timeout: LIMIT }, (fault, where) => {
    const [one, other] = [FIRST, SECOND].map((words) => history(model, words, [fault]).seen);
    if (one === undefined || other === undefined) throw new Error('two runs');
    const found = [...leaks(one, other), ...missing(other, SECOND)];
    expect(found.some((line) => line.startsWith(where))).toBe(true);
  });
});
