/** SYNC_CSR: CSRs that a domain has written into shared memory, and the root's answers there. */
import { naclCsr, NACL_SCRATCH } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import type { NumberedCsr } from '../csr-file.ts';
import { readCsr, virtualCsr, writeCsr } from '../csr-file.ts';
import { virtualCsrs } from '../csr-rows.ts';
import { followStatus } from '../worlds.ts';
import { readShared, sharedMemory, writeShared } from './shared-memory.ts';

/** Those that the machine has; views of others come last: hvip before hip. */
function offered(root: Root): readonly NumberedCsr[] {
  const all = virtualCsrs().flatMap(({ number }) => virtualCsr(root, number) ?? []);
  const isView = ({ row }: NumberedCsr) => row.cell.kind === 'view';
  return [...all.filter((csr) => !isView(csr)), ...all.filter(isView)];
}

/** Its place in the bitmap of dirty CSRs: word and bit. */
function dirtyBit(number: number): readonly [bigint, bigint] {
  const index = ((number & 0xc00) >> 2) | (number & 0xff);
  return [NACL_SCRATCH.dirty + BigInt((index >> 6) * 8), 1n << BigInt(index & 63)];
}

/** Takes the value of a CSR over, if it is dirty; what it holds then is written back. */
export function* synchronise(root: Root, csr: NumberedCsr): Op<void> {
  const { number, effect } = csr.row;
  const [word, bit] = dirtyBit(number);
  const dirty = yield* readShared(root, word);
  if ((dirty & bit) === 0n) return;
  yield* writeShared(root, word, dirty & ~bit);
  yield* writeCsr(root, csr, yield* readShared(root, naclCsr(number, root.port.xlen)));
  if (effect === 'hstatus') yield* followStatus(root);
  yield* publish(root, csr);
}

export function* synchroniseAll(root: Root): Op<void> {
  for (const csr of offered(root)) yield* synchronise(root, csr);
}

/** The present value of a CSR, for a domain with shared memory. */
export function* publish(root: Root, csr: NumberedCsr): Op<void> {
  if (sharedMemory(root) === null) return;
  const value = yield* readCsr(root, csr);
  yield* writeShared(root, naclCsr(csr.row.number, root.port.xlen), value);
}

export function* publishAll(root: Root): Op<void> {
  if (sharedMemory(root) === null) return;
  for (const csr of offered(root)) yield* publish(root, csr);
}
