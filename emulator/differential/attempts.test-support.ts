/** Random attempts on a world: every operation from every mode that may execute it, at addresses that lead somewhere. */
import type { Mode, OracleState } from '../oracle/state.ts';
import { bit } from '../oracle/state.ts';
import { effectiveMode, OPERATIONS } from '../oracle/access.ts';
import type { OracleAttempt } from '../oracle/access.ts';
import type { Random } from './random.test-support.ts';
import type { World } from './world.test-support.ts';
import { PAGE } from './world.test-support.ts';

const MODES: readonly Mode[] = ['S', 'S', 'U', 'VS', 'VS', 'VU', 'M', 'M'];
const ONE_STAGE: readonly Mode[] = ['S', 'U'];
const TWO_STAGES: readonly Mode[] = ['VS', 'VU'];

const WIDTHS: Readonly<Record<string, readonly number[]>> = {
  load: [1, 2, 4, 8],
  store: [1, 2, 4, 8],
  fetch: [2, 4],
  lr: [4, 8],
  sc: [4, 8],
  amoadd: [4, 8],
  amoswap: [4, 8],
  hlv: [1, 2, 4, 8],
  hsv: [1, 2, 4, 8],
  hlvx: [2, 4],
  sspush: [4, 8],
  sspopchk: [4, 8],
  ssamoswap: [4, 8],
  cbo_zero: [64],
  cbo_clean: [64],
  cbo_flush: [64],
  cbo_inval: [64],
};

const OFTEN = ['load', 'load', 'store', 'store', 'fetch', 'fetch'];

/** Whether the instruction can be executed at all, so that the access is what decides. */
function isLegal(operation: string, mode: Mode, state: OracleState): boolean {
  const virtual = mode === 'VS' || mode === 'VU';
  if (operation.startsWith('h')) return !virtual && (mode !== 'U' || bit(state.hstatus, 9));
  if (!operation.startsWith('ss')) return true;
  if (!state.features.has('Zicfiss') || mode === 'M' || !bit(state.menvcfg, 3)) return false;
  if (virtual && !bit(state.henvcfg, 3)) return false;
  return mode === 'S' || mode === 'VS' || bit(state.senvcfg, 3);
}

export function attempts(random: Random, world: World, state: OracleState): OracleAttempt {
  const { xlen } = state;
  for (;;) {
    const { focus } = world;
    const narrow = focus === 's' ? ONE_STAGE : focus === 'vs' || focus === 'g' ? TWO_STAGES : MODES;
    const mode = random.pick(random.chance(0.7) ? narrow : MODES);
    const operation = random.chance(0.4)
      ? random.pick(OFTEN)
      : random.pick(Object.keys(OPERATIONS));
    if (!isLegal(operation, mode, state)) continue;
    const row = OPERATIONS[operation];
    if (row === undefined) continue;
    const widths = (WIDTHS[operation] ?? []).filter((width) => width === 64 || width <= xlen / 8);
    const size =
      operation.startsWith('ss') && operation !== 'ssamoswap' ? xlen / 8 : random.pick(widths);
    const address = addressFor(
      random,
      world,
      state,
      effectiveMode(state, mode, row),
      size,
      operation,
    );
    return { mode, operation, address, size, value: random.big(xlen), reserved: true };
  }
}

function addressFor(
  random: Random,
  world: World,
  state: OracleState,
  mode: Mode,
  size: number,
  operation: string,
): bigint {
  const { xlen } = state;
  const { addresses } = world;
  const on = (register: bigint) => register >> (xlen === 64 ? 60n : 31n) !== 0n;
  let base: bigint;
  if (mode === 'M') base = random.pick(addresses.pa);
  else if (mode === 'S' || mode === 'U')
    base = random.pick(on(state.satp) ? addresses.s : addresses.pa);
  else if (on(state.vsatp)) base = random.pick(addresses.vs);
  else base = random.pick(on(state.hgatp) ? addresses.gpa : addresses.pa);
  if (random.chance(0.01)) base = random.big(xlen) & ~0xfffn;
  if (random.chance(0.015)) base ^= 1n << BigInt(12 + random.below(xlen - 12));
  if (random.chance(0.2)) base += PAGE;
  // Aligned, misaligned, or across the end of the page; fetches are at least 2-byte aligned.
  const half = operation === 'fetch' ? 2 : 1;
  const offset = random.chance(0.12)
    ? 4096 - half * (1 + random.below(Math.max(1, size / half - 1)))
    : random.chance(0.75)
      ? size * random.below(4096 / size)
      : half * random.below(4096 / half);
  // The answer to a misaligned shadow-stack instruction is open between two causes.
  const atomic = /^(lr|sc|amo)/.test(operation) && random.chance(0.9);
  const aligned = atomic || operation.startsWith('ss') ? offset - (offset % size) : offset;
  return BigInt.asUintN(xlen, base + BigInt(aligned));
}
