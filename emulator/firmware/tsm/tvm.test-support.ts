/** TVMs in the making: a pool of the host's, converted and fenced, and what lies where in it. */
import { expect } from 'vitest';
import { HOST, PAGE, POOL, TestTsm } from './tsm.test-support.ts';

export const DIRECTORY = POOL;
export const STATE = POOL + 4n * PAGE;
export const VCPU = POOL + 8n * PAGE;
export const TABLES = POOL + 16n * PAGE;
export const DATA = POOL + 32n * PAGE;
export const GPA = 0x8020_0000n;
export const HOLE = 0x8040_0000n;
export const LARGE = 0x20_0000n;

/** Confidential memory, a TVM with four tables and a region, nothing mapped. */
export function initializing(tsm = new TestTsm()): { tsm: TestTsm; id: bigint } {
  tsm.donate(POOL, 128n);
  const id = tsm.create(DIRECTORY, STATE);
  if (typeof id !== 'bigint') throw new Error(id);
  const named = { tvm_guest_id: id };
  const pages = { base_page_address: TABLES, num_pages: 4n };
  expect(tsm.call('add_tvm_page_table_pages', { ...named, ...pages })).toBe(0n);
  const region = { tvm_gpa_addr: 0x8000_0000n, region_len: 0x100_0000n };
  expect(tsm.call('add_tvm_memory_region', { ...named, ...region })).toBe(0n);
  return { tsm, id };
}

export function runnable(tsm = new TestTsm()): { tsm: TestTsm; id: bigint } {
  const made = initializing(tsm);
  const vcpu = { tvm_guest_id: made.id, tvm_vcpu_id: 0n, tvm_state_page_addr: VCPU };
  expect(tsm.call('create_tvm_vcpu', vcpu)).toBe(0n);
  expect(tsm.call('finalize_tvm', { tvm_guest_id: made.id, entry_sepc: GPA })).toBe(0n);
  return made;
}

export const measured = (id: bigint, to: bigint, gpa: bigint, more: object = {}) => ({
  tvm_guest_id: id,
  source_address: HOST,
  dest_address: to,
  num_pages: 1n,
  tvm_guest_gpa: gpa,
  ...more,
});

export const zero = (id: bigint, base: bigint, gpa: bigint, more: object = {}) => ({
  tvm_guest_id: id,
  base_page_address: base,
  num_pages: 1n,
  tvm_base_page_address: gpa,
  ...more,
});

export const range = (id: bigint, gpa: bigint, len = PAGE) => ({ tvm_guest_id: id, gpa, len });

/** What a hardware walk of the G-stage finds (Sv39x4), written from the privileged manual. */
export function walk(
  tsm: TestTsm,
  gpa: bigint,
): { to: bigint; flags: bigint; span: bigint } | null {
  let table = DIRECTORY;
  for (const [shift, bits] of [
    [30n, 11n],
    [21n, 9n],
    [12n, 9n],
  ] as const) {
    const index = (gpa >> shift) & ((1n << bits) - 1n);
    const entry = tsm.memory.read(table + 8n * index, 8);
    if ((entry & 1n) === 0n) return null;
    const to = ((entry >> 10n) & 0xfff_ffff_ffffn) << 12n;
    if ((entry & 0xen) !== 0n) return { to, flags: entry & 0x3ffn, span: 1n << shift };
    table = to;
  }
  return null;
}
