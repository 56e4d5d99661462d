/** A compiled file as a run sees it: scenarios whose cases are made by number and dropped again. */
import type { Diagnostic, Plan } from '../dsl/index.ts';

export interface Script {
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty when a diagnostic is an error. */
  readonly scenarios: readonly ScriptScenario[];
}

export interface ScriptScenario {
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
}

/** Whether a diagnostic keeps the file from running. */
export function hasErrors(script: Script): boolean {
  return script.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
