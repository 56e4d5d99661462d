/** Local attestation: a payload within the TVM says what the TVM must measure, and brings its secret. */
import { equalBytes } from '../../crypto/bytes.ts';
import { SECRET_BYTES } from '../../layouts/measurement.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { readGuest } from '../measure/guest-memory.ts';
import { openPayload, PAYLOAD_HEADER, payloadSize, type Reference } from '../measure/payload.ts';
import { registerAt } from '../measure/register-map.ts';
import { measurementsOf, readRegister } from '../measure/registers.ts';
import { authorize } from '../measure/secret.ts';
import type { Tvm } from '../tvm/tvm.ts';

/** Reads the payload at `gpa` from the TVM's own copy; when all of it is right, the secret is the TVM's. */
export function* isAttested(context: TsmContext, tvm: Tvm, gpa: bigint): Op<boolean> {
  const { port, spec } = context;
  const header = yield* readGuest(context, tvm, gpa, BigInt(PAYLOAD_HEADER));
  const size = header === null ? null : payloadSize(header);
  if (size === null) return false;
  const bytes = yield* readGuest(context, tvm, gpa, BigInt(size));
  const payload = bytes === null ? null : openPayload(spec.seed, bytes);
  if (payload === null || payload.secret.length > SECRET_BYTES) return false;
  const record = measurementsOf(context, tvm);
  const isMeasured = ({ index, value }: Reference): boolean => {
    const register = registerAt(spec.tsm.profile, BigInt(index));
    return register !== null && equalBytes(readRegister(port, record, register.use), value);
  };
  if (!payload.references.every(isMeasured)) return false;
  authorize(port, record, payload.secret);
  return true;
}
