/** Where an access would go by the page tables as they stand: what a back end that counts nothing is watched by. */
import { STAGE_GEOMETRIES } from '../../emulator/index.ts';
import type { Mode } from '../../emulator/index.ts';
import { tableMemory } from '../build/pool.ts';
import { MSTATUS } from './registers.ts';
import type { World } from './world.ts';

/** Physical memory of one page. */
export interface Piece {
  readonly base: bigint;
  /** Bytes. */
  readonly size: number;
  /** Where it stands in the access. */
  readonly offset: number;
}

type Geometry = (typeof STAGE_GEOMETRIES)[keyof typeof STAGE_GEOMETRIES];

const PAGE = 4096n;
/** CBO.ZERO writes a block of this size. */
const BLOCK = 64;

/**
 * The memory that an access of `size` bytes names, page by page; pages that nothing maps are left out. Permissions
 * are not looked at, and what the hart may have cached of older tables is not known here. Left out too is an entry of
 * the walk itself: its A and D bits may be set whatever becomes of the access.
 */
export function destination(
  world: World,
  hart: number,
  mode: Mode,
  operation: string,
  address: bigint,
  size: number,
): readonly Piece[] {
  const walker = new Walker(world, hart);
  const translate = walker.stagesOf(mode, operation.startsWith('h'));
  const block = operation.startsWith('cbo');
  const first = block ? address - (address % BigInt(BLOCK)) : address;
  const pieces: Piece[] = [];
  for (let done = 0, all = block ? BLOCK : size; done < all;) {
    const at = BigInt.asUintN(world.platform.xlen, first + BigInt(done));
    const length = Math.min(all - done, Number(PAGE - (at % PAGE)));
    const base = translate(at);
    if (base !== null) pieces.push({ base, size: length, offset: done });
    done += length;
  }
  return pieces.filter((piece) => !walker.wasRead(piece));
}

type Translate = (address: bigint) => bigint | null;

class Walker {
  readonly #world: World;
  readonly #hart: number;
  readonly #entries: { readonly at: bigint; readonly size: number }[] = [];

  constructor(world: World, hart: number) {
    this.#world = world;
    this.#hart = hart;
  }

  /** Whether a piece holds an entry of the walks so far. */
  wasRead({ base, size }: Piece): boolean {
    return this.#entries.some(
      (entry) => entry.at < base + BigInt(size) && base < entry.at + BigInt(entry.size),
    );
  }

  /** The stages in force for data accesses of a mode; `guest`: HLV, HLVX, HSV. */
  stagesOf(mode: Mode, guest: boolean): Translate {
    const effective = guest ? 'VS' : this.#effective(mode);
    if (effective === 'M') return (address) => address;
    if (effective === 'S' || effective === 'U') return this.#stage('satp', (address) => address);
    return this.#stage(
      'vsatp',
      this.#stage('hgatp', (address) => address),
    );
  }

  /** MPRV: MPP and MPV say for whom M-mode loads and stores. */
  #effective(mode: Mode): Mode {
    const status = this.#peek('mstatus');
    if (mode !== 'M' || (status & MSTATUS.MPRV) === 0n) return mode;
    const previous = status & MSTATUS.MPP;
    if (previous === MSTATUS.MPP) return 'M';
    const { xlen } = this.#world.platform;
    const upper = xlen === 64 || !this.#world.has('H') ? status : this.#peek('mstatush') << 32n;
    return this.#world.has('H') && (upper & MSTATUS.MPV) !== 0n ? 'VS' : 'S';
  }

  /** One stage; `below`: what its tables and its results go through. */
  #stage(register: 'satp' | 'vsatp' | 'hgatp', below: Translate): Translate {
    const { xlen } = this.#world.platform;
    const value = this.#peek(register);
    const code = Number(xlen === 64 ? value >> 60n : value >> 31n);
    const guest = register === 'hgatp';
    const g = Object.values(STAGE_GEOMETRIES).find(
      (row) => row.xlen === xlen && row.mode === code && row.name.endsWith('x4') === guest,
    );
    if (code === 0 || g === undefined) return below;
    const root = BigInt.asUintN(xlen === 64 ? 44 : 22, value) * PAGE;
    return (address) => {
      const found = this.#walk(g, root, address, below);
      return found === null ? null : below(found);
    };
  }

  #walk(g: Geometry, root: bigint, address: bigint, below: Translate): bigint | null {
    const memory = tableMemory(this.#world);
    let table = root;
    for (let level = g.levels - 1; level >= 0; level--) {
      const span = BigInt(g.span[level] ?? 1) * PAGE;
      const index = (address / span) & BigInt(g.mask[level] ?? 0);
      const at = below(table + index * BigInt(g.entrySize));
      if (at === null) return null;
      this.#entries.push({ at, size: g.entrySize });
      const entry = memory.read(at, g.entrySize);
      if ((entry & 1n) === 0n) return null;
      const page = BigInt.asUintN(g.xlen === 64 ? 44 : 22, entry >> 10n);
      if ((entry & 14n) === 0n) {
        table = page * PAGE;
        continue;
      }
      // A NAPOT leaf covers sixteen pages.
      const napot = g.xlen === 64 && level === 0 && entry >> 63n === 1n;
      const unit = napot ? 16n * PAGE : span;
      const base = page * PAGE;
      return base - (base % unit) + (address % unit);
    }
    return null;
  }

  #peek(name: string): bigint {
    return this.#world.backEnd.peekCsr(this.#hart, name);
  }
}
