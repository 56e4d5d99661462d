/** When a guest leaves for its hypervisor: AUTOSWAP_CSR, and the CSRs in shared memory as they are now. */
import { NACL_SCRATCH } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import { publishAll } from './csrs.ts';
import { readShared, sharedMemory, writeShared } from './shared-memory.ts';

const HSTATUS = 1n;

/** hstatus and its place in shared memory change their values where the domain wants it. */
export function* swapStatus(root: Root): Op<void> {
  const { hart, spec } = root;
  if (!spec.nacl.has('autoswap_csr') || sharedMemory(root) === null) return;
  if (((yield* readShared(root, NACL_SCRATCH.autoswap)) & HSTATUS) === 0n) return;
  const other = yield* readShared(root, NACL_SCRATCH.autoswapHstatus);
  yield* writeShared(root, NACL_SCRATCH.autoswapHstatus, hart.get('hstatus'));
  hart.set('hstatus', legalStatus(root, other));
}

/** Only its writable bits are the domain's to choose. */
function legalStatus({ hart }: Root, value: bigint): bigint {
  const mask = hart.get('writable', 0);
  return (hart.get('fixed', 0) & ~mask) | (value & mask);
}

export function* leftGuest(root: Root): Op<void> {
  yield* swapStatus(root);
  yield* publishAll(root);
}
