/** COVG: a TVM asks for evidence of what it is, and for the secret that came with it. */
import { refuse } from '../../abi/check.ts';
import { readArguments } from '../../abi/call.ts';
import { COVG } from '../../abi/covg.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
import { evidence } from '../measure/evidence.ts';
import {
  isBacked,
  isConfidential,
  overflows,
  readGuest,
  writeGuest,
} from '../measure/guest-memory.ts';
import { measurementsOf } from '../measure/registers.ts';
import { isAuthorized, readSecret } from '../measure/secret.ts';
import type { Tvm } from '../tvm/tvm.ts';
import { CBOR_CERTIFICATE } from './measurement-calls.ts';

const PAGE = 4096n;
const CHALLENGE = 64n;

const { get_evidence, retrieve_secret } = COVG.functions;

/** The value is the length of the certificate. */
export function* getEvidence(
  context: TsmContext,
  tvm: Tvm,
  x: (register: number) => bigint,
): Op<Outcome> {
  const { port, spec } = context;
  const { profile } = spec.tsm;
  const args = readArguments(get_evidence, x);
  const { pub_key_gpa: key, pub_key_len: keyLength, challenge_data_gpa: challenge } = args;
  const { cert_addr_out: out, cert_size: size } = args;
  // Salus looks neither at the format nor at the challenge.
  const isSpec = context.decisions.certifiesLike(profile) === 'spec';
  let certificate = new Uint8Array();
  const inputs = [[key, keyLength], ...(isSpec ? [[challenge, CHALLENGE] as const] : [])] as const;
  const error = yield* refuse(port, profile, get_evidence.checks, {
    key_length: () => keyLength === 0n || keyLength > PAGE,
    format: () => args.cert_format !== CBOR_CERTIFICATE,
    alignment: () => [...inputs, [out, size] as const].some(([gpa]) => gpa % PAGE !== 0n),
    address: () =>
      overflows(context, out, size) ||
      inputs.some(([gpa, bytes]) => !isBacked(context, tvm, gpa, bytes)),
    region: () => inputs.some(([gpa, bytes]) => !isConfidential(context, tvm, gpa, bytes)),
    *length() {
      certificate = yield* makeCertificate(context, tvm, key, keyLength, isSpec ? challenge : null);
      return size < BigInt(certificate.length);
    },
    output: () => !isBacked(context, tvm, out, BigInt(certificate.length)),
    busy: () => false,
  });
  if (error !== 0n) return failure(error);
  yield* writeGuest(context, tvm, out, certificate);
  return success(BigInt(certificate.length));
}

function* makeCertificate(
  context: TsmContext,
  tvm: Tvm,
  key: bigint,
  keyLength: bigint,
  challenge: bigint | null,
): Op<Uint8Array<ArrayBuffer>> {
  const { port, spec } = context;
  const copy = (gpa: bigint, bytes: bigint) => readGuest(context, tvm, gpa, bytes);
  const request = {
    publicKey: (yield* copy(key, keyLength)) ?? new Uint8Array(),
    challenge: challenge === null ? null : yield* copy(challenge, CHALLENGE),
    identity: identityOf(tvm),
  };
  const record = measurementsOf(context, tvm);
  return new Uint8Array(evidence(port, spec.seed, spec.tsm.profile, record, request));
}

function identityOf({ record }: Tvm): Uint8Array | null {
  if (record.get('hasIdentity') === 0n) return null;
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < 8; k++) view.setBigUint64(8 * k, record.get('identity', k), true);
  return bytes;
}

/** The value is the length of the secret. */
export function* retrieveSecret(
  context: TsmContext,
  tvm: Tvm,
  x: (register: number) => bigint,
): Op<Outcome> {
  const { port, spec } = context;
  const { secret_gpa: gpa, secret_len: length } = readArguments(retrieve_secret, x);
  const record = measurementsOf(context, tvm);
  const secret = readSecret(port, record);
  const bytes = BigInt(secret.length);
  const error = yield* refuse(port, spec.tsm.profile, retrieve_secret.checks, {
    attested: () => !isAuthorized(port, record),
    length: () => length > PAGE || length < bytes,
    alignment: () => gpa % PAGE !== 0n,
    buffer: () => !isConfidential(context, tvm, gpa, length) || !isBacked(context, tvm, gpa, bytes),
  });
  if (error !== 0n) return failure(error);
  yield* writeGuest(context, tvm, gpa, secret);
  return success(bytes);
}
