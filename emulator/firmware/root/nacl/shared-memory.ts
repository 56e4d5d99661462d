/** The memory that a domain shares with the root on a hart: looked up anew at each access, since it is the domain's. */
import { NO_SHMEM } from '../../layouts/hart-context.ts';
import { naclBytes } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import { recordOf } from '../context.ts';
import { findHostPage } from '../domain-table.ts';
import { PAGE } from '../memory-map.ts';

const RW = 3;

/** Address of the shared memory of the present domain on this hart; null: none is registered. */
export function sharedMemory(root: Root): bigint | null {
  const at = recordOf(root).get('nacl');
  return at === NO_SHMEM ? null : at;
}

/** Whether the domain may read and write all of it. */
export function isDomains(root: Root, at: bigint): boolean {
  const pages = naclBytes(root.port.xlen) / PAGE;
  for (let k = 0n; k < pages; k++) {
    const { found } = findHostPage(root, at / PAGE + k);
    if (found === null || (found.rights & RW) !== RW) return false;
  }
  return true;
}

/** A word; 0 where there is no shared memory, or it is not the domain's any more. */
export function* readShared(root: Root, offset: bigint): Op<bigint> {
  const at = place(root, offset);
  if (at === null) return 0n;
  const value = yield* root.port.tryLoad(at, 8);
  return typeof value === 'bigint' ? value : 0n;
}

export function* writeShared(root: Root, offset: bigint, value: bigint): Op<void> {
  const at = place(root, offset);
  if (at !== null) yield* root.port.tryStore(at, value, 8);
}

function place(root: Root, offset: bigint): bigint | null {
  const base = sharedMemory(root);
  if (base === null) return null;
  const { found } = findHostPage(root, (base + offset) / PAGE);
  return found === null || (found.rights & RW) !== RW ? null : base + offset;
}
