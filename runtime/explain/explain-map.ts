/** What a case has built: domains and spaces, and for `explain --map` what each domain may do where. */
import { bytes, hex } from './text-width.ts';
import type { DomainState, World } from '../session/world.ts';

const XWR = ['none', 'r', 'w!', 'rw', 'x', 'rx', 'wx!', 'rwx'];
const PAGE = 4096n;
/** Pages of one region that are looked at one by one; beyond, the first and the last speak for it. */
const LIMIT = 16_384n;

interface Stretch {
  readonly base: bigint;
  readonly size: bigint;
  readonly rights: string;
}

/** Domains and spaces with their roots, and the register values that put them in force. */
export function builtLines(world: World): readonly string[] {
  const lines: string[] = [];
  if (world.domains.size > 0) lines.push('domains');
  for (const domain of world.domains.values()) {
    const root = domain.table === null ? 'no table' : `root ${hex(domain.table.root)}`;
    lines.push(`  ${domain.name} sdid ${domain.sdid} ${root} register ${hex(domain.register)}`);
  }
  if (world.spaces.size > 0) lines.push('spaces');
  for (const space of world.spaces.values()) {
    const { name, stage, domain, id, table, register } = space;
    lines.push(
      `  ${name} ${stage} in ${domain.name} id ${id} root ${hex(table.root)} register ${hex(register)}`,
    );
  }
  return lines;
}

/** One block per region: its extent, then the rights of each domain, equal neighbours run together. */
export function mapLines(world: World): readonly string[] {
  const lines: string[] = ['regions'];
  const pool = { name: 'rdsm.tables', base: world.pool.base, size: world.pool.size };
  for (const { name, base, size } of [...world.plan.regions, pool]) {
    lines.push(`  ${name} ${hex(base)}..${hex(base + size - 1n)} size ${bytes(size)}`);
    for (const domain of world.domains.values()) {
      if (domain.table === null) {
        lines.push(`    ${domain.name} unrestricted`);
        continue;
      }
      for (const stretch of stretches(domain, base, size)) {
        const whole = stretch.base === base && stretch.size === size;
        const where = whole ? '' : ` ${hex(stretch.base)} size ${bytes(stretch.size)}`;
        lines.push(`    ${domain.name} ${stretch.rights}${where}`);
      }
    }
  }
  return lines;
}

/** Neighbouring pages with equal rights, run together. */
function stretches(domain: DomainState, base: bigint, size: bigint): readonly Stretch[] {
  const found: Stretch[] = [];
  const pages = size / PAGE;
  const step = pages > LIMIT ? size / LIMIT : PAGE;
  for (let at = base; at < base + size; at += step) {
    const rights = rightsAt(domain, at);
    const length = at + step > base + size ? base + size - at : step;
    const last = found.at(-1);
    if (last?.rights === rights) found[found.length - 1] = { ...last, size: last.size + length };
    else found.push({ base: at, size: length, rights });
  }
  return found;
}

/** What the table of a domain says of one page; `invalid` where no valid entry stands. */
function rightsAt({ table }: DomainState, at: bigint): string {
  const xwr = table?.rights(at) ?? null;
  return xwr === null ? 'invalid' : (XWR[xwr] ?? 'none');
}
