/** Records that calls pass in memory: C layouts of RV64. */
import { struct } from '../layouts/struct.ts';

/** What get_tsm_info writes: all fields behind the state read 0 unless the TSM is ready. */
export const TSM_INFO = struct({
  tsm_state: 4,
  tsm_impl_id: 4,
  tsm_version: 4,
  tsm_capabilities: 8,
  tvm_state_pages: 8,
  tvm_max_vcpus: 8,
  tvm_vcpu_state_pages: 8,
});

/** Salus writes neither an implementation nor capabilities. */
export const TSM_INFO_SALUS = struct({
  tsm_state: 4,
  tsm_version: 4,
  tvm_state_pages: 8,
  tvm_max_vcpus: 8,
  tvm_vcpu_state_pages: 8,
});

export const TSM_STATES = { not_loaded: 0n, loaded: 1n, ready: 2n } as const;

/** Bits of `tsm_capabilities`. */
export const TSM_CAPABILITIES = {
  promote_tvm: 0,
  attestation_local: 1,
  attestation_remote: 2,
  aia: 3,
  mrif: 4,
  memory_allocation: 5,
} as const;

export const TVM_CREATE_PARAMS = struct({
  /** 16 KiB, aligned to as much: the root of the TVM's G-stage. */
  tvm_page_directory_addr: 8,
  /** `tvm_state_pages` pages. */
  tvm_state_addr: 8,
});

export const TVM_AIA_PARAMS = struct({
  imsic_base: 8,
  group_index_bits: 4,
  group_index_shift: 4,
  hart_index_bits: 4,
  guest_index_bits: 4,
  guests_per_hart: 4,
});

/** A register's descriptor within the attestation capabilities: hash, type (0 initial, 1 runtime), TCG PCR (0xff: none). */
export const MEASUREMENT_REGISTER = struct({
  hash_algorithm: 4,
  measurement_type: 4,
  tcg_pcr_index: 1,
});

/** In front of the descriptors of all registers. */
export const ATTESTATION_CAPABILITIES = struct({
  tcb_svn: 8,
  hash_algorithm: 4,
  certificate_formats: 4,
  initial_measurements: 1,
  runtime_measurements: 1,
});

/** Bytes from the start of the capabilities to the first descriptor, and to their end. */
export const DESCRIPTORS_AT = 20;
export const ATTESTATION_CAPABILITIES_SIZE = 336;

export const MEASUREMENT_REGISTERS = { initial: 8, runtime: 18, all: 26 } as const;

/** Bytes of a leaf by `tsm_page_type`. */
export const PAGE_TYPES: readonly bigint[] = [1n << 12n, 1n << 21n, 1n << 30n, 1n << 39n];
