/** Who may access which CSR: existence, privilege, read-only, the enables, and illegal against virtual instruction. */
import { guestSenvcfg } from './csr-environment.ts';
import { CSRS } from './csr-list.ts';
import { pendingToModify } from './csr-interrupts.ts';
import type { Csr } from './csr-shape.ts';
import { floatIsOff, markDirty } from './float-registers.ts';
import type { HartCore } from './hart-core.ts';
import { requireShadowStack } from './shadow-stack.ts';
import type { Mode } from './state.ts';
import { bit } from './state.ts';
import { funct3Of, field, rdOf, rs1Of } from './word.ts';

const RANK: Readonly<Record<Mode, number>> = { U: 0, VU: 0, S: 1, VS: 1, M: 3 };

/** In VS-mode the supervisor registers with a guest's copy stand for it. */
const COPIES = [0x100, 0x104, 0x105, 0x140, 0x141, 0x142, 0x143, 0x144, 0x14d, 0x15d, 0x180];

/** An enable of counters: which of the registers deny it, from the machine down. */
interface Denial {
  readonly denied: boolean;
  /** Whether HS-mode would be denied as well. */
  readonly machine: boolean;
}

const OPEN: Denial = { denied: false, machine: false };

function counter(h: HartCore, n: number): Denial {
  const k = n & 31;
  const [m, s, g] = [bit(h.c.mcounteren, k), bit(h.c.scounteren, k), bit(h.c.hcounteren, k)];
  if (h.mode === 'M') return OPEN;
  if (!m) return { denied: true, machine: true };
  if (h.virtual && !g) return { denied: true, machine: false };
  return { denied: (h.mode === 'U' || h.mode === 'VU') && !s, machine: false };
}

/** stimecmp and vstimecmp: STCE and TM of the machine; for a guest those of the hypervisor too. */
function timer(h: HartCore): Denial {
  if (h.mode === 'M') return OPEN;
  if (!bit(h.c.menvcfg, 63) || !bit(h.c.mcounteren, 1)) return { denied: true, machine: true };
  return { denied: h.virtual && !(bit(h.c.henvcfg, 63) && bit(h.c.hcounteren, 1)), machine: false };
}

/** A bit of mstateen and, for a guest, of hstateen. */
function stateEnable(h: HartCore, n: number, which: number): Denial {
  if (h.mode === 'M' || !h.has('Smstateen')) return OPEN;
  const machine = h.c.mstateen[n] ?? 0n;
  if (!bit(machine, which)) return { denied: true, machine: true };
  return { denied: h.virtual && !bit(h.c.hstateen[n] ?? 0n, which), machine: false };
}

function enableOf(h: HartCore, number: number): Denial {
  if (number >= 0xc00 && number < 0xca0 && (number & 0x7f) < 32) return counter(h, number);
  if ([0x14d, 0x15d, 0x24d, 0x25d].includes(number)) return timer(h);
  if (number >= 0x10c && number <= 0x10f) return stateEnable(h, number - 0x10c, 63);
  if (number >= 0x60c && number <= 0x60f) return stateEnable(h, number - 0x60c, 63);
  if (number >= 0x61c && number <= 0x61f) return stateEnable(h, number - 0x61c, 63);
  if ([0x10a, 0x60a, 0x61a].includes(number)) return stateEnable(h, 0, 62);
  if (number === 0x612) return stateEnable(h, 0, 56);
  return OPEN;
}

/** The register that the number names here; throws illegal- or virtual-instruction. */
export function lookUp(h: HartCore, number: number, write: boolean): Csr {
  const csr = CSRS.get(number);
  if (csr === undefined || !csr.exists(h)) return h.illegal();
  // Read-only numbers deny writes everywhere.
  h.require(!write || field(number, 11, 10) !== 3);
  if (number <= 0x003) h.require(!floatIsOff(h));
  if (number === 0x011) requireShadowStack(h, 'ssp');
  const level = field(number, 9, 8);
  if (level === 3) {
    h.require(h.mode === 'M');
    return csr;
  }
  const enable = enableOf(h, number);
  // What HS-mode could not do either is illegal for a guest.
  h.require(!enable.machine);
  const privileged = h.virtual
    ? level > RANK[h.mode]
    : level === 2
      ? RANK[h.mode] < 1
      : level > RANK[h.mode];
  const satp = number === 0x180;
  const guarded = satp && h.mode === 'VS' && bit(h.c.hstatus, 20);
  if (privileged || guarded || enable.denied) {
    return h.virtual ? h.virtualInstruction() : h.illegal();
  }
  if ((satp || number === 0x680) && h.mode === 'S') h.require(!bit(h.c.mstatus, 20));
  if (h.mode === 'VS' && COPIES.includes(number)) {
    return CSRS.get(number + 0x100) ?? h.illegal();
  }
  if (number === 0x10a && h.virtual) return guestSenvcfg;
  return csr;
}

/** CSRRW, CSRRS, CSRRC and their immediate forms. */
export function executeCsr(h: HartCore, word: number): void {
  const number = field(word, 31, 20);
  const kind = funct3Of(word) & 3;
  const operand = funct3Of(word) < 4 ? h.get(rs1Of(word)) : BigInt(rs1Of(word));
  const writes = kind === 1 || rs1Of(word) !== 0;
  const csr = lookUp(h, number, writes);
  const old = csr.read(h);
  if (writes) {
    const base = number === 0x344 ? pendingToModify(h) : old;
    const value = kind === 1 ? operand : kind === 2 ? base | operand : base & ~operand;
    csr.write(h, BigInt.asUintN(h.xlen, value));
    if (number <= 0x003) markDirty(h);
    h.effects.csr.push({ number, value: csr.read(h) });
  }
  h.set(rdOf(word), old);
}
