/** A hart goes from one domain to another: the RDSM switches it, called by the software that stands there. */
import { EXTENSIONS, MODELS } from '../../emulator/index.ts';
import { physicalMode } from '../isolation/nominal.ts';
import { CaseError } from '../session/case-error.ts';
import type { Setup } from '../session/platform.ts';
import type { DomainState, World } from '../session/world.ts';
import { kindOf } from './domain-kind.ts';

const ECALL = 0x73;

/** Whether the RDSM can: between domains whose software is the scenario's, where something it writes keeps them apart. */
export function canEnter({ model }: Setup, from: string, to: string): boolean {
  const { isolation } = MODELS[model];
  if (isolation !== 'mpt' && isolation !== 'gstage') return false;
  return kindOf(from) !== 'tsm' && kindOf(to) !== 'tsm';
}

/** Throws a `CaseError` where it refuses. */
export function enterDomain(world: World, hart: number, from: string, to: DomainState): void {
  const { backEnd, setup } = world;
  const { eid, functions } = EXTENSIONS.rdsm;
  backEnd.writeRegister(hart, 'x10', to.sdid);
  backEnd.writeRegister(hart, 'x16', BigInt(functions['sd_enter']?.fid ?? 0));
  backEnd.writeRegister(hart, 'x17', eid);
  const mode = physicalMode(setup, from, 'S');
  const { trap } = backEnd.execute(hart, { mode, word: ECALL });
  const home = backEnd.home(hart);
  const failed = home === null ? trap : home.trap;
  const error = backEnd.readRegister(hart, 'x10');
  if (failed === null && !backEnd.away(hart) && error === 0n) return;
  throw new CaseError(`the RDSM does not switch hart ${hart} from ${from} to ${to.name}`);
}
