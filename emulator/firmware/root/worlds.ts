/** The two worlds of a domain on a hart: its supervisor (L1) and its guest (L2). What differs between them, as data. */
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import { HNEST } from './accel/bits.ts';
import { hasThirdStage, innerHgatp } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { domainOf, guestVmid, hasVmids, recordOf } from './context.ts';
import { virtualCsrs } from './csr-rows.ts';
import { HSTATUS } from './decisions.ts';

const ONES = (1n << 64n) - 1n;
const PPN = (1n << 44n) - 1n;
const MODE = 15n << 60n;
const SPP = 1n << 8n;
const FS = 3n << 13n;
const MXR = 1n << 19n;
const STIE = 1n << 5n;
const VSTIE = 1n << 6n;
export const STATUS = { SIE: 1n << 1n, SPIE: 1n << 5n, SPP, FS, MXR } as const;

export type World = 'own' | 'guest';

/** Where software goes on. */
export interface Place {
  readonly pc: bigint;
  /** In VS-mode; else VU. */
  readonly supervisor: boolean;
}

interface Control {
  readonly csr: string;
  /** While the domain's supervisor runs, and while its guest does. */
  readonly own: (root: Root) => bigint;
  readonly guest: (root: Root) => bigint;
}

const all = ({ hart }: Root, csr: string) => {
  const index = virtualCsrs().findIndex(({ name }) => name === csr);
  return hart.get('writable', index);
};

/** hgatp of the domain's supervisor: its table, under its VMID. */
export const domainHgatp = (root: Root, domain = domainOf(root)): bigint =>
  root.spec.domains[domain].mmpt;

/** hgatp of its guest: the shadow table, or that of the domain itself where its hgatp is Bare. */
export function guestHgatp(root: Root): bigint {
  const domain = domainOf(root);
  const mode = root.hart.get('hgatp') & MODE;
  const vmid = guestVmid(root, domain) << 44n;
  if (mode === 0n) return (domainHgatp(root) & (MODE | PPN)) | vmid;
  return mode | vmid | (recordOf(root).get('shadow') >> 12n);
}

const CONTROLS: readonly Control[] = [
  {
    csr: 'hgatp',
    own: (root) => domainHgatp(root),
    guest: (root) => (hasThirdStage(root) ? domainHgatp(root) : guestHgatp(root)),
  },
  {
    csr: 'hedeleg',
    own: (root) => root.decide.delegatesToDomain(all(root, 'hedeleg'), watchesTraps(root)),
    guest: (root) => root.decide.delegatesToGuest(all(root, 'hedeleg'), root.hart.get('hedeleg')),
  },
  {
    csr: 'hideleg',
    own: (root) => all(root, 'hideleg'),
    guest: ({ hart }) => hart.get('hideleg'),
  },
  {
    csr: 'henvcfg',
    own: (root) => all(root, 'henvcfg'),
    guest: ({ hart }) => hart.get('henvcfg'),
  },
  { csr: 'hcounteren', own: () => ONES, guest: ({ hart }) => hart.get('hcounteren') },
  { csr: 'htimedelta', own: () => 0n, guest: ({ hart }) => hart.get('htimedelta') },
  {
    csr: 'hvip',
    own: ({ hart }) => hart.get('ownHvip'),
    guest: ({ hart }) => hart.get('hvip'),
  },
  { csr: 'hie', own: ({ hart }) => hart.get('ownHie'), guest: ({ hart }) => hart.get('hie') },
  {
    csr: 'hstatus',
    own: (root) => HSTATUS.SPV | statusOfDomain(root),
    guest: ({ decide, hart }) => HSTATUS.SPV | decide.statusOfGuest(hart.get('hstatus')),
  },
];

const STATE_ENABLE: Control = {
  csr: 'hstateen0',
  own: () => ONES,
  guest: ({ hart }) => hart.get('hstateen0'),
};

/** Whose writes of hstatus nobody sees: any SRET of it may enter its guest. */
const hasPage = ({ spec }: Root) => spec.acceleration.has('csr_page');

function statusOfDomain(root: Root): bigint {
  const { decide, hart } = root;
  return hasPage(root) ? HSTATUS.VTSR : decide.statusOfDomain(hart.get('hstatus'));
}

/** While SPV is set, traps must clear it; where it lies in a page, hardware does so. */
const watchesTraps = (root: Root) => !hasPage(root) && entersGuest(root);

/** Whether the next SRET of the domain's supervisor enters its guest. */
export const entersGuest = ({ hart }: Root): boolean => (hart.get('hstatus') & HSTATUS.SPV) !== 0n;

/**
 * After a write of hgatp: where VMIDs do not tell all domains and their guests apart, nothing that the hart holds of
 * either stage may be another's.
 */
export function* separate({ port, spec }: Root): Op<void> {
  if (hasVmids(spec)) return;
  yield* port.fence('hfence_gvma', null, null);
  yield* port.fence('hfence_vvma', null, null);
}

const hasTimer = ({ spec }: Root) => spec.features.has('Sstc');

function vsSet(root: Root): readonly (readonly [string, number])[] {
  const names = VS_SET.map((name, index) => [name, index] as const);
  return names.filter(([name]) => name !== 'vstimecmp' || hasTimer(root));
}

/** Writes what the hart must hold while this world runs, hgatp before vsatp. */
export function* load(root: Root, world: World, { pc, supervisor }: Place): Op<void> {
  const { hart, port, spec } = root;
  const controls = spec.features.has('Smstateen') ? [...CONTROLS, STATE_ENABLE] : CONTROLS;
  for (const control of controls) yield* port.csrw(control.csr, control[world](root));
  yield* separate(root);
  if (spec.acceleration.size > 0) yield* turnStage(root, world);
  for (const [name, index] of vsSet(root)) yield* port.csrw(name, hart.get(world, index));
  hart.set('virt', world === 'guest' ? 1n : 0n);
  // What HS holds for a guest: the domain's own FS and MXR, which bind its guest, and its timer.
  const inherited = world === 'guest' ? hart.get('own', 0) & (FS | MXR) : FS;
  yield* port.csrw('sstatus', inherited | (supervisor ? SPP : 0n));
  yield* port.csrw('sepc', pc);
  if (!hasTimer(root)) return;
  const timer = world === 'guest' && (hart.get('ownHie') & VSTIE) !== 0n;
  yield* port.csrw('stimecmp', timer ? hart.get('own', VS_SET.indexOf('vstimecmp')) : ONES);
  if (timer) yield* port.csrs('sie', STIE);
  else yield* port.csrc('sie', STIE);
}

/** Says whose addresses go through hgatp2. */
export function* turnStage(root: Root, world: World): Op<void> {
  const { port } = root;
  if (world === 'own') return void (yield* port.csrc('hnest', HNEST.V2));
  if (hasThirdStage(root)) yield* port.csrw('hgatp2', innerHgatp(root));
  yield* port.csrs('hnest', HNEST.V2);
}

/** Keeps what the hart holds of the world that has just been trapped. */
export function* save(root: Root, world: World): Op<void> {
  const { hart, port } = root;
  for (const [name, index] of vsSet(root)) hart.set(world, yield* port.csrr(name), index);
  const own = world === 'own';
  hart.set(own ? 'ownHvip' : 'hvip', yield* port.csrr('hvip'));
  hart.set(own ? 'ownHie' : 'hie', yield* port.csrr('hie'));
  if (own) return;
  // A guest that used float registers has made those of the domain dirty, too.
  const status = yield* port.csrr('sstatus');
  if ((status & FS) === FS) hart.set('own', hart.get('own', 0) | FS | (1n << 63n), 0);
}

/** After a write of the virtual hstatus while the supervisor runs: who gets its traps and its SRET. */
export function* followStatus(root: Root): Op<void> {
  for (const control of CONTROLS) {
    if (control.csr !== 'hstatus' && control.csr !== 'hedeleg') continue;
    yield* root.port.csrw(control.csr, control.own(root));
  }
}
