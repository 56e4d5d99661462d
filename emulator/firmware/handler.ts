/** A piece of firmware: what runs when a hart has fetched from its page. */
import type { FirmwareDecisions } from './decisions.ts';
import type { FirmwareSpec } from './spec.ts';
import type { Op, Port } from './port.ts';

/**
 * Holds nothing but what its factory was told: all state lies in simulated memory, so that a handler can be thrown away
 * and made anew before each call.
 */
export interface Handler {
  readonly name: HandlerName;
  /** Registers that its code uses: those that it did not write by its end hold canaries. */
  readonly clobbers: 'x' | 'xf';
  /** From offset 0x800 of its page: lays out its memory, once on each hart; leaves as `handle` does. */
  boot(port: Port): Op<void>;
  /** From offset 0 of its page, where its trap vector points, to an mret or sret. */
  handle(port: Port): Op<void>;
}

/** `rdsm`: M-mode firmware; `tsm`: of one confidential domain; `root`: H emulation in HS (rdsm_hs, nested_accel). */
export type HandlerName = 'rdsm' | 'tsm' | 'root';

/** `domain`: the SDID whose firmware it is. `decide`: what a fault may have replaced. */
export type HandlerFactory = (
  spec: FirmwareSpec,
  domain: number,
  decide: FirmwareDecisions,
) => Handler;
