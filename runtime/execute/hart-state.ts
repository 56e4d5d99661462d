/** Registers and CSRs as a step left them, by the names that `with (..)` uses. */
import { CSR_NAMES, F_REGISTERS, X_REGISTERS } from '../../emulator/index.ts';
import type { World } from '../session/world.ts';
import type { BackEnd } from '../back-end/back-end.ts';

/** The value behind a name, or null for a name that a hart has not. */
export type HartReader = (name: string) => bigint | null;

/** Reads the hart as it is when asked. */
export function stateOf(backEnd: BackEnd, hart: number): HartReader {
  const { execution } = backEnd.capabilities;
  return (name) => {
    if (CSR_NAMES.has(name)) return backEnd.peekCsr(hart, name);
    if (!execution) return null;
    const x = X_REGISTERS.get(name);
    if (x !== undefined) return backEnd.readRegister(hart, `x${x}`);
    const f = F_REGISTERS.get(name);
    if (f !== undefined) return backEnd.readRegister(hart, `f${f}`);
    return name === 'pc' ? backEnd.readRegister(hart, name) : null;
  };
}

/** All x and f registers hold zero: what one step had does not reach the next. */
export function clearRegisters({ backEnd, platform }: World, hart: number): void {
  for (let k = 1; k < 32; k++) backEnd.writeRegister(hart, `x${k}`, 0n);
  if (!platform.features.has('F')) return;
  for (let k = 0; k < 32; k++) backEnd.writeRegister(hart, `f${k}`, 0n);
}
