/** COSE (RFC 9052): messages with one signature, and Ed25519 keys. */
import { type Cbor, decodeCbor, encodeCbor, tagged } from './cbor.ts';
import { type KeyPair, sign, verify } from './key-derivation.ts';

const COSE_SIGN1 = 18;
const CWT = 61;
const ALGORITHM = 1;
const EDDSA = -8;

/** A CWT (RFC 8392) in a COSE_Sign1, both tagged. */
export function signedToken(key: KeyPair, claims: Cbor): Cbor {
  return tagged(COSE_SIGN1, message(key, encodeCbor(tagged(CWT, claims))));
}

/** A COSE_Sign1 without a tag. */
export function signedBytes(key: KeyPair, payload: Uint8Array): Uint8Array {
  return encodeCbor(message(key, payload));
}

/** The payload of a COSE_Sign1 without a tag; null: it is none, or another key signed it. */
export function openSigned(publicKey: Uint8Array, bytes: Uint8Array): Uint8Array | null {
  const parts = decodeCbor(bytes);
  if (!Array.isArray(parts)) return null;
  const [header, , payload, signature] = parts as unknown[];
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array)) return null;
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return null;
  return verify(publicKey, toBeSigned(header, payload), signature) ? payload : null;
}

function message(key: KeyPair, payload: Uint8Array): Cbor {
  const header = encodeCbor(new Map([[ALGORITHM, EDDSA]]));
  return [header, new Map(), payload, sign(key, toBeSigned(header, payload))];
}

function toBeSigned(header: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(['Signature1', header, new Uint8Array(0), payload]);
}

/** The COSE_Key of an Ed25519 public key: kty OKP, crv Ed25519, x. */
export function coseKey(publicKey: Uint8Array): Uint8Array {
  return encodeCbor(
    new Map<number, Cbor>([
      [1, 1],
      [-1, 6],
      [-2, publicKey],
    ]),
  );
}
