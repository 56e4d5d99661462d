/** Attestation evidence of a TVM: a certificate with the tokens of platform, TSM and TVM (CoVE, "Evidence Generation"). */
import { type Cbor, encodeCbor } from '../../crypto/cbor.ts';
import { signedToken } from '../../crypto/cose.ts';
import { keyPair } from '../../crypto/key-derivation.ts';
import type { Port } from '../../port.ts';
import { CLAIM, HASH_NAME, MEASUREMENT, PROFILE_DOCUMENT } from './claims.ts';
import { type Profile, type Register, registersOf } from './register-map.ts';
import { readRegister } from './registers.ts';
import { endorse, layerName, nextSecret } from './root-of-trust.ts';

export interface EvidenceRequest {
  /** As the TVM gave it: a COSE_Key, which nobody checks. */
  readonly publicKey: Uint8Array;
  /** 64 bytes; null: none is included (profile `salus`, which never looks at it). */
  readonly challenge: Uint8Array | null;
  /** 64 bytes; null: the host gave none. */
  readonly identity: Uint8Array | null;
}

/** The certificate in CBOR. `record`: the TVM's MEASUREMENTS. */
export function evidence(
  port: Port,
  seed: number,
  profile: Profile,
  record: bigint,
  { publicKey, challenge, identity }: EvidenceRequest,
): Uint8Array {
  const { secret, key, platform, tsm } = endorse(seed);
  const values = registersOf(profile).map((register) => ({
    register,
    value: readRegister(port, record, register.use),
  }));
  const ofType = (type: Register['type']): Cbor =>
    values.flatMap(({ register, value }) =>
      register.type === type ? [measurementOf(register, value)] : [],
    );
  const claims = new Map<number, Cbor>([[CLAIM.profile, PROFILE_DOCUMENT]]);
  if (challenge !== null) {
    claims.set(CLAIM.challenge, challenge);
    port.fired('ATT-06');
  }
  if (identity === null) port.fired('FIN-07');
  else claims.set(CLAIM.identity, identity);
  claims.set(CLAIM.tvmPublicKey, publicKey);
  claims.set(CLAIM.initialMeasurements, ofType('initial'));
  claims.set(CLAIM.runtimeMeasurements, ofType('runtime'));
  port.fired('ATT-07');

  const initial = values.filter(({ register }) => register.type === 'initial');
  const tvm = keyPair(
    nextSecret(
      secret,
      initial.map(({ value }) => value),
    ),
  );
  const tokens = new Map<string, Cbor>([
    ['platform', platform],
    ['tsm', tsm],
    ['tvm', signedToken(key, claims)],
  ]);
  return encodeCbor(
    signedToken(
      key,
      new Map<number, Cbor>([
        [CLAIM.issuer, layerName(key)],
        [CLAIM.subject, layerName(tvm)],
        [CLAIM.evidence, new Map<number, Cbor>([[CLAIM.submodules, tokens]])],
      ]),
    ),
  );
}

function measurementOf({ index }: Register, value: Uint8Array): Cbor {
  return new Map<number, Cbor>([
    [MEASUREMENT.index, index],
    [MEASUREMENT.value, value],
    [MEASUREMENT.hash, HASH_NAME],
  ]);
}
