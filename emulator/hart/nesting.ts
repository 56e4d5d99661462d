/**
 * Hypothetical hardware for nested virtualization (csr-nesting.ts): what it does in place of a trap to HS-mode. It needs
 * xtval to hold the instruction.
 */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { FenceName } from '../cache/fence-request.ts';
import { HSTATUS } from './csr-hypervisor.ts';
import { HNEST } from './csr-nesting.ts';
import { delegate } from './delegate.ts';
import type { Hart } from './hart.ts';
import { NestingCsrs } from './nesting-csrs.ts';
import { NestingPage, NoPage, slotOf } from './nesting-page.ts';
import { NestingSwitch } from './nesting-switch.ts';
import type { Registers } from './registers.ts';
import type { Raised } from './trap-entry.ts';
import { guestReturn } from './trap-return.ts';

/** The hart that executes, as far as this hardware has to do with it. */
export interface Nested {
  readonly hart: Hart;
  readonly registers: Registers;
  mode: Mode;
  /** 1: pc was set. */
  returned(mode: Mode, pc: bigint): 0 | 1 | 2;
  arrive(trap: Trap): 0 | 1 | 2;
  /** The instruction has been done. */
  completed(): 0 | 1 | 2;
  fenced(name: FenceName): void;
}

const VIRTUAL_INSTRUCTION = 22;
const [HSTATUS_SLOT, HTVAL, HTINST, HGATP] = [0x600, 0x643, 0x64a, 0x680].map(slotOf);
const { GVA, SPV, SPVP } = HSTATUS;
const [SIE, SPIE, SPP] = [1n << 1n, 1n << 5n, 1n << 8n];
const SRET = 0x1020_0073;
/** funct7 of HFENCE and HINVAL. */
const FENCES: Readonly<Record<number, 'gvma' | 'vvma' | undefined>> = {
  0b0010001: 'vvma',
  0b0010011: 'vvma',
  0b0110001: 'gvma',
  0b0110011: 'gvma',
};

export class Nesting {
  readonly #core: Nested;
  readonly #page: NestingPage;
  readonly #registers: NestingCsrs;
  readonly #switch: NestingSwitch;

  constructor(core: Nested) {
    this.#core = core;
    this.#page = new NestingPage(core.hart);
    this.#registers = new NestingCsrs(core.hart.csrs, this.#page);
    this.#switch = new NestingSwitch(core.hart.csrs, this.#page);
  }

  /** What became of a trap with V=1 that the hardware takes care of; null: it is taken as always. */
  instead(raised: Raised): 0 | 1 | 2 | null {
    const { hart, mode } = this.#core;
    const hnest = hart.csrs.raw('hnest');
    if ((hnest & HNEST.EN) === 0n || (mode !== 'VS' && mode !== 'VU')) return null;
    try {
      if ((hnest & HNEST.V2) !== 0n) return this.#fromGuest(raised, hnest);
      if (raised.cause !== VIRTUAL_INSTRUCTION || mode !== 'VS') {
        if ((hnest & HNEST.CSRP) !== 0n) this.#clearVirtual(raised);
        return null;
      }
      return this.#instruction(Number(BigInt.asUintN(32, raised.tval)), hnest);
    } catch (error) {
      // A page that cannot be used: the trap is software's.
      if (error instanceof NoPage) return null;
      throw error;
    }
  }

  /** A trap that the hypervisor takes by itself came from V=0, as it sees it. */
  #clearVirtual({ cause }: Raised): void {
    const { hart, mode } = this.#core;
    if (delegate(hart.csrs, hart.decisions.trap, mode, cause) !== 'VS') return;
    const status = this.#page.read(HSTATUS_SLOT);
    if ((status & SPV) !== 0n) this.#page.write(HSTATUS_SLOT, status & ~(SPV | GVA));
  }

  #instruction(word: number, hnest: bigint): 0 | 1 | 2 | null {
    const has = (bit: bigint) => (hnest & bit) !== 0n;
    if (word === SRET) return has(HNEST.SRET) ? this.#enter() : null;
    const funct3 = (word >>> 12) & 7;
    if (funct3 === 0) {
      const stage = FENCES[word >>> 25];
      return stage !== undefined && has(HNEST.FENCE) ? this.#fence(stage, word, hnest) : null;
    }
    return has(HNEST.CSRP) && funct3 !== 4 ? this.#csr(word, funct3) : null;
  }

  #csr(word: number, funct3: number): 0 | 1 | 2 | null {
    const { registers } = this.#core;
    const number = word >>> 20;
    if (!this.#registers.has(number)) return null;
    const [rd, rs1] = [(word >>> 7) & 31, (word >>> 15) & 31];
    const operand = funct3 >= 4 ? BigInt(rs1) : registers.x(rs1);
    const op = funct3 & 3;
    const old = this.#registers.read(number);
    if (op === 1) this.#registers.write(number, operand);
    else if (rs1 !== 0) this.#registers.write(number, op === 2 ? old | operand : old & ~operand);
    registers.setX(rd, old);
    return this.#core.completed();
  }

  /** HFENCE of a hypervisor: on what is cached under the VMID of hgatp2. */
  #fence(stage: 'gvma' | 'vvma', word: number, hnest: bigint): 0 | 1 | 2 {
    const core = this.#core;
    const { csrs } = core.hart;
    const value = (register: number) => (register === 0 ? null : core.registers.x(register));
    const [rs1, rs2] = [value((word >>> 15) & 31), value((word >>> 20) & 31)];
    const vmid = (csrs.raw('hgatp2') >> 44n) & 0x3fffn;
    const mine = (hnest & HNEST.VMID) >> 16n;
    const name = stage === 'gvma' ? 'hfence_gvma' : 'hfence_vvma';
    if (stage === 'vvma')
      this.#asGuest(() => core.hart.order({ fence: name, mode: 'S', rs1, rs2 }));
    else if (rs2 === null || (rs2 & 0x3fffn) === mine) {
      core.hart.order({ fence: name, mode: 'S', rs1, rs2: vmid });
    }
    core.fenced(name);
    return core.completed();
  }

  /** HFENCE.VVMA acts under the VMID in force: that of the guest. */
  #asGuest(work: () => void): void {
    const { csrs } = this.#core.hart;
    const hnest = csrs.raw('hnest');
    csrs.setRaw('hnest', hnest | HNEST.V2 | HNEST.WALK3);
    work();
    csrs.setRaw('hnest', hnest);
  }

  /** SRET: by SPV in the page to the guest, or within the hypervisor's own software. */
  #enter(): 0 | 1 | 2 {
    const core = this.#core;
    const { csrs, decisions } = core.hart;
    const hstatus = this.#page.read(HSTATUS_SLOT);
    if ((hstatus & SPV) === 0n) {
      const to = guestReturn(csrs, decisions.trap);
      return core.returned(to.mode, to.pc);
    }
    const status = csrs.raw('vsstatus');
    const pc = csrs.raw('vsepc');
    this.#page.write(HSTATUS_SLOT, hstatus & ~SPV);
    this.#renumber();
    const kept = (status & ~(SIE | SPP)) | SPIE;
    this.#switch.toGuest((status & SPIE) !== 0n ? kept | SIE : kept);
    return core.returned((status & SPP) !== 0n ? 'VS' : 'VU', pc);
  }

  /** Another VMID of the hypervisor: what is cached for its guest was that of the one before. */
  #renumber(): void {
    const { csrs } = this.#core.hart;
    const hnest = csrs.raw('hnest');
    const vmid = (this.#page.read(HGATP) >> 44n) & 0x3fffn;
    if (vmid === (hnest & HNEST.VMID) >> 16n) return;
    csrs.setRaw('hnest', (hnest & ~HNEST.VMID) | (vmid << 16n));
    const { hart } = this.#core;
    const rs2 = (csrs.raw('hgatp2') >> 44n) & 0x3fffn;
    hart.order({ fence: 'hfence_gvma', mode: 'S', rs1: null, rs2 });
    this.#asGuest(() => hart.order({ fence: 'hfence_vvma', mode: 'S', rs1: null, rs2: null }));
    this.#core.fenced('hfence_gvma');
  }

  /** A trap of the guest goes to its hypervisor, unless it takes it itself, or the host's stage denied it. */
  #fromGuest(raised: Raised, hnest: bigint): 0 | 1 | 2 | null {
    if ((hnest & HNEST.TRAP) === 0n) return null;
    const core = this.#core;
    const { csrs, decisions } = core.hart;
    const { cause } = raised;
    if (delegate(csrs, decisions.trap, core.mode, cause) !== 'S') return null;
    if (cause >= 20 && cause <= 23 && cause !== VIRTUAL_INSTRUCTION) {
      if ((csrs.raw('hnest') & HNEST.OUTER) !== 0n) return null;
    }
    const supervisor = core.mode === 'VS';
    const page = this.#page;
    const status = page.read(HSTATUS_SLOT) & ~(GVA | SPVP);
    const more = (supervisor ? SPVP : 0n) | (raised.gva ? GVA : 0n);
    page.write(HSTATUS_SLOT, status | SPV | more);
    page.write(HTVAL, raised.gpa === null ? 0n : raised.gpa >> 2n);
    page.write(HTINST, raised.tinst);
    this.#switch.toHypervisor();
    const own = csrs.raw('vsstatus');
    const rest = own & ~(SIE | SPIE | SPP);
    const stacked = rest | ((own & SIE) !== 0n ? SPIE : 0n) | (supervisor ? SPP : 0n);
    csrs.poke('vsstatus', stacked);
    csrs.poke('vsepc', raised.epc);
    csrs.poke('vscause', BigInt(cause));
    csrs.poke('vstval', raised.tval);
    csrs.trapped++;
    core.hart.counts.trapped('VS');
    return core.arrive({ ...raised, mpv: true, takenIn: 'VS' });
  }
}
