/** The page in which hypothetical hardware keeps the virtual H CSRs of a guest hypervisor: a slot for each CSR. */
import { OPERATIONS } from '../access/kinds.ts';
import type { Operation } from '../access/kinds.ts';
import { Cell } from '../edges.ts';
import type { Hart } from './hart.ts';

/** VS CSRs, of which hypervisor and guest have a set each. */
export const VS_SET = [
  ['vsstatus', 0x200],
  ['vstvec', 0x205],
  ['vsscratch', 0x240],
  ['vsepc', 0x241],
  ['vscause', 0x242],
  ['vstval', 0x243],
  ['vsatp', 0x280],
  ['vstimecmp', 0x24d],
] as const;

/** Slot of a CSR, by its number. */
export const slotOf = (number: number): number => ((number & 0xc00) >> 2) | (number & 0xff);
/** First of the slots for the hypervisor's own set, in the order of `VS_SET`; then its hvip and hie. */
export const OWN_SLOT = 0x280;
export const OWN_HVIP = OWN_SLOT + VS_SET.length;
export const OWN_HIE = OWN_HVIP + 1;

/** The page is not there to be used. */
export class NoPage extends Error {}

export class NestingPage {
  readonly #hart: Hart;
  readonly #cell = new Cell();

  constructor(hart: Hart) {
    this.#hart = hart;
  }

  /** Throws `NoPage` where the access is denied. */
  read(slot: number): bigint {
    this.#access(OPERATIONS.load, slot);
    const { value } = this.#hart.path;
    return this.#cell.join(value.lo, value.hi);
  }

  write(slot: number, value: bigint): void {
    this.#cell.value = BigInt.asUintN(64, value);
    this.#hart.path.value.set(this.#cell.lo, this.#cell.hi);
    this.#access(OPERATIONS.store, slot);
  }

  /** An access of HS-mode: data, as counters have it. */
  #access(operation: Operation, slot: number): void {
    this.#cell.value = this.#hart.csrs.raw('hnestpg') + BigInt(8 * slot);
    const { page, offset } = this.#cell;
    if (this.#hart.perform('S', operation, page, offset, 8) !== null) throw new NoPage();
  }
}
