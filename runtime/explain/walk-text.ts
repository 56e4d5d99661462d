/** A walk in a few short lines: `vs L2 0x8800_0000  g L2 L1  mpt L3 L2 L1 L0`, the denial at the end. */
import { wasRead } from './decode-entry.ts';
import type { ShownStep } from '../session/results.ts';
import { hex } from './text-width.ts';

/** Lines of the longest walk that is shown: programs make many. */
const SHOWN = 12;

/** One line for each table entry of the outermost walk, with the walks on its behalf behind it; the last ones of many. */
export function walkLines(walk: readonly ShownStep[]): readonly string[] {
  const lines = allLines(walk);
  const left = lines.length - SHOWN;
  return left <= 0 ? lines : [`(${left} lines of earlier references)`, ...lines.slice(left)];
}

function allLines(walk: readonly ShownStep[]): readonly string[] {
  const lines: string[] = [];
  let nested: ShownStep[] = [];
  /** The step whose line the next level of the same protection walk continues. */
  let open: ShownStep | null = null;
  for (const step of walk) {
    if (step.stage === 'pmp') {
      lines.push(verdictText(step));
      open = null;
    } else if (step.depth > 0) nested.push(step);
    else {
      const goesOn = nested.length === 0 && open?.stage === step.stage && step.level < open.level;
      if (goesOn) lines.push(`${lines.pop() ?? ''} L${step.level}${ending(step)}`);
      else lines.push([head(step) + ending(step), ...segments(nested)].join('  '));
      open = isProtection(step) ? step : null;
      nested = [];
    }
  }
  // The read of an entry was denied: the entry itself was never seen.
  if (nested.length > 0) lines.push(segments(nested).join('  '));
  return lines;
}

/** `pmp 0x8110_0000 rw (cached by line 8; PMP changed at line 9; no fence since)`. */
export function verdictText(step: ShownStep): string {
  const rights = ['r', 'w', 'x'].filter((_, bit) => ((step.entry >> BigInt(bit)) & 1n) === 1n);
  return `pmp ${hex(step.at)} ${rights.join('') || 'none'}${originText(step)}`;
}

/** Protection-table steps of one access stand on one line: their addresses say little. */
function isProtection(step: ShownStep): boolean {
  return step.stage.startsWith('m');
}

function head(step: ShownStep): string {
  const place = isProtection(step) ? '' : ` ${hex(step.at)}`;
  const entry = isProtection(step) || isDenied(step) ? '' : ` entry ${hex(step.entry)}`;
  return `${step.stage} L${step.level}${place}${entry}`;
}

function segments(steps: readonly ShownStep[]): readonly string[] {
  const parts: string[] = [];
  let stage: string | null = null;
  for (const step of steps) {
    const level = `L${step.level}${ending(step)}`;
    if (step.stage === stage) parts.push(`${parts.pop() ?? ''} ${level}`);
    else parts.push(`${step.stage} ${level}`);
    stage = step.stage;
  }
  return parts;
}

/** Where an entry came from, when that is out of the ordinary: ` (cached)`, ` (written by line 9)`. */
export function originText({ kept, byHand }: ShownStep): string {
  const from = kept === null ? '' : ` (${kept})`;
  return byHand === null ? from : `${from} (written by line ${byHand})`;
}

function ending(step: ShownStep): string {
  const from = originText(step);
  if (!isDenied(step)) return from;
  return `${from} DENY${wasRead(step) ? ` entry ${hex(step.entry)}` : ''} (${step.verdict})`;
}

function isDenied(step: ShownStep): boolean {
  return step.verdict !== 'next' && step.verdict !== 'leaf';
}
