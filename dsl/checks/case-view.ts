/** A sampled case as the checks see it: each line in effect beside what it resolves to. */
import { caseAt, conditionsOf, resolveLine } from '../compile/expand.ts';
import { rowCount, type Scenario } from '../compile/scenario.ts';
import type { Placed } from '../compile/scope.ts';
import { Slots } from '../compile/slots.ts';
import type { PlanAction, PlanActor, PlanLine, PlanOutcome, Value } from '../plan.ts';
import type { Accept } from '../report.ts';
import type { Case, Frame } from '../resolve/case.ts';

export interface CaseView {
  readonly scenario: Scenario;
  readonly c: Case;
  readonly frame: Frame;
  /** Lines that run in this case, in order. */
  readonly lines: readonly { readonly placed: Placed; readonly line: PlanLine }[];
}

/** Reports what is wrong with one case; the same finding in several cases counts once. */
export type CaseCheck = (view: CaseView, accept: Accept) => void;
/** Reports what is wrong with a scenario whatever the case. */
export type ScenarioCheck = (scenario: Scenario, accept: Accept) => void;

/** Every case up to so many; beyond, each row of each axis once. */
const EVERY_CASE_UP_TO = 64;
/** Tables longer than this are looked at here and there. */
const MOST_SAMPLES = 256;

/** The cases that stand for all of them. */
export function* sampledCases(scenario: Scenario): Generator<CaseView> {
  if (rowCount(scenario) === 0) return;
  const all = new Slots(
    scenario.axes.map((_, axis) => axis),
    scenario.axes,
  ).samples(scenario.axes.length, EVERY_CASE_UP_TO);
  const step = Math.max(1, Math.ceil(all.length / MOST_SAMPLES));
  for (let i = 0; i < all.length; i += step) {
    const c = caseAt(scenario, all[i], null);
    const lines: { placed: Placed; line: PlanLine }[] = [];
    for (const line of scenario.lines) {
      const resolved = line.slots.get(c.rows, () => resolveLine(line, c));
      if (resolved !== null) lines.push({ placed: line.placed, line: resolved });
    }
    yield { scenario, c, frame: c.frame, lines };
  }
}

/** The one case of a scenario without axes, resolved with its findings. */
export function onlyCase(scenario: Scenario, accept: Accept): CaseView {
  const c = caseAt(scenario, [], accept);
  const lines: { placed: Placed; line: PlanLine }[] = [];
  for (const line of scenario.lines) {
    const resolved = resolveLine(line, c);
    if (resolved !== null) lines.push({ placed: line.placed, line: resolved });
  }
  conditionsOf(scenario, c);
  return { scenario, c, frame: c.frame, lines };
}

export type StepLine = Extract<PlanLine, { kind: 'step' }>;
export type Attempt = Extract<PlanAction, { do: 'attempt' }>;

/** The actor of a step when it is a hart's, null for devices. */
export function hartActor(step: StepLine): PlanActor | null {
  return 'mode' in step.actor ? step.actor : null;
}

/** The physical address of an attempt by a hart without translation, or null. */
export function physicalAddress(step: StepLine): bigint | null {
  const actor = hartActor(step);
  if (actor === null || actor.using !== null || actor.over !== null) return null;
  return step.action.do === 'attempt' ? constant(step.action.address.at) : null;
}

export const constant = (value: Value | null): bigint | null =>
  typeof value === 'bigint' ? value : null;

/** Whether an outcome allows one thing only. */
export function isExact(outcome: PlanOutcome): boolean {
  return !outcome.unspecified && outcome.alternatives.length === 1 && !outcome.alternatives[0].not;
}

/** Whether an exact outcome says that the access succeeds. */
export function succeeds(outcome: PlanOutcome): boolean {
  if (!isExact(outcome)) return false;
  const { kind } = outcome.alternatives[0].verdict;
  return kind === 'ok' || kind === 'value' || kind === 'fields' || kind === 'success';
}

/** Whether an exact outcome says that the access is denied or aborted. */
export function fails(outcome: PlanOutcome): boolean {
  if (!isExact(outcome)) return false;
  const { kind } = outcome.alternatives[0].verdict;
  return kind === 'fault' || kind === 'denied' || kind === 'aborted';
}

export interface ConstantRange {
  readonly base: bigint;
  readonly size: bigint;
}

/** An extent with both ends known, or null. */
export function rangeOf(extent: {
  readonly base: Value;
  readonly size: Value;
}): ConstantRange | null {
  const base = constant(extent.base);
  const size = constant(extent.size);
  return base === null || size === null ? null : { base, size };
}

/** `0x8000_0000`: hex, grouped by four, as scenarios write it. */
export function hex(value: bigint): string {
  const digits = value.toString(16);
  if (digits.length <= 4) return `0x${digits}`;
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 4)
    groups.unshift(digits.slice(Math.max(0, end - 4), end));
  return `0x${groups.join('_')}`;
}

/** `64K`, `2M`, or plain bytes. */
export function sizeText(size: bigint): string {
  for (const [unit, shift] of [
    ['T', 40n],
    ['G', 30n],
    ['M', 20n],
    ['K', 10n],
  ] as const) {
    if (size !== 0n && size % (1n << shift) === 0n) return `${size >> shift}${unit}`;
  }
  return `${size}`;
}
