/** The options of `sdt exec`, read and checked. */
import type { Range } from '../../emulator/index.ts';
import { DEFAULT_RAM, LARGEST_RAM, SMALLEST_RAM } from '../exec/platform.ts';
import { UsageError } from './usage-error.ts';

export interface ExecFlags {
  readonly isa: string | null;
  readonly harts: number;
  readonly ram: Range;
  readonly at: bigint | null;
  readonly payload: string | null;
  readonly dtb: string | null;
  readonly maxSteps: number | null;
  readonly trace: string | null;
  readonly uart: string | null;
}

const MAX_HARTS = 64;
const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  K: 1n << 10n,
  M: 1n << 20n,
  G: 1n << 30n,
};

export function execFlags(options: Readonly<Record<string, unknown>>): ExecFlags {
  const text = (name: string): string | null => {
    const value = options[name];
    if (value === '') throw new UsageError(`--${name} needs a value`);
    return typeof value === 'string' ? value : null;
  };
  const harts = wholeNumber('--harts', text('harts'), MAX_HARTS) ?? 1;
  const at = text('at');
  return {
    isa: text('isa'),
    harts,
    ram: ramOf(text('ram')),
    at: at === null ? null : number('--at', at),
    payload: text('payload'),
    dtb: text('dtb'),
    maxSteps: wholeNumber('--max-steps', text('maxSteps'), Number.MAX_SAFE_INTEGER),
    trace: text('trace'),
    uart: text('uart'),
  };
}

function wholeNumber(flag: string, text: string | null, max: number): number | null {
  if (text === null) return null;
  const digits = text.replaceAll('_', '');
  const value = /^\d{1,16}$/.test(digits) ? Number(digits) : NaN;
  if (value >= 1 && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from 1 to ${max}, found '${text}'`);
}

/** Decimal or 0x...; `_` may separate digits. */
function number(flag: string, text: string): bigint {
  const digits = text.replaceAll('_', '');
  if (/^(0x[\da-f]{1,16}|\d{1,19})$/i.test(digits)) return BigInt(digits);
  throw new UsageError(`${flag} must be an address such as 0x8000_0000, found '${text}'`);
}

/** `128M`, or with an address `64M@0x2000_0000`. */
function ramOf(text: string | null): Range {
  if (text === null) return DEFAULT_RAM;
  const [amount = '', address] = text.split('@');
  const match = /^(\d{1,10})([KMG]?)(?:i?B)?$/i.exec(amount.replaceAll('_', ''));
  const unit = UNITS[match?.[2]?.toUpperCase() ?? ''] ?? 1n;
  const size = match === null ? 0n : BigInt(match[1] ?? 0) * unit;
  if (size < SMALLEST_RAM || size > LARGEST_RAM || size % 4096n !== 0n) {
    throw new UsageError(`--ram must be from 4M to 2G, in whole pages, found '${text}'`);
  }
  const base = address === undefined ? DEFAULT_RAM.base : number('--ram', address);
  if (base % 4096n !== 0n || base + size > 1n << 56n) {
    throw new UsageError(`--ram: there can be no RAM at 0x${base.toString(16)}`);
  }
  return { base, size };
}
