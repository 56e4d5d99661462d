/** Virtual instructions of a domain's supervisor: what they would have done in HS-mode. */
import type { Op } from '../port.ts';
import type { Root } from './context.ts';
import { registerOf, setRegister } from './context.ts';
import { readCsr, virtualCsr, writeCsr } from './csr-file.ts';
import { HSTATUS } from './decisions.ts';
import { emulateHfence } from './hfence.ts';
import { emulateAccess } from './hlv.ts';
import type { HypervisorInstruction } from './instruction.ts';
import { instructionOf, writesCsr } from './instruction.ts';
import { publish } from './nacl/csrs.ts';
import { inject, plain } from './reflect.ts';
import { emulateSret } from './sret.ts';
import { followStatus, STATUS } from './worlds.ts';

const ILLEGAL = 2n;

/** Cause 22 while a domain's own software runs; `word`: the instruction. */
export function* emulate(root: Root, word: number): Op<void> {
  const { port } = root;
  const supervisor = ((yield* port.csrr('sstatus')) & STATUS.SPP) !== 0n;
  const instruction = instructionOf(word);
  if (!supervisor && !openToUser(root, instruction)) return yield* illegal(root, word);
  switch (instruction.kind) {
    case 'csr':
      if (!(yield* emulateCsr(root, instruction))) return yield* illegal(root, word);
      break;
    case 'hfence':
      yield* emulateHfence(root, instruction);
      break;
    case 'load':
    case 'store': {
      const trap = yield* emulateAccess(root, instruction);
      if (trap !== null) return yield* inject(root, trap);
      break;
    }
    case 'sret':
      return yield* emulateSret(root);
    case 'wfi':
    case 'other':
      return yield* illegal(root, word);
  }
  yield* port.csrw('sepc', (yield* port.csrr('sepc')) + 4n);
}

/** HS-mode lets U-mode execute HLV, HLVX and HSV with hstatus.HU, and no other of these. */
function openToUser({ hart }: Root, { kind }: HypervisorInstruction): boolean {
  return (kind === 'load' || kind === 'store') && (hart.get('hstatus') & HSTATUS.HU) !== 0n;
}

function* illegal(root: Root, word: number): Op<void> {
  const { port } = root;
  const hasValue = (yield* port.csrr('stval')) !== 0n;
  yield* inject(root, plain(ILLEGAL, hasValue ? BigInt(word >>> 0) : 0n));
}

/** Reads and writes the CSR of the instruction; false: HS-mode has no such CSR. */
function* emulateCsr(
  root: Root,
  instruction: Extract<HypervisorInstruction, { kind: 'csr' }>,
): Op<boolean> {
  const csr = virtualCsr(root, instruction.number);
  if (csr === null) return false;
  const operand = instruction.isImmediate
    ? BigInt(instruction.rs1)
    : registerOf(root, instruction.rs1);
  const old = yield* readCsr(root, csr);
  if (writesCsr(instruction)) {
    const { op } = instruction;
    const value = op === 'write' ? operand : op === 'set' ? old | operand : old & ~operand;
    yield* writeCsr(root, csr, value);
    if (csr.row.effect === 'hstatus') yield* followStatus(root);
    // The same MODE and VMID: what stands in the shadow table counts until the domain fences.
    if (csr.row.effect === 'hgatp' && old >> 44n === value >> 44n) root.port.fired('ISO-15');
    yield* publish(root, csr);
  }
  setRegister(root, instruction.rd, old);
  return true;
}
