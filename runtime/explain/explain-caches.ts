/** What a fence, or a line that fences, did to the caches: entries dropped and kept, hart by hart. */
import type { CachedEntry } from '../../emulator/index.ts';
import type { CacheChange } from '../session/history.ts';
import { bytes, hex } from './text-width.ts';

/** Entries named one by one; beyond, their number. */
const SHOWN = 12;

/** Nothing for harts whose caches were empty. */
export function cacheLines(changes: readonly CacheChange[]): readonly string[] {
  const lines: string[] = [];
  for (const { hart, before, after, staleVerdicts } of changes) {
    if (staleVerdicts.before > 0) {
      const dropped = staleVerdicts.before - staleVerdicts.after;
      lines.push(
        `  hart ${hart}: ${dropped} of ${staleVerdicts.before} PMP verdicts dropped that are no longer those of the registers`,
      );
    }
    if (before.length === 0) continue;
    const left = new Set(after.map(({ entry }) => nameOf(entry)));
    const dropped = before.filter((entry) => !left.has(nameOf(entry)));
    lines.push(
      `  hart ${hart}: ${dropped.length} of ${before.length} cached table entries dropped`,
    );
    const texts = [
      ...dropped.map((entry) => `dropped ${nameOf(entry)}`),
      ...after.map(({ entry, kept }) => {
        return `kept ${nameOf(entry)}${kept === 'cached' ? '' : ` (${kept})`}`;
      }),
    ];
    lines.push(...texts.slice(0, SHOWN).map((text) => `    ${text}`));
    if (texts.length > SHOWN) lines.push(`    and ${texts.length - SHOWN} more`);
  }
  return lines;
}

/** `mpt L0 for 0x8110_0000 size 64K, SDID 1`. */
function nameOf({ stage, level, base, size, sdid, vmid, asid }: CachedEntry): string {
  const tags = [`SDID ${sdid}`];
  if (stage === 'vs' || stage === 'g') tags.push(`VMID ${vmid}`);
  if (stage === 's' || stage === 'vs') tags.push(asid === null ? 'global' : `ASID ${asid}`);
  return `${stage} L${level} for ${hex(base)} size ${bytes(size)}, ${tags.join(', ')}`;
}
