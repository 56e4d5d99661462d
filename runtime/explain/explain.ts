/** `sdt explain`: what a case built, and every memory reference of one of its lines as a tree. */
import type { Plan, PlanAction, PlanProgramLine } from '../../dsl/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { CaseRun } from '../session/case-run.ts';
import type { Ended } from '../session/ended.ts';
import { runsGuests } from '../firmware/needs.ts';
import { decodeEntry, wasRead } from './decode-entry.ts';
import { cacheLines } from './explain-caches.ts';
import { builtLines, mapLines } from './explain-map.ts';
import { type Files, NO_FILES } from '../session/files.ts';
import type { ShownStep } from '../session/results.ts';
import { refusalOf, setupFor } from '../session/session.ts';
import { codeLines, instructionLines } from './explain-instruction.ts';
import { hex } from './text-width.ts';
import type { Variation } from '../session/variation.ts';
import { originText, verdictText } from './walk-text.ts';

export interface ExplainOptions {
  /** 1-based line of the scenario's file; null: the last step of the case. */
  readonly line: number | null;
  /** Also regions, owners and permissions per domain, as they stand after that line. */
  readonly map: boolean;
}

export interface Explanation {
  /** What there is to say; for a case that cannot run, one line that says why. */
  readonly lines: readonly string[];
  /** False: the line neither accesses memory nor changes a cache, and no map was asked for. */
  readonly says: boolean;
}

export function explainCase(
  plan: Plan,
  backEnd: BackEnd,
  variation: Variation,
  options: ExplainOptions,
  files: Files = NO_FILES,
): Explanation {
  const setup = setupFor(plan, variation);
  const refusal = 'platform' in setup ? refusalOf(plan, backEnd, setup) : setup;
  if (refusal !== null || !('platform' in setup)) {
    return { lines: [`${refusal?.status ?? 'error'}: ${refusal?.reason ?? ''}`], says: true };
  }
  const within = programLine(plan, options.line);
  const [first = -1, ...others] = within?.runBy ?? [lineIndex(plan, options.line)];
  if (first < 0) return { lines: [], says: options.line === null };
  const line = within?.line ?? null;
  const runTo = (to: number) => {
    const run = new CaseRun(plan, backEnd, setup, variation, files);
    return { index: to, run, ended: run.run(to, to, line) };
  };
  let { index, run, ended } = runTo(first);
  for (const other of others) {
    if (run.observed !== null || ended.line < index) break;
    ({ index, run, ended } = runTo(other));
  }
  const lines = [`machine ${machineWords(run)}`, ...builtLines(run.world)];
  let says = options.map || ended.status !== 'pass';
  if (ended.status === 'skip' || ended.status === 'error') {
    lines.push(`${ended.status}: ${ended.reason ?? ''}`);
  }
  if (ended.line < index) {
    lines.push(
      `the case ends before line ${options.line ?? 0}, as line ${lineOf(plan, ended.line)} fails`,
    );
  } else {
    const about =
      within === null
        ? lineLines(plan, index, run, ended)
        : programLineLines(within, index, run, ended);
    says ||= about.length > 0;
    lines.push('', ...about);
  }
  if (options.map) lines.push('', ...mapLines(run.world));
  return { lines, says };
}

/** What a line of a program became, what it gave, and the entries that were read on the way. */
function programLineLines(
  { line, program }: ProgramPlace,
  runBy: number,
  run: CaseRun,
  ended: Ended,
): readonly string[] {
  const placed = run.world.programs.get(program)?.lines.find((other) => other.line === line);
  const number = line.span.line;
  const title = `line ${number} of program ${program}, which line ${lineOf(run.world.plan, runBy)} runs`;
  const code = placed === undefined ? [] : codeLines(placed, program, run.world);
  if (run.observed === null) return [`${title}: it did not come so far`, ...code];
  const { expected, actual, message } = run.observed;
  return [
    `${title}: expected ${expected}, got ${actual}`,
    ...(message === null ? [] : [`  ${message}`]),
    ...code,
    ...treeLines(ended.walk, run.world.platform.xlen),
  ];
}

interface ProgramPlace {
  readonly program: string;
  readonly line: PlanProgramLine;
  /** Indices of the steps that may run it, in order. */
  readonly runBy: readonly number[];
}

/** The line of a program at a line of the scenario's file, or null. */
function programLine(plan: Plan, number: number | null): ProgramPlace | null {
  for (const program of plan.lines) {
    if (program.kind !== 'program') continue;
    const line = program.lines.find(({ span }) => span.line === number && span.file === plan.file);
    const runBy = line === undefined ? [] : stepsThatRun(plan, program.name);
    if (line !== undefined && runBy.length > 0) return { program: program.name, line, runBy };
  }
  return null;
}

/** The step that runs a program; of one that no step names, every step that may run a TVM. */
function stepsThatRun(plan: Plan, program: string): readonly number[] {
  const indices = (fits: (action: PlanAction) => boolean) =>
    plan.lines.flatMap((line, k) => (line.kind === 'step' && fits(line.action) ? [k] : []));
  const own = indices((action) => action.do === 'run' && action.program === program);
  return own.length > 0 ? own.slice(0, 1) : indices(runsGuests);
}

/** What the line gave, the entries it read as a tree, and what it did to the caches. */
function lineLines(plan: Plan, index: number, run: CaseRun, ended: Ended): readonly string[] {
  const line = plan.lines[index];
  const lines: string[] = [];
  if (run.observed !== null) {
    const { expected, actual, message, rule, state } = run.observed;
    lines.push(`line ${lineOf(plan, index)}: expected ${expected}, got ${actual}`);
    if (message !== null) lines.push(`  ${message}`);
    if (line?.kind === 'step' && line.action.do === 'execute') {
      lines.push(...instructionLines(line.action, run.world, state));
    }
    const calls = line?.kind === 'step' && (line.action.do === 'call' || runsGuests(line.action));
    // The references of a call and of the guest that it ran would hide what firmware did.
    if (!calls) lines.push(...treeLines(ended.walk, run.world.platform.xlen));
    lines.push(...ended.firmware.map((step) => `  ${step}`));
    const denied = ended.walk.findLast(({ verdict }) => verdict !== 'next' && verdict !== 'leaf');
    const decided = rule ?? denied?.rule ?? null;
    if (decided !== null) lines.push(`  rule ${decided}`);
  }
  const isAttempt = line?.kind === 'step' && line.action.do === 'attempt';
  if (isAttempt && ended.walk.length === 0) lines.push('  no table was read');
  const cached = isAttempt ? [] : cacheLines(run.world.history?.changes() ?? []);
  if (lines.length === 0 && cached.length > 0) lines.push(`line ${lineOf(plan, index)}:`);
  return [...lines, ...cached];
}

/** The plan line at a line of the scenario's file, the last one where several share it; for null the last step. */
export function lineIndex(plan: Plan, line: number | null): number {
  return plan.lines.findLastIndex(({ kind, span }) =>
    line === null ? kind === 'step' : span.line === line && span.file === plan.file,
  );
}

function lineOf(plan: Plan, index: number): number {
  return plan.lines[index]?.span.line ?? 0;
}

function machineWords({ world }: CaseRun): string {
  const { platform, setup } = world;
  const words = [
    `xlen ${platform.xlen}`,
    `revision ${platform.revision}`,
    `model ${setup.model}`,
    `mpt ${setup.mpt ?? 'bare'}`,
    `caching ${platform.caching}`,
    ...platform.faults.map((fault) => `fault ${fault}`),
  ];
  return words.join(', ');
}

interface Node {
  readonly step: ShownStep;
  readonly children: readonly Node[];
}

/** One line for each entry read; below it, indented, the walks on behalf of that read. */
export function treeLines(walk: readonly ShownStep[], xlen: 32 | 64): readonly string[] {
  const lines: string[] = [];
  const print = (nodes: readonly Node[], depth: number) => {
    for (const { step, children } of nodes) {
      lines.push(`${'  '.repeat(depth + 1)}${stepText(step, xlen)}`);
      print(children, depth + 1);
    }
  };
  print(treeOf(walk), 0);
  return lines;
}

/** A step comes after the steps on its behalf, which are one level deeper. */
function treeOf(walk: readonly ShownStep[]): readonly Node[] {
  const pending: Node[] = [];
  for (const step of walk) {
    let first = pending.length;
    while (first > 0 && (pending[first - 1]?.step.depth ?? 0) > step.depth) first--;
    const children = pending.splice(first);
    pending.push({ step, children });
  }
  return pending;
}

function stepText(step: ShownStep, xlen: 32 | 64): string {
  const { stage, level, at, entry, verdict, rule } = step;
  if (stage === 'pmp') return verdictText(step);
  const ended = verdict !== 'next' && verdict !== 'leaf';
  const place = `${stage} L${level} ${hex(at)}`;
  const what = decodeEntry(stage, level, entry, xlen);
  const seen = wasRead(step) ? `${hex(entry)}${originText(step)}  ${what}` : 'not read';
  const end = ended ? `  DENY ${verdict}${rule === null ? '' : ` ${rule}`}` : '';
  return `${place}  ${seen}${end}`;
}
