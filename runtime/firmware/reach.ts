/**
 * What a TSM reaches by its own protection table: all of its own memory, and as data whatever the host may touch. A
 * line that grants or revokes something of the TSM's by name has the last word.
 */
import type { PlanLine } from '../../dsl/index.ts';
import { XWR_OF } from '../../emulator/index.ts';
import { domainEdited } from '../build/tables.ts';
import type { Harts } from '../session/actors.ts';
import type { DomainState, World } from '../session/world.ts';
import type { Areas } from './areas.ts';
import { kindOf } from './domain-kind.ts';

/** A line that changes what the host may touch. */
export type RightsLine = Extract<PlanLine, { readonly kind: 'grant' | 'revoke' }>;

interface Piece {
  readonly base: bigint;
  readonly size: bigint;
  readonly xwr: number;
}

const READ_WRITE = 3;
const ALL = 7;

export class TsmReach {
  readonly #world: World;
  readonly #harts: Harts;
  /** Before the firmware boots: what host lines said. */
  readonly #noted: Piece[] = [];

  constructor(world: World, harts: Harts) {
    this.#world = world;
    this.#harts = harts;
  }

  /** A line has been carried out; before boot it is kept in mind. */
  line(line: RightsLine, isBooted: boolean): void {
    const names = line.kind === 'grant' ? line.to : line.from;
    if (!names.includes('host')) return;
    const piece = {
      base: this.#world.resolve(line.extent.base),
      size: this.#world.resolve(line.extent.size),
      xwr: line.kind === 'grant' ? (XWR_OF[line.perms] ?? 0) & READ_WRITE : 0,
    };
    if (!isBooted) this.#noted.push(piece);
    else for (const tsm of this.#tsms()) this.#set(tsm, piece);
  }

  /** Before the first instruction of the firmware. */
  boot(areas: Areas): void {
    const host = { ...areas.host, xwr: READ_WRITE };
    const domain = this.#world.domains.get('host');
    if (domain !== undefined) this.#edit(domain, host);
    this.#tsms().forEach((tsm, k) => {
      const memory = areas.tsms[k];
      if (memory !== undefined) this.#edit(tsm, { ...memory, xwr: ALL });
      this.#edit(tsm, host);
      for (const piece of this.#noted) this.#set(tsm, piece);
    });
  }

  #tsms(): readonly DomainState[] {
    return [...this.#world.domains.values()].filter(({ name }) => kindOf(name) === 'tsm');
  }

  /** Unless a line names this TSM for some of it. */
  #set(tsm: DomainState, piece: Piece): void {
    const isNamed = this.#world.plan.lines.some((line) => {
      if (line.kind !== 'grant' && line.kind !== 'revoke') return false;
      if (!(line.kind === 'grant' ? line.to : line.from).includes(tsm.name)) return false;
      const base = this.#world.resolve(line.extent.base);
      return (
        base < piece.base + piece.size && piece.base < base + this.#world.resolve(line.extent.size)
      );
    });
    if (!isNamed) this.#edit(tsm, piece);
  }

  #edit(domain: DomainState, { base, size, xwr }: Piece): void {
    if (domain.table === null) return;
    domainEdited(this.#harts, domain, domain.table.set(base, size, xwr), false);
  }
}
