/** Fetching: from a pc to a record, through the access path. */
import { EXECUTE, OPERATIONS } from '../access/kinds.ts';
import { PLAIN } from '../access/physical.ts';
import type { Flow } from '../hart/executor.ts';
import { CELL } from '../memory/layout.ts';
import { WATCH } from '../memory/memory.ts';
import { nextPage, virtualPages } from '../memory/page.ts';
import { R } from '../rules/fired.ts';
import type { CodePages } from './code-pages.ts';
import type { Core } from './core.ts';

/** The record of the pc is known. */
export const FETCHED = -1;

/** What may be kept of code, and how it is fetched. */
export interface FetchRules {
  /** Parcels of 2 bytes; else 4 bytes at once. */
  readonly isCompressed: boolean;
  /** Stores to code are not seen until FENCE.I. */
  readonly keepsCode: boolean;
}

/** Makes the pc's record that of the next instruction; or takes the trap of a fetch that was denied. */
export function fetch(core: Core, code: CodePages, rules: FetchRules): Flow | typeof FETCHED {
  const { executor, page, offset } = core;
  const { hart, mode } = executor;
  const { port } = hart;
  const { physical } = port;
  const first = rules.isCompressed ? 2 : 4;
  const why = hart.perform(mode, OPERATIONS.fetch, page, offset, first);
  if (why !== null) return executor.fetchFault(why, page, offset);
  const word = hart.path.value.lo;
  const needs = physical.rightsOf(EXECUTE, port.context.mode === 'M');
  const frame = physical.ready(port.page, needs | PLAIN);
  const isLast = offset === 4094;
  if (frame < 0 || (isLast && (lengthOf(word) === 4 || !isSettled(core)))) {
    return fetchRest(core, code, word, first);
  }
  const position = code.make(hart.id, frame);
  if (!rules.keepsCode) physical.memory.watch(frame, WATCH.code);
  // Watching the page may have dropped the ways.
  core.refresh();
  hart.ways.fill('fetch', core.pcLow, core.pcHigh, position);
  const record = position + offset * 8;
  core.stand(record, false);
  if (isLast) code.write(hart.id, record, word, offset);
  else code.ensure(hart.id, record);
  return FETCHED;
}

/** Whether it is known already that an instruction at a page's end does not look at the next (SMMPT-SPLIT-11). */
function isSettled({ executor }: Core): boolean {
  const { fired } = executor.hart.port;
  return fired[R.SMMPT_SPLIT_11] === 1 || !executor.hart.csrs.platform.features.has('Smsd');
}

/** An instruction in two pages, or in a page that is not allowed as a whole: its parts are fetched each time. */
function fetchRest(
  core: Core,
  code: CodePages,
  head: number,
  first: number,
): Flow | typeof FETCHED {
  const { hart } = core.executor;
  let word = head;
  if (lengthOf(word) > first) {
    const flow = fetchPart(core, first);
    if (flow !== FETCHED) return flow;
    word |= hart.path.value.lo << 16;
  }
  const position = core.cells + CELL.single;
  code.write(hart.id, position, word, -1);
  core.stand(position, true);
  return FETCHED;
}

/** Fetches the parcel `distance` bytes behind the pc. */
function fetchPart(core: Core, distance: number): Flow | typeof FETCHED {
  const { executor, page, offset } = core;
  const { hart, mode, registers } = executor;
  const at = offset + distance;
  const isNext = at >= 4096;
  const partPage = isNext ? nextPage(page, virtualPages(registers.xlen)) : page;
  const partOffset = isNext ? at - 4096 : at;
  const why = hart.perform(mode, OPERATIONS.fetch, partPage, partOffset, 2);
  if (isNext && hart.port.context.domain !== null) hart.csrs.fired[R.SMMPT_SPLIT_10] = 1;
  return why === null ? FETCHED : executor.fetchFault(why, partPage, partOffset);
}

const lengthOf = (word: number): 2 | 4 => ((word & 3) === 3 ? 4 : 2);
