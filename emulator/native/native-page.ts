/** Pages of firmware: a hart that fetches the native word there runs a handler. */
import type { HandlerName } from '../firmware/handler.ts';
import type { Area } from '../firmware/spec.ts';
import type { Registers } from '../hart/registers.ts';
import { CELL } from '../memory/layout.ts';

/** Where a parked hart stands on a machine with firmware: outside of memory. */
export const HOME = 0x800n;

/** Offsets in the page. */
export const HANDLE = 0;
export const BOOT = 0x800;

/** A handler's place. */
export interface Installed {
  readonly name: HandlerName;
  /** Of the domain whose firmware it is; 0 of an RDSM or a root. */
  readonly sdid: number;
  /** `rdsm`, or `tsm of guest2`: for people. */
  readonly label: string;
  /** Counts up from 0. */
  readonly number: number;
  /** Of its page. */
  readonly base: bigint;
}

export class NativePages {
  readonly all: Installed[] = [];
  readonly #byPage = new Map<number, Installed>();

  add(name: HandlerName, sdid: number, label: string, { base }: Area): void {
    const installed = { name, sdid, label, number: this.all.length, base };
    this.all.push(installed);
    this.#byPage.set(Number(base >> 12n), installed);
  }

  /** The handler of a page, by its number. */
  at(page: number): Installed | undefined {
    return this.#byPage.get(page);
  }

  /** Whether such an address would lie in one. */
  holds(address: bigint): boolean {
    return this.#byPage.has(Number(address >> 12n));
  }
}

/** The page number of the pc. */
export function pageOfPc({ words, base }: Registers): number {
  const at = base + (CELL.pc >>> 2);
  return (words[at + 1] >>> 0) * 2 ** 20 + (words[at] >>> 12);
}

/** Its offset in the page. */
export function offsetOfPc({ words, base }: Registers): number {
  return words[base + (CELL.pc >>> 2)] & 4095;
}
