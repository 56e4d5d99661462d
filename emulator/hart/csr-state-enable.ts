/** Smstateen: which state M-mode opens to the modes below, and HS-mode to its guests. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { Platform } from '../platform.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { closed, csr, hasFeature, wide } from './csr-row.ts';

/** SE0 to SE3: the state enables of the level below. */
export const SE = 1n << 63n;
/** senvcfg and henvcfg. */
export const ENVCFG = 1n << 62n;
/** hedelegh, at XLEN 32. */
export const P1P13 = 1n << 56n;

const withStateEnable = hasFeature('Smstateen');

/** The machine has no other state that a bit could close: custom state, AIA, Zfinx, jump tables. */
function stateMask(index: number): (platform: Platform) => bigint {
  return ({ xlen }) => (index > 0 ? SE : SE | ENVCFG | (xlen === 32 ? P1P13 : 0n));
}

/** A clear bit of mstateen is illegal below M-mode, one of hstateen a virtual instruction. */
export function stateGate(index: number, bit: bigint) {
  return (state: CsrState, mode: Mode): Denial | null => {
    if (mode === 'M' || !withStateEnable(state.platform)) return null;
    const opens = (name: string) => state.decide.opensState((state.raw(name) & bit) !== 0n);
    if (!opens(`mstateen${index}`)) return closed(2);
    const guest = mode === 'VS' || mode === 'VU';
    return guest && !opens(`hstateen${index}`) ? closed(22) : null;
  };
}

/** A bit that mstateen holds clear is read-only zero; what stands below it stays. */
function hstateen(index: number): readonly CsrRow[] {
  const name = `hstateen${index}`;
  const allowed = (state: CsrState) => state.raw(`mstateen${index}`);
  return wide(name, 0x60c + index, 0x61c + index, {
    exists: (platform) => withStateEnable(platform) && platform.features.has('H'),
    gate: stateGate(index, SE),
    read: (state) => state.raw(name) & allowed(state),
    write: (state, value) => {
      // hedelegh is no state of a guest.
      const open = allowed(state) & stateMask(index)(state.platform) & ~P1P13;
      state.setRaw(name, (state.raw(name) & ~open) | (value & open));
    },
  });
}

const numbers = [0, 1, 2, 3];

export const STATE_ENABLE_CSRS: readonly CsrRow[] = numbers.flatMap((index) => [
  ...wide(`mstateen${index}`, 0x30c + index, 0x31c + index, {
    exists: withStateEnable,
    mask: stateMask(index),
  }),
  ...hstateen(index),
  // User-mode software reaches no state that a bit of these could close.
  csr(`sstateen${index}`, 0x10c + index, {
    exists: withStateEnable,
    mask: 0n,
    gate: stateGate(index, SE),
  }),
]);
