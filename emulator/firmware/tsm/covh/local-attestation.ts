/** Local attestation: a payload from the virtual machine says what the TVM must measure, and brings its secret. */
import { equalBytes } from '../../crypto/bytes.ts';
import { SECRET_BYTES } from '../../layouts/measurement.ts';
import type { TsmContext } from '../context.ts';
import { openPayload, type Reference } from '../measure/payload.ts';
import { registerAt } from '../measure/register-map.ts';
import { measurementsOf, readRegister } from '../measure/registers.ts';
import { authorize } from '../measure/secret.ts';
import type { Tvm } from '../tvm/tvm.ts';

/** Whether the payload is the owner's and describes the TVM: then its secret is the TVM's. */
export function isAttested(context: TsmContext, tvm: Tvm, bytes: Uint8Array): boolean {
  const { port, spec } = context;
  const payload = openPayload(spec.seed, bytes);
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
