/** The list of workloads, one budget each. */
import { bootToPrompt } from './boot.ts';
import { ENGINE } from './engine.ts';
import { calls, operations } from './firmware.ts';
import { flat, parse, tableCases, textCases } from './language.ts';
import { reset, served, walks } from './machine.ts';
import { lifeCycle } from './life-cycle.ts';
import type { Workload } from './measure.ts';
import { firstVerdict, reports } from './process.ts';

export const WORKLOADS: readonly Workload[] = [
  walks,
  served,
  reset,
  parse,
  tableCases,
  textCases,
  flat,
  firstVerdict,
  reports,
  operations,
  calls,
  lifeCycle,
  ...ENGINE,
  bootToPrompt,
];
