/** Where a hart is, for somebody who wonders why nothing happens. */
import type { Image, Mode, Trap } from '../../emulator/index.ts';
import { Decoder, disassemble, isaOf, whereabouts } from '../../emulator/index.ts';
import { causeText } from './commit-log.ts';
import type { Powered } from './power-on.ts';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** `hart 0 at 0x80000010 (loop+0x4) in M: c.j 0x8000000c`. Looks at memory as the hart would. */
export function whereHartIs(
  { machine, platform, images }: Powered,
  hart: number,
  isWaiting: boolean,
): string {
  const mode = machine.execution.mode(hart);
  const pc = machine.readRegister(hart, 'pc');
  const near = symbolAt(images, pc);
  const place = near === null ? hex(pc) : `${hex(pc)} (${near})`;
  const parcel = (address: bigint) => fetched(machine, hart, mode, address);
  const low = parcel(pc);
  const head = `hart ${hart} ${isWaiting ? 'waits, to go on at' : 'at'} ${place} in ${mode}`;
  if (typeof low === 'string') return `${head}: no instruction can be fetched there, ${low}`;
  const high = (low & 3) === 3 ? parcel(pc + 2n) : 0;
  if (typeof high === 'string') return `${head}: half an instruction, ${high}`;
  const decoder = new Decoder(isaOf(platform), platform.knobs.fence_encoding);
  const word = (high << 16) | low;
  const decoded = decoder.decode(word);
  if (decoded === null) return `${head}: illegal instruction ${hex(BigInt(word >>> 0))}`;
  return `${head}: ${disassemble(decoded, pc)}`;
}

/** Exceptions that a run has taken. */
export interface Taken {
  readonly count: number;
  readonly first: Trap;
  readonly last: Trap;
}

/**
 * `no exception was taken`, or `2 traps` with the first and the last: `load access fault, tval 0x0, from 0x80000010
 * (main), handled in M`; a vector that was never set is named.
 */
export function takenLines({ machine, images }: Powered, taken: Taken | null): readonly string[] {
  if (taken === null) return ['no exception was taken'];
  const { count, first, last } = taken;
  const text = (trap: Trap) => {
    const near = symbolAt(images, trap.epc);
    const from = near === null ? hex(trap.epc) : `${hex(trap.epc)} (${near})`;
    return `${causeText(trap)}, tval ${hex(trap.tval)}, from ${from}, handled in ${trap.takenIn}`;
  };
  const lines =
    count === 1
      ? [`1 trap: ${text(first)}`]
      : [`${count} traps, the first one: ${text(first)}`, `the last one: ${text(last)}`];
  const tvec = TVEC[first.takenIn];
  if (tvec !== undefined && machine.peekCsr(0, tvec) === 0n) lines.push(`${tvec} was never set`);
  return lines;
}

/** The vector of a mode that takes traps. */
const TVEC: Readonly<Record<string, string>> = { M: 'mtvec', S: 'stvec', VS: 'vstvec' };

function symbolAt(images: readonly Image[], address: bigint): string | null {
  for (const image of images) {
    const near = whereabouts(image, address);
    if (near !== null) return near;
  }
  return null;
}

/** Two bytes of code, or why they cannot be fetched. The run is over: what this changes does not matter. */
function fetched(
  machine: Powered['machine'],
  hart: number,
  mode: Mode,
  address: bigint,
): number | string {
  const attempt = { mode, operation: 'fetch', address, size: 2, value: 0n } as const;
  const { trap, value } = machine.attempt(hart, attempt);
  return trap === null ? Number(value) : causeText(trap);
}
