/** The TVM that promote_to_tvm makes: which pages it needs, and what goes into them. */
import { VCPU_STATE_PAGES } from '../../layouts/vcpu.ts';
import { TVM_STATES } from '../../layouts/tvm.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { extendPage, lockMeasurements, resetMeasurements } from '../measure/registers.ts';
import type { Allotment } from '../pages/allotment.ts';
import { assign } from '../pages/donation.ts';
import { dismantle } from '../tvm/dismantle.ts';
import { geometryOf, map } from '../tvm/gstage.ts';
import { addTables } from '../tvm/pool.ts';
import { carve, fits, type Region, writeRegions } from '../tvm/regions.ts';
import { addTvm, nextGuest, setVcpu, type Tvm, tvmAt } from '../tvm/tvm.ts';
import type { Pages, ReflectedState } from '../tvm/virtual-machine.ts';
import { freshVcpu, startVcpu } from '../vcpu/create.ts';
import { setSavedCsr, type Vcpu } from '../vcpu/vcpu.ts';
import { storeIdentity } from './tvms.ts';

const PAGE = 4096n;
const DIRECTORY_PAGES = 4n;

/** Addresses of confidential pages. */
export interface Parts {
  readonly directory: bigint;
  readonly state: bigint;
  readonly vcpus: readonly bigint[];
  readonly tables: readonly bigint[];
  /** One for each page of the virtual machine, in its order. */
  readonly copies: readonly bigint[];
}

/** Guest physical addresses from `first` up to, not with, `past`. */
export interface Extent {
  readonly first: bigint;
  readonly past: bigint;
}

export interface Source {
  readonly pages: Pages;
  readonly state: ReflectedState;
  readonly entry: bigint;
  readonly identity: Uint8Array | null;
  /**
   * A payload cannot name a measurement that covers itself: its pages are not measured, and reach the TVM as zeros.
   */
  readonly payload: Extent | null;
}

/** Null: there is not enough confidential memory. */
export function reserve(
  context: TsmContext,
  allotment: Allotment,
  pages: Pages,
  vcpus: number,
): Parts | null {
  const directory = allotment.take(DIRECTORY_PAGES, DIRECTORY_PAGES);
  const state = allotment.take(BigInt(context.parts.pages));
  const take = (count: number, each = 1n): bigint[] | null => {
    const taken = Array.from({ length: count }, () => allotment.take(each));
    return taken.every((at) => at !== null) ? taken : null;
  };
  const vcpuPages = take(vcpus, VCPU_STATE_PAGES);
  const tables = take(tablesFor(context, pages));
  const copies = allotment.size < pages.size ? null : take(pages.size);
  if (directory === null || state === null || !vcpuPages || !tables || !copies) return null;
  return { directory, state, vcpus: vcpuPages, tables, copies };
}

/** Tables below the root for leaves of 4 KiB. */
function tablesFor(context: TsmContext, pages: Pages): number {
  const { span, levels } = geometryOf(context);
  let count = 0;
  for (let level = 1; level < levels; level++) {
    const bytes = BigInt(span[level] ?? 1) * PAGE;
    count += new Set([...pages.keys()].map((gpa) => gpa / bytes)).size;
  }
  return count;
}

/** A runnable TVM; null: its memory is in more pieces than a TVM may have, or the host took a page away meanwhile. */
export function* build(
  context: TsmContext,
  parts: Parts,
  { pages, state, entry, identity, payload }: Source,
): Op<Tvm | null> {
  const { port, spec } = context;
  const regions = regionsOf(pages);
  if (!fits(regions)) return null;
  const id = nextGuest(context);
  yield* assign(context, parts.directory, DIRECTORY_PAGES, 'directory', id, 'table');
  yield* assign(context, parts.state, BigInt(context.parts.pages), 'tvm', id, 'state');
  addTvm(context, parts.state, parts.directory);
  const tvm = tvmAt(context, parts.state);
  const register = tvm.at + context.parts.measurements;
  resetMeasurements(port, register);
  for (const at of parts.tables) {
    yield* assign(context, at, 1n, 'table', id, 'table');
    addTables(context, tvm, at, 1n);
  }
  writeRegions(context, tvm, regions);
  let next = 0;
  for (const [gpa, from] of pages) {
    const to = parts.copies[next++] ?? 0n;
    const isPayload = payload !== null && gpa >= payload.first && gpa < payload.past;
    yield* assign(context, to, 1n, 'data', id, isPayload ? 'zero' : 'copy');
    map(context, tvm, gpa, to, PAGE, 0, 'data');
    if (isPayload) continue;
    if (!(yield* copyPage(context, from, to))) {
      dismantle(context, tvm);
      return null;
    }
    yield* extendPage(port, spec.tsm.profile, register, gpa, to, PAGE);
  }
  for (const [k, at] of parts.vcpus.entries()) {
    yield* assign(context, at, VCPU_STATE_PAGES, 'vcpu', id, 'state');
    const vcpu = freshVcpu(context, at, tvm.at, BigInt(k));
    setVcpu(context, tvm, BigInt(k), at);
    if (k === 0) reflect(vcpu, state, entry);
  }
  // State pages are zero, so that no float of the virtual machine is left.
  port.fired('ATT-13');
  tvm.record.set('vcpus', BigInt(parts.vcpus.length));
  tvm.record.set('entryPc', entry);
  storeIdentity(tvm.record, identity);
  lockMeasurements(port, register, [entry, ...state.x.slice(1), ...Object.values(state.csrs)]);
  tvm.record.set('state', BigInt(TVM_STATES.indexOf('runnable')));
  port.note({ what: 'step', text: `TVM ${id} promoted: ${pages.size} pages` });
  return tvm;
}

function regionsOf(pages: Pages): readonly Region[] {
  const runs: { base: bigint; size: bigint }[] = [];
  for (const gpa of pages.keys()) {
    const last = runs.at(-1);
    if (last !== undefined && last.base + last.size === gpa) last.size += PAGE;
    else runs.push({ base: gpa, size: PAGE });
  }
  return runs.reduce<Region[]>(
    (list, { base, size }) => carve(list, base, size, 'confidential'),
    [],
  );
}

function* copyPage({ port }: TsmContext, from: bigint, to: bigint): Op<boolean> {
  const bytes = yield* port.tryReadBytes(from, Number(PAGE));
  if (!(bytes instanceof Uint8Array)) return false;
  if ((yield* port.tryWriteBytes(to, bytes)) !== null) {
    throw new Error('confidential memory that the TSM cannot write');
  }
  return true;
}

/** VS-level interrupts stand one bit higher in hie and hvip than in vsie and vsip. */
const VS_ENABLES = (1n << 1n) | (1n << 5n) | (1n << 9n);
const VSSIP = 1n << 1n;

/** The vCPU that was running goes on where the host says, with the registers that it showed. */
function reflect(vcpu: Vcpu, { x, csrs }: ReflectedState, entry: bigint): void {
  startVcpu(vcpu, entry, 0n);
  x.forEach((value, n) => {
    vcpu.record.set('x', value, n);
  });
  const { vsie, vsip, ...same } = csrs;
  for (const [name, value] of Object.entries(same)) setSavedCsr(vcpu, name, value);
  setSavedCsr(vcpu, 'hie', (vsie & VS_ENABLES) << 1n);
  setSavedCsr(vcpu, 'hvip', (vsip & VSSIP) << 1n);
}
