/** Switches a hart to whoever acts next: domain, spaces, status bits, MPRV - and nothing that is in force already. */
import type { ModeName, PlanActor } from '../../dsl/index.ts';
import type { Trap } from '../../emulator/index.ts';
import { REVISIONS } from '../../emulator/index.ts';
import { type HartReader, stateOf } from '../execute/hart-state.ts';
import { Fences } from '../build/fences.ts';
import { isolationCsr, isRegister, writeRegions } from '../isolation/activate.ts';
import { isDeprivileged, physicalCsr } from '../isolation/nominal.ts';
import { PmpRegions } from '../isolation/pmp-regions.ts';
import { canEnter, enterDomain } from '../firmware/enter-domain.ts';
import { CaseError } from './case-error.ts';
import { HSTATUS, MSTATUS } from './registers.ts';
import type { DomainState, SpaceState, World } from './world.ts';

/** CSRs below M of one domain on one hart, while another domain runs there. */
interface Bank {
  /** The spaces last established: `using|over`. */
  spaces: string;
  /** satp, vsatp and hgatp were written by hand since then. */
  raw: boolean;
  /** What they held when the domain left the hart, if `raw`. */
  translation: readonly bigint[] | null;
  /** The other CSRs that a step or a trap wrote. */
  readonly saved: Map<string, bigint>;
}

export interface HartState {
  readonly id: number;
  /** Its registers and CSRs by name, as they are. */
  readonly state: HartReader;
  /** Something may be cached: an access was made. */
  used: boolean;
  /** Whose needs are all in force; null: nobody's for sure. */
  actor: PlanActor | null;
  /** Whose mmpt and CSRs below M are in force; null: not a domain's, or written by hand. */
  domain: string | null;
  /** What satp, vsatp and hgatp hold: `using|over`; null: written by hand. */
  spaces: string | null;
  /** Status bits of `with`. */
  flags: string;
  /** The mode that MPRV stands for; null: the bench did not set MPRV; `?`: a trap changed MPP and MPV. */
  as: ModeName | '?' | null;
  readonly banks: Map<string, Bank>;
  /** CSRs below M that a step or trap wrote, with what they held after the privileged start. */
  readonly touched: Map<string, bigint>;
  /** Tag to what it stood for last: two owners of one tag need a fence. */
  readonly owners: Map<string, bigint | string>;
}

const NO_SPACES = '|';

/** As the privileged start leaves it. */
function newHart(id: number, state: HartReader): HartState {
  return {
    id,
    state,
    used: false,
    actor: null,
    domain: null,
    spaces: NO_SPACES,
    flags: '',
    as: null,
    banks: new Map(),
    touched: new Map(),
    owners: new Map(),
  };
}

const TRANSLATION: ReadonlySet<string> = new Set(['satp', 'vsatp', 'hgatp']);
/** What a trap into HS or VS writes. */
const TRAP_CSRS = {
  S: ['scause', 'stval', 'sepc', 'htval', 'htinst'],
  VS: ['vscause', 'vstval', 'vsepc'],
} as const;

export class Harts {
  readonly all: readonly HartState[];
  readonly fences: Fences;
  readonly #world: World;
  readonly #isolationCsr: 'mmpt' | 'mttp' | 'hgatp' | null;
  readonly #sdidMask: bigint;

  constructor(world: World) {
    this.#world = world;
    this.fences = new Fences(world, this);
    this.#isolationCsr = isolationCsr(world);
    this.#sdidMask = (1n << BigInt(world.platform.sdidlen)) - 1n;
    const all: HartState[] = [];
    for (let id = 0; id < world.platform.harts; id++) all.push(this.#newHart(id));
    this.all = all;
  }

  /** Registers and CSRs are named as the domain on the hart names them. */
  #newHart(id: number): HartState {
    const state = stateOf(this.#world.backEnd, id);
    const hart = newHart(id, (name) => state(this.physical(hart, name)));
    return hart;
  }

  /** The CSR that the domain on a hart reaches by a name. */
  physical(hart: HartState, csr: string): string {
    return physicalCsr(this.#world.setup, hart.domain, csr);
  }

  hart(id: number): HartState {
    const hart = this.all[id];
    if (hart === undefined) throw new CaseError(`the machine has no hart ${id}`);
    return hart;
  }

  /** Makes the actor's hart ready for its next step. */
  switchTo(actor: PlanActor): HartState {
    const hart = this.hart(actor.hart);
    this.#world.firmware?.expectHome(hart.id);
    if (hart.actor === actor) return hart;
    if (actor.domain !== null) this.#enter(hart, this.#world.domain(actor.domain), actor);
    else if (actor.using !== null || actor.over !== null) this.#translate(hart, actor);
    if (actor.domain !== null || actor.with.length > 0) this.#setFlags(hart, actor);
    if (hart.as !== actor.as) this.#setAs(hart, actor.as);
    hart.actor = actor;
    return hart;
  }

  /** An instruction wrote a CSR: what the bench believed of it no longer holds. */
  csrWritten(hart: HartState, name: string, before: bigint): void {
    const csr = this.physical(hart, name);
    hart.actor = null;
    if (csr === 'mmpt' || csr === 'mttp') {
      this.#leave(hart);
      hart.domain = null;
    } else if (TRANSLATION.has(csr)) {
      hart.spaces = null;
      const bank = this.#bank(hart);
      if (bank !== null) bank.raw = true;
    } else if (/^[shvf]/.test(csr) && !hart.touched.has(csr)) hart.touched.set(csr, before);
  }

  /** A trap was taken: previous-mode fields and trap CSRs changed. */
  trapped(hart: HartState, trap: Trap): void {
    if (hart.as !== null) {
      // MPP and MPV now name the trapped mode: MPRV must be aimed again.
      hart.actor = null;
      hart.as = '?';
    }
    if (trap.takenIn === 'M') return;
    const names = trap.takenIn === 'VS' ? TRAP_CSRS.VS : TRAP_CSRS.S;
    for (const name of names) {
      if (name.startsWith('h') && !this.#world.has('H')) continue;
      if (!hart.touched.has(name)) hart.touched.set(name, 0n);
    }
    if (trap.takenIn === 'S' && this.#world.has('H')) {
      // A trap from VS or VU sets SPVP to the mode it came from.
      hart.flags = '?';
      hart.actor = null;
    }
  }

  /** Software ran: it may have written any CSR. */
  returned(hart: HartState): void {
    hart.actor = null;
    hart.flags = '?';
    hart.spaces = null;
    if (hart.as !== null) hart.as = '?';
  }

  /** Runs something while a CSR of the hart holds another value. */
  under(hart: HartState, csr: string, value: bigint, run: () => void): void {
    const before = this.#peek(hart, csr);
    if (before !== value) this.#poke(hart, csr, value);
    run();
    if (before !== value) this.#poke(hart, csr, before);
  }

  /** Runs something under the SDID of a domain. */
  underDomain(hart: HartState, domain: DomainState, run: () => void): void {
    if (this.#isolationCsr === null || !isRegister(this.#world, domain)) run();
    else this.under(hart, this.#isolationCsr, domain.register, run);
  }

  #enter(hart: HartState, domain: DomainState, actor: PlanActor): void {
    const entered = hart.domain !== domain.name;
    if (entered) {
      this.#leave(hart);
      const { firmware } = this.#world;
      if (
        firmware?.isBooted === true &&
        hart.domain !== null &&
        canEnter(this.#world.setup, hart.domain, domain.name)
      ) {
        enterDomain(this.#world, hart.id, hart.domain, domain);
      } else this.#activate(hart, domain);
      hart.domain = domain.name;
      const bank = this.#bank(hart);
      for (const [name, initial] of hart.touched) {
        this.#poke(hart, name, bank?.saved.get(name) ?? initial);
      }
    }
    const bank = this.#bank(hart);
    const key = spacesOf(actor);
    if (bank === null) return;
    if (bank.spaces !== key) {
      bank.spaces = key;
      bank.raw = false;
      this.#translate(hart, actor);
    } else if (!bank.raw) this.#translate(hart, actor);
    else if (entered && bank.translation !== null) {
      this.#setTranslation(hart, bank.translation);
      hart.spaces = null;
    }
  }

  /** Puts in force what keeps a domain apart: mmpt or hgatp, or its PMP entries. */
  #activate(hart: HartState, domain: DomainState): void {
    if (domain.table instanceof PmpRegions) {
      writeRegions(this.#world, hart.id, domain.table);
      if (hart.used) this.fences.protectionChanged();
    } else if (this.#isolationCsr !== null && isRegister(this.#world, domain)) {
      this.#poke(hart, this.#isolationCsr, domain.register);
      if (this.#isolationCsr !== 'hgatp') this.#ownSdid(hart, domain);
    }
  }

  /** A domain that shares its SDID with the one before must not see what that one left. */
  #ownSdid(hart: HartState, domain: DomainState): void {
    const tag = `d${domain.sdid & this.#sdidMask}`;
    const owner = hart.owners.get(tag);
    hart.owners.set(tag, domain.name);
    if (!hart.used) return;
    if (owner !== undefined && owner !== domain.name) this.fences.dropDomain(hart, domain.sdid);
    else if (!REVISIONS[this.#world.platform.revision].sdidTagsTranslations) {
      this.fences.dropTranslations(hart);
    }
  }

  /** Saves what the domain on the hart wrote below M. */
  #leave(hart: HartState): void {
    const bank = this.#bank(hart);
    if (bank === null) return;
    if (bank.raw) {
      const names = isDeprivileged(this.#world.setup, hart.domain)
        ? ['vsatp']
        : this.#world.has('H')
          ? ['satp', 'vsatp', 'hgatp']
          : ['satp'];
      bank.translation = names.map((name) => this.#peek(hart, name));
    }
    for (const name of hart.touched.keys()) bank.saved.set(name, this.#peek(hart, name));
  }

  /** The bank of the domain on the hart; null: there is none. */
  #bank(hart: HartState): Bank | null {
    if (hart.domain === null) return null;
    let bank = hart.banks.get(hart.domain);
    if (bank === undefined) {
      bank = { spaces: NO_SPACES, raw: false, translation: null, saved: new Map() };
      hart.banks.set(hart.domain, bank);
    }
    return bank;
  }

  /** Puts the actor's spaces in force. */
  #translate(hart: HartState, actor: PlanActor): void {
    const key = spacesOf(actor);
    if (hart.spaces === key) return;
    hart.spaces = key;
    const registers = [0n, 0n, 0n];
    const second = actor.over === null ? null : this.#world.space(actor.over);
    const first = actor.using === null ? null : this.#world.space(actor.using);
    for (const space of [first, second]) {
      if (space === null) continue;
      registers[space.stage === 's' ? 0 : space.stage === 'vs' ? 1 : 2] = space.register;
    }
    this.#setTranslation(hart, registers);
    if (first !== null) this.#own(hart, first, second);
    if (second !== null) this.#own(hart, second, null);
  }

  /** Two spaces under one tag (ASID, VMID) of a domain: the newcomer starts without the other's entries. */
  #own(hart: HartState, space: SpaceState, below: SpaceState | null): void {
    const { platform } = this.#world;
    const bits = space.stage === 'g' ? platform.vmidlen : platform.asidlen;
    const id = space.id & ((1n << BigInt(bits)) - 1n);
    const guest = below === null ? 0n : below.id & ((1n << BigInt(platform.vmidlen)) - 1n);
    const tag = `${space.stage}${space.domain.sdid & this.#sdidMask}.${id}.${guest}`;
    const owner = hart.owners.get(tag);
    hart.owners.set(tag, space.table.root);
    if (owner === undefined || owner === space.table.root || !hart.used) return;
    this.fences.dropTranslations(hart);
  }

  #setTranslation(hart: HartState, [satp = 0n, vsatp = 0n, hgatp = 0n]: readonly bigint[]): void {
    if (isDeprivileged(this.#world.setup, hart.domain)) {
      // hgatp is what keeps the domain apart.
      this.#poke(hart, 'vsatp', satp);
      return;
    }
    this.#poke(hart, 'satp', satp);
    if (!this.#world.has('H')) return;
    this.#poke(hart, 'vsatp', vsatp);
    this.#poke(hart, 'hgatp', hgatp);
  }

  /** SUM and MXR of both status registers, HU and SPVP. */
  #setFlags(hart: HartState, actor: PlanActor): void {
    const key = actor.with.join(' ');
    if (hart.flags === key) return;
    hart.flags = key;
    const flag = (name: string, bit: bigint) => (actor.with.includes(name) ? bit : 0n);
    const own = isDeprivileged(this.#world.setup, hart.domain) ? 'vsstatus' : 'mstatus';
    this.#modify(
      hart,
      own,
      MSTATUS.SUM | MSTATUS.MXR,
      flag('sum', MSTATUS.SUM) | flag('mxr', MSTATUS.MXR),
    );
    if (!this.#world.has('H') || own === 'vsstatus') return;
    this.#modify(
      hart,
      'vsstatus',
      MSTATUS.SUM | MSTATUS.MXR,
      flag('vssum', MSTATUS.SUM) | flag('vsmxr', MSTATUS.MXR),
    );
    this.#modify(
      hart,
      'hstatus',
      HSTATUS.HU | HSTATUS.SPVP,
      flag('hu', HSTATUS.HU) | (HSTATUS.SPVP & ~flag('spvp0', HSTATUS.SPVP)),
    );
  }

  /** MPRV with MPP and MPV for the data accesses of an M-mode actor. */
  #setAs(hart: HartState, as: ModeName | null): void {
    hart.as = as;
    const previous = as === 'U' || as === 'VU' ? 0n : as === 'M' ? MSTATUS.MPP : MSTATUS.MPP_S;
    const bits = as === null ? 0n : MSTATUS.MPRV | previous;
    this.#modify(hart, 'mstatus', MSTATUS.MPRV | (as === null ? 0n : MSTATUS.MPP), bits);
    if (as === null || !this.#world.has('H')) return;
    const virtual = as === 'VS' || as === 'VU';
    if (this.#world.platform.xlen === 64) {
      this.#modify(hart, 'mstatus', MSTATUS.MPV, virtual ? MSTATUS.MPV : 0n);
    } else {
      this.#modify(hart, 'mstatush', MSTATUS.MPV >> 32n, virtual ? MSTATUS.MPV >> 32n : 0n);
    }
  }

  #modify(hart: HartState, csr: string, mask: bigint, bits: bigint): void {
    const before = this.#peek(hart, csr);
    const after = (before & ~mask) | bits;
    if (after !== before) this.#poke(hart, csr, after);
  }

  #peek(hart: HartState, csr: string): bigint {
    return this.#world.backEnd.peekCsr(hart.id, csr);
  }

  #poke(hart: HartState, csr: string, value: bigint): void {
    this.#world.backEnd.pokeCsr(hart.id, csr, value);
  }
}

function spacesOf(actor: PlanActor): string {
  return actor.using === null && actor.over === null
    ? NO_SPACES
    : `${actor.using ?? ''}|${actor.over ?? ''}`;
}
