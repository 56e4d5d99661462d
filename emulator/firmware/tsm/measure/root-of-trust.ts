/** What hardware and the TSM driver hand to the TSM at boot: its secret, and the tokens that vouch for it. */
import { concat, hex, le64, utf8 } from '../../crypto/bytes.ts';
import type { Cbor } from '../../crypto/cbor.ts';
import { coseKey, signedToken } from '../../crypto/cose.ts';
import { digest } from '../../crypto/hash.ts';
import { derive, type KeyPair, keyPair } from '../../crypto/key-derivation.ts';
import {
  bootMeasurements,
  type Component,
  componentDigest,
  COMPONENTS,
} from './boot-measurements.ts';
import { CLAIM, COMPONENT, HASH_NAME, PLATFORM_SECURED, PROFILE_DOCUMENT } from './claims.ts';
import type { RegisterUse } from './register-map.ts';

/** Bytes of a compound device identifier, and of its public name. */
const CDI = 32;
const CDI_ID = 20;

export interface Endorsement {
  /** The TSM's own; it never leaves the TSM. */
  readonly secret: Uint8Array;
  /** Signs tokens of TVMs. */
  readonly key: KeyPair;
  /** COSE_Sign1 of the platform's claims by the root of trust, and of the TSM's by the platform. */
  readonly platform: Cbor;
  readonly tsm: Cbor;
}

/** CDI of the layer that `secret` loads, whose measurements are these. */
export function nextSecret(secret: Uint8Array, measurements: readonly Uint8Array[]): Uint8Array {
  return derive(concat(secret, digest(...measurements)), 'CDI', CDI);
}

/** The name of a layer, from its public key: lower-case hexadecimal. */
export function layerName({ public: key }: KeyPair): string {
  return hex(derive(key, 'CDI_ID', CDI_ID));
}

/** The unique device secret of a machine, as a fuse would hold it. */
function deviceSecret(seed: number): Uint8Array {
  return derive(concat(utf8('UDS'), le64(BigInt(seed))), 'UDS', CDI);
}

/** The key that a verifier trusts: of the device with this seed. */
export function rootKey(seed: number): Uint8Array {
  return keyPair(deviceSecret(seed)).public;
}

export function endorse(seed: number): Endorsement {
  const uds = deviceSecret(seed);
  const root = keyPair(uds);
  const platformSecret = nextSecret(uds, measured('platform-firmware', 'platform-configuration'));
  const platform = keyPair(platformSecret);
  const secret = nextSecret(platformSecret, measured('tsm-software', 'tsm-configuration'));
  const key = keyPair(secret);
  const list = (...uses: readonly RegisterUse[]): Cbor =>
    COMPONENTS.filter(({ use }) => uses.includes(use)).map((part) => claimOf(part, root));
  return {
    secret,
    key,
    platform: signedToken(
      root,
      new Map<number, Cbor>([
        [CLAIM.profile, PROFILE_DOCUMENT],
        [CLAIM.platformPublicKey, coseKey(platform.public)],
        [CLAIM.manufacturer, new Uint8Array(64)],
        [CLAIM.platformState, PLATFORM_SECURED],
        [CLAIM.platformComponents, list('platform-firmware', 'platform-configuration')],
      ]),
    ),
    tsm: signedToken(
      platform,
      new Map<number, Cbor>([
        [CLAIM.profile, PROFILE_DOCUMENT],
        [CLAIM.tsmPublicKey, coseKey(key.public)],
        [CLAIM.tsmComponents, list('tsm-software', 'tsm-configuration')],
      ]),
    ),
  };
}

function measured(...uses: readonly RegisterUse[]): readonly Uint8Array[] {
  return bootMeasurements()
    .filter(([use]) => uses.includes(use))
    .map(([, value]) => value);
}

function claimOf(component: Component, signer: KeyPair): Cbor {
  return new Map<number, Cbor>([
    [COMPONENT.type, component.type],
    [COMPONENT.measurement, componentDigest(component)],
    [COMPONENT.svn, component.svn],
    [COMPONENT.signer, digest(signer.public)],
    [COMPONENT.hash, HASH_NAME],
  ]);
}
