/** What firmware did for one line of a scenario, for those who explain it. */
import type { Plan } from '../../dsl/index.ts';
import type { Profile } from '../../emulator/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { hex } from '../explain/text-width.ts';
import { callName } from '../judge/describe.ts';

const ADDRESS = /0x[0-9a-f]{7,}/g;
const CALL = /a7 (0x[0-9a-f]+), a6 (0x[0-9a-f]+)/;

/**
 * Traps, CSR writes, table edits, fences and world switches, one line each; with the hart in front where there are
 * several, and addresses within regions by the region's name.
 */
export function firmwareSteps(
  backEnd: BackEnd,
  { regions }: Plan,
  profile: Profile,
): readonly string[] {
  const steps = backEnd.takeFirmwareLog();
  const isAlone = new Set(steps.map(({ hart }) => hart)).size < 2;
  const named = (digits: string): string => {
    const value = BigInt(digits);
    const region = regions.find(({ base, size }) => value >= base && value < base + size);
    if (region === undefined) return hex(value);
    return value === region.base ? region.name : `${region.name} + ${hex(value - region.base)}`;
  };
  return steps.map(({ hart, text }) => {
    const called = text.replace(CALL, (_all, eid: string, fid: string) =>
      callName(BigInt(eid), BigInt(fid), profile),
    );
    const line = called.replace(ADDRESS, named);
    return isAlone ? line : `hart ${hart}: ${line}`;
  });
}
