/** SBI NACL of a nesting root: what its hypervisors may do by memory instead of by traps. */
import { functionOf, splitFunctionWord } from '../../abi/abi.ts';
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { SUCCESS } from '../../abi/errors.ts';
import { NACL, NACL_FEATURES } from '../../abi/nacl.ts';
import { NO_SHMEM } from '../../layouts/hart-context.ts';
import { NACL_ALIGNMENT, naclGpr, naclHfences } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import type { Returned } from '../../rdsm/returned.ts';
import { done, NOT_SUPPORTED } from '../../rdsm/returned.ts';
import type { Root } from '../context.ts';
import { recordOf, registerOf, setRegister } from '../context.ts';
import { virtualCsr } from '../csr-file.ts';
import { emulateSret } from '../sret.ts';
import { followStatus } from '../worlds.ts';
import { publishAll, synchronise, synchroniseAll } from './csrs.ts';
import { swapStatus } from './exit.ts';
import { fenceEntry } from './hfences.ts';
import { isDomains, readShared, sharedMemory } from './shared-memory.ts';

const [A0, A6, A7] = [10, 16, 17];
const ONES = (1n << 64n) - 1n;

type Feature = keyof typeof NACL_FEATURES;
type Name = keyof typeof NACL.functions;

/** Whether an ECALL is for the root's own NACL: it offers features, and no domain is named. */
export function isNacl(root: Root): boolean {
  if (root.spec.nacl.size === 0 || registerOf(root, A7) !== NACL.eid) return false;
  return splitFunctionWord(registerOf(root, A6)).sdid === 0;
}

/** The answer; null: the guest goes on, and the hart holds its world. */
export function* naclCall(root: Root): Op<Returned | null> {
  const { spec } = root;
  const { fid } = splitFunctionWord(registerOf(root, A6));
  const name = functionOf(NACL, fid, spec.tsm.profile);
  return name === null ? NOT_SUPPORTED : yield* CALLS[name](root);
}

const CALLS: Readonly<Record<Name, (root: Root) => Op<Returned | null>>> = {
  probe_feature: probe,
  set_shmem: setSharedMemory,
  sync_csr: syncCsr,
  sync_hfence: syncHfence,
  sync_sret: syncSret,
};

const x = (root: Root) => (number: number) => registerOf(root, number);
const isMissing = (root: Root) => sharedMemory(root) === null;
const lacks = (root: Root, feature: Feature) => !root.spec.nacl.has(feature);

function* probe(root: Root): Op<Returned> {
  const { feature_id: id } = readArguments(NACL.functions.probe_feature, x(root));
  const known = Object.entries(NACL_FEATURES) as [Feature, bigint][];
  return done(known.some(([name, n]) => n === id && root.spec.nacl.has(name)) ? 1n : 0n);
}

function* setSharedMemory(root: Root): Op<Returned> {
  const { port, spec } = root;
  const call = NACL.functions.set_shmem;
  const { shmem_phys_lo: at, shmem_phys_hi: high, flags } = readArguments(call, x(root));
  const isOff = at === ONES && high === ONES;
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    flags: () => flags !== 0n,
    alignment: () => !isOff && at % NACL_ALIGNMENT !== 0n,
    memory: () => !isOff && (high !== 0n || !isDomains(root, at)),
    // What is confidential is not in the domain's table.
    confidential: () => false,
  });
  if (error !== SUCCESS) return { error, value: 0n };
  recordOf(root).set('nacl', isOff ? NO_SHMEM : at);
  yield* publishAll(root);
  return done();
}

function* syncCsr(root: Root): Op<Returned> {
  const { port, spec } = root;
  const call = NACL.functions.sync_csr;
  const { csr_num: number } = readArguments(call, x(root));
  const isAll = number === ONES;
  const isHypervisors = number < 0x1000n && (number & 0x300n) === 0x200n;
  const csr = isHypervisors ? virtualCsr(root, Number(number)) : null;
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    feature: () => lacks(root, 'sync_csr'),
    csr: () => !isAll && csr === null,
    shared_memory: () => isMissing(root),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  if (csr === null) yield* synchroniseAll(root);
  else yield* synchronise(root, csr);
  return done();
}

function* syncHfence(root: Root): Op<Returned> {
  const { port, spec } = root;
  const call = NACL.functions.sync_hfence;
  const { entry_index: index } = readArguments(call, x(root));
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    feature: () => lacks(root, 'sync_hfence'),
    entry: () => index !== ONES && index >= BigInt(naclHfences(port.xlen)),
    shared_memory: () => isMissing(root),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  if (index === ONES) yield* fenceAll(root);
  else yield* fenceEntry(root, Number(index));
  return done();
}

function* fenceAll(root: Root): Op<void> {
  for (let entry = 0; entry < naclHfences(root.port.xlen); entry++) yield* fenceEntry(root, entry);
}

/** All CSRs, all fences, x1 to x31, and the SRET of HS-mode: in this order. */
function* syncSret(root: Root): Op<Returned | null> {
  const { port, spec } = root;
  const error = yield* refuse(port, spec.tsm.profile, NACL.functions.sync_sret.checks, {
    feature: () => lacks(root, 'sync_sret'),
    shared_memory: () => isMissing(root),
  });
  if (error !== SUCCESS) return { error, value: 0n };
  yield* synchroniseAll(root);
  yield* fenceAll(root);
  yield* swapStatus(root);
  yield* followStatus(root);
  for (let number = 1; number < 32; number++) {
    setRegister(root, number, yield* readShared(root, naclGpr(number, port.xlen)));
  }
  yield* emulateSret(root);
  return null;
}

/** Puts an answer where the caller finds it. */
export function answer(root: Root, { error, value }: Returned): void {
  setRegister(root, A0, BigInt.asUintN(64, error));
  setRegister(root, A0 + 1, value);
}
