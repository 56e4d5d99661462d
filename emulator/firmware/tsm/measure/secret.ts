/** The secret that a TVM may ask for: it comes with a payload, and only to a TVM that the payload describes. */
import { MEASUREMENTS, SECRET_BYTES } from '../../layouts/measurement.ts';
import type { Port } from '../../port.ts';
import { readOwn, writeOwn } from './own-bytes.ts';

/** Local attestation has succeeded. `secret`: at most SECRET_BYTES. */
export function authorize(port: Port, record: bigint, secret: Uint8Array): void {
  if (secret.length > SECRET_BYTES) throw new RangeError('a secret without room');
  writeOwn(port, MEASUREMENTS.at(record, 'secret'), secret);
  port.own.write(MEASUREMENTS.at(record, 'secretLength'), 8, BigInt(secret.length));
  port.own.write(MEASUREMENTS.at(record, 'authorized'), 8, 1n);
}

export function isAuthorized(port: Port, record: bigint): boolean {
  return port.own.read(MEASUREMENTS.at(record, 'authorized'), 8) !== 0n;
}

export function readSecret(port: Port, record: bigint): Uint8Array {
  const length = Number(port.own.read(MEASUREMENTS.at(record, 'secretLength'), 8));
  const padded = Math.ceil(length / 8) * 8;
  return readOwn(port, MEASUREMENTS.at(record, 'secret'), padded).subarray(0, length);
}
