/** The CSRs of the hypervisor extension that a root emulates for software that believes itself in HS-mode (RV64): data. */
import type { ROOT_HART, VsName } from '../layouts/root-hart.ts';
import { VS_SET } from '../layouts/root-hart.ts';

type StateField = keyof typeof ROOT_HART.places;

/** Where a value lies: a field of the record of the domain's hart, or a view of others (csr-file.ts). */
export type CsrCell =
  | { readonly kind: 'field'; readonly field: StateField; readonly index: number }
  | { readonly kind: 'view'; readonly view: ViewName };

export type ViewName = 'hip' | 'vsie' | 'vsip';

/** What a write leaves of a value whose unwritable bits are the old ones already. */
export type LegalName = 'hgatp' | 'vsatp' | 'tvec' | 'envcfg' | 'status';

export interface VirtualCsr {
  readonly name: string;
  readonly number: number;
  readonly cell: CsrCell;
  readonly legal: LegalName | null;
  /** What the root does when it is written: hstatus decides who gets traps and SRET, hgatp whose table is shadowed. */
  readonly effect: 'hstatus' | 'hgatp' | null;
  /** The feature without which it is absent. */
  readonly needs: string | null;
}

const row = (
  name: string,
  number: number,
  cell: CsrCell,
  more: Partial<VirtualCsr> = {},
): VirtualCsr => ({
  name,
  number,
  cell,
  legal: null,
  effect: null,
  needs: null,
  ...more,
});

const field = (name: StateField, index = 0): CsrCell => ({ kind: 'field', field: name, index });
const h = (name: StateField, number: number, more: Partial<VirtualCsr> = {}) =>
  row(name, number, field(name), more);
const vs = (name: VsName, number: number, more: Partial<VirtualCsr> = {}) =>
  row(name, number, field('guest', VS_SET.indexOf(name)), more);
const view = (name: ViewName, number: number) => row(name, number, { kind: 'view', view: name });
/** hgeip is read-only: with V=1 a write of it is illegal at once, a read comes here. GEILEN is 0. */
const rows = (): readonly VirtualCsr[] => [
  h('hstatus', 0x600, { effect: 'hstatus' }),
  h('hedeleg', 0x602),
  h('hideleg', 0x603),
  h('hie', 0x604),
  h('htimedelta', 0x605),
  h('hcounteren', 0x606),
  h('hgeie', 0x607),
  h('henvcfg', 0x60a, { legal: 'envcfg' }),
  // The others stay shut: M-mode opens mstateen0 alone.
  h('hstateen0', 0x60c, { needs: 'Smstateen' }),
  h('htval', 0x643),
  view('hip', 0x644),
  h('hvip', 0x645),
  h('htinst', 0x64a),
  h('hgatp', 0x680, { legal: 'hgatp', effect: 'hgatp' }),
  row('hgeip', 0xe12, field('hgeie')),
  vs('vsstatus', 0x200, { legal: 'status' }),
  view('vsie', 0x204),
  vs('vstvec', 0x205, { legal: 'tvec' }),
  vs('vsscratch', 0x240),
  vs('vsepc', 0x241),
  vs('vscause', 0x242),
  vs('vstval', 0x243),
  view('vsip', 0x244),
  vs('vstimecmp', 0x24d, { needs: 'Sstc' }),
  vs('vsatp', 0x280, { legal: 'vsatp' }),
];

let made: readonly VirtualCsr[] | null = null;

/** The rows, by the index of their masks in the record of a hart. */
export const virtualCsrs = (): readonly VirtualCsr[] => (made ??= rows());
