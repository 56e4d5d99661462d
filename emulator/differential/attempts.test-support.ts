/** Random attempts on a world: every operation from every mode that may execute it, at addresses that lead somewhere. */
import type { Mode, OracleState } from '../oracle/state.ts';
import { bit } from '../oracle/state.ts';
import { effectiveMode, OPERATIONS } from '../oracle/access.ts';
import type { OracleAttempt } from '../oracle/access.ts';
import type { Aim } from './plant.test-support.ts';
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

/** What gets through page tables most easily, so that a defect behind them is met. */
const AIMED = ['load', 'load', 'load', 'store', 'fetch'];

const OFTEN = ['load', 'load', 'store', 'store', 'fetch', 'fetch'];

/** Whether the instruction can be executed at all, so that the access is what decides. */
function isLegal(operation: string, mode: Mode, state: OracleState): boolean {
  const virtual = mode === 'VS' || mode === 'VU';
  if (operation.startsWith('h')) return !virtual && (mode !== 'U' || bit(state.hstatus, 9));
  if (!operation.startsWith('ss')) return true;
  if (!state.features.has('Zicfiss')) return false;
  // M-mode has no shadow stack, yet SSAMOSWAP executes there, and faults unless MPRV says otherwise.
  if (mode === 'M') return operation === 'ssamoswap';
  if (!bit(state.menvcfg, 3)) return false;
  if (virtual && !bit(state.henvcfg, 3)) return false;
  return mode === 'S' || mode === 'VS' || bit(state.senvcfg, 3);
}

/** One attempt, and what has to be put back after it. */
export interface Trial {
  readonly request: OracleAttempt;
  readonly undo: () => void;
}

/** An attempt anywhere, or one through a path of which one entry is spoiled for that attempt. */
export function trial(random: Random, world: World, state: OracleState): Trial {
  const edge = random.chance(0.5) ? takeEdge(random, world, state) : null;
  if (edge !== null) {
    return { request: attempt(random, world, state, edge), undo: () => undefined };
  }
  const aimed = random.chance(0.7) ? takeAim(random, world, state) : null;
  if (aimed === null)
    return { request: attempt(random, world, state, null), undo: () => undefined };
  const request = attempt(random, world, state, aimed);
  return { request, undo: aimed.aim.spoil() };
}

interface Aimed {
  readonly aim: Aim;
  readonly modes: readonly Mode[];
  readonly base: bigint;
  /** Where in the page, when that matters. */
  readonly offset?: number;
}

/** An address next to the beginning of a PMP rule; null when none leads there. */
function takeEdge(random: Random, world: World, state: OracleState): Aimed | null {
  if (world.edges.length === 0) return null;
  const edge = random.pick(world.edges);
  const aim = world.aims.find(
    ({ stage, from }) => stage === 'isolation' && from === edge - (edge % PAGE),
  );
  const aimed = aim === undefined ? null : leadThrough(random, world, state, aim);
  return aimed === null ? null : { ...aimed, offset: Number(edge % PAGE) };
}

const STAGES = ['isolation', 'isolation', 'isolation', 'isolation', 's', 'vs', 'g'] as const;

/** A path that some address leads through, looked for a few times; null when none was found. */
function takeAim(random: Random, world: World, state: OracleState): Aimed | null {
  for (let tries = 0; tries < 12; tries++) {
    const stage = random.pick(STAGES);
    const candidates = world.aims.filter((aim) => aim.stage === stage);
    if (candidates.length === 0) continue;
    const aimed = leadThrough(random, world, state, random.pick(candidates));
    if (aimed !== null) return aimed;
  }
  return null;
}

/** An address and modes that lead through a path; null when none do. */
function leadThrough(random: Random, world: World, state: OracleState, aim: Aim): Aimed | null {
  const { aims } = world;
  const on = (register: bigint) => register >> (state.xlen === 64 ? 60n : 31n) !== 0n;
  const leadsTo = (stage: 's' | 'vs' | 'g', to: bigint) =>
    aims.filter((other) => other.stage === stage && other.to === to);
  const via = (stage: 's' | 'vs' | 'g', to: bigint) => {
    const list = leadsTo(stage, to);
    return list.length === 0 ? null : random.pick(list).from;
  };
  const throughGuest = (gpa: bigint): Aimed | null => {
    const base = on(state.vsatp) ? via('vs', gpa) : gpa;
    return base === null ? null : { aim, modes: TWO_STAGES, base };
  };
  switch (aim.stage) {
    case 's':
      return on(state.satp) ? { aim, modes: ONE_STAGE, base: aim.from } : null;
    case 'vs':
      return on(state.vsatp) ? { aim, modes: TWO_STAGES, base: aim.from } : null;
    case 'g':
      return on(state.hgatp) ? throughGuest(aim.from) : null;
    case 'isolation': {
      const one = on(state.satp) ? via('s', aim.to) : aim.to;
      if (one !== null && random.chance(0.7)) return { aim, modes: ONE_STAGE, base: one };
      const gpa = on(state.hgatp) ? via('g', aim.to) : aim.to;
      return gpa === null ? null : throughGuest(gpa);
    }
  }
}

function attempt(
  random: Random,
  world: World,
  state: OracleState,
  aimed: Aimed | null,
): OracleAttempt {
  const { xlen } = state;
  const { focus } = world;
  const focused = focus === 's' ? ONE_STAGE : focus === 'vs' || focus === 'g' ? TWO_STAGES : MODES;
  for (;;) {
    const mode = random.pick(aimed?.modes ?? (random.chance(0.7) ? focused : MODES));
    const often = aimed === null ? OFTEN : AIMED;
    const usual = random.chance(aimed === null ? 0.4 : 0.7);
    const operation = random.pick(usual ? often : Object.keys(WIDTHS));
    if (!isLegal(operation, mode, state)) continue;
    const row = OPERATIONS[operation];
    if (row === undefined) continue;
    const widths = (WIDTHS[operation] ?? []).filter((width) => width === 64 || width <= xlen / 8);
    const size =
      operation.startsWith('ss') && operation !== 'ssamoswap' ? xlen / 8 : random.pick(widths);
    const effective = effectiveMode(state, mode, row);
    const base = aimed?.base ?? shadowStack(random, world, operation, effective);
    const near = aimed?.offset ?? null;
    const address = addressFor(random, world, state, effective, size, operation, base, near);
    return { mode, operation, address, size, value: random.big(xlen), reserved: true };
  }
}

/** A shadow stack, most of the time, for the instructions that need one. */
function shadowStack(random: Random, world: World, operation: string, mode: Mode): bigint | null {
  const list = world.shadowStacks[mode === 'VS' || mode === 'VU' ? 'vs' : 's'];
  const wanted = operation.startsWith('ss') && list.length > 0 && random.chance(0.8);
  return wanted ? random.pick(list) : null;
}

function addressFor(
  random: Random,
  world: World,
  state: OracleState,
  mode: Mode,
  size: number,
  operation: string,
  aimedAt: bigint | null,
  near: number | null,
): bigint {
  const { xlen } = state;
  const { addresses } = world;
  const on = (register: bigint) => register >> (xlen === 64 ? 60n : 31n) !== 0n;
  let base: bigint;
  if (aimedAt !== null) base = aimedAt;
  else if (mode === 'M') base = random.pick(addresses.pa);
  else if (mode === 'S' || mode === 'U')
    base = random.pick(on(state.satp) ? addresses.s : addresses.pa);
  else if (on(state.vsatp)) base = random.pick(addresses.vs);
  else base = random.pick(on(state.hgatp) ? addresses.gpa : addresses.pa);
  if (random.chance(0.01)) base = random.big(xlen) & ~0xfffn;
  if (random.chance(0.015)) base ^= 1n << BigInt(12 + random.below(xlen - 12));
  if (aimedAt === null && random.chance(0.2)) base += PAGE;
  // Aligned, misaligned, or across the end of the page; fetches are at least 2-byte aligned.
  const half = operation === 'fetch' ? 2 : 1;
  const offset = random.chance(0.12)
    ? 4096 - half * (1 + random.below(Math.max(1, size / half - 1)))
    : random.chance(0.75)
      ? size * random.below(4096 / size)
      : half * random.below(4096 / half);
  const place = near === null ? offset : (near + half * (random.below(17) - 8)) & 4095;
  // The answer to a misaligned shadow-stack instruction is open between two causes.
  const atomic = /^(lr|sc|amo)/.test(operation) && random.chance(0.9);
  const aligned = atomic || operation.startsWith('ss') ? place - (place % size) : place;
  return BigInt.asUintN(xlen, base + BigInt(aligned));
}
