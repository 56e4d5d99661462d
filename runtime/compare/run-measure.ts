/** One workload under one model: run as a case is, counted over its rounds. */
import type { Plan } from '../../dsl/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import type { Files } from '../session/files.ts';
import { CaseRun } from '../session/case-run.ts';
import { refusalOf, setupFor } from '../session/session.ts';
import type { Variation } from '../session/variation.ts';
import type { Measured, Workload } from './measured.ts';

/** `section`: its title as written. What came of it; a string says what went wrong: a workload that does not do what it says counts nothing. */
export function runMeasure(
  section: string,
  plan: Plan,
  model: string,
  backEnd: BackEnd,
  variation: Variation,
  files: Files,
): Measured | string {
  const workload = workloadOf(section, plan);
  const skipped = (why: string): Measured => ({
    ...workload,
    model,
    rounds: 0,
    counts: null,
    caches: null,
    skipped: why,
  });
  // Every access must be seen.
  const counted: Variation = { ...variation, model, ways: 'off' };
  const setup = setupFor(plan, counted);
  if (!('platform' in setup)) {
    return setup.status === 'skip' ? skipped(setup.reason) : setup.reason;
  }
  const refusal = refusalOf(plan, backEnd, setup);
  if (refusal !== null) return refusal.status === 'skip' ? skipped(refusal.reason) : refusal.reason;
  const run = new CaseRun(plan, backEnd, setup, counted, files);
  const ended = run.run(null);
  if (ended.status === 'skip') return skipped(ended.reason ?? 'skipped');
  const [failure] = ended.failures;
  if (failure !== undefined) {
    return `${failure.span.file}:${failure.span.line}: ${failure.message}`;
  }
  if (run.measured === null) return ended.reason ?? `${workload.title} has no line 'repeats'`;
  const { caching, cacheSizes } = setup.platform;
  return {
    ...workload,
    model,
    ...run.measured,
    caches: { policy: caching, ...cacheSizes },
    skipped: null,
  };
}

function workloadOf(section: string, { file, title, bindings }: Plan): Workload {
  return { file, section, title, axes: bindings };
}
