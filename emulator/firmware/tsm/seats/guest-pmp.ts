/** PMP while a guest runs under a TSM in M-mode: confidential memory, and as data what is the host's. */
import { GUEST_PMP_ENTRIES, type MACHINE_HART } from '../../layouts/machine-hart.ts';
import type { BoundTo } from '../../layouts/record.ts';
import type { Op, Port } from '../../port.ts';
import type { Area, FirmwareSpec } from '../../spec.ts';

const TOR = 1n << 3n;
const NAPOT = 3n << 3n;
const READ_WRITE = 3n;
const RWX = 7n;

interface Entry {
  readonly config: bigint;
  readonly address: bigint;
}

/** The guest's G-stage says which of it: PMP cannot tell pages apart. The last entry denies the rest. */
export function guestEntries({ split, xlen }: FirmwareSpec): readonly Entry[] {
  const { confidential, host } = split ?? { confidential: [], host: [] };
  const everything = xlen === 64 ? (1n << 54n) - 1n : (1n << 32n) - 1n;
  const entries = [
    ...confidential.flatMap((area) => entriesOf(area, RWX)),
    ...host.flatMap((area) => entriesOf(area, READ_WRITE)),
    { config: NAPOT, address: everything },
  ];
  if (entries.length > GUEST_PMP_ENTRIES) {
    throw new Error(`a guest's memory needs ${entries.length} PMP entries`);
  }
  return entries;
}

/** One entry for an aligned power of two, two for any other area. */
function entriesOf({ base, size }: Area, rights: bigint): readonly Entry[] {
  if ((size & (size - 1n)) === 0n && base % size === 0n) {
    return [{ config: NAPOT | rights, address: (base >> 2n) | ((size >> 3n) - 1n) }];
  }
  return [
    { config: 0n, address: base >> 2n },
    { config: TOR | rights, address: (base + size) >> 2n },
  ];
}

/** The first entries of the hart are put aside, and the guest's take their place. */
export function* loadGuestPmp(
  { port, spec }: { readonly port: Port; readonly spec: FirmwareSpec },
  aside: BoundTo<typeof MACHINE_HART>,
): Op<void> {
  const entries = guestEntries(spec);
  for (const [k, csr] of configs(port, entries.length).entries()) {
    aside.set('pmpcfg', yield* port.csrr(csr), k);
  }
  for (const [k, { address }] of entries.entries()) {
    aside.set('pmpaddr', yield* port.csrr(`pmpaddr${k}`), k);
    yield* port.csrw(`pmpaddr${k}`, address);
  }
  const bytes = port.xlen / 8;
  for (const [k, csr] of configs(port, entries.length).entries()) {
    const mine = entries.slice(k * bytes, (k + 1) * bytes);
    yield* port.csrw(
      csr,
      mine.reduceRight((word, { config }) => (word << 8n) | config, 0n),
    );
  }
  yield* forget(port, spec);
}

export function* restorePmp(
  { port, spec }: { readonly port: Port; readonly spec: FirmwareSpec },
  aside: BoundTo<typeof MACHINE_HART>,
): Op<void> {
  const count = guestEntries(spec).length;
  for (let k = 0; k < count; k++) yield* port.csrw(`pmpaddr${k}`, aside.get('pmpaddr', k));
  for (const [k, csr] of configs(port, count).entries()) {
    yield* port.csrw(csr, aside.get('pmpcfg', k));
  }
  yield* forget(port, spec);
}

/** Cached translations may hold verdicts of PMP (privileged architecture, "Physical Memory Protection and Paging"). */
function* forget(port: Port, spec: FirmwareSpec): Op<void> {
  yield* port.fence('sfence_vma', null, null);
  if (spec.features.has('H')) yield* port.fence('hfence_gvma', null, null);
}

/** pmpcfg registers of so many entries; RV64 has the even ones only. */
function configs(port: Port, entries: number): readonly string[] {
  const bytes = port.xlen / 8;
  return Array.from({ length: Math.ceil(entries / bytes) }, (_, k) => `pmpcfg${(k * bytes) / 4}`);
}
