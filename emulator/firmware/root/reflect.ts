/** Traps that the root hands to software: to a domain's supervisor as a trap into HS-mode, or to its guest. */
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { HSTATUS } from './decisions.ts';
import { leftGuest } from './nacl/exit.ts';
import { entersGuest, followStatus, load, save, STATUS } from './worlds.ts';

const INTERRUPT = 1n << 63n;
const { GVA, SPV, SPVP } = HSTATUS;
const { SIE, SPIE, SPP } = STATUS;

/** A trap as the software that takes it shall see it. */
export interface Delivery {
  /** As xcause holds it, interrupt bit included. */
  readonly cause: bigint;
  readonly tval: bigint;
  /** As htval has it: shifted right by 2. */
  readonly htval: bigint;
  readonly htinst: bigint;
  readonly gva: boolean;
}

/** A trap that reports nothing but a value. */
export const plain = (cause: bigint, tval: bigint): Delivery => ({
  cause,
  tval,
  htval: 0n,
  htinst: 0n,
  gva: false,
});

/** Where the handler begins. */
function vector(tvec: bigint, cause: bigint): bigint {
  const base = tvec & ~3n;
  const vectored = (tvec & 3n) === 1n && (cause & INTERRUPT) !== 0n;
  return vectored ? base + 4n * (cause & ~INTERRUPT) : base;
}

/** xIE moves to xPIE, xPP tells who was trapped. */
function stacked(status: bigint, supervisor: boolean): bigint {
  const rest = status & ~(SIE | SPIE | SPP);
  return rest | ((status & SIE) !== 0n ? SPIE : 0n) | (supervisor ? SPP : 0n);
}

/** Gives the trap that led here, or what became of it, to whoever takes it natively. */
export function* deliver(root: Root, trap: Delivery): Op<void> {
  if (root.hart.get('virt') === 0n) return yield* inject(root, trap);
  const { cause } = trap;
  const isException = (cause & INTERRUPT) === 0n;
  if (isException && root.decide.guestTakes(root.hart.get('hedeleg'), Number(cause))) {
    return yield* handOn(root, trap);
  }
  return yield* reflect(root, trap);
}

/** From a guest to its hypervisor: a trap into HS-mode with V=1 before. */
export function* reflect(root: Root, trap: Delivery): Op<void> {
  const { hart, port } = root;
  const supervisor = ((yield* port.csrr('sstatus')) & SPP) !== 0n;
  const pc = yield* port.csrr('sepc');
  yield* save(root, 'guest');
  const index = (name: (typeof VS_SET)[number]) => VS_SET.indexOf(name);
  hart.set('own', stacked(hart.get('own', 0), supervisor), 0);
  hart.set('own', pc, index('vsepc'));
  hart.set('own', trap.cause, index('vscause'));
  hart.set('own', trap.tval, index('vstval'));
  const status = hart.get('hstatus') & ~(GVA | SPVP);
  hart.set('hstatus', status | SPV | (supervisor ? SPVP : 0n) | (trap.gva ? GVA : 0n));
  hart.set('htval', trap.htval);
  hart.set('htinst', trap.htinst);
  yield* leftGuest(root);
  const tvec = hart.get('own', index('vstvec'));
  yield* load(root, 'own', { pc: vector(tvec, trap.cause), supervisor: true });
}

/** A trap of the supervisor itself, or of its processes: into HS-mode with V=0 before. */
export function* inject(root: Root, trap: Delivery): Op<void> {
  const { hart } = root;
  yield* enterVector(root, trap);
  const followed = entersGuest(root);
  hart.set('hstatus', (hart.get('hstatus') & ~(GVA | SPV)) | (trap.gva ? GVA : 0n));
  hart.set('htval', trap.htval);
  hart.set('htinst', trap.htinst);
  if (followed) yield* followStatus(root);
}

/** A trap of a guest that its hypervisor has delegated to it. */
function* handOn(root: Root, trap: Delivery): Op<void> {
  yield* enterVector(root, trap);
}

/** Writes the trap into the VS CSRs that the hart holds, and goes to their vector. */
function* enterVector({ port }: Root, trap: Delivery): Op<void> {
  const sstatus = yield* port.csrr('sstatus');
  const supervisor = (sstatus & SPP) !== 0n;
  yield* port.csrw('vsstatus', stacked(yield* port.csrr('vsstatus'), supervisor));
  yield* port.csrw('vsepc', yield* port.csrr('sepc'));
  yield* port.csrw('vscause', trap.cause);
  yield* port.csrw('vstval', trap.tval);
  yield* port.csrw('sepc', vector(yield* port.csrr('vstvec'), trap.cause));
  if (!supervisor) yield* port.csrw('sstatus', sstatus | SPP);
}
