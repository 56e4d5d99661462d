/** The machine of this process behind the back-end interface: one per thread, reset for each case. */
import { Machine } from '../../emulator/index.ts';
import type { CaseRunner } from '../run/batch.ts';
import { assetsOf } from './assets.ts';
import { runCase } from '../session/session.ts';

/** `plants`: whether its cases name faults; what those replace is loaded only then. `cwd`: what scripts are shown relative to. */
export async function machineRunner(plants: boolean, cwd: string): Promise<CaseRunner> {
  const faults = plants ? (await import('../../emulator/faults/index.ts')).FAULTS : {};
  const machine = new Machine(faults);
  const files = assetsOf(cwd);
  return (plan, variation) => runCase(plan, machine, variation, files);
}
