/** Whether a scenario speaks of the protection table itself: then it means nothing where something else isolates. */
import type { Plan, PlanLine, PlanOutcome } from '../../dsl/index.ts';

/** Entries, reasons or counts of a protection table, or a mode of it where no model is named. */
export function isAboutTable(plan: Plan): boolean {
  const properties = plan.machine.properties.map(({ name }) => name);
  if (properties.includes('model') || plan.lines.some(({ kind }) => kind === 'repeats'))
    return false;
  return properties.includes('mpt') || plan.lines.some((line) => mentions(line, plan));
}

function mentions(line: PlanLine, { lines }: Plan): boolean {
  switch (line.kind) {
    case 'entry':
      return lines.some((other) => other.kind === 'domain' && other.name === line.of);
    case 'grant':
      return line.using !== null;
    case 'fence':
      return line.fence === 'mpt';
    case 'step':
      return speaks(line.outcome) || line.whens.some(({ outcome }) => speaks(outcome));
    default:
      return false;
  }
}

function speaks({ alternatives }: PlanOutcome): boolean {
  return alternatives.some(
    ({ because, costing }) =>
      /^(mpt|mtt)\./.test(because ?? '') || costing.some(({ counter }) => counter === 'mpt'),
  );
}
