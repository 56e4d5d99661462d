/** The virtual H CSRs of a domain: what its supervisor software reads, and what its writes leave. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import type { LegalName, ViewName, VirtualCsr } from './csr-rows.ts';
import { virtualCsrs } from './csr-rows.ts';
import { VS_INTERRUPTS } from './decisions.ts';

const VSSIP = 1n << 2n;
const VSTIP = 1n << 6n;
const STCE = 1n << 63n;
const FS = 3n << 13n;
const SD = 1n << 63n;
const CBIE = 3n << 4n;
const MODE = 15n << 60n;

export interface NumberedCsr {
  readonly row: VirtualCsr;
  /** Of its masks in the hart's record. */
  readonly index: number;
}

/** The row of a CSR number; null: none that a root emulates on this machine. */
export function virtualCsr({ spec }: Root, number: number): NumberedCsr | null {
  const rows = virtualCsrs();
  const index = rows.findIndex((row) => row.number === number);
  if (index < 0) return null;
  const row = rows[index];
  return row.needs === null || spec.features.has(row.needs) ? { row, index } : null;
}

export function* readCsr(root: Root, { row }: NumberedCsr): Op<bigint> {
  const { cell } = row;
  return cell.kind === 'view'
    ? yield* VIEWS[cell.view].read(root)
    : root.hart.get(cell.field, cell.index);
}

/** What a CSR instruction leaves, by the masks of this hart. */
export function* writeCsr(root: Root, { row, index }: NumberedCsr, value: bigint): Op<void> {
  const { cell } = row;
  if (cell.kind === 'view') return yield* VIEWS[cell.view].write(root, value);
  const old = root.hart.get(cell.field, cell.index);
  const mask = root.hart.get('writable', index);
  const wanted = (old & ~mask) | (value & mask);
  const next = row.legal === null ? wanted : LEGAL[row.legal](root, { old, wanted, value });
  root.hart.set(cell.field, next, cell.index);
}

interface View {
  read(root: Root): Op<bigint>;
  write(root: Root, value: bigint): Op<void>;
}

/** The guest's interrupts, of which the domain hands on those of hideleg. */
const handedOn = ({ hart }: Root) => hart.get('hideleg') & VS_INTERRUPTS;

function* pending({ port, hart }: Root): Op<bigint> {
  const bits = hart.get('hvip') & VS_INTERRUPTS;
  if ((hart.get('henvcfg') & STCE) === 0n) return bits;
  const time = BigInt.asUintN(64, (yield* port.csrr('time')) + hart.get('htimedelta'));
  return time >= guestTimer(hart) ? bits | VSTIP : bits;
}

const guestTimer = (hart: Root['hart']) => hart.get('guest', 7);

const merge = (old: bigint, mask: bigint, value: bigint) => (old & ~mask) | (value & mask);

const VIEWS: Readonly<Record<ViewName, View>> = {
  hip: {
    read: pending,
    *write({ hart }, value) {
      hart.set('hvip', merge(hart.get('hvip'), VSSIP, value));
    },
  },
  vsie: {
    *read(root) {
      return (root.hart.get('hie') & handedOn(root)) >> 1n;
    },
    *write(root, value) {
      root.hart.set('hie', merge(root.hart.get('hie'), handedOn(root), value << 1n));
    },
  },
  vsip: {
    *read(root) {
      return ((yield* pending(root)) & handedOn(root)) >> 1n;
    },
    *write(root, value) {
      const { hart } = root;
      hart.set('hvip', merge(hart.get('hvip'), handedOn(root) & VSSIP, value << 1n));
    },
  },
};

interface Written {
  readonly old: bigint;
  /** The value written, with the unwritable bits of `old`. */
  readonly wanted: bigint;
  /** As it was written. */
  readonly value: bigint;
}

const has = (modes: bigint, value: bigint) => ((modes >> (value >> 60n)) & 1n) === 1n;

const LEGAL: Readonly<Record<LegalName, (root: Root, written: Written) => bigint>> = {
  /** An unsupported MODE is kept out; the other fields are taken. */
  hgatp: ({ hart }, { old, wanted, value }) =>
    merge(wanted, MODE, has(hart.get('guestModes'), value) ? value : old),
  /** A write with an unsupported MODE has no effect. */
  vsatp: ({ hart }, { old, wanted, value }) =>
    has(hart.get('supervisorModes'), value) ? merge(wanted, MODE, value) : old,
  /** Vector MODE 2 and 3 are reserved. */
  tvec: (_, { old, wanted, value }) => ((value & 2n) === 0n ? wanted : merge(wanted, 3n, old)),
  /** CBIE = 2 is reserved. */
  envcfg: (_, { old, wanted }) => ((wanted & CBIE) === 0x20n ? merge(wanted, CBIE, old) : wanted),
  status: (_, { wanted }) => ((wanted & FS) === FS ? wanted | SD : wanted & ~SD),
};
