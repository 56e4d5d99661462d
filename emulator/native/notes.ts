/** What firmware tells of itself, as counters. */
import type { Tally } from '../access/tally.ts';
import type { Note } from '../firmware/port.ts';

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
    case 'step':
      return;
  }
}
