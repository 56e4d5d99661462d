/** How entries and accesses were decided: marks of rules, verdicts in the trace, and the record of the denial. */
import type { Fired } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import type { Stage, StageName } from '../translate/stage.ts';
import type { Kind } from './kinds.ts';
import type { LoggedStep, TraceLog } from './trace-log.ts';

export class Verdicts {
  fired: Fired;
  /** The rule decided last, an index of the catalogue, or -1. */
  rule = -1;
  /** The translation stage that denied, if one did. */
  stage: StageName | null = null;
  /** The G-stage that an address has entered last, and that address. */
  guest: Stage | null = null;
  guestPage = 0;
  guestOffset = 0;
  /** It was that of a VS-stage table access, */
  implicit = false;
  /** namely a write. */
  wrote = false;
  /** The entry looked at last, in two halves. */
  lo = 0;
  hi = 0;
  /** Null: not tracing. */
  trace: TraceLog | null = null;
  /** How deep one access lies in another: a table read within a walk. */
  protected depth = 0;
  /** The entry looked at last; null while not tracing. */
  protected step: LoggedStep | null = null;

  constructor(fired: Fired) {
    this.fired = fired;
  }

  /** Before an attempt. */
  protected clear(): void {
    this.rule = -1;
    this.stage = null;
    this.implicit = false;
    this.wrote = false;
    this.step = null;
    this.depth = 0;
  }

  /** An entry denies: marks the rule and leaves it in the trace. */
  deny(reason: Reason, rule: number): Reason {
    if (rule >= 0) this.fired[rule] = 1;
    this.rule = rule;
    if (this.step !== null) {
      this.step.verdict = reason;
      this.step.rule = rule;
    }
    return reason;
  }

  /** An entry of a translation stage denies. */
  denyStage(reason: Reason, stage: StageName): Reason {
    this.stage = stage;
    return this.deny(reason, -1);
  }

  /** Something other than an entry denies. */
  refuse(reason: Reason, rule: number): Reason {
    this.step = null;
    return this.deny(reason, rule);
  }

  refuseStage(reason: Reason, stage: StageName): Reason {
    this.stage = stage;
    return this.refuse(reason, -1);
  }

  /** An entry leads on. */
  pass(verdict: 'next' | 'leaf', rule: number): void {
    if (rule >= 0) this.fired[rule] = 1;
    if (this.step !== null) {
      this.step.verdict = verdict;
      this.step.rule = rule;
    }
  }

  /** A guest physical address enters the G-stage: it is what a guest-page fault will report. */
  enterGuest(page: number, offset: number, implicit: boolean, kind: Kind): void {
    this.guestPage = page;
    this.guestOffset = offset;
    this.implicit = implicit;
    this.wrote = implicit && kind.writes;
  }

  /** The same once more, after the stage below has looked at an entry's address. */
  protected backTo(
    stage: Stage,
    page: number,
    offset: number,
    implicit: boolean,
    wrote: boolean,
  ): void {
    this.guest = stage;
    this.guestPage = page;
    this.guestOffset = offset;
    this.implicit = implicit;
    this.wrote = wrote;
  }

  /** Leaves in the trace an entry that could not be read. */
  protected noteUnread(
    stage: StageName,
    level: number,
    page: number,
    offset: number,
    size: number,
  ): void {
    this.lo = 0;
    this.hi = 0;
    this.note(stage, level, page, offset, size, 'memory');
  }

  /** Leaves the entry in `lo`, `hi` in the trace. */
  protected note(
    stage: StageName,
    level: number,
    page: number,
    offset: number,
    size: number,
    source: 'memory' | 'cache',
  ): void {
    const { depth, lo, hi } = this;
    this.step =
      this.trace?.note({ stage, level, depth, page, offset, size, lo, hi, source }) ?? null;
  }
}
