/** Key derivation of the DICE chain: HKDF with SHA-384 for secrets, Ed25519 key pairs from them. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha384 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes.ts';

/** `length` bytes from a secret, of one purpose. */
export function derive(secret: Uint8Array, purpose: string, length: number): Uint8Array {
  return hkdf(sha384, secret, undefined, utf8(purpose), length);
}

export interface KeyPair {
  /** 32 bytes each. */
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

export function keyPair(secret: Uint8Array): KeyPair {
  const { secretKey, publicKey } = ed25519.keygen(derive(secret, 'attestation key', 32));
  return { secret: secretKey, public: publicKey };
}

/** 64 bytes. */
export function sign(key: KeyPair, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, key.secret);
}

export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return ed25519.verify(signature, message, publicKey);
}
