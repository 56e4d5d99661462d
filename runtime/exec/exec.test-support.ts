/** Runs a program for a test: assembly text or a file in, what it printed and how it ended out. */
import { Dialogue } from '../../emulator/index.ts';
import type { DialogueLine } from '../../emulator/index.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';
import type { Variation } from '../session/variation.ts';
import { exec } from './exec.ts';
import type { Ended } from './exec.ts';
import { powerOn } from './power-on.ts';
import type { ExecRequest, Powered } from './power-on.ts';

export interface Trial extends Ended {
  /** What the UART printed. */
  readonly text: string;
  /** Lines of the trace; none unless asked for. */
  readonly trace: readonly string[];
  readonly powered: Powered;
}

export interface TrialOptions extends Partial<Omit<ExecRequest, 'variation'>> {
  readonly variation?: Partial<Variation>;
  readonly maxSteps?: number;
  readonly isTraced?: boolean;
  readonly lines?: readonly DialogueLine[];
}

/** Enough for a test: the collector counts what a machine could touch. */
const SMALL = { base: 0x8000_0000n, size: 0x100_0000n };

/** A request with what it leaves open as `sdt exec` has it. */
export function requestOf(program: string | Uint8Array, options: TrialOptions = {}): ExecRequest {
  const bytes = typeof program === 'string' ? new TextEncoder().encode(program) : program;
  return {
    program: { name: typeof program === 'string' ? 'test.s' : 'test.bin', bytes },
    payload: null,
    at: null,
    tree: null,
    faults: {},
    isa: null,
    harts: 1,
    ram: SMALL,
    ...options,
    variation: { ...DEFAULT_VARIATION, ...options.variation },
  };
}

/** Why a program is not even loaded. */
export function refusalOf(program: string | Uint8Array, options: TrialOptions = {}): string {
  const powered = powerOn(requestOf(program, options));
  if (!('message' in powered)) throw new Error('it was loaded');
  return `${powered.message}; ${powered.advice}`;
}

export async function trial(
  program: string | Uint8Array,
  options: TrialOptions = {},
): Promise<Trial> {
  const powered = powerOn(requestOf(program, options));
  if ('message' in powered) throw new Error(powered.message);
  const dialogue = new Dialogue(options.lines ?? []);
  powered.machine.execution.terminal = dialogue;
  const trace: string[] = [];
  const ended = await exec(powered, {
    maxSteps: options.maxSteps ?? 1_000_000,
    trace: options.isTraced === true ? (lines) => trace.push(...lines.trimEnd().split('\n')) : null,
    between: () => Promise.resolve(null),
  });
  return { ...ended, text: dialogue.text, trace, powered };
}

/** The last lines of a program: the finisher hears `code` (0: a pass). */
export const finish = (code = 0): string => `
  li t5, 0x100000
  li t6, ${code === 0 ? 0x5555 : 0x3333 + code * 65536}
  sw t6, 0(t5)
`;
