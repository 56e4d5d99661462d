/**
 * A relying party: verifies evidence with node's cryptography, sharing no code with what makes it.
 */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, verify } from 'node:crypto';

import {
  asBytes,
  asList,
  asMap,
  asText,
  decodeAll,
  untag,
  type Value,
} from './cbor-reader.test-support.ts';

/** The claims of a COSE_Sign1 over a CWT, verified with an Ed25519 public key. */
function claimsOf(token: Value | undefined, publicKey: Uint8Array): Map<Value, Value> {
  const [header, open, payload, signature] = asList(untag(token, 18));
  const protectedHeader = asMap(decodeAll(asBytes(header)));
  if (protectedHeader.get(1) !== -8) throw new Error('not signed by EdDSA');
  if (asMap(open).size !== 0) throw new Error('an unprotected header');
  const byteString = (bytes: Uint8Array): Buffer => {
    const size = bytes.length;
    const head =
      size < 24 ? [0x40 + size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 255];
    return Buffer.concat([Buffer.from(head), bytes]);
  };
  const signed = Buffer.concat([
    Buffer.from([0x84, 0x6a]),
    Buffer.from('Signature1'),
    byteString(asBytes(header)),
    byteString(new Uint8Array(0)),
    byteString(asBytes(payload)),
  ]);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  });
  if (!verify(null, signed, key, asBytes(signature))) throw new Error('a wrong signature');
  return asMap(untag(decodeAll(asBytes(payload)), 61));
}

function keyOf(claim: Value | undefined): Uint8Array {
  const key = asMap(decodeAll(asBytes(claim)));
  if (key.get(1) !== 1 || key.get(-1) !== 6) throw new Error('no Ed25519 key');
  return asBytes(key.get(-2));
}

export interface Measurement {
  readonly index: number;
  readonly value: string;
}

function measurementsOf(claim: Value | undefined, most: number): Measurement[] {
  const list = asList(claim);
  if (list.length < 1 || list.length > most) throw new Error('too few or too many registers');
  return list.map((entry) => {
    const map = asMap(entry);
    const index = map.get(1);
    if (typeof index !== 'number' || map.get(3) !== 'sha-384') throw new Error('no measurement');
    return { index, value: Buffer.from(asBytes(map.get(2))).toString('hex') };
  });
}

export interface Verified {
  readonly challenge: Uint8Array | null;
  readonly identity: Uint8Array | null;
  readonly publicKey: Uint8Array;
  readonly initial: Measurement[];
  readonly runtime: Measurement[];
  readonly issuer: string;
  readonly subject: string;
  readonly components: string[];
}

const sha384 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha384').update(Buffer.concat(parts)).digest();

const hkdf = (secret: Uint8Array, purpose: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha384', secret, new Uint8Array(0), purpose, length));

/** RFC 8410: the private key behind a fixed header. */
function publicOf(secret: Uint8Array): Buffer {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    hkdf(secret, 'attestation key', 32),
  ]);
  const jwk = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return Buffer.from(String(jwk.x), 'base64url');
}

function deviceSecret(seed: number): Buffer {
  const fuse = Buffer.alloc(8);
  fuse.writeBigUInt64LE(BigInt(seed));
  return hkdf(Buffer.concat([Buffer.from('UDS'), fuse]), 'UDS', 32);
}

/** What the manufacturer publishes of the device with a seed. */
export function endorsedKey(seed: number): Uint8Array {
  return publicOf(deviceSecret(seed));
}

/** Names of TSM and TVM that follow from the device's secret and the measurements alone (DICE). */
export function namesOf(
  seed: number,
  layers: readonly (readonly string[])[],
): { readonly tsm: string; readonly tvm: string } {
  let secret = deviceSecret(seed);
  const names = layers.map((registers) => {
    const values = registers.map((value) => Buffer.from(value, 'hex'));
    secret = hkdf(Buffer.concat([secret, sha384(...values)]), 'CDI', 32);
    return hkdf(publicOf(secret), 'CDI_ID', 20).toString('hex');
  });
  return { tsm: names[1] ?? '', tvm: names[2] ?? '' };
}

/** Verifies a certificate from the root key down; throws where the chain breaks or a claim is missing. */
export function verifyEvidence(certificate: Uint8Array, root: Uint8Array): Verified {
  const decoded = decodeAll(certificate);
  const [, , unverified] = asList(untag(decoded, 18));
  const outer = asMap(untag(decodeAll(asBytes(unverified)), 61));
  const tokens = asMap(asMap(outer.get(-70_000)).get(266));
  if ([...tokens.keys()].map(asText).sort().join() !== 'platform,tsm,tvm')
    throw new Error('other submodules');

  const platform = claimsOf(tokens.get('platform'), root);
  if (asBytes(platform.get(-70_002)).length !== 64) throw new Error('no manufacturer');
  if (platform.get(-70_003) !== 2) throw new Error('the platform is not secured');
  const tsm = claimsOf(tokens.get('tsm'), keyOf(platform.get(-70_001)));
  const tsmKey = keyOf(tsm.get(-70_005));
  const tvm = claimsOf(tokens.get('tvm'), tsmKey);
  const certified = claimsOf(decoded, tsmKey);
  for (const claims of [platform, tsm, tvm]) {
    if (claims.get(265) !== 'https://riscv.org/TBD') throw new Error('another profile');
  }

  const sized = (claim: Value | undefined): Uint8Array | null => {
    if (claim === undefined) return null;
    if (asBytes(claim).length !== 64) throw new Error('not 64 bytes');
    return asBytes(claim);
  };
  const components = [...asList(platform.get(-70_004)), ...asList(tsm.get(-70_006))].map(
    (entry) => {
      const part = asMap(entry);
      if (asBytes(part.get(2)).length !== 48 || asBytes(part.get(5)).length !== 48) {
        throw new Error('a component without its digests');
      }
      return asText(part.get(1));
    },
  );
  return {
    challenge: sized(tvm.get(10)),
    identity: sized(tvm.get(-70_007)),
    publicKey: asBytes(tvm.get(-70_008)),
    initial: measurementsOf(tvm.get(-70_009), 8),
    runtime: measurementsOf(tvm.get(-70_010), 18),
    issuer: asText(certified.get(1)),
    subject: asText(certified.get(2)),
    components,
  };
}
