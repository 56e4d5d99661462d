/** Which rules the suites decide, assert, or only touch: the arithmetic behind `sdt cover`. */
import { covering, kills, type FaultRun, type PlantedFault } from './faults-run.ts';
import type { CaseResult, Witness } from '../session/results.ts';

export interface RuleRow {
  readonly id: string;
  readonly statement: string;
  /** A scenario that passed says `covers` it. */
  readonly asserted: boolean;
  /** The model decided it while such a scenario ran. */
  readonly fired: boolean;
  /** A fault in the function that decides it makes such a scenario fail; null: not tried. */
  readonly decided: boolean | null;
  /** Why it stands outside the denominator; null: it does not. */
  readonly exempt: string | null;
}

export type RuleState =
  'decided' | 'asserted and fired' | 'fired only' | 'asserted only' | 'neither' | 'exempt';

export function stateOf(row: RuleRow): RuleState {
  if (row.decided === true) return 'decided';
  if (row.exempt !== null) return 'exempt';
  if (row.asserted) return row.fired ? 'asserted and fired' : 'asserted only';
  return row.fired ? 'fired only' : 'neither';
}

/** A member of a set of outcomes that no result chose: either nothing can make it happen, or no policy tried. */
export interface Unwitnessed {
  readonly file: string;
  readonly line: number;
  readonly member: string;
  /** The whole set, as written. */
  readonly members: readonly string[];
}

interface Choice {
  readonly witness: Witness;
  readonly chosen: Set<number>;
}

/** Adds up results as they come; nothing of a case is kept but its rules. */
export class Coverage {
  readonly #asserted = new Set<string>();
  readonly #fired = new Set<string>();
  readonly #choices = new Map<string, Choice>();
  #decided: Set<string> | null = null;

  add(result: CaseResult): void {
    for (const rule of result.fired) this.#fired.add(rule);
    for (const witness of result.witnesses) this.#witness(witness);
    if (result.status !== 'pass') return;
    for (const rule of result.covers) this.#asserted.add(rule);
  }

  #witness(witness: Witness): void {
    const { file, line, col } = witness.span;
    // Cases of one line may fill other members in.
    const key = [file, line, col, ...witness.members].join('\n');
    let choice = this.#choices.get(key);
    if (choice === undefined) this.#choices.set(key, (choice = { witness, chosen: new Set() }));
    choice.chosen.add(witness.chosen);
  }

  /** Members of sets that no result chose, by place. */
  unwitnessed(): readonly Unwitnessed[] {
    return [...this.#choices.values()].flatMap(({ witness: { span, members }, chosen }) =>
      members
        .filter((_, index) => !chosen.has(index))
        .map((member) => ({ file: span.file, line: span.line, member, members })),
    );
  }

  /** Runs each fault against the scenarios that cover what it breaks. */
  prove(run: FaultRun, faults: readonly PlantedFault[]): void {
    const decided = (this.#decided ??= new Set());
    for (const fault of faults) {
      const open = fault.breaks.filter((rule) => !decided.has(rule));
      for (const kill of kills(run, fault, covering(run.scripts, open))) {
        for (const rule of kill.covers) if (fault.breaks.includes(rule)) decided.add(rule);
      }
    }
  }

  /** One row for each rule of the catalogue, in its order. */
  rows(
    catalogue: readonly { readonly id: string; readonly statement: string }[],
    exempt: ReadonlyMap<string, string>,
  ): RuleRow[] {
    return catalogue.map(({ id, statement }) => ({
      id,
      statement,
      asserted: this.#asserted.has(id),
      fired: this.#fired.has(id),
      decided: this.#decided === null ? null : this.#decided.has(id),
      exempt: exempt.get(id) ?? null,
    }));
  }
}

/** Percent of the rules in the denominator that are decided (or, without a proof, asserted and fired). */
export function percent(rows: readonly RuleRow[]): number {
  const counted = rows.filter((row) => row.exempt === null);
  const good = counted.filter((row) => row.decided ?? (row.asserted && row.fired));
  return counted.length === 0 ? 100 : (100 * good.length) / counted.length;
}
