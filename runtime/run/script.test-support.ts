/** Scripts and results made up for the tests of selection, order and scheduling. */
import type { Plan } from '../../dsl/index.ts';
import { result } from '../reporters/stream.test-support.ts';
import type { CaseResult } from '../session/results.ts';
import type { Script } from './script.ts';

interface Sketch {
  readonly title: string;
  readonly count?: number;
  readonly line?: number;
  readonly tags?: readonly string[];
  readonly covers?: readonly string[];
}

/** A script whose plans carry no more than their identity. */
export function fakeScript(path: string, sketches: readonly Sketch[]): Script {
  const scenarios = sketches.map((sketch, index) => {
    const { title, count = 1, line = 10 * (index + 1), tags = [], covers = [] } = sketch;
    const id = (k: number) => `${path}#${title}${count > 1 ? `[k=${k}]` : ''}`;
    const span = { file: path, line, col: 1, end: 9 };
    const expand = (k: number) =>
      ({ id: id(k), file: path, title, span, number: k, tags, covers }) as unknown as Plan;
    return {
      name: `${path}#${title}`,
      title,
      line,
      tags,
      covers,
      count,
      id,
      expand,
      coversSpan: () => span,
    };
  });
  return { path, diagnostics: [], broken: false, scenarios, measures: [] };
}

/** What running such a plan gives. */
export function fakeResult(plan: Plan, some: Partial<CaseResult> = {}): CaseResult {
  const { id, file, title, span, covers } = plan;
  return result({ id, file, title, covers, line: span.line, milliseconds: 0, ...some });
}
