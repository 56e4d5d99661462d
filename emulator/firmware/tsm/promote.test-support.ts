/** A virtual machine of the host, ready to be promoted: four pages, registers in NACL memory. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { platformBlob } from '../../devices/device-tree.ts';
import { STAGE_GEOMETRIES } from '../../translate/geometry.ts';
import { PageTable } from '../../translate/build.ts';
import { NACL } from '../abi/nacl.ts';
import { naclCsr, naclGpr } from '../layouts/nacl.ts';
import { HOST, PAGE, POOL, specOf, TestTsm } from './tsm.test-support.ts';

export const SHMEM = HOST;
const TABLES = HOST + 0x10_0000n;
const PAGES = HOST + 0x20_0000n;
/** Where the virtual machine sees its memory, and what lies there. */
export const PROMOTED_GPA = 0x8000_0000n;
export const TREE = PROMOTED_GPA + 2n * PAGE;
export const PAYLOAD = PROMOTED_GPA + 3n * PAGE;
export const ENTRY = PROMOTED_GPA + 0x40n;
export const SECRET = new TextEncoder().encode('open sesame');

const tree = (harts: number): Uint8Array =>
  platformBlob({
    harts,
    isa: 'rv64ima',
    mmu: 'sv39',
    ram: [],
    uart: null,
    clint: null,
    finisher: null,
    timebase: 1,
  });

const sha384 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha384').update(Buffer.concat(parts)).digest();

const le64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

interface Wanted {
  /** Confidential pages that nobody has. */
  readonly donated?: bigint;
  readonly harts?: number;
  readonly profile?: 'spec' | 'salus';
}

/** Code, data, tree, payload: four pages that lie in the host's memory in reverse order. */
export function virtualMachine({ donated = 64n, harts = 2, profile = 'spec' }: Wanted = {}) {
  const tsm = new TestTsm(specOf({ profile }));
  const { memory } = tsm;
  if (donated > 0n) tsm.donate(POOL, donated);
  let next = TABLES;
  const table = PageTable.create(STAGE_GEOMETRIES.sv39x4, memory, {
    take(size) {
      next += size;
      return next - size;
    },
  });
  if (typeof table === 'string') throw new Error(table);
  const pageOf = (k: number): bigint => PAGES + BigInt(3 - k) * PAGE;
  for (let k = 0; k < 4; k++) {
    table.map(PROMOTED_GPA + BigInt(k) * PAGE, pageOf(k), PAGE, 7, { user: true });
  }
  memory.put(pageOf(0), new Uint8Array(4096).fill(0x13));
  memory.put(pageOf(1), new Uint8Array(4096).fill(0x77));
  memory.put(pageOf(2), tree(harts));
  expect(tsm.raw(NACL.eid, BigInt(NACL.functions.set_shmem.fid ?? 0), [SHMEM, 0n, 0n])).toBe(0n);
  for (let n = 1; n < 32; n++) memory.write(SHMEM + naclGpr(n, 64), 8, BigInt(n) * 0x111n);
  memory.write(SHMEM + naclCsr(0x205, 64), 8, 0xffff_0000n);
  const setHgatp = (value: bigint): void => {
    memory.write(SHMEM + naclCsr(0x680, 64), 8, value);
  };
  setHgatp((8n << 60n) | (table.root / PAGE));
  const promote = (tap = 0n, identity = 0n, fdt = TREE) =>
    tsm.call('promote_to_tvm', {
      fdt_address: fdt,
      tap_addr: tap,
      entry_sepc: ENTRY,
      tvm_identity_addr: identity,
    });
  const measured = (unmeasured = -1): Buffer =>
    [0, 1, 2, 3]
      .filter((k) => k !== unmeasured)
      .reduce<Buffer>(
        (value, k) =>
          sha384(value, le64(PROMOTED_GPA + BigInt(k) * PAGE), memory.bytes(pageOf(k), 4096)),
        Buffer.alloc(48),
      );
  return { tsm, memory, table, pageOf, promote, measured, setHgatp };
}
