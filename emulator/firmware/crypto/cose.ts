/** COSE (RFC 9052): messages with one signature, and Ed25519 keys. */
import { type Cbor, encodeCbor, tagged } from './cbor.ts';
import { type KeyPair, sign } from './key-derivation.ts';

const COSE_SIGN1 = 18;
const CWT = 61;
const ALGORITHM = 1;
const EDDSA = -8;

/** A CWT (RFC 8392) in a COSE_Sign1, both tagged. */
export function signedToken(key: KeyPair, claims: Cbor): Cbor {
  const header = encodeCbor(new Map([[ALGORITHM, EDDSA]]));
  const payload = encodeCbor(tagged(CWT, claims));
  const signed = encodeCbor(['Signature1', header, new Uint8Array(0), payload]);
  return tagged(COSE_SIGN1, [header, new Map(), payload, sign(key, signed)]);
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
