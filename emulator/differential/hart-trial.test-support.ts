/** Random trials of a hart: registers, privilege and delegation at random, started where something can be fetched. */
import { attempt } from '../oracle/access.ts';
import { OracleMemory } from '../oracle/memory.ts';
import type { Mode } from '../oracle/state.ts';
import { instruction } from './instructions.test-support.ts';
import type { Roles } from './instructions.test-support.ts';
import type { Lockstep } from './lockstep.test-support.ts';
import { interesting, interestingFloat } from './operands.test-support.ts';
import type { Random } from './random.test-support.ts';
import type { World } from './world.test-support.ts';

const MODES: readonly Mode[] = ['M', 'M', 'S', 'U', 'U', 'VS', 'VS', 'VU', 'VU'];
const PAGE = 4096n;

/** Registers that hold addresses most of the time; x8 to x15 can be named by compressed instructions. */
const DATA = [2, 8, 9, 10, 11, 12, 20, 21];
const CODE = [1, 5, 13, 14];
const ROLES: Roles = { data: DATA, code: CODE };

const on = (register: bigint, xlen: number) => register >> (xlen === 64 ? 60n : 31n) !== 0n;

/** Pages of the world that lead somewhere, and those among them that can be fetched from, by mode. */
export interface Places {
  readonly known: Readonly<Record<Mode, readonly bigint[]>>;
  readonly code: Readonly<Record<Mode, readonly bigint[]>>;
}

function knownIn(world: World, step: Lockstep, mode: Mode): readonly bigint[] {
  const { c, xlen } = step.hart;
  const { addresses } = world;
  if (mode === 'M') return addresses.pa;
  if (mode === 'S' || mode === 'U') return on(c.satp, xlen) ? addresses.s : addresses.pa;
  if (on(c.vsatp, xlen)) return addresses.vs;
  return on(c.hgatp, xlen) ? addresses.gpa : addresses.pa;
}

/** Looks for the places of a world, and fills what can be fetched with instructions. */
export function explore(random: Random, world: World, step: Lockstep): Places {
  const known = {} as Record<Mode, readonly bigint[]>;
  const code = {} as Record<Mode, bigint[]>;
  const filled = new Set<bigint>();
  for (const mode of ['M', 'S', 'U', 'VS', 'VU'] as const) {
    known[mode] = knownIn(world, step, mode);
    code[mode] = [];
    for (const first of known[mode]) {
      for (const page of [first, first + PAGE]) {
        const physical = fetchable(step, mode, BigInt.asUintN(step.hart.xlen, page));
        if (physical === null) continue;
        code[mode].push(BigInt.asUintN(step.hart.xlen, page));
        const frame = physical - (physical % PAGE);
        if (!filled.has(frame)) fill(random, step, frame);
        filled.add(frame);
      }
    }
  }
  return { known, code };
}

/** A page of instructions one after the other. */
export function fill(random: Random, step: Lockstep, frame: bigint): void {
  const bytes = new Uint8Array(PAGE_BYTES + 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < PAGE_BYTES;) {
    const { word, length } = instruction(random, step.hart.xlen, ROLES);
    if (length === 2 && !step.hart.has('C')) continue;
    for (let k = 0; k < length; k++) bytes[at + k] = (word >>> (8 * k)) & 0xff;
    at += length;
    // An SC behind an LR, mostly of the same place and width.
    if (length === 4 && (word & 0xf9ff_e07f) >>> 0 === 0x1000_202f && at + 4 <= PAGE_BYTES) {
      const other = random.chance(0.1) ? 0x1000 : 0;
      view.setUint32(
        at,
        ((word ^ other) & 0x7fff) | 0x1800_0000 | (word & 0xf_8000) | (6 << 20),
        true,
      );
      at += 4;
    }
  }
  for (let at = 0; at < PAGE_BYTES; at += 8) {
    step.write(frame + BigInt(at), 8, view.getBigUint64(at, true));
  }
}

const PAGE_BYTES = 4096;

/** The physical address that a fetch reaches; null when it faults. */
function fetchable(step: Lockstep, mode: Mode, address: bigint): bigint | null {
  const scratch = new OracleMemory((at, size) => step.hart.memory.read(at, size));
  const request = { mode, operation: 'fetch', size: 2, value: 0n, reserved: false };
  const result = attempt(step.hart.view(), scratch, { ...request, address });
  if ('trap' in result) return null;
  return scratch.references.find(({ kind }) => kind === 'data')?.at ?? null;
}

/** The mode in which data accesses are made. */
function dataMode(step: Lockstep, mode: Mode): Mode {
  const { mstatus } = step.hart.c;
  if (mode !== 'M' || ((mstatus >> 17n) & 1n) === 0n) return mode;
  const previous = (mstatus >> 11n) & 3n;
  if (previous === 3n) return 'M';
  const virtual = ((mstatus >> 39n) & 1n) === 1n;
  return previous === 1n ? (virtual ? 'VS' : 'S') : virtual ? 'VU' : 'U';
}

const bit = (random: Random, n: number, probability: number) =>
  random.chance(probability) ? 1n << BigInt(n) : 0n;

/** Delegation, enables, traps of supervisor instructions, interrupts, timers. */
export function rollPrivilege(random: Random, step: Lockstep): void {
  const { xlen } = step.hart;
  const some = () => random.pick([0n, random.big(32), random.big(32), 0xffff_ffffn]);
  const float = () => (random.chance(0.1) ? 0n : 1n + BigInt(random.below(3))) << 13n;
  const traps = () => bit(random, 20, 0.15) | bit(random, 21, 0.15) | bit(random, 22, 0.15);
  const mstatus = (step.hart.peek(0x300) ?? 0n) & ~0x7060aan;
  const enables = bit(random, 1, 0.5) | bit(random, 3, 0.5) | bit(random, 5, 0.5);
  step.poke('mstatus', mstatus | float() | enables | traps() | bit(random, 7, 0.5));
  const vsstatus = (step.hart.peek(0x200) ?? 0n) & ~0x6022n;
  step.poke('vsstatus', vsstatus | float() | bit(random, 1, 0.5) | bit(random, 5, 0.5));
  const hstatus = (step.hart.peek(0x600) ?? 0n) & ~0x700080n;
  step.poke('hstatus', hstatus | traps() | bit(random, 7, 0.5));
  for (const name of ['medeleg', 'hedeleg', 'mideleg', 'hideleg']) step.poke(name, some());
  for (const name of ['mcounteren', 'scounteren', 'hcounteren']) {
    step.poke(name, random.chance(0.6) ? 0xffff_ffffn : random.big(32));
  }
  for (const name of ['mstateen', 'hstateen']) {
    for (let n = 0; n < 4; n++) {
      const value = random.chance(0.6) ? (1n << 64n) - 1n : random.big(64);
      step.poke(`${name}${n}`, value);
      if (xlen === 32) step.poke(`${name}${n}h`, value >> 32n);
    }
  }
  const quiet = random.chance(0.85);
  for (const name of ['mie', 'mip', 'hvip']) step.poke(name, quiet ? 0n : random.big(16));
  for (const name of ['menvcfg', 'henvcfg'] as const) {
    const value = (step.hart.c[name] & ~(1n << 63n)) | bit(random, 63, 0.4);
    step.poke(xlen === 32 ? `${name}h` : name, xlen === 32 ? value >> 32n : value);
  }
  for (const name of ['stimecmp', 'vstimecmp', 'htimedelta']) {
    step.poke(name, random.pick([0n, (1n << 64n) - 1n, random.big(64)]));
    if (xlen === 32) step.poke(`${name}h`, random.big(32));
  }
  step.poke('fcsr', BigInt(random.below(random.chance(0.95) ? 0xa0 : 0x100)));
}

const VECTORS = { mtvec: 'M', stvec: 'S', vstvec: 'VS' } as const;
const RETURNS = {
  mepc: ['M', 'S', 'U', 'VS', 'VU'],
  sepc: ['S', 'U', 'VS', 'VU'],
  vsepc: ['VS', 'VU'],
} as const;

/** A place to fetch from, if the mode has one. */
function codeIn(random: Random, places: Places, mode: Mode, unit: number): bigint {
  const list = random.chance(0.93) ? places.code[mode] : [];
  const page = random.pick(list.length > 0 ? list : places.known[mode]);
  const near = random.chance(0.03) ? 4096 - unit * (1 + random.below(6)) : random.below(4096);
  return page + BigInt(near - (near % unit));
}

/** Values for vectors and registers, and the start in a random mode. */
export function prepare(random: Random, world: World, step: Lockstep, places: Places): void {
  const { hart } = step;
  const { xlen } = hart;
  const modes = MODES.filter(
    (name) =>
      (hart.has('H') || !name.startsWith('V')) &&
      (places.code[name].length > 0 || random.chance(0.02)),
  );
  const mode = random.pick(modes.length > 0 ? modes : (['M'] as const));
  const unit = hart.has('C') ? 2 : 4;
  for (const [name, where] of Object.entries(VECTORS)) {
    step.poke(name, codeIn(random, places, where, 4) | (random.chance(0.5) ? 1n : 0n));
  }
  for (const [name, list] of Object.entries(RETURNS)) {
    step.poke(name, codeIn(random, places, random.pick<Mode>(list), unit));
  }
  const data = dataMode(step, mode);
  for (let n = 1; n < 32; n++) {
    const guest = random.chance(0.25) ? random.pick<Mode>(['VS', 'VU']) : data;
    const aligned = random.chance(0.9);
    const offset = aligned ? 16n * BigInt(random.below(256)) : BigInt(random.below(4096));
    const pages = random.chance(0.7) ? places.code[guest] : places.known[guest];
    const page = random.pick(pages.length > 0 ? pages : places.known[guest]);
    if (DATA.includes(n)) step.setX(n, page + offset + (random.chance(0.03) ? 4088n : 0n));
    else if (CODE.includes(n)) step.setX(n, codeIn(random, places, mode, unit));
    else step.setX(n, interesting(random, xlen));
  }
  if (hart.has('F')) for (let n = 0; n < 32; n++) step.setF(n, interestingFloat(random));
  if (hart.has('Zicfiss')) {
    const stacks = world.shadowStacks[mode === 'VS' || mode === 'VU' ? 'vs' : 's'];
    const base =
      stacks.length > 0 && random.chance(0.8)
        ? random.pick(stacks)
        : random.pick(places.known[mode]);
    step.poke('ssp', base + 8n * BigInt(1 + random.below(500)));
  }
  step.flush();
  step.start(mode, BigInt.asUintN(xlen, codeIn(random, places, mode, unit)));
}
