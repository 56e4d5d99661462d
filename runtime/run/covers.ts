/** `covers` held to its word: over all cases and policies of a scenario, every rule it names must have been decided. */
import { RULE_LISTS } from '../../emulator/index.ts';
import type { CaseResult, Failure } from '../session/results.ts';
import type { Selected } from './select.ts';

/** Rules of the lists whose machinery is not modelled yet: claims about them are not judged. */
const LATER: ReadonlySet<string> = new Set([...RULE_LISTS.cove, ...RULE_LISTS.io]);

/** What is known of one scenario while its results come in. */
export class CoversJudge {
  readonly #selected: Selected;
  readonly #missing: Set<string>;
  #results = 0;
  #passed = 0;
  #unclear = false;

  constructor(selected: Selected) {
    this.#selected = selected;
    this.#missing = new Set(selected.scenario.covers.filter((rule) => !LATER.has(rule)));
  }

  add(result: CaseResult): void {
    this.#results++;
    for (const rule of result.fired) this.#missing.delete(rule);
    if (result.status === 'pass') this.#passed++;
    // A case that ended early has not shown what it would have covered.
    else if (result.status !== 'skip') this.#unclear = true;
  }

  /** How many results have come in. */
  get results(): number {
    return this.#results;
  }

  /**
   * The failing result of the scenario as a whole; null when every rule was decided, or when that cannot be said:
   * not all of its cases were selected, none passed, or one ended early.
   */
  verdict(variation: string): CaseResult | null {
    const { scenario, cases, script } = this.#selected;
    const judged = cases.length === scenario.count && this.#passed > 0 && !this.#unclear;
    if (!judged || this.#missing.size === 0) return null;
    const failures = [...this.#missing].map((rule): Failure => ({
      span: scenario.coversSpan(rule),
      message: `no case of the scenario makes the model decide ${rule}: correct the list, or add the attempt that does`,
      expected: `${rule} decided`,
      actual: 'never decided',
      because: null,
      rule: null,
      walk: [],
      kind: 'covers-not-fired',
    }));
    return {
      id: scenario.name,
      file: script.path,
      line: scenario.line,
      suite: null,
      title: scenario.title,
      tags: scenario.tags,
      status: 'fail',
      reason: null,
      failures,
      covers: scenario.covers,
      fired: [],
      witnesses: [],
      costs: [],
      steps: 0,
      milliseconds: 0,
      variation,
    };
  }
}
