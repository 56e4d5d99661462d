/** The page group that host and TSM talk through: SBI nested acceleration shared memory, as run_tvm_vcpu uses it. */

/** Bytes: 4 KiB of scratch, then 1024 CSRs of XLEN bits. */
export const naclBytes = (xlen: 32 | 64): bigint => 4096n + BigInt(xlen) * 128n;

/** Its alignment. */
export const NACL_ALIGNMENT = 4096n;

const CSRS = 0x1000n;

/** Bytes from its start to the guest's x register in the scratch area. */
export function naclGpr(register: number, xlen: 32 | 64): bigint {
  return BigInt((register * xlen) / 8);
}

/** Bytes from its start to a CSR, by number: index ((csr & 0xc00) >> 2) | (csr & 0xff). */
export function naclCsr(csr: number, xlen: 32 | 64): bigint {
  const index = ((csr & 0xc00) >> 2) | (csr & 0xff);
  return CSRS + BigInt((index * xlen) / 8);
}

/** Numbers of the CSRs that a TSM writes for the host. */
export const NACL_CSRS = {
  vsie: 0x204,
  vstimecmp: 0x24d,
  vstimecmph: 0x25d,
  htimedelta: 0x605,
  htimedeltah: 0x615,
  htval: 0x643,
  htinst: 0x64a,
} as const;

/** Function numbers of the SBI extension (EID 0x4E41434C). */
export const NACL_FUNCTIONS = {
  probe_feature: 0,
  set_shmem: 1,
  sync_csr: 2,
  sync_hfence: 3,
  sync_sret: 4,
} as const;

/** Bytes from its start to what the features of SBI NACL keep in the scratch area. */
export const NACL_SCRATCH = {
  /** Flags (bit 0: hstatus), and what is swapped with hstatus. */
  autoswap: 0x200n,
  autoswapHstatus: 0x208n,
  hfence: 0x800n,
  /** A bit for each CSR, by its index. */
  dirty: 0xf80n,
} as const;

/** Bytes of the fence entries, whatever XLEN. */
const HFENCE_BYTES = 1920;

/** How many fence entries there are; each has four words of XLEN bits. */
export const naclHfences = (xlen: 32 | 64): number => HFENCE_BYTES / (xlen / 2);

/** Bytes from its start to a word of a fence entry. */
export function naclHfence(entry: number, word: number, xlen: 32 | 64): bigint {
  return NACL_SCRATCH.hfence + BigInt(((4 * entry + word) * xlen) / 8);
}
