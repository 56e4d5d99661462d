/** The fences that follow a change: the least that the specification requires, executed in M-mode on every hart. */
import type { PlanExtent } from '../../dsl/index.ts';
import type { Change, FenceName } from '../../emulator/index.ts';
import { REVISIONS } from '../../emulator/index.ts';
import type { Harts, HartState } from '../session/actors.ts';
import { isolationCsr, writeRegions } from '../isolation/activate.ts';
import { isDeprivileged } from '../isolation/nominal.ts';
import { PmpRegions } from '../isolation/pmp-regions.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';
import type { DomainState, SpaceState, World } from '../session/world.ts';

/** Fences by address up to this many; beyond, one fence for everything costs less. */
const MANY = 64;
const PAGE = 4096n;

export class Fences {
  readonly #world: World;
  readonly #harts: Harts;

  constructor(world: World, harts: Harts) {
    this.#world = world;
    this.#harts = harts;
  }

  /** After a change of a domain's protection table. SMSD-FENCE-13..17 */
  isolationChanged(domain: DomainState, change: Change): void {
    const { platform } = this.#world;
    if (domain.table instanceof PmpRegions) return this.#regionsChanged(domain.name, domain.table);
    if (isolationCsr(this.#world) === 'hgatp') return this.#guestChanged(domain, change);
    // Addresses are those of leaves that were valid: what became valid needs a fence for everything.
    const patient = platform.knobs.v_visible_after === 'fence';
    const legacy = REVISIONS[platform.revision].cachesInvalid;
    const added = change.pointerAdded || change.leafAdded;
    const all =
      change.pointerChanged || (added && (patient || legacy)) || (legacy && change.leafChanged);
    if (!all && !change.leafChanged) return;
    const addresses = all || change.addresses.length > MANY ? [null] : change.addresses;
    for (const hart of this.#used()) {
      for (const pa of addresses) this.#fence(hart, 'mfence_pa', pa, domain.sdid);
    }
  }

  /** After a change of what PMP lets a domain reach, where it runs. */
  #regionsChanged(name: string, regions: PmpRegions): void {
    const running = this.#harts.all.filter((hart) => hart.domain === name);
    for (const hart of running) writeRegions(this.#world, hart.id, regions);
    if (running.length > 0) this.protectionChanged();
  }

  /** After a change of the G-stage that keeps a domain apart. */
  #guestChanged(domain: DomainState, change: Change): void {
    const eager = !this.#world.has('Svvptc');
    const all = change.pointerChanged || (change.pointerAdded && eager);
    if (!all && !change.leafChanged && !(change.leafAdded && eager)) return;
    const addresses = all || change.addresses.length > MANY ? [null] : change.addresses;
    for (const hart of this.#used()) {
      for (const gpa of addresses) {
        this.#fence(hart, 'hfence_gvma', gpa === null ? null : gpa >> 2n, domain.sdid + 1n);
      }
    }
  }

  /** After a change of page tables, under the tags of their space. */
  translationChanged(space: SpaceState, change: Change): void {
    const eager = !this.#world.has('Svvptc');
    const all = change.pointerChanged || (change.pointerAdded && eager);
    if (!all && !change.leafChanged && !(change.leafAdded && eager)) return;
    const addresses = all || change.addresses.length > MANY ? [null] : change.addresses;
    for (const hart of this.#used()) this.#fenceSpace(hart, space, addresses);
  }

  /** After a change of PMP: verdicts of the modes below M may be held. */
  protectionChanged(): void {
    for (const hart of this.#used()) {
      this.#fence(hart, 'sfence_vma', null, null);
      if (this.#world.has('H')) this.#fence(hart, 'hfence_gvma', null, null);
    }
  }

  /** Two owners of one tag met on a hart: everything translated or checked under it goes. */
  dropDomain(hart: HartState, sdid: bigint): void {
    this.#fence(hart, 'mfence_pa', null, sdid);
    this.dropTranslations(hart);
  }

  /** Every translation of the SDID in force on a hart, of all its address spaces and guests. */
  dropTranslations(hart: HartState): void {
    this.#fence(hart, 'sfence_vma', null, null);
    if (!this.#world.has('H')) return;
    this.#fence(hart, 'hfence_gvma', null, null);
    for (const hgatp of this.#guests()) {
      this.#harts.under(hart, 'hgatp', hgatp, () => this.#fence(hart, 'hfence_vvma', null, null));
    }
  }

  /** The line `fence WORD [of NAME] [for EXTENT]`: a full shoot-down. */
  shootdown(word: string, of: string | null, extent: PlanExtent | null): void {
    if (word === 'iompt' || word === 'iommu') throw new CaseSkip(`not modelled yet: fence ${word}`);
    const addresses = extent === null ? [null] : this.#pages(extent);
    for (const hart of this.#used()) {
      if (word === 'mpt' || word === 'all') this.#shootIsolation(hart, of, addresses);
      if (word === 'mpt') continue;
      const space = of === null ? undefined : this.#world.spaces.get(of);
      if (space !== undefined) this.#fenceSpace(hart, space, addresses);
      else this.#shootTranslations(hart, word, of);
    }
  }

  #shootIsolation(hart: HartState, of: string | null, addresses: readonly (bigint | null)[]): void {
    const domain = of === null ? undefined : this.#world.domains.get(of);
    for (const pa of addresses) this.#fence(hart, 'mfence_pa', pa, domain?.sdid ?? null);
  }

  /** Address spaces of one domain or of all, whatever their identifiers. */
  #shootTranslations(hart: HartState, word: string, of: string | null): void {
    const domains = of === null ? this.#world.domains.values() : [this.#world.domain(of)];
    const shoot = () => {
      if (word === 'gvma') this.#fence(hart, 'hfence_gvma', null, null);
      else this.dropTranslations(hart);
    };
    if (of === null) shoot();
    for (const domain of domains) this.#harts.underDomain(hart, domain, shoot);
  }

  /** SFENCE.VMA, HFENCE.VVMA (for every guest it ran in) or HFENCE.GVMA, by the stage of a space. */
  #fenceSpace(hart: HartState, space: SpaceState, addresses: readonly (bigint | null)[]): void {
    this.#harts.underDomain(hart, space.domain, () => {
      if (space.stage === 's' && isDeprivileged(this.#world.setup, space.domain.name)) {
        for (const va of addresses) this.#fence(hart, 'hfence_vvma', va, space.id);
      } else if (space.stage === 's') {
        for (const va of addresses) this.#fence(hart, 'sfence_vma', va, space.id);
      } else if (space.stage === 'g') {
        for (const gpa of addresses) {
          this.#fence(hart, 'hfence_gvma', gpa === null ? null : gpa >> 2n, space.id);
        }
      } else {
        for (const hgatp of this.#guests()) {
          this.#harts.under(hart, 'hgatp', hgatp, () => {
            for (const va of addresses) this.#fence(hart, 'hfence_vvma', va, space.id);
          });
        }
      }
    });
  }

  /** Every value that hgatp may have had while VS-stage entries were cached. */
  #guests(): readonly bigint[] {
    const guests = new Set<bigint>([0n]);
    for (const space of this.#world.spaces.values()) {
      if (space.stage === 'g') guests.add(space.register);
    }
    if (isolationCsr(this.#world) === 'hgatp') {
      for (const { register } of this.#world.domains.values()) guests.add(register);
    }
    return [...guests];
  }

  #pages(extent: PlanExtent): readonly (bigint | null)[] {
    const base = this.#world.resolve(extent.base);
    const end = base + this.#world.resolve(extent.size);
    const first = base - (base % PAGE);
    if ((end - first) / PAGE > BigInt(MANY)) return [null];
    const pages: bigint[] = [];
    for (let at = first; at < end; at += PAGE) pages.push(at);
    return pages;
  }

  /** Harts that may have cached something; the others need no fence. */
  #used(): readonly HartState[] {
    return this.#harts.all.filter((hart) => hart.used);
  }

  #fence(hart: HartState, fence: FenceName, rs1: bigint | null, rs2: bigint | null): void {
    if (fence === 'mfence_pa' && !this.#world.platform.features.has('Smsd')) return;
    const { trap } = this.#world.fence(hart.id, { fence, mode: 'M', rs1, rs2 });
    if (trap !== null) throw new CaseError(`the machine refuses ${fence}: ${trap.because}`);
  }
}
