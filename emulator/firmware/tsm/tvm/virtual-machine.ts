/** A virtual machine of the host, as it shows it for promotion: registers in NACL memory, pages by its own G-stage. */
import { HART_CONTEXT, NO_SHMEM } from '../../layouts/hart-context.ts';
import { naclBytes, naclCsr, naclGpr } from '../../layouts/nacl.ts';
import { recordAt } from '../../layouts/record.ts';
import { HART_CONTEXT_OFFSET } from '../../layouts/tsm.ts';
import type { Op } from '../../port.ts';
import { STAGE_GEOMETRIES, type StageGeometry } from '../../../translate/geometry.ts';
import type { TsmContext } from '../context.ts';
import { isReachable, readHost } from '../pages/host-memory.ts';
import { isLeaf, isPointer, target } from './entry.ts';
import { gpaSpace } from './gstage.ts';

const PAGE = 4096n;
const HGATP = 0x680;

/** CSRs of the vCPU that the host reflects, by number, in the order in which they are measured. */
export const REFLECTED_CSRS = {
  vsstatus: 0x200,
  vsie: 0x204,
  vstvec: 0x205,
  vsscratch: 0x240,
  vsepc: 0x241,
  vscause: 0x242,
  vstval: 0x243,
  vsip: 0x244,
  vstimecmp: 0x24d,
  vsatp: 0x280,
} as const;

export type ReflectedCsr = keyof typeof REFLECTED_CSRS;

export interface ReflectedState {
  /** x0 .. x31 */
  readonly x: readonly bigint[];
  readonly csrs: Readonly<Record<ReflectedCsr, bigint>>;
  readonly hgatp: bigint;
}

/** A copy of what the host shows on this hart; null: it has registered no memory for it. */
export function* readReflected(context: TsmContext): Op<ReflectedState | null> {
  const { port, hart } = context;
  const base = recordAt(port.own, HART_CONTEXT, hart + HART_CONTEXT_OFFSET).get('nacl');
  if (base === NO_SHMEM) return null;
  const bytes = yield* readHost(context, base, naclBytes(port.xlen));
  if (bytes === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (offset: bigint): bigint =>
    port.xlen === 64
      ? view.getBigUint64(Number(offset), true)
      : BigInt(view.getUint32(Number(offset), true));
  const csr = (number: number): bigint => word(naclCsr(number, port.xlen));
  const names = Object.keys(REFLECTED_CSRS) as ReflectedCsr[];
  const csrs: Partial<Record<ReflectedCsr, bigint>> = {};
  for (const name of names) csrs[name] = csr(REFLECTED_CSRS[name]);
  return {
    x: Array.from({ length: 32 }, (_, n) => (n === 0 ? 0n : word(naclGpr(n, port.xlen)))),
    csrs: csrs as Record<ReflectedCsr, bigint>,
    hgatp: csr(HGATP),
  };
}

/** 4 KiB pages of a virtual machine: guest physical to physical address, ascending. */
export type Pages = ReadonlyMap<bigint, bigint>;

/**
 * What a G-stage of the host maps; of more than `most` pages not all are looked at. Null: no mode that there is,
 * tables or pages that are not the host's, or addresses that a TVM does not have.
 */
export function* readPages(context: TsmContext, hgatp: bigint, most: number): Op<Pages | null> {
  const { xlen } = context.port;
  const mode = Number(xlen === 64 ? hgatp >> 60n : hgatp >> 31n);
  const rows: readonly StageGeometry[] = Object.values(STAGE_GEOMETRIES);
  const g = rows.find((row) => row.xlen === xlen && row.name.endsWith('x4') && row.mode === mode);
  if (g === undefined) return null;
  const number = xlen === 64 ? hgatp & 0xfff_ffff_ffffn : hgatp & 0x3f_ffffn;
  const found = new Map<bigint, bigint>();
  const isWhole = yield* visit(context, g, number * PAGE, g.levels - 1, 0n, found, most);
  return isWhole ? found : null;
}

function* visit(
  context: TsmContext,
  g: StageGeometry,
  table: bigint,
  level: number,
  gpa: bigint,
  found: Map<bigint, bigint>,
  most: number,
): Op<boolean> {
  const entries = (g.mask[level] ?? 0) + 1;
  const bytes = yield* readHost(context, table, BigInt(entries * g.entrySize));
  if (bytes === null) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const span = BigInt(g.span[level] ?? 1) * PAGE;
  for (let k = 0; k < entries; k++) {
    const entry =
      g.entrySize === 8 ? view.getBigUint64(8 * k, true) : BigInt(view.getUint32(4 * k, true));
    const at = gpa + BigInt(k) * span;
    const to = target(g, entry);
    if (isPointer(entry)) {
      if (level === 0) return false;
      if (!(yield* visit(context, g, to, level - 1, at, found, most))) return false;
    } else if (isLeaf(entry)) {
      if (at + span > gpaSpace(context) || to % span !== 0n) return false;
      for (let done = 0n; done < span && found.size <= most; done += PAGE) {
        if (!(yield* isReachable(context, to + done, PAGE))) return false;
        found.set(at + done, to + done);
      }
    }
    if (found.size > most) return true;
  }
  return true;
}

/** Bytes of the virtual machine, from the host's pages; null: some are not there. */
export function* readVirtual(
  context: TsmContext,
  pages: Pages,
  gpa: bigint,
  bytes: bigint,
): Op<Uint8Array | null> {
  const copy = new Uint8Array(Number(bytes));
  for (let done = 0n; done < bytes;) {
    const offset = (gpa + done) % PAGE;
    const page = pages.get(gpa + done - offset);
    if (page === undefined) return null;
    const count = PAGE - offset < bytes - done ? PAGE - offset : bytes - done;
    const piece = yield* readHost(context, page + offset, count);
    if (piece === null) return null;
    copy.set(piece, Number(done));
    done += count;
  }
  return copy;
}
