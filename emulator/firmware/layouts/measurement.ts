/** Measurement registers of one TVM, in the page of its state that is for them. */
import { struct } from './struct.ts';

/** Bytes of a register: one SHA-384 digest. */
export const REGISTER_BYTES = 48;

/** Initial ones first; a runtime register's position follows. */
export const INITIAL_REGISTERS = 6;
export const RUNTIME_REGISTERS = 4;

/** Bytes of a secret that a payload may bring. */
export const SECRET_BYTES = 512;

export const MEASUREMENTS = struct({
  /** 0 while initial registers may be extended; 1 from finalize or promotion on, and the runtime ones may be. */
  locked: 8,
  registers: [1, REGISTER_BYTES * (INITIAL_REGISTERS + RUNTIME_REGISTERS)],
  /** 1: local attestation succeeded, and the secret may be asked for. */
  authorized: 8,
  /** Bytes of the secret. */
  secretLength: 8,
  secret: [1, SECRET_BYTES],
});
