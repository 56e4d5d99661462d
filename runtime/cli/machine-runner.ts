/** The machine of this process behind the back-end interface: one per thread, reset for each case. */
import { Machine } from '../../emulator/index.ts';
import type { CaseRunner } from '../run/batch.ts';
import { runCase } from '../session/session.ts';

export function machineRunner(): CaseRunner {
  const machine = new Machine();
  return (plan, variation) => runCase(plan, machine, variation);
}
