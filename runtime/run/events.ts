/** The stream that a run is: NDJSON is its literal form, every reporter a small consumer of it. */
import type { Diagnostic } from '../../dsl/index.ts';
import type { CaseResult, Status } from '../session/results.ts';

/** How many results had each status. */
export type Tally = Readonly<Record<Status, number>>;

export type RunEvent =
  | {
      readonly event: 'run started';
      readonly version: string;
      readonly seed: number;
      /** Cases: of the selection, and of all files. */
      readonly selected: number;
      readonly total: number;
      readonly shard: string | null;
      readonly files: number;
      readonly arguments: readonly string[];
      /** Every selected case runs once under each: their names, as `CaseResult.variation` has them. */
      readonly variations: readonly string[];
    }
  | { readonly event: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly event: 'case'; readonly result: CaseResult }
  | {
      readonly event: 'run ended';
      readonly counts: Tally;
      readonly milliseconds: number;
      readonly exitCode: number;
      /** Why the run stopped early, if it did. */
      readonly interrupted: string | null;
    };
