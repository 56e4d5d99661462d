/** The RDSM in M-mode: protection tables in mmpt, fences of them, mret. */
import type { FirmwareSpec } from '../spec.ts';
import { booted } from './boot.ts';
import { fenceEdit, fenceTables } from './fences.ts';
import type { Ground } from './ground.ts';
import { edit, tableOf } from './tables.ts';
import { saveWorld, switchTable, switchWorld } from './worlds.ts';

/** Models in which it runs a world per domain; in the others it is plain firmware below one supervisor. */
const SWITCHING: ReadonlySet<FirmwareSpec['model']> = new Set(['tsm_peer', 'smmpt_light']);

/** Of pages where no table says anything. */
const EVERYTHING = 7;

export const machineGround: Ground = {
  csrs: { scratch: 'mscratch', epc: 'mepc', cause: 'scause', named: (csr) => csr },
  area: ({ spec }) => spec.rdsm.base,
  callTsm: null,
  hasWorlds: ({ spec }) => SWITCHING.has(spec.model),
  elsewhere: null,
  saveWorld,
  switchWorld,
  switchTable,
  leave: ({ port }) => port.mret(),
  booted,
  rightsOf(monitor, sdid) {
    const table = tableOf(monitor, sdid);
    return (page) => (table === null ? EVERYTHING : table.rights(page));
  },
  *edit(monitor, base, pages, grants) {
    const changes = edit(monitor, base, pages, grants);
    if (changes === null) return false;
    yield* fenceEdit(monitor, changes, base, pages);
    return true;
  },
  fenceTables,
};
