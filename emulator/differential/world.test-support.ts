/** A random platform with random tables, set up in a machine and described to the oracle. */
import type { Machine } from '../machine.ts';
import { DEFAULT_KNOBS } from '../knobs.ts';
import type { Caching, Feature, Platform } from '../platform.ts';
import { FEATURES } from '../platform.ts';
import type { OracleState } from '../oracle/state.ts';
import { smmptWorld, smmttWorld } from './isolation-world.test-support.ts';
import { pagingWorld } from './paging-world.test-support.ts';
import type { PagingWorld, Style } from './paging-world.test-support.ts';
import type { Aim, Ground } from './plant.test-support.ts';
import { plantPmp } from './pmp-world.test-support.ts';
import type { Random } from './random.test-support.ts';

export const PAGE = 4096n;
const BAD = { vacant: 0x2000_0000n, io: 0x1000_0000n };
/** Where tables lie: low, or where a pointer needs more than the 22 PPN bits of RV32. */
const TABLES_AT = {
  32: [0x8000_0000n],
  64: [0x8000_0000n, 0x8000_0000n, 0x40_8000_0000n],
} as const;

const FOCI = [
  'isolation',
  'isolation',
  'isolation',
  's',
  'vs',
  'g',
  'g',
  'pmp',
  'pmp',
  'update',
  'update',
  'all',
] as const;
/** `calm`: hardly any defects, so that programs get on. */
export type Focus = (typeof FOCI)[number] | 'calm';

export interface World {
  readonly platform: Platform;
  readonly revision: OracleState['revision'];
  readonly aims: readonly Aim[];
  /** Addresses at which PMP rules begin. */
  readonly edges: readonly bigint[];
  /** Addresses whose page is a shadow stack. */
  readonly shadowStacks: Readonly<Record<'s' | 'vs', readonly bigint[]>>;
  /** What this world is about: there defects are frequent, elsewhere rare. */
  readonly focus: Focus;
  /** Virtual, guest physical and physical addresses that lead somewhere. */
  readonly addresses: Readonly<Record<'s' | 'vs' | 'gpa' | 'pa', readonly bigint[]>>;
}

function platformFor(
  random: Random,
  caching: Caching,
): { platform: Platform; revision: OracleState['revision'] } {
  const xlen = random.chance(0.35) ? 32 : 64;
  const revision = random.pick(['smmpt', 'smmpt', 'smmpt', 'mtt_0_1', 'mtt_0_1_1'] as const);
  const optional: Feature[] = ['Svnapot', 'Svpbmt', 'Zicfiss', 'misaligned_access', 'Svadu'];
  const locked: readonly Feature[] = ['Smstateen', 'Smrnmi'];
  const off = new Set([...locked, ...optional.filter(() => random.chance(0.15))]);
  const knobs = {
    ...DEFAULT_KNOBS,
    reserved_tuple: random.pick(['entry', 'entry', 'tuple'] as const),
    hlvx_needs_x: random.pick(['no', 'yes'] as const),
    cbo_needs: random.pick(['r_or_w', 'r', 'w'] as const),
    mtt_too_wide: random.pick(['fault', 'ignored'] as const),
    straddle_store: random.pick(['whole', 'first_part'] as const),
    napot_levels: random.pick(['all', 'all', 'level_0'] as const),
  };
  const data = dataBases(random, xlen, revision).map((base) => ({ base, size: 0x2_0000n }));
  const tables = { base: random.pick(TABLES_AT[xlen]), size: 1n << 24n };
  const ram = [tables, ...data];
  if (revision !== 'smmpt' && xlen === 64) ram.push({ base: 0x9000_0000n, size: 1n << 26n });
  const platform: Platform = {
    xlen,
    harts: 1,
    features: new Set((Object.keys(FEATURES) as Feature[]).filter((name) => !off.has(name))),
    ram,
    io: [{ base: BAD.io, size: 0x1_0000n }],
    aliases: [],
    sdidlen: 6,
    asidlen: xlen === 64 ? 16 : 9,
    vmidlen: xlen === 64 ? 14 : 7,
    pmpEntries: random.chance(0.05) ? 0 : 16,
    tval: 'address',
    revision: revision === 'smmpt' ? 'smmpt_0_9' : revision,
    knobs,
    caching,
    cacheSizes: { tlb: 4, walk: 4, mpt: 4 },
    seed: random.word(),
    faults: [],
    arena: 2 ** 24,
  };
  return { platform, revision };
}

/** Where data lies: near, in other entries of every level, at the limits of the modes, and beyond them. */
function dataBases(random: Random, xlen: 32 | 64, revision: string): bigint[] {
  const pool =
    xlen === 32
      ? [
          0x8200_0000n,
          0x8400_0000n,
          0xa000_0000n,
          0xfff0_0000n,
          0x1_0000_0000n,
          0x2_8000_0000n,
          0x3_ffe0_0000n,
        ]
      : [
          0xa000_0000n,
          0xa200_0000n,
          0x1_0000_0000n,
          0x4_0000_0000n,
          0x8_4000_0000n,
          0x100_0000_0000n,
          0x7ff_fffe_0000n,
          0x1fff_fff0_0000n,
          0x3fff_fff0_0000n,
        ];
  const wide =
    xlen === 64 && revision === 'smmpt'
      ? [
          0x800_0000_0000n,
          0xf_ffff_fff0_0000n,
          0x10_0000_0000_0000n,
          0xff_ffff_fff0_0000n,
          0x123_4567_0000_0000n,
        ]
      : xlen === 64 && revision !== 'smmpt'
        ? [0x4000_0000_0000n, 0xab_1234_0000_0000n]
        : [];
  const all = [...pool, ...wide].map((base) => base + BigInt(random.below(8)) * 0x1_0000n);
  return all
    .filter(() => random.chance(0.7))
    .concat([0xb000_0000n], wide.length > 0 ? [random.pick(wide)] : [])
    .filter((base, k, list) => list.indexOf(base) === k);
}

/** Builds one world in the machine. */
export function makeWorld(
  random: Random,
  machine: Machine,
  caching: Caching = 'none',
  wish: { readonly adjusted?: (platform: Platform) => Platform; readonly focus?: Focus } = {},
): World {
  const { platform: usual, revision } = platformFor(random, caching);
  const platform = wish.adjusted?.(usual) ?? usual;
  const focus = wish.focus ?? random.pick(FOCI);
  const refused = machine.reset(platform);
  if (refused !== null) throw new Error(refused);
  const { xlen } = platform;
  const free = { next: platform.ram[0]?.base ?? 0n, big: 0x9000_0000n };
  const pages: bigint[] = [];
  const take = (bytes: bigint) => {
    const large = bytes > 0x1_0000n;
    const align = bytes > PAGE ? bytes : PAGE;
    const from = large ? free.big : free.next;
    const at = ((from + align - 1n) / align) * align;
    if (large) free.big = at + bytes;
    else free.next = at + align;
    machine.fill(at, align, 0n);
    return at;
  };
  const ground: Ground = { memory: machine, page: take, physical: (at) => at };
  const isolation =
    revision === 'smmpt'
      ? smmptWorld(random, ground, xlen, BAD)
      : smmttWorld(random, ground, xlen, revision, BAD);
  const data = platform.ram.slice(1).flatMap(({ base }) => {
    const first = base + BigInt(random.below(30)) * PAGE;
    return [first, first + PAGE];
  });
  data.push(BAD.io, BAD.vacant);

  // Tables of the three stages; each of their pages is remembered, to be put under isolation.
  const tables: Ground = {
    ...ground,
    page: (bytes) => {
      const at = take(bytes);
      for (let page = at; page < at + bytes; page += PAGE) pages.push(page);
      return at;
    },
  };
  const g = pagingWorld(random, tables, xlen, 'g', BAD);
  // Guest physical memory of VS-stage tables: mostly elsewhere than in physical memory.
  const shift = random.chance(0.2) ? 0n : 0x1000_0000n;
  const guestPages: bigint[] = [];
  const guestTables: Ground = {
    memory: machine,
    page: (bytes) => {
      const at = take(bytes);
      pages.push(at);
      guestPages.push(at + shift);
      return at + shift;
    },
    physical: (at) => at - shift,
  };
  const vs = pagingWorld(random, guestTables, xlen, 'vs', BAD);
  const s = pagingWorld(random, tables, xlen, 's', BAD);
  const addresses = mapAll(random, xlen, data, { pages: guestPages, shift }, { s, vs, g }, focus);
  const careless = focus === 'all' || focus === 'isolation' ? 0.008 : 0;
  for (const page of pages) {
    if (focus === 'update' && random.chance(0.2)) isolation.plant(page, 'read');
    else isolation.plant(page, random.chance(careless) ? 'wild' : 'all');
  }
  const wildness = { isolation: 1, all: 0.65 }[focus as string] ?? 0.1;
  for (const page of data) {
    const tame = random.chance(focus === 'calm' ? 0.1 : 0.5) ? 'mixed' : 'all';
    isolation.plant(page, random.chance(wildness) ? 'wild' : tame);
  }

  poke(machine, random, xlen, {
    [revision === 'smmpt' ? 'mmpt' : 'mttp']: random.chance(0.06)
      ? 0n
      : (BigInt(isolation.number) << (xlen === 64 ? 60n : 30n)) |
        ((random.chance(0.03) ? random.pick([BAD.vacant, BAD.io]) : isolation.root) >> 12n),
    satp: random.chance(0.22) ? 0n : s.register,
    vsatp: random.chance(0.22) ? 0n : vs.register,
    hgatp: random.chance(shift === 0n ? 0.6 : 0.02) ? 0n : g.register,
  });
  let edges: readonly bigint[] = [];
  if (platform.pmpEntries > 0) {
    const ruled = focus === 'pmp' || (focus === 'update' && random.chance(0.6));
    const guests = guestPages.map((page) => page - shift);
    const updated = random.chance(0.6) ? guests : pages;
    const targets = focus === 'update' ? updated : random.chance(0.3) ? [...pages, ...data] : data;
    const whole = focus === 'update' ? [1, 1, 5] : random.chance(0.5) ? [0, 1, 3, 4] : null;
    edges = plantPmp(random, machine, xlen, ruled ? targets : [], whole);
  }
  const aims = [
    ...isolation.aims.filter(({ from }) => data.includes(from)),
    ...s.aims,
    ...vs.aims,
    ...g.aims,
  ];
  const shadowStacks = { s: s.shadowStacks, vs: vs.shadowStacks };
  return { platform, revision, focus, addresses, aims, shadowStacks, edges };
}

function mapAll(
  random: Random,
  xlen: 32 | 64,
  data: readonly bigint[],
  guest: { readonly pages: readonly bigint[]; readonly shift: bigint },
  { s, vs, g }: Readonly<Record<'s' | 'vs' | 'g', PagingWorld>>,
  focus: Focus,
): World['addresses'] {
  const virtual = (bits: number) => {
    const low = random.big(bits - 1) & ~0x1fffn;
    if (xlen === 32)
      return BigInt.asUintN(32, random.chance(0.1) ? 0xffff_e000n : low << 1n) & ~0x1fffn;
    const edge = random.pick([low, low, low, 0n, (1n << BigInt(bits - 1)) - 0x2000n]);
    return random.chance(0.3) ? BigInt.asUintN(64, -0x2000n - edge) : edge;
  };
  const addresses = {
    s: [] as bigint[],
    vs: [] as bigint[],
    gpa: [] as bigint[],
    pa: [] as bigint[],
  };
  const style = (stage: 's' | 'vs' | 'g'): Style => {
    if (focus === 'update') return random.chance(0.7) ? 'fresh' : 'clean';
    const wildness = focus === stage ? 0.85 : focus === 'all' ? 0.4 : 0.03;
    if (random.chance(wildness)) return 'wild';
    return random.chance(0.35) ? 'large' : 'clean';
  };
  const times = focus === 'calm' ? 14 : 5;
  const gpas: bigint[] = [];
  for (let k = 0; k < times; k++) {
    const gpa = random.big(g.addressBits - 13) << 13n;
    const at = g.map(gpa, random.pick(data), style('g'));
    gpas.push(at);
    addresses.gpa.push(at);
    if (random.chance(0.8)) gpas.push(g.map(at + PAGE, random.pick(data), style('g')));
  }
  for (let k = 0; k < times; k++) {
    const va = s.map(virtual(s.addressBits), random.pick(data), style('s'));
    if (random.chance(0.8)) s.map(va + PAGE, random.pick(data), style('s'));
    addresses.s.push(va);
    const virtualGuest = vs.map(virtual(vs.addressBits), random.pick(gpas), style('vs'));
    if (random.chance(0.8)) vs.map(virtualGuest + PAGE, random.pick(gpas), style('vs'));
    addresses.vs.push(virtualGuest);
  }
  for (const page of guest.pages) {
    const wildness = focus === 'g' ? 0.1 : focus === 'all' ? 0.04 : 0;
    const kind = random.chance(wildness)
      ? 'wild'
      : focus === 'update' && random.chance(0.5)
        ? 'fresh'
        : 'clean';
    g.map(page, page - guest.shift, kind);
  }
  addresses.pa.push(...data);
  return addresses;
}

/** Registers; the environment ones are rolled anew by every `rollStatus`. */
function poke(
  machine: Machine,
  random: Random,
  xlen: 32 | 64,
  values: Record<string, bigint>,
): void {
  for (const [name, value] of Object.entries(values)) machine.pokeCsr(0, name, value);
  rollStatus(machine, random, xlen);
}

/** New privilege, endianness and environment bits. */
export function rollStatus(machine: Machine, random: Random, xlen: 32 | 64): void {
  const bit = (n: number, probability: number) =>
    random.chance(probability) ? 1n << BigInt(n) : 0n;
  const mpp = random.pick([0n, 1n, 1n, 3n]) << 11n;
  const mstatus = bit(17, 0.6) | bit(18, 0.5) | bit(19, 0.3) | bit(6, 0.1) | mpp;
  const high = bit(36, 0.1) | bit(37, 0.1) | bit(39, 0.5);
  const environment = bit(3, 0.6) | 0xd0n;
  const henvironment = bit(3, 0.8) | 0xd0n;
  const menvcfg = bit(61, 0.5) | bit(62, 0.6);
  const henvcfg = bit(61, 0.6) | bit(62, 0.6);
  if (xlen === 64) {
    machine.pokeCsr(0, 'mstatus', mstatus | high);
    machine.pokeCsr(0, 'menvcfg', environment | menvcfg);
    machine.pokeCsr(0, 'henvcfg', henvironment | henvcfg);
  } else {
    machine.pokeCsr(0, 'mstatus', mstatus);
    machine.pokeCsr(0, 'mstatush', high >> 32n);
    machine.pokeCsr(0, 'menvcfg', environment);
    machine.pokeCsr(0, 'menvcfgh', menvcfg >> 32n);
    machine.pokeCsr(0, 'henvcfg', henvironment);
    machine.pokeCsr(0, 'henvcfgh', henvcfg >> 32n);
  }
  machine.pokeCsr(0, 'senvcfg', bit(3, 0.9) | 0xd0n);
  machine.pokeCsr(0, 'vsstatus', bit(18, 0.5) | bit(19, 0.3) | bit(6, 0.1));
  machine.pokeCsr(0, 'hstatus', bit(5, 0.1) | bit(8, 0.5) | bit(9, 0.9));
}

/** What the registers hold now, after their own rules were applied, for the oracle. */
export function oracleState(machine: Machine, world: World): OracleState {
  const { platform, revision } = world;
  const { xlen } = platform;
  const peek = (name: string) => machine.peekCsr(0, name);
  const wide = (name: string) =>
    xlen === 64 ? peek(name) : peek(name) | (peek(`${name}h`) << 32n);
  const perRegister = xlen / 8;
  const entries = [...Array(platform.pmpEntries).keys()];
  return {
    xlen,
    features: platform.features,
    knobs: platform.knobs,
    revision,
    ram: platform.ram,
    io: platform.io,
    domain: peek(revision === 'smmpt' ? 'mmpt' : 'mttp'),
    mstatus: wide('mstatus'),
    menvcfg: wide('menvcfg'),
    henvcfg: wide('henvcfg'),
    senvcfg: peek('senvcfg'),
    mseccfg: wide('mseccfg'),
    vsstatus: peek('vsstatus'),
    hstatus: peek('hstatus'),
    satp: peek('satp'),
    vsatp: peek('vsatp'),
    hgatp: peek('hgatp'),
    pmpcfg: entries.map((k) => {
      const register = peek(`pmpcfg${Math.floor(k / perRegister) * (xlen / 32)}`);
      return Number((register >> BigInt(8 * (k % perRegister))) & 0xffn);
    }),
    pmpaddr: entries.map((k) => peek(`pmpaddr${k}`)),
  };
}

/** Undoes what taking a trap did to the status registers, so that every attempt starts as described. */
export function restoreStatus(machine: Machine, state: OracleState): void {
  machine.pokeCsr(0, 'mstatus', BigInt.asUintN(state.xlen, state.mstatus));
  if (state.xlen === 32) machine.pokeCsr(0, 'mstatush', state.mstatus >> 32n);
  machine.pokeCsr(0, 'hstatus', state.hstatus);
  machine.pokeCsr(0, 'vsstatus', state.vsstatus);
}
