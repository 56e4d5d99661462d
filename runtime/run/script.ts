/** A compiled file as a run sees it: scenarios whose cases are made by number and dropped again. */
import type { Diagnostic, Plan, Span } from '../../dsl/index.ts';

export interface Script {
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether an error, of this file or of one that it uses, keeps it from running. */
  readonly broken: boolean;
  /** Empty when it is broken. */
  readonly scenarios: readonly ScriptScenario[];
  /** Workloads of `measure` sections, for comparisons of models. */
  readonly measures: readonly ScriptScenario[];
}

export interface ScriptScenario {
  /** `path#title`: what the ids of its cases start with. */
  readonly name: string;
  /** As written, parameters unfilled. */
  readonly title: string;
  /** 1-based line of `scenario`. */
  readonly line: number;
  readonly tags: readonly string[];
  readonly covers: readonly string[];
  /** How many cases its axes and table make. */
  readonly count: number;
  /** `path#title[axis=value,...]` of case `k`, from 0. */
  id(k: number): string;
  expand(k: number): Plan;
  /** Where its `covers` names the rule. */
  coversSpan(rule: string): Span;
}
