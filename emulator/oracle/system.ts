/** SYSTEM: calls, returns, waits, fences of translation and isolation, CSRs, hypervisor accesses. */
import { executeCsr } from './csr-access.ts';
import { pending } from './csr-interrupts.ts';
import { Exception } from './exception.ts';
import type { HartCore } from './hart-core.ts';
import { executeGuestAccess } from './guest-access.ts';
import { executeMayBe } from './shadow-stack.ts';
import { bit } from './state.ts';
import { executeMret, executeSret } from './trap-return.ts';
import { field, funct3Of, rdOf } from './word.ts';

export function executeSystem(h: HartCore, word: number): void {
  const funct3 = funct3Of(word);
  if (funct3 === 4) {
    if (!executeMayBe(h, word)) executeGuestAccess(h, word);
    return;
  }
  if (funct3 !== 0) return executeCsr(h, word);
  switch (word >>> 0) {
    case 0x0000_0073:
      return environmentCall(h);
    case 0x0010_0073:
      throw new Exception(3, h.pc, { gva: h.virtual });
    case 0x1020_0073:
      return executeSret(h);
    case 0x3020_0073:
      return executeMret(h);
    case 0x1050_0073:
      return wait(h);
    case 0x00d0_0073:
      h.require(h.has('Zawrs'));
      // It waits while the reservation stands and nothing is pending; TW and VTW bound the wait.
      return h.reservation === null || (pending(h) & h.c.mie) !== 0n ? undefined : bounded(h);
    case 0x01d0_0073:
      return h.require(h.has('Zawrs'));
    default:
      return fence(h, word);
  }
}

function environmentCall(h: HartCore): never {
  const code = { U: 8, VU: 8, S: 9, VS: 10, M: 11 }[h.mode];
  throw new Exception(code, 0n);
}

function bounded(h: HartCore): void {
  h.require(h.mode === 'M' || !bit(h.c.mstatus, 21));
  if (h.virtual && bit(h.c.hstatus, 21)) h.virtualInstruction();
}

function wait(h: HartCore): void {
  bounded(h);
  h.require(h.mode !== 'U');
  if (h.mode === 'VU') h.virtualInstruction();
}

interface Fence {
  readonly exists: (h: HartCore) => boolean;
  /** Of a hypervisor; else of a supervisor, and executed in VS-mode too. */
  readonly hypervisor: boolean;
  /** Denied by TVM, and in VS-mode by VTVM. */
  readonly trapped: boolean;
}

const svinval = (h: HartCore) => h.has('Svinval');
const guest = (h: HartCore) => h.has('H');

/** By funct7, rd being x0. */
const FENCES: Readonly<Record<number, Fence>> = {
  0x09: { exists: () => true, hypervisor: false, trapped: true },
  0x0b: { exists: svinval, hypervisor: false, trapped: true },
  0x11: { exists: guest, hypervisor: true, trapped: false },
  0x31: { exists: guest, hypervisor: true, trapped: true },
  0x13: { exists: (h) => svinval(h) && guest(h), hypervisor: true, trapped: false },
  0x33: { exists: (h) => svinval(h) && guest(h), hypervisor: true, trapped: true },
};

/** SFENCE.W.INVAL and SFENCE.INVAL.IR: of a supervisor, never trapped by TVM. */
const ORDERINGS = [0x1800_0073, 0x1810_0073];
/** MFENCE.PA and MINVAL.PA. */
const ISOLATION = [0x5e, 0x5f];

function fence(h: HartCore, word: number): void {
  h.require(rdOf(word) === 0);
  const funct7 = field(word, 31, 25);
  if (ISOLATION.includes(funct7)) {
    // In the MTT era the second one came with Svinval.
    const second = funct7 === 0x5f && h.platform.revision !== 'smmpt';
    return h.require(h.has('Smsd') && h.mode === 'M' && (!second || h.has('Svinval')));
  }
  const row = ORDERINGS.includes(word >>> 0)
    ? { exists: svinval, hypervisor: false, trapped: false }
    : FENCES[funct7];
  if (row === undefined) return h.illegal();
  h.require(row.exists(h));
  const virtual = h.mode === 'VS' && row.trapped && bit(h.c.hstatus, 20);
  if (h.virtual && (row.hypervisor || h.mode === 'VU' || virtual)) return h.virtualInstruction();
  h.require(h.mode !== 'U' && !(h.mode === 'S' && row.trapped && bit(h.c.mstatus, 20)));
}
