/** Firmware that went wrong: the case is in error, whatever its scenario expects. */
import type { Trap } from '../access/trap.ts';

/** What a message says of a trap. */
export function trapText({ cause, interrupt, tval, because, takenIn }: Trap): string {
  const kind = interrupt === true ? 'interrupt' : 'cause';
  return `${kind} ${cause} (${because}) with tval 0x${tval.toString(16)} to ${takenIn}`;
}

export class FirmwareFault extends Error {
  override readonly name = 'FirmwareFault';
  /** `rdsm`, `tsm of guest2`; null: none in particular. */
  readonly handler: string | null;
  readonly hart: number;
  readonly trap: Trap | null;

  /** `what`: a sentence without its subject. */
  constructor(handler: string | null, hart: number, what: string, trap: Trap | null = null) {
    const who = `${handler ?? 'firmware'} on hart ${hart}`;
    super(`firmware fault: ${who} ${what}${trap === null ? '' : `: ${trapText(trap)}`}`);
    this.handler = handler;
    this.hart = hart;
    this.trap = trap;
  }
}
