/**
 * TVM attestation payloads: what the owner of a TVM says of its measurements, and a secret for it (CoVE, "Local
 * Attestation"). Header and sections are the specification's; in place of lockboxes and COSE_Encrypt1 the owner, whose
 * key every TSM of a seed accepts, signs the sections, and the secret is masked with what only that TSM can derive.
 */
import { concat } from '../../crypto/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../crypto/cbor.ts';
import { openSigned, signedBytes } from '../../crypto/cose.ts';
import { digest } from '../../crypto/hash.ts';
import { derive, type KeyPair, keyPair } from '../../crypto/key-derivation.ts';
import { endorse } from './root-of-trust.ts';

const MAGIC = Uint8Array.from([0xac, 0xe0, 0xac, 0xe0]);
/** Magic, header size, version, encoding (1: CBOR), reserved, bytes of the body; little-endian. */
export const PAYLOAD_HEADER = 16;
const CBOR_ENCODING = 1;

/** Keys of the sections. */
const SECTION = { measurements: 0, attributes: 1, secrets: 2 } as const;
const SHA_384 = 2;

export interface Reference {
  /** Index of the register, as the TVM would read it. */
  readonly index: number;
  readonly value: Uint8Array;
}

export interface Payload {
  readonly references: readonly Reference[];
  readonly secret: Uint8Array;
}

/** Bytes of a payload, from its header; null: it is none. */
export function payloadSize(header: Uint8Array): number | null {
  if (header.length < PAYLOAD_HEADER || MAGIC.some((byte, k) => header[k] !== byte)) return null;
  const view = new DataView(header.buffer, header.byteOffset);
  const isOurs =
    view.getUint16(4, true) === PAYLOAD_HEADER && view.getUint16(8, true) === CBOR_ENCODING;
  return isOurs ? PAYLOAD_HEADER + view.getUint32(12, true) : null;
}

/** For TSMs of machines with this seed. */
export function makePayload(seed: number, { references, secret }: Payload): Uint8Array {
  const measurements = encodeCbor(
    references.map(({ index, value }): Cbor => [index, SHA_384, value]),
  );
  const sections = new Map<number, Cbor>([
    [SECTION.measurements, measurements],
    [SECTION.attributes, new Map()],
    [SECTION.secrets, new Map([[0, masked(seed, measurements, secret)]])],
  ]);
  const body = signedBytes(ownerKey(seed), encodeCbor(sections));
  const header = new Uint8Array(PAYLOAD_HEADER);
  const view = new DataView(header.buffer);
  header.set(MAGIC);
  view.setUint16(4, PAYLOAD_HEADER, true);
  view.setUint16(8, CBOR_ENCODING, true);
  view.setUint32(12, body.length, true);
  return concat(header, body);
}

/** Null: not signed by the owner, or something in it that this TSM does not know. */
export function openPayload(seed: number, bytes: Uint8Array): Payload | null {
  if (payloadSize(bytes) !== bytes.length) return null;
  const signed = openSigned(ownerKey(seed).public, bytes.subarray(PAYLOAD_HEADER));
  const sections = signed === null ? null : decodeCbor(signed);
  if (!(sections instanceof Map)) return null;
  const measurements: unknown = sections.get(SECTION.measurements);
  const attributes: unknown = sections.get(SECTION.attributes);
  const secrets: unknown = sections.get(SECTION.secrets);
  if (!(measurements instanceof Uint8Array) || !(secrets instanceof Map)) return null;
  // A condition that is not understood has failed.
  if (!(attributes instanceof Map) || attributes.size > 0) return null;
  const secret: unknown = secrets.get(0);
  const references = referencesOf(decodeCbor(measurements));
  if (references === null || !(secret instanceof Uint8Array)) return null;
  return { references, secret: masked(seed, measurements, secret) };
}

function referencesOf(list: unknown): Reference[] | null {
  if (!Array.isArray(list)) return null;
  const references: Reference[] = [];
  for (const entry of list as unknown[]) {
    if (!Array.isArray(entry)) return null;
    const [index, hash, value] = entry as unknown[];
    if (typeof index !== 'number' || hash !== SHA_384 || !(value instanceof Uint8Array))
      return null;
    references.push({ index, value });
  }
  return references;
}

function ownerKey(seed: number): KeyPair {
  return keyPair(derive(endorse(seed).secret, 'TVM owner', 32));
}

/** The same mask takes it off again. */
function masked(seed: number, measurements: Uint8Array, secret: Uint8Array): Uint8Array {
  const key = concat(endorse(seed).secret, digest(measurements));
  const mask = derive(key, 'TAP secret', Math.max(secret.length, 1));
  return secret.map((byte, k) => byte ^ (mask[k] ?? 0));
}
