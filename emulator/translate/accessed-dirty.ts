/** Hardware update of A and D (Svadu): an implicit write, checked like one, that compares before it writes. */
import type { Port } from '../access/port.ts';
import type { Reason } from '../rules/reasons.ts';
import { A, D } from './pte.ts';
import type { Stage } from './stage.ts';

export const accessedDirtyDecisions = {
  /** The entry after the update; D only for a write. */
  updated: (lo: number, writes: boolean): number => (writes ? lo | A | D : lo | A),
};

/**
 * Sets A (and D) in the leaf at a page and offset of the stage's own address space; leaves the new low half in
 * `port.lo`. The entry is unchanged where the write is denied.
 */
export function setAccessed(
  port: Port,
  stage: Stage,
  ownPage: number,
  ownOffset: number,
  lo: number,
  hi: number,
  writes: boolean,
): Reason | null {
  port.pass('leaf', -1);
  const updated = port.decide.accessedDirty.updated(lo, writes);
  return port.writeEntry(stage, ownPage, ownOffset, updated, hi, writes);
}
