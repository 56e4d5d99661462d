/** Random trials of a few instructions: registers, privilege and delegation at random, code where it can be fetched. */
import { attempt } from '../oracle/access.ts';
import { OracleMemory } from '../oracle/memory.ts';
import type { Mode } from '../oracle/state.ts';
import { instruction } from './instructions.test-support.ts';
import type { Roles } from './instructions.test-support.ts';
import type { Lockstep } from './lockstep.test-support.ts';
import { interesting, interestingFloat } from './operands.test-support.ts';
import type { Random } from './random.test-support.ts';
import type { World } from './world.test-support.ts';

const MODES: readonly Mode[] = ['M', 'M', 'S', 'S', 'U', 'VS', 'VS', 'VU'];

/** Registers that hold addresses most of the time; x8 to x15 can be named by compressed instructions. */
const DATA = [2, 8, 9, 10, 11, 12, 20, 21];
const CODE = [1, 5, 13, 14];
const ROLES: Roles = { data: DATA, code: CODE };

const on = (register: bigint, xlen: number) => register >> (xlen === 64 ? 60n : 31n) !== 0n;

/** An address that leads somewhere in a mode. */
function addressIn(random: Random, world: World, step: Lockstep, mode: Mode): bigint {
  const { c, xlen } = step.hart;
  const { addresses } = world;
  const list =
    mode === 'M'
      ? addresses.pa
      : mode === 'S' || mode === 'U'
        ? on(c.satp, xlen)
          ? addresses.s
          : addresses.pa
        : on(c.vsatp, xlen)
          ? addresses.vs
          : on(c.hgatp, xlen)
            ? addresses.gpa
            : addresses.pa;
  return random.pick(list);
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

/** The physical address that a fetch reaches; null when it faults. */
function fetchable(step: Lockstep, mode: Mode, address: bigint): bigint | null {
  const scratch = new OracleMemory((at, size) => step.hart.memory.read(at, size));
  const request = { mode, operation: 'fetch', size: 2, value: 0n, reserved: false };
  const result = attempt(step.hart.view(), scratch, { ...request, address });
  if ('trap' in result) return null;
  return scratch.references.find(({ kind }) => kind === 'data')?.at ?? null;
}

const bit = (random: Random, n: number, probability: number) =>
  random.chance(probability) ? 1n << BigInt(n) : 0n;

/** Delegation, enables, traps of supervisor instructions, interrupts. */
export function rollPrivilege(random: Random, step: Lockstep): void {
  const { xlen } = step.hart;
  const some = () => random.pick([0n, random.big(32), random.big(32), 0xffff_ffffn]);
  const mstatus = step.hart.peek(0x300) ?? 0n;
  const kept = mstatus & ~0x7060aan;
  const float = random.chance(0.1) ? 0n : 1n + BigInt(random.below(3));
  const status = kept | (float << 13n) | bit(random, 1, 0.5) | bit(random, 3, 0.5);
  const traps = bit(random, 20, 0.2) | bit(random, 21, 0.2) | bit(random, 22, 0.2);
  step.poke('mstatus', status | traps | bit(random, 5, 0.5) | bit(random, 7, 0.5));
  const vsstatus = (step.hart.peek(0x200) ?? 0n) & ~0x6022n;
  const guestFloat = random.chance(0.1) ? 0n : 1n + BigInt(random.below(3));
  step.poke('vsstatus', vsstatus | (guestFloat << 13n) | bit(random, 1, 0.5) | bit(random, 5, 0.5));
  const hstatus = (step.hart.peek(0x600) ?? 0n) & ~0x700000n;
  const guestTraps = bit(random, 20, 0.2) | bit(random, 21, 0.2) | bit(random, 22, 0.2);
  step.poke('hstatus', hstatus | guestTraps | bit(random, 7, 0.5));
  step.poke('medeleg', some());
  step.poke('hedeleg', some());
  step.poke('mideleg', some());
  step.poke('hideleg', some());
  for (const name of ['mcounteren', 'scounteren', 'hcounteren']) {
    step.poke(name, random.chance(0.6) ? 0xffff_ffffn : random.big(32));
  }
  const state = () => (random.chance(0.6) ? (1n << 64n) - 1n : random.big(64));
  for (const name of ['mstateen', 'hstateen']) {
    for (let n = 0; n < 4; n++) {
      const value = state();
      step.poke(`${name}${n}`, value);
      if (xlen === 32) step.poke(`${name}${n}h`, value >> 32n);
    }
  }
  const quiet = random.chance(0.8);
  step.poke('mie', quiet ? 0n : random.big(16));
  step.poke('mip', quiet ? 0n : random.big(16));
  step.poke('hvip', quiet ? 0n : random.big(16));
  for (const name of ['menvcfg', 'henvcfg']) {
    const high = xlen === 32 ? `${name}h` : name;
    const value = step.hart.c[name as 'menvcfg'];
    const changed = (value & ~(1n << 63n)) | bit(random, 63, 0.4);
    step.poke(high, xlen === 32 ? changed >> 32n : changed);
  }
  for (const name of ['stimecmp', 'vstimecmp', 'htimedelta']) {
    step.poke(name, random.pick([0n, (1n << 64n) - 1n, random.big(64)]));
    if (xlen === 32) step.poke(`${name}h`, random.big(32));
  }
  step.poke('fcsr', BigInt(random.below(random.chance(0.9) ? 0xa0 : 0x100)));
}

/** Values for the registers, code at a place, and the start there; false when nothing can be fetched. */
export function prepare(random: Random, world: World, step: Lockstep, length: number): boolean {
  const { hart } = step;
  const { xlen } = hart;
  const mode = random.pick(hart.has('H') ? MODES : MODES.filter((name) => !name.startsWith('V')));
  const place = (where: Mode) => addressIn(random, world, step, where);
  for (const name of ['mtvec', 'stvec', 'vstvec']) {
    const where = name === 'mtvec' ? 'M' : name === 'stvec' ? 'S' : 'VS';
    step.poke(
      name,
      (place(where) + 8n * BigInt(random.below(300))) | (random.chance(0.5) ? 1n : 0n),
    );
  }
  for (const name of ['mepc', 'sepc', 'vsepc']) {
    step.poke(name, place(random.pick(MODES)) + 2n * BigInt(random.below(1000)));
  }
  const data = dataMode(step, mode);
  for (let n = 1; n < 32; n++) {
    const guest = random.chance(0.25) ? random.pick<Mode>(['VS', 'VU']) : data;
    const offset = random.chance(0.9) ? 8n * BigInt(random.below(512)) : BigInt(random.below(4096));
    const code = 2n * BigInt(random.below(1024));
    if (DATA.includes(n)) step.setX(n, place(guest) + offset + (random.chance(0.03) ? 4090n : 0n));
    else if (CODE.includes(n)) step.setX(n, place(mode) + code);
    else step.setX(n, interesting(random, xlen));
  }
  if (hart.has('F')) for (let n = 0; n < 32; n++) step.setF(n, interestingFloat(random));
  if (hart.has('Zicfiss')) {
    const stacks = world.shadowStacks[mode === 'VS' || mode === 'VU' ? 'vs' : 's'];
    const base = stacks.length > 0 && random.chance(0.8) ? random.pick(stacks) : place(mode);
    step.poke('ssp', base + 8n * BigInt(1 + random.below(500)));
    if (random.chance(0.3)) step.setX(1, 0n);
  }
  const start = pickStart(random, world, step, mode);
  if (start === null) return false;
  plantCode(random, step, mode, start, length);
  step.start(mode, start);
  return true;
}

/** Mostly an address that can be fetched from. */
function pickStart(random: Random, world: World, step: Lockstep, mode: Mode): bigint | null {
  for (let tries = 0; tries < 10; tries++) {
    const near = random.chance(0.05) ? 4096 - 2 * random.below(12) : 2 * random.below(2000);
    const unit = step.hart.has('C') ? 2 : 4;
    const offset = BigInt(near - (near % unit));
    const at = BigInt.asUintN(step.hart.xlen, addressIn(random, world, step, mode) + offset);
    if (random.chance(0.03) || fetchable(step, mode, at) !== null) return at;
  }
  return null;
}

function plantCode(
  random: Random,
  step: Lockstep,
  mode: Mode,
  start: bigint,
  length: number,
): void {
  let at = start;
  const parcel = (value: number) => {
    const physical = fetchable(step, mode, at);
    if (physical !== null) step.write(physical, 2, BigInt(value));
    at = BigInt.asUintN(step.hart.xlen, at + 2n);
  };
  for (let k = 0; k < length; k++) {
    const made = instruction(random, step.hart.xlen, ROLES);
    if (made.length === 2 && !step.hart.has('C')) continue;
    parcel(made.word & 0xffff);
    if (made.length === 4) parcel(made.word >>> 16);
  }
}
