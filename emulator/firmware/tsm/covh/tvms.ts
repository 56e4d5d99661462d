/** COVH, the life of a TVM: create_tvm, finalize_tvm, destroy_tvm. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import { ERRORS } from '../../abi/errors.ts';
import { TVM_CREATE_PARAMS } from '../../abi/structs.ts';
import { decode } from '../../layouts/encode.ts';
import { TVM_STATES, type TvmState } from '../../layouts/tvm.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { lockMeasurements, resetMeasurements } from '../measure/registers.ts';
import { assign, isRefused, type ObjectionRules } from '../pages/donation.ts';
import { readHost } from '../pages/host-memory.ts';
import { dismantle } from '../tvm/dismantle.ts';
import {
  addTvm,
  findTvm,
  hasSlot,
  MAX_GUEST_ID,
  nextGuest,
  type Tvm,
  tvmState,
  vcpuAt,
} from '../tvm/tvm.ts';
import { startVcpu } from '../vcpu/create.ts';
import { vcpuOf } from '../vcpu/vcpu.ts';
import type { Values } from './call.ts';
import { isStatic } from './conversion.ts';
import { isAligned, PAGE } from './ranges.ts';

const DIRECTORY_PAGES = 4n;
const IDENTITY_BYTES = 64n;

const REFUSED: ObjectionRules = {
  ordinary: ['CREATE-01'],
  assigned: ['CREATE-07'],
};

export function* createTvm(
  context: TsmContext,
  { tvm_create_params_addr: at, tvm_create_params_len: length }: Values<'create_tvm'>,
): Op<Outcome> {
  const { port, parts } = context;
  const size = BigInt(TVM_CREATE_PARAMS.size);
  const statePages = BigInt(parts.pages);
  let directory = 0n;
  let state = 0n;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.create_tvm.checks, {
    static: () => isStatic(context),
    length: () => length < size,
    *parameters() {
      const bytes = yield* readHost(context, at, size);
      if (bytes === null) return true;
      const values = decode(TVM_CREATE_PARAMS, bytes);
      directory = values.tvm_page_directory_addr;
      state = values.tvm_state_addr;
      return false;
    },
    directory_alignment: () => !isAligned(directory, DIRECTORY_PAGES * PAGE),
    directory_pages: () => isRefused(context, directory, DIRECTORY_PAGES, REFUSED),
    // The host names physical pages: what lies in one range is contiguous.
    directory_contiguous: () => false,
    state_alignment: () => !isAligned(state, PAGE),
    state_pages: () => isRefused(context, state, statePages, REFUSED),
    overlap: () =>
      directory < state + statePages * PAGE && state < directory + DIRECTORY_PAGES * PAGE,
  });
  if (refused !== 0n) {
    port.fired('CREATE-11');
    return failure(refused);
  }
  if (!hasSlot(context) || nextGuest(context) > MAX_GUEST_ID) return failure(ERRORS.failed);
  const id = nextGuest(context);
  yield* assign(context, directory, DIRECTORY_PAGES, 'directory', id, 'table');
  yield* assign(context, state, statePages, 'tvm', id, 'state');
  addTvm(context, state, directory);
  resetMeasurements(port, state + parts.measurements);
  for (const rule of ['CREATE-08', 'CREATE-09', 'CREATE-10'] as const) port.fired(rule);
  port.note({ what: 'step', text: `TVM ${id} created` });
  return success(id);
}

export function* finalizeTvm(
  context: TsmContext,
  {
    tvm_guest_id: id,
    entry_sepc: entry,
    entry_arg: argument,
    tvm_identity_addr: identityAt,
  }: Values<'finalize_tvm'>,
): Op<Outcome> {
  const { port, parts } = context;
  const tvm = findTvm(context, id);
  const boot = tvm === null ? null : vcpuAt(context, tvm, 0n);
  let identity: Uint8Array | null = null;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.finalize_tvm.checks, {
    tvm: () => tvm === null,
    state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'initializing'),
    identity_alignment: () => !isAligned(identityAt, IDENTITY_BYTES),
    *identity() {
      if (identityAt === 0n) return false;
      identity = yield* readHost(context, identityAt, IDENTITY_BYTES);
      return identity === null;
    },
    boot_vcpu: () => !boot,
  });
  if (refused !== 0n || tvm === null || !boot) {
    if (tvm !== null && tvmState(tvm) === 'initializing') {
      setState(tvm, context.decisions.afterRefusal());
      port.fired('FIN-10');
    }
    return failure(refused);
  }
  const { record } = tvm;
  record.set('entryPc', entry);
  record.set('entryArgument', argument);
  storeIdentity(tvm.record, identity);
  lockMeasurements(port, tvm.at + parts.measurements, [entry, argument]);
  startVcpu(vcpuOf(context, boot), entry, argument);
  setState(tvm, 'runnable');
  port.fired('FIN-03');
  if (identity === null) port.fired('FIN-07');
  port.note({ what: 'step', text: `TVM ${id} finalized` });
  return success();
}

function setState({ record }: Tvm, state: TvmState): void {
  record.set('state', BigInt(TVM_STATES.indexOf(state)));
}

type Identified = Tvm['record'];

/** 64 bytes of the host's choice, or none. */
export function storeIdentity(record: Identified, identity: Uint8Array | null): void {
  if (identity === null) return;
  const bytes = new DataView(identity.buffer, identity.byteOffset);
  for (let k = 0; k < 8; k++) record.set('identity', bytes.getBigUint64(8 * k, true), k);
  record.set('hasIdentity', 1n);
}

export function* destroyTvm(
  context: TsmContext,
  { tvm_guest_id: id }: Values<'destroy_tvm'>,
): Op<Outcome> {
  const { port } = context;
  const tvm = findTvm(context, id);
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.destroy_tvm.checks, {
    tvm: () => tvm === null,
    running: () => tvm !== null && !context.decisions.isIdle(tvm.record.get('running')),
  });
  if (refused !== 0n || tvm === null) return failure(refused);
  port.fired(tvmState(tvm) === 'initializing' ? 'DEST-02' : 'DEST-04');
  dismantle(context, tvm);
  for (const rule of ['RECL-09', 'DEST-05'] as const) port.fired(rule);
  port.note({ what: 'step', text: `TVM ${id} destroyed` });
  return success();
}
