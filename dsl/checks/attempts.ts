/** 4xx: attempts whose address does not fit who makes them; costs that are not cold; raw table registers. */
import { wordOf } from '../resolve/frame.ts';
import { type CaseCheck, constant, hartActor, hex, type StepLine } from './case-view.ts';
import type { PlanOutcome } from '../plan.ts';

/** A misaligned access is an option of hardware: the scenario must ask for it. */
export const checkAlignment: CaseCheck = (view, accept) => {
  if (view.scenario.conditions.some(({ line }) => asksMisaligned(line.statement))) return;
  for (const { placed, line } of view.lines) {
    const s = placed.line.statement;
    if (line.kind !== 'step' || line.action.do !== 'attempt' || s.kind !== 'step') continue;
    const { operation, size } = line.action;
    if (!PLAIN.has(operation) || hartActor(line) === null) continue;
    const at = constant(line.action.address.at);
    // Instructions are aligned to 2 bytes.
    const unit = operation === 'fetch' ? 2n : BigInt(size);
    if (
      at === null ||
      unit < 2n ||
      (unit & (unit - 1n)) !== 0n ||
      at % unit === 0n ||
      mentionsMisaligned(line)
    )
      continue;
    const span = 'address' in s.action ? s.action.address.span : s.span;
    accept('SDT418', span, `${hex(at)} is not a multiple of ${unit}, the width of the access`, {
      help: "add 'requires misaligned_access', or give a smaller width",
    });
  }
};

const PLAIN: ReadonlySet<string> = new Set(['load', 'store', 'fetch', 'hlv', 'hsv', 'hlvx']);

function asksMisaligned(s: { readonly kind: string; readonly features?: unknown }): boolean {
  return (
    s.kind === 'requires' &&
    Array.isArray(s.features) &&
    s.features.some((word: { text?: string }) => word.text === 'misaligned_access')
  );
}

function mentionsMisaligned(step: StepLine): boolean {
  return [step.outcome, ...step.whens.map((when) => when.outcome)].some((outcome) =>
    outcome.alternatives.some(
      ({ verdict }) => verdict.kind === 'fault' && verdict.fault.fault === 'misaligned',
    ),
  );
}

/** `pa` and `iova` say what an address is; a hart that translates has neither. */
export const checkAddressSpaces: CaseCheck = (view, accept) => {
  for (const { placed, line } of view.lines) {
    const s = placed.line.statement;
    if (line.kind !== 'step' || line.action.do !== 'attempt' || s.kind !== 'step') continue;
    const actor = hartActor(line);
    const { space } = line.action.address;
    if (actor === null || space === null || !('address' in s.action)) continue;
    const { span } = s.action.address;
    if (space === 'iova') {
      accept('SDT419', span, `'iova' is an address of a device, '${actor.name}' runs on a hart`);
    } else if (
      space === 'pa' &&
      (actor.using !== null || actor.over !== null) &&
      actor.mode !== 'M'
    ) {
      accept('SDT419', span, `'${actor.name}' translates: its addresses are not physical`, {
        help: `write 'va', or use an actor without 'using'`,
      });
    }
  }
};

/** Kinds of references that a cache saves. */
const CACHED: ReadonlySet<string> = new Set(['s', 'vs', 'g', 'mpt', 'io', 'total']);

/** A cold count needs empty caches: `costing` itself never flushes. */
export const checkCosts: CaseCheck = (view, accept) => {
  if (wordOf(view.frame, 'caching') === 'none') return;
  let warm = false;
  for (const { line } of view.lines) {
    if (line.kind === 'flush') warm = warm && line.what !== 'all' && line.what !== 'tlb';
    if (line.kind !== 'step' || line.action.do !== 'attempt') continue;
    const actor = hartActor(line);
    if (actor === null || actor.domain === null) continue;
    const outcomes = [
      ...(coveredByCaching(line) ? [] : [line.outcome]),
      ...line.whens
        .filter((when) => !when.when.some(({ word }) => word === 'caching'))
        .map((when) => when.outcome),
    ];
    if (warm) {
      for (const outcome of outcomes) {
        if (!countsCold(outcome)) continue;
        accept(
          'SDT406',
          outcome.span,
          'an exact count, but nothing was flushed since the last access',
          {
            help: "put 'flush all' before the step, or write the warm count under 'when caching is ..'",
          },
        );
      }
    }
    warm = true;
  }
};

/** Whether `when caching is ..` lines say what holds under each policy that keeps something. */
function coveredByCaching(step: StepLine): boolean {
  return step.whens.some((when) => when.when.some(({ word }) => word === 'caching'));
}

function countsCold(outcome: PlanOutcome): boolean {
  return outcome.alternatives.some(({ costing }) =>
    costing.some(
      ({ counter, from, to }) =>
        CACHED.has(counter) && from !== null && !(from === 0n && (to === null || to === 0n)),
    ),
  );
}

/** After a raw write of the table register nobody knows whose tables a domain's actor runs on. */
export const checkRawRegisters: CaseCheck = (view, accept) => {
  const raw = new Set<number>();
  for (const { placed, line } of view.lines) {
    if (line.kind !== 'step') continue;
    const actor = hartActor(line);
    if (actor === null) continue;
    if (line.action.do === 'csr write' && /^(mmpt|mttp)$/.test(line.action.csr))
      raw.add(actor.hart);
    if (line.action.do === 'attempt' && actor.domain !== null && raw.has(actor.hart)) {
      const s = placed.line.statement;
      accept(
        'SDT423',
        s.kind === 'step' && s.actor !== null ? s.actor.span : s.span,
        `'${actor.name}' is switched to its own table: the raw value is gone`,
        { help: "an actor without a domain ('actor probe in S') runs on what the CSRs hold" },
      );
      raw.delete(actor.hart);
    }
  }
};
