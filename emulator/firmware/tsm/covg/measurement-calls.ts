/** COVG: a TVM asks what it is measured by, extends its runtime registers and reads all of them. */
import { refuse } from '../../abi/check.ts';
import { readArguments } from '../../abi/call.ts';
import { COVG } from '../../abi/covg.ts';
import {
  ATTESTATION_CAPABILITIES,
  ATTESTATION_CAPABILITIES_SIZE,
  DESCRIPTORS_AT,
  MEASUREMENT_REGISTER,
} from '../../abi/structs.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
import {
  isBacked,
  isConfidential,
  overflows,
  readGuest,
  writeGuest,
} from '../measure/guest-memory.ts';
import { type Profile, registerAt, registersOf } from '../measure/register-map.ts';
import { extendRuntime, measurementsOf, readRegister } from '../measure/registers.ts';
import type { Tvm } from '../tvm/tvm.ts';

const PAGE = 4096n;
const DIGEST = 48n;
/** Values of the record: SHA-384; certificates in CBOR. */
const SHA_384 = 0;
export const CBOR_CERTIFICATE = 1n;

const { get_attcaps, extend_measurement, read_measurement } = COVG.functions;

export function* getAttcaps(
  context: TsmContext,
  tvm: Tvm,
  x: (register: number) => bigint,
): Op<Outcome> {
  const { port, spec } = context;
  const { attcaps_gpa: gpa, attcaps_len: length } = readArguments(get_attcaps, x);
  const { profile } = spec.tsm;
  const error = yield* refuse(port, profile, get_attcaps.checks, {
    length: () => length < BigInt(ATTESTATION_CAPABILITIES_SIZE) || length % PAGE !== 0n,
    alignment: () => gpa % PAGE !== 0n,
    overflow: () => overflows(context, gpa, length),
    region: () => !isConfidential(context, tvm, gpa, length),
    buffer: () => !isBacked(context, tvm, gpa, BigInt(ATTESTATION_CAPABILITIES_SIZE)),
  });
  if (error !== 0n) return failure(error);
  yield* writeGuest(context, tvm, gpa, capabilities(profile));
  return success();
}

/** AttestationCapabilities: descriptors of registers that do not exist stay zero. */
export function capabilities(profile: Profile): Uint8Array {
  const registers = registersOf(profile);
  const bytes = new Uint8Array(ATTESTATION_CAPABILITIES_SIZE);
  const view = new DataView(bytes.buffer);
  const { places } = ATTESTATION_CAPABILITIES;
  const ofType = (type: string) => registers.filter((register) => register.type === type).length;
  view.setBigUint64(places.tcb_svn.offset, 1n, true);
  view.setUint32(places.hash_algorithm.offset, SHA_384, true);
  view.setUint32(places.certificate_formats.offset, Number(CBOR_CERTIFICATE), true);
  view.setUint8(places.initial_measurements.offset, ofType('initial'));
  view.setUint8(places.runtime_measurements.offset, ofType('runtime'));
  registers.forEach(({ type, pcr }, k) => {
    const at = DESCRIPTORS_AT + k * MEASUREMENT_REGISTER.size;
    const field = MEASUREMENT_REGISTER.places;
    view.setUint32(at + field.hash_algorithm.offset, SHA_384, true);
    view.setUint32(at + field.measurement_type.offset, type === 'runtime' ? 1 : 0, true);
    view.setUint8(at + field.tcg_pcr_index.offset, pcr);
  });
  return bytes;
}

export function* extendMeasurement(
  context: TsmContext,
  tvm: Tvm,
  x: (register: number) => bigint,
): Op<Outcome> {
  const { port, spec } = context;
  const args = readArguments(extend_measurement, x);
  const { measurement_gpa: gpa, measurement_len: length } = args;
  const { profile } = spec.tsm;
  const register = registerAt(profile, args.measurement_index);
  let data: Uint8Array | null = null;
  const error = yield* refuse(port, profile, extend_measurement.checks, {
    index: () => register === null,
    static: () => register?.type !== 'runtime',
    length: () => length !== DIGEST,
    alignment: () => gpa % PAGE !== 0n,
    *buffer() {
      if (!isConfidential(context, tvm, gpa, length)) return true;
      data = yield* readGuest(context, tvm, gpa, length);
      return data === null;
    },
  });
  if (error !== 0n) return failure(error);
  if (data !== null && register !== null) {
    const like = context.decisions.extendsLike(profile);
    extendRuntime(port, like, measurementsOf(context, tvm), register.use, data);
  }
  return success();
}

export function* readMeasurement(
  context: TsmContext,
  tvm: Tvm,
  x: (register: number) => bigint,
): Op<Outcome> {
  const { port, spec } = context;
  const args = readArguments(read_measurement, x);
  const { measurement_gpa: gpa, measurement_len: length } = args;
  const register = registerAt(spec.tsm.profile, args.measurement_index);
  const error = yield* refuse(port, spec.tsm.profile, read_measurement.checks, {
    index: () => register === null,
    length: () => length < DIGEST,
    alignment: () => gpa % PAGE !== 0n,
    overflow: () => overflows(context, gpa, length),
    region: () => !isConfidential(context, tvm, gpa, length),
    buffer: () => !isBacked(context, tvm, gpa, DIGEST),
  });
  if (error !== 0n || register === null) return failure(error);
  const value = readRegister(port, measurementsOf(context, tvm), register.use);
  yield* writeGuest(context, tvm, gpa, value);
  return success();
}
