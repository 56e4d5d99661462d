/** What firmware tells of itself: as counters, and as rules that it has decided. */
import type { Tally } from '../access/tally.ts';
import type { Note } from '../firmware/port.ts';
import type { Fired, RuleId } from '../rules/fired.ts';
import { RULE_IDS } from '../rules/fired.ts';

let indices: ReadonlyMap<RuleId, number> | null = null;

export function mark(fired: Fired, rule: RuleId): void {
  indices ??= new Map(RULE_IDS.map((id, index) => [id, index]));
  const index = indices.get(rule);
  if (index !== undefined) fired[index] = 1;
}

export function count(counts: Tally, note: Note): void {
  switch (note.what) {
    case 'world switch':
      counts.world_switch++;
      return;
    case 'exit':
      counts.exit++;
      return;
    case 'ipi':
      counts.ipi++;
      return;
    case 'scrubbed':
      counts.scrubbed += note.bytes;
      return;
    case 'shadow':
      counts[`shadow_${note.event}`] += note.entries;
      counts.fill += note.references ?? 0;
      return;
    case 'refused':
    case 'step':
      return;
  }
}
