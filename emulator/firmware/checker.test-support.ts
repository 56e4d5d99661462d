/**
 * What must hold of pages after every call, computed from memory alone. It shares no code with the firmware: offsets are
 * those that `emulator/firmware/layouts` documents, tables are walked as their chapters say.
 */

export const PAGE = 4096n;

export interface CheckedMemory {
  readBytes(at: bigint, count: number): Uint8Array;
  /** First page of the TSM's memory. */
  readonly tsm: bigint;
  readonly ram: { readonly base: bigint; readonly size: bigint };
  readonly harts: number;
  /** vCPUs that one TVM may have. */
  readonly maxVcpus: number;
}

const STATES = [
  'host',
  'shared',
  'unassigned',
  'directory',
  'table',
  'tvm',
  'vcpu',
  'data',
] as const;
export type State = (typeof STATES)[number];
const KINDS = [
  'confidential',
  'shared',
  'mmio',
  'imsic',
  'pci',
  'confidential removable',
  'shared removable',
] as const;
const VCPU_STATES = ['none', 'off', 'runnable', 'running', 'dead'] as const;

export interface PageView {
  readonly state: State;
  readonly owner: bigint;
  readonly value: bigint;
}

export interface LeafView {
  readonly gpa: bigint;
  readonly to: bigint;
  readonly size: bigint;
  readonly isBlocked: boolean;
}

export interface TvmView {
  readonly at: bigint;
  readonly id: bigint;
  readonly state: 'initializing' | 'runnable';
  readonly directory: bigint;
  readonly tables: readonly bigint[];
  /** Tables in the pool, and those that were replaced. */
  readonly spare: readonly bigint[];
  readonly retired: readonly bigint[];
  readonly leaves: readonly LeafView[];
  readonly regions: readonly {
    readonly base: bigint;
    readonly size: bigint;
    readonly kind: string;
  }[];
  readonly vcpus: readonly { readonly id: bigint; readonly at: bigint; readonly state: string }[];
  readonly running: bigint;
  readonly isFencing: boolean;
}

export interface Snapshot {
  /** Of every page that the tracker says anything of. */
  readonly pages: ReadonlyMap<bigint, PageView>;
  readonly tvms: readonly TvmView[];
  /** Epoch of the host: what pages are marked with now, and the oldest that somebody may still hold. */
  readonly epoch: { readonly current: bigint; readonly oldest: bigint };
  /** Pages that harts registered for NACL, one entry for each use. */
  readonly pinned: readonly bigint[];
}

export function snapshot(memory: CheckedMemory): Snapshot {
  const word = (at: bigint): bigint => view(memory, at, 8).getBigUint64(0, true);
  const record = memory.tsm + PAGE;
  const epochAt = record + PAGE - 32n;
  const [current, previous] = [word(epochAt), word(epochAt + 16n)];
  const tvms = view(memory, record + 24n, 8 * 128);
  const found: TvmView[] = [];
  for (let k = 0; k < 128; k++) {
    const at = tvms.getBigUint64(8 * k, true);
    if (at !== 0n) found.push(tvmOf(memory, at));
  }
  return {
    pages: pagesOf(memory),
    tvms: found,
    epoch: { current, oldest: previous === 0n ? current : previous },
    pinned: Array.from({ length: memory.harts }, (_, hart) => hart).flatMap((hart) => {
      const nacl = word(record + PAGE + PAGE * BigInt(hart) + 256n + 8n);
      return nacl === (1n << 64n) - 1n ? [] : [0n, 1n, 2n].map((k) => nacl + k * PAGE);
    }),
  };
}

function view(memory: CheckedMemory, at: bigint, count: number): DataView {
  const bytes = memory.readBytes(at, count);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pagesOf(memory: CheckedMemory): ReadonlyMap<bigint, PageView> {
  const { ram, tsm, harts } = memory;
  const chunk = 512n * PAGE;
  const count = Number(ram.size / chunk);
  const roots = view(memory, tsm + 2n * PAGE + PAGE * BigInt(harts), 8 * count);
  const pages = new Map<bigint, PageView>();
  for (let k = 0; k < count; k++) {
    const at = roots.getBigUint64(8 * k, true);
    if (at === 0n) continue;
    const records = view(memory, at, 4096);
    for (let n = 0; n < 512; n++) {
      if (records.getUint32(8 * n, true) === 0) continue;
      const record = records.getBigUint64(8 * n, true);
      pages.set(ram.base + BigInt(k) * chunk + BigInt(n) * PAGE, {
        state: STATES[Number(record & 0xffn)] ?? 'host',
        owner: (record >> 16n) & 0xffffn,
        value: record >> 32n,
      });
    }
  }
  return pages;
}

function tvmOf(memory: CheckedMemory, at: bigint): TvmView {
  const record = view(memory, at, 8192);
  const field = (offset: number): bigint => record.getBigUint64(offset, true);
  const regions = 168 + 32;
  const vcpus = regions + 128 * 24;
  const directory = field(16);
  const { tables, leaves } = walkGuest(memory, directory);
  return {
    at,
    id: field(0),
    state: field(8) === 1n ? 'runnable' : 'initializing',
    directory,
    tables,
    leaves,
    spare: chain(memory, field(24)),
    retired: chain(memory, field(40)),
    regions: Array.from({ length: Number(field(48)) }, (_, k) => ({
      base: field(regions + 24 * k),
      size: field(regions + 24 * k + 8),
      kind: KINDS[Number(field(regions + 24 * k + 16))] ?? 'none',
    })),
    vcpus: Array.from({ length: memory.maxVcpus }, (_, k) => k).flatMap((k) => {
      const vcpu = field(vcpus + 8 * k);
      if (vcpu === 0n) return [];
      const state = view(memory, vcpu + 16n, 8).getBigUint64(0, true);
      return [{ id: BigInt(k), at: vcpu, state: VCPU_STATES[Number(state)] ?? 'lost' }];
    }),
    running: field(64),
    isFencing: field(168 + 24) > 0n,
  };
}

function chain(memory: CheckedMemory, first: bigint): readonly bigint[] {
  const found: bigint[] = [];
  for (let at = first; at !== 0n; at = view(memory, at, 8).getBigUint64(0, true)) {
    if (found.includes(at)) throw new Error('a chain of tables is a ring');
    found.push(at);
  }
  return found;
}

/** Sv39x4: three levels, the first table four pages. A leaf that was blocked keeps R, without V. */
function walkGuest(memory: CheckedMemory, directory: bigint) {
  const tables: bigint[] = [];
  const leaves: LeafView[] = [];
  const visit = (table: bigint, level: number, gpa: bigint): void => {
    const entries = level === 2 ? 2048 : 512;
    const list = view(memory, table, 8 * entries);
    const size = PAGE << BigInt(9 * level);
    for (let k = 0; k < entries; k++) {
      if (list.getUint32(8 * k, true) === 0 && list.getUint32(8 * k + 4, true) === 0) continue;
      const entry = list.getBigUint64(8 * k, true);
      const to = ((entry >> 10n) & 0xfff_ffff_ffffn) * PAGE;
      const at = gpa + BigInt(k) * size;
      if ((entry & 0xfn) === 1n) {
        tables.push(to);
        if (level === 0) throw new Error('a pointer where the last level is');
        visit(to, level - 1, at);
      } else leaves.push({ gpa: at, to, size, isBlocked: (entry & 1n) === 0n });
    }
  };
  visit(directory, 2, 0n);
  return { tables, leaves };
}

/** Smmpt43: pn[2] 42:34, pn[1] 33:25, pn[0] 24:16; sixteen ranges a leaf. Rights of a page: R 1, W 2, X 4. */
export function hostRights(memory: CheckedMemory, mmpt: bigint, page: bigint): bigint {
  let table = (mmpt & 0xfff_ffff_ffffn) * PAGE;
  for (let level = 2n; level >= 0n; level--) {
    const low = 16n + 9n * level;
    const index = (page >> low) & 0x1ffn;
    const entry = view(memory, table + 8n * index, 8).getBigUint64(0, true);
    if ((entry & 1n) === 0n) return 0n;
    if ((entry & 2n) === 0n) {
      table = ((entry >> 10n) & 0xfff_ffff_ffffn) * PAGE;
      continue;
    }
    const range = (page >> (low - 4n)) & 0xfn;
    return (entry >> ((entry & 4n) === 0n ? 8n + 3n * range : 8n)) & 7n;
  }
  return 0n;
}

/** What is wrong, in words; empty: nothing. `mmpt`: of the host. */
export function violations(
  memory: CheckedMemory,
  now: Snapshot,
  mmpt: bigint,
  watched: readonly bigint[],
): string[] {
  return [
    ...ownership(now),
    ...mappings(now),
    ...sharing(now),
    ...readable(memory, now, mmpt, watched),
  ];
}

const hex = (at: bigint): string => `0x${at.toString(16)}`;
const pagesFrom = (base: bigint, size: bigint): bigint[] =>
  Array.from({ length: Number(size / PAGE) }, (_, k) => base + BigInt(k) * PAGE);

/** No page has two uses, and each is what the tracker says of it. */
function ownership({ pages, tvms }: Snapshot): string[] {
  const wrong: string[] = [];
  const uses = new Map<bigint, string>();
  const use = (at: bigint, id: bigint, state: State): void => {
    const what = `${state} of ${id}`;
    const other = uses.get(at);
    if (other !== undefined) wrong.push(`${hex(at)} is ${other} and ${what}`);
    uses.set(at, what);
    const known = pages.get(at);
    if (known?.state !== state || known.owner !== id) {
      wrong.push(`${hex(at)} is ${what}, the tracker says ${known?.state} of ${known?.owner}`);
    }
  };
  for (const { id, at, directory, tables, spare, retired, vcpus, leaves } of tvms) {
    for (const page of pagesFrom(directory, 4n * PAGE)) use(page, id, 'directory');
    for (const page of pagesFrom(at, 2n * PAGE)) use(page, id, 'tvm');
    for (const page of [...tables, ...spare, ...retired]) use(page, id, 'table');
    for (const vcpu of vcpus) use(vcpu.at, id, 'vcpu');
    for (const { to, size } of leaves) {
      for (const page of pagesFrom(to, size)) {
        if (pages.get(page)?.state !== 'shared') use(page, id, 'data');
      }
    }
  }
  for (const [at, { state, owner }] of pages) {
    const isAssigned = state !== 'host' && state !== 'shared' && state !== 'unassigned';
    if (isAssigned && !uses.has(at)) wrong.push(`${hex(at)}, ${state} of ${owner}, has no use`);
  }
  return wrong;
}

/** A TVM maps its own pages in confidential regions, and pages of the host in shared ones. */
function mappings({ pages, tvms }: Snapshot): string[] {
  return tvms.flatMap(({ id, leaves, regions }) =>
    leaves.flatMap(({ gpa, to, size }) => {
      const kind = regions.find((r) => gpa >= r.base && gpa + size <= r.base + r.size)?.kind;
      const state = pages.get(to)?.state;
      const isOwn = state === 'data' && pages.get(to)?.owner === id;
      const isRight = isOwn
        ? kind === 'confidential' || kind === 'confidential removable'
        : state === 'shared' && (kind === 'shared' || kind === 'shared removable');
      return isRight ? [] : [`${id} maps ${hex(to)} (${state}) at ${hex(gpa)} (${kind})`];
    }),
  );
}

/** A shared page is mapped as often as its record says; what is registered for NACL stays the host's. */
function sharing({ pages, tvms, pinned }: Snapshot): string[] {
  const uses = new Map<bigint, bigint>();
  const add = (at: bigint): unknown => uses.set(at, (uses.get(at) ?? 0n) + 1n);
  for (const { leaves } of tvms) {
    for (const { to, size } of leaves) {
      for (const at of pagesFrom(to, size)) if (pages.get(at)?.state === 'shared') add(at);
    }
  }
  const shared = [...pages].filter(([, { state }]) => state === 'shared');
  const all = new Set([...uses.keys(), ...shared.map(([at]) => at)]);
  const counted = [...all].flatMap((at) => {
    const known = pages.get(at);
    const said = known?.state === 'shared' ? known.value : 0n;
    const counts = uses.get(at) ?? 0n;
    return said === counts ? [] : [`${hex(at)} is shared ${counts} times, not ${said}`];
  });
  const lost = pinned.flatMap((at) => {
    const state = pages.get(at)?.state ?? 'host';
    return state === 'host' || state === 'shared' ? [] : [`NACL memory ${hex(at)} is ${state}`];
  });
  return [...counted, ...lost];
}

/** What the host's table lets it read is nobody else's. */
function readable(
  memory: CheckedMemory,
  { pages }: Snapshot,
  mmpt: bigint,
  watched: readonly bigint[],
): string[] {
  return watched.flatMap((at) => {
    const state = pages.get(at)?.state ?? 'host';
    const isHosts = state === 'host' || state === 'shared';
    const rights = hostRights(memory, mmpt, at);
    return isHosts === (rights !== 0n)
      ? []
      : [`the host has rights ${rights} on ${hex(at)} (${state})`];
  });
}
