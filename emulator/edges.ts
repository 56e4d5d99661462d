/** Where bigint and the machine's numbers meet: addresses, values, traces. Nothing below this file holds a bigint per access. */
import type { LoggedStep } from './access/trace-log.ts';
import type { WalkStep } from './access/trace.ts';
import type { CachedEntry } from './cache/cached-entry.ts';
import type { KeptEntry } from './cache/entry-view.ts';
import { GLOBAL } from './cache/entry-view.ts';
import { RULE_IDS } from './rules/fired.ts';
import type { RuleId } from './rules/fired.ts';

/** One 64-bit value seen both ways. */
export class Cell {
  private readonly whole = new BigUint64Array(1);
  private readonly halves = new Int32Array(this.whole.buffer);

  set value(value: bigint) {
    this.whole[0] = value;
  }

  get value(): bigint {
    return this.whole[0];
  }

  /** Signed. */
  get lo(): number {
    return this.halves[0];
  }

  get hi(): number {
    return this.halves[1];
  }

  /** Address bits 63:12. */
  get page(): number {
    return (this.hi >>> 0) * 2 ** 20 + (this.lo >>> 12);
  }

  get offset(): number {
    return this.lo & 4095;
  }

  /** The value of two halves. */
  join(lo: number, hi: number): bigint {
    this.halves[0] = lo;
    this.halves[1] = hi;
    return this.whole[0];
  }
}

/** A page and an offset as an address. */
export function addressOf(page: number, offset: number): bigint {
  return BigInt(page) * 4096n + BigInt(offset);
}

/** A catalogue index as a rule id; null for none. */
export function ruleOf(index: number): RuleId | null {
  return index < 0 ? null : RULE_IDS[index];
}

/** A step of the walk as data for readers. */
export function walkStep(step: LoggedStep): WalkStep {
  const { stage, level, depth, page, offset, size, lo, hi, source, verdict, rule } = step;
  const high = size === 8 ? BigInt(hi >>> 0) << 32n : 0n;
  const entry = high | BigInt(lo >>> 0);
  return {
    stage,
    level,
    depth,
    at: addressOf(page, offset),
    entry,
    source,
    verdict,
    rule: ruleOf(rule),
  };
}

/** A kept entry as data for readers. */
export function cachedEntry(kept: KeptEntry): CachedEntry {
  const { stage, level, isLeaf, sdid, vmid, asid, page, span } = kept;
  return {
    stage,
    level,
    isLeaf,
    at: addressOf(kept.entryPage, kept.entryOffset),
    entry: (BigInt(kept.hi >>> 0) << 32n) | BigInt(kept.lo >>> 0),
    base: addressOf(page, 0),
    size: addressOf(span, 0),
    sdid,
    vmid,
    asid: asid === GLOBAL ? null : asid,
  };
}
