/**
 * Measurement registers of a TVM (CoVE, "TVM Measurements"): hashes that can only be extended, M' = H(M || data).
 * `record` is the address of the TVM's MEASUREMENTS everywhere.
 */
import { concat, le64 } from '../../crypto/bytes.ts';
import { digest } from '../../crypto/hash.ts';
import { MEASUREMENTS, REGISTER_BYTES } from '../../layouts/measurement.ts';
import type { Op, Port } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import type { Tvm } from '../tvm/tvm.ts';
import { bootMeasurements } from './boot-measurements.ts';
import { readOwn, writeOwn } from './own-bytes.ts';
import type { Profile, RegisterUse } from './register-map.ts';
import { placeOf } from './register-map.ts';

const PAGE = 4096;

/** Bytes that Salus hands to the hash in a runtime extension: its whole buffer, not the digest alone. */
const SALUS_BUFFER = 64;

/** Address of a TVM's MEASUREMENTS. */
export function measurementsOf(
  { parts }: Pick<TsmContext, 'parts'>,
  { at }: Pick<Tvm, 'at'>,
): bigint {
  return at + parts.measurements;
}

/** A new TVM's: platform and TSM as measured at boot, all others 48 zero bytes; nothing locked, no secret. */
export function resetMeasurements(port: Port, record: bigint): void {
  for (let at = 0; at < MEASUREMENTS.size; at += 8) port.own.write(record + BigInt(at), 8, 0n);
  for (const [use, value] of bootMeasurements()) writeOwn(port, address(record, use), value);
}

export function readRegister(port: Port, record: bigint, use: RegisterUse): Uint8Array {
  return readOwn(port, address(record, use), REGISTER_BYTES);
}

/**
 * Measures one page of `size` bytes that the TVM will see at `gpa`, from its private copy at `at`: a host that changes
 * the source now is too late. `spec` extends once for each 4 KiB, `salus` once for the page whatever its size.
 */
export function* extendPage(
  port: Port,
  profile: Profile,
  record: bigint,
  gpa: bigint,
  at: bigint,
  size: bigint,
): Op<void> {
  const unit = profile === 'salus' ? size : BigInt(PAGE);
  for (let offset = 0n; offset < size; offset += unit) {
    const parts = [le64(gpa + offset)];
    for (let done = 0n; done < unit; done += BigInt(PAGE)) {
      parts.push(yield* ownPage(port, at + offset + done));
    }
    extend(port, record, 'tvm-pages', ...parts);
  }
  port.fired('MEAS-10');
  port.fired('MEAS-11');
  port.fired('MEAS-12');
  port.fired('MEAS-13');
  if (unit < size || (profile === 'salus' && size > BigInt(PAGE))) port.fired('MEAS-16');
}

/**
 * Finalize: the entry and its argument are measured, each by itself; from now on the initial registers stand. An
 * identity is no part of it.
 */
export function lockMeasurements(
  port: Port,
  record: bigint,
  configuration: readonly bigint[],
): void {
  for (const value of configuration) extend(port, record, 'tvm-configuration', le64(value));
  port.own.write(MEASUREMENTS.at(record, 'locked'), 8, 1n);
  port.fired('FIN-04');
  port.fired('FIN-05');
  if (readRegister(port, record, 'tvm-pages').every((byte) => byte === 0)) port.fired('MEAS-15');
}

/** Whether the TVM was finalized or promoted: from then on it extends its runtime registers. */
export function isLocked(port: Port, record: bigint): boolean {
  return port.own.read(MEASUREMENTS.at(record, 'locked'), 8) !== 0n;
}

/** A TVM's own extension of a runtime register by a digest of 48 bytes. */
export function extendRuntime(
  port: Port,
  profile: Profile,
  record: bigint,
  use: RegisterUse,
  data: Uint8Array,
): void {
  if (profile === 'salus') {
    extend(port, record, use, concat(data, new Uint8Array(SALUS_BUFFER - data.length)));
    port.fired('ATT-02');
  } else {
    extend(port, record, use, data);
    port.fired('ATT-01');
  }
}

function extend(
  port: Port,
  record: bigint,
  use: RegisterUse,
  ...data: readonly Uint8Array[]
): void {
  const value = digest(readRegister(port, record, use), ...data);
  writeOwn(port, address(record, use), value);
}

function address(record: bigint, use: RegisterUse): bigint {
  return MEASUREMENTS.at(record, 'registers', REGISTER_BYTES * placeOf(use));
}

/** The TSM's own copy cannot fault: where it does, the load that is made again says so as a firmware fault. */
function* ownPage(port: Port, at: bigint): Op<Uint8Array> {
  const bytes = yield* port.tryReadBytes(at, PAGE);
  if (bytes instanceof Uint8Array) return bytes;
  yield* port.load(at);
  return new Uint8Array(PAGE);
}
