/** The machine that a program is run on: what QEMU's `virt` has of this, where it has it. */
import type { Feature, Platform, Range } from '../../emulator/index.ts';
import { featuresOfIsa, isaOf, printIsa } from '../../emulator/index.ts';
import { setupOf } from '../session/platform.ts';
import type { Variation } from '../session/variation.ts';

/** Bases of the devices. */
export const DEVICES = { finisher: 0x10_0000n, clint: 0x200_0000n, uart: 0x1000_0000n } as const;
const SIZES = { finisher: 0x1000n, clint: 0x1_0000n, uart: 8n } as const;

export const DEFAULT_RAM: Range = { base: 0x8000_0000n, size: 0x1000_0000n };
/** Bytes: room for a device tree and a program; one block of the host's memory holds all. */
export const SMALLEST_RAM = 0x40_0000n;
export const LARGEST_RAM = 0x8000_0000n;
/** Time: ticks per second, as the device tree says, and instructions per tick. */
export const TIMEBASE = 10_000_000;
const TICK = 10;
/** Memory that the bench itself needs beside the program's. */
const SPARE = 0x10_0000n;
/** What comes out of reset locked, for firmware that knows it; only where `--isa` names it. */
const LOCKED: readonly Feature[] = ['Smstateen', 'Smrnmi'];

export interface PlatformRequest {
  /** In the usual notation; null: everything that is modelled, at this XLEN. */
  readonly isa: string | null;
  readonly xlen: 32 | 64;
  readonly harts: number;
  readonly ram: Range;
  readonly variation: Variation;
  /** Mailboxes of HTIF, if the program has them. */
  readonly tohost: bigint | null;
  readonly fromhost: bigint | null;
}

/** A request that cannot be met: a sentence on what is wrong, one on what to do. */
export interface Refusal {
  readonly message: string;
  readonly advice: string;
}

export function execPlatform(request: PlatformRequest): Platform | Refusal {
  const { isa, harts, ram, variation, tohost, fromhost } = request;
  const asked = isa === null ? null : featuresOfIsa(isa);
  if (asked !== null && asked.error !== null) {
    const pointer = ' '.repeat(asked.error.col - 1) + '^'.repeat(Math.max(1, asked.error.length));
    return { message: `--isa: ${asked.error.message}`, advice: `${isa}\n     ${pointer}` };
  }
  const xlen = asked?.xlen ?? request.xlen;
  const setup = setupOf({ properties: [], without: [] }, xlen, variation);
  if (!('platform' in setup)) return { message: setup.reason, advice: 'choose another' };
  const covered = (['finisher', 'clint', 'uart'] as const).find(
    (name) => ram.base < DEVICES[name] + SIZES[name] && DEVICES[name] < ram.base + ram.size,
  );
  if (covered !== undefined) {
    const at = `0x${DEVICES[covered].toString(16)}`;
    return { message: `RAM covers the ${covered} at ${at}`, advice: 'put it elsewhere' };
  }
  const { platform } = setup;
  const arena = ram.size + SPARE > LARGEST_RAM ? LARGEST_RAM : ram.size + SPARE;
  return {
    ...platform,
    features: asked?.features ?? usualFeatures(xlen, platform),
    caching: isCached(variation) ? platform.caching : 'retain',
    harts,
    ram: [ram],
    arena: Number(arena),
    tick: TICK,
    devices: [
      { kind: 'finisher', base: DEVICES.finisher },
      { kind: 'clint', base: DEVICES.clint },
      { kind: 'uart', base: DEVICES.uart },
      ...(tohost === null ? [] : [{ kind: 'htif' as const, tohost, fromhost }]),
    ],
  };
}

/** The same set each time: the engine generates code once per set. */
const usual: Partial<Record<32 | 64, ReadonlySet<Feature>>> = {};

function usualFeatures(xlen: 32 | 64, { features }: Platform): ReadonlySet<Feature> {
  return (usual[xlen] ??= new Set([...features].filter((name) => !LOCKED.includes(name))));
}

/** Whether the caller chose a policy; hardware keeps what it has read. */
const isCached = ({ caching }: Variation): boolean => caching !== null;

/** The instruction set as a device tree names it; `s` stands for a mode there, not for an extension. */
export function treeIsa(platform: Platform): string {
  return printIsa(isaOf(platform)).replace(/_s(?=_|$)/, '');
}

/** The widest translation mode, as a device tree names it. */
export function treeMmu({ features }: Platform): 'sv32' | 'sv39' | 'sv48' | 'sv57' | 'none' {
  const modes = ['sv57', 'sv48', 'sv39', 'sv32'] as const;
  const has = (mode: string) => features.has(`S${mode.slice(1)}` as Feature);
  return modes.find(has) ?? 'none';
}
