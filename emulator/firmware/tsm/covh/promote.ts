/** COVH, promote_to_tvm: a virtual machine becomes a TVM in one step, in confidential memory that the TSM chooses. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { ERRORS } from '../../abi/errors.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { PAYLOAD_HEADER, payloadSize } from '../measure/payload.ts';
import { Allotment } from '../pages/allotment.ts';
import { readHost } from '../pages/host-memory.ts';
import { countHarts, treeSize } from '../tvm/device-tree.ts';
import { dismantle } from '../tvm/dismantle.ts';
import { hasSlot, MAX_GUEST_ID, nextGuest, type Tvm } from '../tvm/tvm.ts';
import {
  type Pages,
  readPages,
  readReflected,
  readVirtual,
  type ReflectedState,
} from '../tvm/virtual-machine.ts';
import type { Values } from './call.ts';
import { isAttested } from './local-attestation.ts';
import { build, type Extent, type Parts, reserve } from './promotion.ts';
import { isAligned, PAGE } from './ranges.ts';

const WORD = 8n;
const IDENTITY_BYTES = 64n;
const TREE_HEADER = 40n;
/** A device tree or a payload is no larger. */
const MOST_BYTES = 1 << 20;

export function* promoteToTvm(
  context: TsmContext,
  {
    fdt_address: fdt,
    tap_addr: tap,
    entry_sepc: entry,
    tvm_identity_addr: identityAt,
  }: Values<'promote_to_tvm'>,
): Op<Outcome> {
  const { port, spec } = context;
  const allotment = new Allotment(context);
  let state: ReflectedState | null = null;
  let pages: Pages | null = null;
  let harts = 0;
  let identity: Uint8Array | null = null;
  let parts: Parts | null = null;
  let payload: Uint8Array | null = null;
  let tvm: Tvm | null = null;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.promote_to_tvm.checks, {
    fdt_alignment: () => !isAligned(fdt, WORD),
    tap_alignment: () => !isAligned(tap, WORD),
    identity_alignment: () => !isAligned(identityAt, IDENTITY_BYTES),
    *shared_memory() {
      state = yield* readReflected(context);
      return state === null;
    },
    *tables() {
      pages = yield* readPages(context, state?.hgatp ?? 0n, pagesOf(context));
      return pages === null;
    },
    *fdt() {
      const tree = yield* readSized(context, pages, fdt, TREE_HEADER, treeSize);
      const counted = tree === null ? null : countHarts(tree);
      if (counted === null || counted > spec.tsm.maxVcpus) return true;
      harts = Math.max(counted, 1);
      return false;
    },
    *tap() {
      if (tap === 0n) return false;
      const header = BigInt(PAYLOAD_HEADER);
      payload = yield* readSized(context, pages, tap, header, payloadSize);
      return payload === null;
    },
    *identity() {
      if (identityAt === 0n) return false;
      identity = yield* readHost(context, identityAt, IDENTITY_BYTES);
      return identity === null;
    },
    memory() {
      if (pages === null || !hasSlot(context) || nextGuest(context) > MAX_GUEST_ID) return true;
      parts = reserve(context, allotment, pages, harts);
      return parts === null;
    },
    *attestation() {
      if (parts === null || pages === null || state === null) return true;
      const source = { pages, state, entry, identity, payload: extentOf(tap, payload) };
      tvm = yield* build(context, parts, source);
      if (tvm === null) return false;
      const isGranted = payload === null || isAttested(context, tvm, payload);
      if (!isGranted) dismantle(context, tvm);
      return !isGranted;
    },
  });
  if (refused !== 0n) return failure(refused);
  const promoted: Tvm | null = tvm;
  if (promoted === null) return failure(ERRORS.failed);
  return success(idOf(promoted));
}

/** The pages that a payload lies in. */
function extentOf(gpa: bigint, payload: Uint8Array | null): Extent | null {
  if (payload === null) return null;
  return { first: gpa - (gpa % PAGE), past: gpa + BigInt(payload.length) };
}

/** No virtual machine has more pages than there are. */
function pagesOf({ spec }: TsmContext): number {
  return Number(spec.ram.reduce((sum, { size }) => sum + size, 0n) / PAGE);
}

const idOf = ({ record }: Tvm): bigint => record.get('id');

/** What begins with a header that says its size, from the virtual machine; null: it is not there, or not that. */
function* readSized(
  context: TsmContext,
  pages: Pages | null,
  gpa: bigint,
  header: bigint,
  sizeOf: (header: Uint8Array) => number | null,
): Op<Uint8Array | null> {
  if (pages === null) return null;
  const first = yield* readVirtual(context, pages, gpa, header);
  const size = first === null ? null : sizeOf(first);
  if (size === null || size > MOST_BYTES) return null;
  return yield* readVirtual(context, pages, gpa, BigInt(size));
}
