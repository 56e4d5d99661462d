import { describe, expect, it } from 'vitest';
import { digest } from '../../crypto/hash.ts';
import { type EvidenceRequest, evidence } from './evidence.ts';
import { finish, memoryPort } from './memory-port.test-support.ts';
import type { Profile } from './register-map.ts';
import { extendPage, extendRuntime, lockMeasurements, resetMeasurements } from './registers.ts';
import { rootKey } from './root-of-trust.ts';
import { endorsedKey, namesOf, type Verified, verifyEvidence } from './verifier.test-support.ts';

const RECORD = 0x8f00_0000n;
const SEED = 7;
const ZEROS = '00'.repeat(48);
const PAGE_REGISTER =
  '3091badc760341f743c0f38cd03a8a81aab6b9ef76c021aee57b8196a937e08aee128184f7a30673239ecbe7c3dd071c';
const ENTRY_REGISTER =
  '58bf92eb6125fa2273ecc988869d885e12ffd98d34fa1d6208071c189ef5f7660d19997ab85c523af853413b1c763f39';
const HELLO_REGISTER =
  '96c4ef47b5b70840706372472f80b355673b289d02e219e2b55f2d3727596c9790adda77fa1b53bae481daa1113cc4b7';

const REQUEST: EvidenceRequest = {
  publicKey: Uint8Array.from([1, 2, 3]),
  challenge: new Uint8Array(64).map((_, index) => index),
  identity: null,
};

/** Of a TVM of one page of zeros at 0x80200000, its entry there, argument 0. */
function tvm(profile: Profile = 'spec', argument = 0n) {
  const memory = memoryPort();
  const { port } = memory;
  resetMeasurements(port, RECORD);
  finish(extendPage(port, profile, RECORD, 0x8020_0000n, 0x8000_0000n, 4096n));
  lockMeasurements(port, RECORD, [0x8020_0000n, argument]);
  const ask = (request: Partial<EvidenceRequest> = {}): Uint8Array =>
    evidence(port, SEED, profile, RECORD, { ...REQUEST, ...request });
  return { ...memory, ask };
}

const value = (list: Verified['initial'], index: number): string | undefined =>
  list.find((entry) => entry.index === index)?.value;

describe('evidence', () => {
  it('is signed from the root key down, and carries challenge, key and all registers', () => {
    const { ask, port, fired } = tvm();
    extendRuntime(
      port,
      'spec',
      RECORD,
      'runtime-0',
      digest(new TextEncoder().encode('helloworld')),
    );
    const verified = verifyEvidence(ask(), endorsedKey(SEED));
    expect(verified.challenge).toEqual(REQUEST.challenge);
    expect(verified.publicKey).toEqual(REQUEST.publicKey);
    expect(verified.identity).toBeNull();
    expect(verified.initial.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(value(verified.initial, 4)).toBe(PAGE_REGISTER);
    expect(value(verified.initial, 5)).toBe(ENTRY_REGISTER);
    expect(verified.runtime.map((entry) => entry.value)).toEqual([
      HELLO_REGISTER,
      ZEROS,
      ZEROS,
      ZEROS,
    ]);
    expect(verified.components).toHaveLength(4);
    expect([...fired]).toEqual(expect.arrayContaining(['ATT-06', 'ATT-07', 'FIN-07']));
  });

  it('names TSM and TVM by what follows from the device and the measurements', () => {
    const { issuer, subject, initial } = verifyEvidence(tvm().ask(), endorsedKey(SEED));
    const of = (...list: readonly number[]) => list.map((index) => value(initial, index) ?? '');
    const names = namesOf(SEED, [of(0, 1), of(2, 3), of(0, 1, 2, 3, 4, 5)]);
    expect({ tsm: issuer, tvm: subject }).toEqual(names);
    const other = verifyEvidence(tvm('spec', 1n).ask(), endorsedKey(SEED));
    expect(other.issuer).toBe(issuer);
    expect(other.subject).not.toBe(subject);
  });

  it('is fresh: another challenge is another claim', () => {
    const challenge = new Uint8Array(64).fill(9);
    const { ask } = tvm();
    expect(verifyEvidence(ask({ challenge }), endorsedKey(SEED)).challenge).toEqual(challenge);
  });

  it('shows an identity, which changes no measurement and not the name', () => {
    const identity = new Uint8Array(64).fill(0x77);
    const { ask } = tvm();
    const [plain, identified] = [ask(), ask({ identity })].map((bytes) =>
      verifyEvidence(bytes, endorsedKey(SEED)),
    );
    expect(identified?.identity).toEqual(identity);
    expect(identified?.initial).toEqual(plain?.initial);
    expect(identified?.subject).toBe(plain?.subject);
  });

  it('says the argument of the entry in the configuration register alone', () => {
    const [zero, one] = [0n, 1n].map((argument) =>
      verifyEvidence(tvm('spec', argument).ask(), endorsedKey(SEED)),
    );
    const differing = [0, 1, 2, 3, 4, 5].filter(
      (index) => value(zero?.initial ?? [], index) !== value(one?.initial ?? [], index),
    );
    expect(differing).toEqual([5]);
  });

  it('of another device does not verify', () => {
    expect(() => verifyEvidence(tvm().ask(), endorsedKey(SEED + 1))).toThrow('a wrong signature');
    expect(Buffer.from(rootKey(SEED))).toEqual(Buffer.from(endorsedKey(SEED)));
  });

  it('does not verify with any one bit changed', () => {
    const certificate = tvm().ask();
    for (let at = 0; at < certificate.length; at += 37) {
      const forged = certificate.slice();
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(() => verifyEvidence(forged, endorsedKey(SEED)), `byte ${at}`).toThrow();
    }
  });

  it('in profile salus has PCRs for indexes', () => {
    const { ask } = tvm('salus');
    const verified = verifyEvidence(ask({ challenge: null }), endorsedKey(SEED));
    expect(verified.challenge).toBeNull();
    expect(verified.initial.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(value(verified.initial, 2)).toBe(PAGE_REGISTER);
    expect(value(verified.initial, 3)).toBe(ENTRY_REGISTER);
    expect(verified.runtime.map(({ index }) => index)).toEqual([17, 18, 19, 20]);
  });
});
