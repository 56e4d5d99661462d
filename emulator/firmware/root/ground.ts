/** What the RDSM's calls stand on in HS: one G-stage per domain, VS CSRs, sret. */
import type { Op } from '../port.ts';
import type { Grant, Ground } from '../rdsm/ground.ts';
import { announce } from '../rdsm/fences.ts';
import type { Monitor } from '../rdsm/monitor.ts';
import { saveWorld, switchWorld } from '../rdsm/worlds.ts';
import { switchStage } from './accel/third-stage.ts';
import { bootNext } from './boot.ts';
import { rootOf } from './context.ts';
import type { RootDecisions } from './decisions.ts';
import { domainTable, findPage, tableRoom } from './domain-table.ts';
import { elsewhere, remoteFence } from './environment.ts';
import { PAGE } from './memory-map.ts';
import { flushHostPages } from './shadow-table.ts';
import { separate } from './worlds.ts';

/** S-level CSRs of which each virtual machine has its own. */
const BANKED: ReadonlySet<string> = new Set([
  'sstatus',
  'stvec',
  'sip',
  'sie',
  'sscratch',
  'satp',
  'stimecmp',
]);

export function rootGround(decide: RootDecisions, callTsm: Ground['callTsm'] = null): Ground {
  return {
    callTsm,
    csrs: {
      scratch: 'sscratch',
      epc: 'sepc',
      cause: 'vscause',
      named: (csr) => (BANKED.has(csr) ? `v${csr}` : csr),
    },
    area: ({ spec }) => spec.root?.base ?? 0n,
    hasWorlds: () => true,
    elsewhere: (monitor) => elsewhere(rootOf(monitor, decide)),
    saveWorld,
    switchWorld,
    *switchTable(monitor, to) {
      const { port, spec } = monitor;
      yield* switchStage(rootOf(monitor, decide), to);
      yield* port.csrw('hgatp', spec.domains.find(({ sdid }) => sdid === to)?.mmpt ?? 0n);
      yield* separate(rootOf(monitor, decide));
    },
    leave: ({ port }) => port.sret(),
    booted: (monitor) => bootNext(rootOf(monitor, decide)),
    rightsOf(monitor, sdid) {
      const root = rootOf(monitor, decide);
      const domain = monitor.spec.domains.findIndex((one) => one.sdid === sdid);
      return (at) => (domain < 0 ? null : (findPage(root, domain, at / PAGE).found?.rights ?? 0));
    },
    edit: (monitor, base, pages, grants) => edit(monitor, decide, base, pages, grants),
    *fenceTables(monitor) {
      announce(monitor);
      yield* monitor.port.fence('hfence_gvma', null, null);
      yield* remoteFence(monitor);
    },
  };
}

/** Tables that one edit may need. */
const MOST_TABLES = 8n;

function* edit(
  monitor: Monitor,
  decide: RootDecisions,
  base: bigint,
  pages: bigint,
  grants: readonly Grant[],
): Op<boolean> {
  const { port, spec } = monitor;
  const root = rootOf(monitor, decide);
  if (tableRoom(root) < BigInt(grants.length) * MOST_TABLES * PAGE) return false;
  for (const { sdid, xwr } of grants) {
    const table = domainTable(
      root,
      spec.domains.findIndex((one) => one.sdid === sdid),
    );
    const size = pages * PAGE;
    const { error } =
      xwr === 0 ? table.unmap(base, size) : table.map(base, base, size, xwr, { user: true });
    if (error !== null) throw new RangeError(error);
  }
  if (decide.flushesHostPages()) flushHostPages(root, base / PAGE, pages);
  announce(monitor);
  yield* port.fence('hfence_gvma', null, null);
  return true;
}
