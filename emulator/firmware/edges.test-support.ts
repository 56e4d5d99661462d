/** Edges of the state machines of pages, TVMs, vCPUs, mappings and regions, seen between two snapshots. */
import type { Snapshot, TvmView } from './checker.test-support.ts';

const ASSIGNED = ['directory', 'table', 'tvm', 'vcpu', 'data'] as const;

/** What a walk must have taken. */
export const EDGES: readonly string[] = [
  'page host > unassigned',
  'page unassigned > host',
  ...ASSIGNED.flatMap((state) => [`page unassigned > ${state}`, `page ${state} > unassigned`]),
  'page host > shared',
  'page shared > host',
  'tvm none > initializing',
  'tvm none > runnable',
  'tvm initializing > runnable',
  'tvm initializing > none',
  'tvm runnable > none',
  'vcpu none > off',
  'vcpu off > runnable',
  'vcpu runnable > running',
  'vcpu running > runnable',
  'vcpu runnable > off',
  'vcpu runnable > dead',
  ...['own', 'shared'].flatMap((kind) => [
    `leaf none > ${kind}`,
    `leaf ${kind} > ${kind} blocked`,
    `leaf ${kind} blocked > ${kind}`,
    `leaf ${kind} blocked > none`,
  ]),
  'region none > mmio',
  'region mmio > none',
  'region confidential > confidential removable',
  'region confidential removable > shared',
  'region confidential removable > confidential',
  'region shared > shared removable',
  'region shared removable > confidential',
  'region shared removable > shared',
];

export function edgesBetween(before: Snapshot, after: Snapshot): string[] {
  return [
    ...changes('page', pageStates(before), pageStates(after), 'host'),
    ...changes('tvm', tvmStates(before), tvmStates(after)),
    ...perTvm(before, after, (old, tvm) => changes('vcpu', vcpuStates(old), vcpuStates(tvm))),
    ...perTvm(before, after, (old, tvm) =>
      changes('leaf', leafStates(old, before), leafStates(tvm, after)),
    ),
    ...perTvm(before, after, regionChanges),
  ];
}

type States = ReadonlyMap<string, string>;

function changes(what: string, before: States, after: States, absent = 'none'): string[] {
  const found = new Set<string>();
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(key) ?? absent, after.get(key) ?? absent];
    if (from !== to) found.add(`${what} ${from} > ${to}`);
  }
  return [...found];
}

/** Of TVMs that were there before and are there after. */
function perTvm(
  before: Snapshot,
  after: Snapshot,
  changed: (old: TvmView, tvm: TvmView) => string[],
): string[] {
  return after.tvms.flatMap((tvm) => {
    const old = before.tvms.find(({ id }) => id === tvm.id);
    return old === undefined ? [] : changed(old, tvm);
  });
}

const pageStates = ({ pages }: Snapshot): States =>
  new Map([...pages].map(([at, { state }]) => [at.toString(16), state]));

const tvmStates = ({ tvms }: Snapshot): States =>
  new Map(tvms.map(({ id, state }) => [id.toString(), state]));

const vcpuStates = ({ vcpus }: TvmView): States =>
  new Map(vcpus.map(({ id, state }) => [id.toString(), state]));

const leafStates = ({ leaves }: TvmView, { pages }: Snapshot): States =>
  new Map(
    leaves.map(({ gpa, to, isBlocked }) => {
      const kind = pages.get(to)?.state === 'shared' ? 'shared' : 'own';
      return [gpa.toString(16), isBlocked ? `${kind} blocked` : kind];
    }),
  );

/** Of the addresses where a region of either begins or ends: in between nothing changes. */
function regionChanges(old: TvmView, tvm: TvmView): string[] {
  const borders = [...old.regions, ...tvm.regions].flatMap(({ base, size }) => [base, base + size]);
  return changes('region', regionKinds(old, borders), regionKinds(tvm, borders));
}

const regionKinds = ({ regions }: TvmView, borders: readonly bigint[]): States =>
  new Map(
    borders.flatMap((at) => {
      const region = regions.find(({ base, size }) => at >= base && at < base + size);
      return region === undefined ? [] : [[at.toString(16), region.kind] as const];
    }),
  );
