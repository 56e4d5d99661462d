/** How a run of a program ended: its exit status, and what is said about it. */
import type { Stop } from '../../emulator/index.ts';

/** Status of a run that no program ended: as for a case that takes too long. */
export const UNFINISHED = 3;
/** The largest code of a program that is an exit status: shells use those above for themselves. */
const LARGEST_CODE = 125;

export interface Outcome {
  readonly status: number;
  /** A sentence; null: nothing to say. */
  readonly says: string | null;
  /** Whether it matters where the harts are. */
  readonly isLost: boolean;
}

/** `stop`: not one by `until` or `trap`, which nobody asks for. */
export function outcomeOf(stop: Stop, steps: number): Outcome {
  const lost = (says: string): Outcome => ({ status: UNFINISHED, says, isLost: true });
  if (stop.why === 'waiting') {
    return lost(`every hart waits for an interrupt, and none can come (after ${steps} steps)`);
  }
  if (stop.why !== 'finished' || stop.end === null) {
    return lost(`the step budget of ${steps} is used up`);
  }
  const { end } = stop;
  switch (end.kind) {
    case 'pass':
      return { status: 0, says: null, isLost: false };
    case 'fail': {
      const status = end.code >= 1 && end.code <= LARGEST_CODE ? end.code : 1;
      const note = status === end.code ? '' : ` (exit status ${status})`;
      return { status, says: `the program failed with code ${end.code}${note}`, isLost: false };
    }
    case 'reset':
      return { status: UNFINISHED, says: 'the program asked for a reset', isLost: false };
    case 'refused':
      return { status: UNFINISHED, says: end.why, isLost: true };
  }
}
