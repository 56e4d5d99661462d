/** `pmp` lines: one region of physical memory becomes one entry on every hart, NAPOT where it can, else TOR. */
import type { PlanLine } from '../../dsl/index.ts';
import { CaseError } from '../session/case-error.ts';
import { PMPCFG } from '../session/registers.ts';
import type { World } from '../session/world.ts';

interface Entry {
  /** The pmpcfg byte. */
  readonly config: bigint;
  /** The pmpaddr register. */
  readonly address: bigint;
}

type PmpLine = Extract<PlanLine, { readonly kind: 'pmp' }>;

const MINIMUM = 4n;

export function buildPmp(world: World, line: PmpLine): void {
  const { index } = line;
  const { pmpEntries, harts } = world.platform;
  if (index >= pmpEntries) {
    throw new CaseError(`the machine has ${pmpEntries} PMP entries, so none with number ${index}`);
  }
  const config = rights(line.perms) | (line.locked ? PMPCFG.L : 0n);
  for (let hart = 0; hart < harts; hart++) {
    if (line.on === 'all') {
      writePmp(world, hart, index, { config: config | PMPCFG.NAPOT, address: allOnes(world) });
      continue;
    }
    const base = world.resolve(line.on.base);
    const size = world.resolve(line.on.size);
    writeExtent(world, hart, index, config, base, size);
  }
}

/** Writes one entry of one hart by the bench's hand: a locked one stays as it is. The address comes first, as a lock covers it. */
export function writePmp(world: World, hart: number, index: number, entry: Entry): void {
  const { backEnd, platform } = world;
  backEnd.pokeCsr(hart, `pmpaddr${index}`, entry.address);
  const perRegister = platform.xlen / 8;
  const register = Math.floor(index / perRegister) * (platform.xlen === 64 ? 2 : 1);
  const shift = BigInt((index % perRegister) * 8);
  const name = `pmpcfg${register}`;
  const others = backEnd.peekCsr(hart, name) & ~(0xffn << shift);
  backEnd.pokeCsr(hart, name, others | (entry.config << shift));
}

/** The pmpcfg byte of an entry. */
export function readPmpConfig(world: World, hart: number, index: number): bigint {
  const perRegister = world.platform.xlen / 8;
  const register = Math.floor(index / perRegister) * (world.platform.xlen === 64 ? 2 : 1);
  const shift = BigInt((index % perRegister) * 8);
  return (world.backEnd.peekCsr(hart, `pmpcfg${register}`) >> shift) & 0xffn;
}

/** One naturally aligned power of two, or the range above the entry before. */
export function writeExtent(
  world: World,
  hart: number,
  index: number,
  config: bigint,
  base: bigint,
  size: bigint,
): void {
  if (base % MINIMUM !== 0n || size % MINIMUM !== 0n || size === 0n) {
    throw new CaseError('a PMP entry covers a whole number of 4-byte words');
  }
  const natural = (size & (size - 1n)) === 0n && base % size === 0n;
  if (natural && size === MINIMUM) {
    writePmp(world, hart, index, { config: config | PMPCFG.NA4, address: base >> 2n });
  } else if (natural) {
    const address = (base >> 2n) | ((size >> 3n) - 1n);
    writePmp(world, hart, index, { config: config | PMPCFG.NAPOT, address });
  } else {
    if (index > 0) {
      if (readPmpConfig(world, hart, index - 1) !== 0n) {
        throw new CaseError(
          `this extent is no aligned power of two: it needs the address of entry ${index - 1}, which is in use`,
        );
      }
      writePmp(world, hart, index - 1, { config: 0n, address: base >> 2n });
    } else if (base !== 0n) {
      throw new CaseError('entry 0 can only start at 0 or cover an aligned power of two');
    }
    writePmp(world, hart, index, { config: config | PMPCFG.TOR, address: (base + size) >> 2n });
  }
}

function rights(perms: string): bigint {
  if (perms === 'none') return 0n;
  return (
    (perms.includes('r') ? PMPCFG.R : 0n) |
    (perms.includes('w') ? PMPCFG.W : 0n) |
    (perms.includes('x') ? PMPCFG.X : 0n)
  );
}

function allOnes(world: World): bigint {
  return world.platform.xlen === 32 ? 0xffff_ffffn : 0x3f_ffff_ffff_ffffn;
}
