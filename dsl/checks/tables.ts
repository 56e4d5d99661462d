/** 4xx: an entry made by hand that swallows what was granted below it; an IOMMU that two domains share. */
import type { Span } from '../span.ts';
import { overlaps } from '../resolve/range.ts';
import { type CaseCheck, constant, type ConstantRange, rangeOf, sizeText } from './case-view.ts';
import { isolationModes, largestLeaf } from './leaves.ts';

/** An entry above level 0 replaces the pointer through which smaller grants were reached. */
export const checkSwallowed: CaseCheck = (view, accept) => {
  // MTT entries replace differently. Where no mode is asked for, those of the machine may agree about a level.
  const [mode, ...others] = isolationModes(view).filter(({ isolation }) => isolation === 'smmpt');
  if (mode === undefined) return;
  const tuples = mode.xlen === 64 ? 16n : 8n;
  const grants: { range: ConstantRange; domains: readonly string[]; leaf: bigint; span: Span }[] =
    [];
  for (const { placed, line } of view.lines) {
    if (line.kind === 'grant' && line.perms !== 'none') {
      const range = rangeOf(line.extent);
      if (range === null || grants.length >= 256) continue;
      const leaf =
        (line.using === null ? null : constant(line.using.size)) ?? largestLeaf(range, [mode]);
      grants.push({ range, domains: line.to, leaf, span: placed.line.statement.span });
    } else if (line.kind === 'entry') {
      const level = constant(line.level);
      const range = rangeOf(line.extent);
      const size = level === null ? undefined : mode.leafSizes[Number(level)];
      if (level === null || level === 0n || range === null || size === undefined) continue;
      if (others.some(({ leafSizes }) => leafSizes[Number(level)] !== size)) continue;
      const span = size * tuples;
      const base = (range.base / span) * span;
      const end = ((range.base + range.size + span - 1n) / span) * span;
      const covered = { base, size: end - base };
      const isLeaf = line.content.kind === 'xwr' || line.content.kind === 'perms';
      for (const grant of grants) {
        if (!grant.domains.includes(line.of) || grant.leaf >= size) continue;
        if (!overlaps(grant.range, covered)) continue;
        // Exact bits for the page of a grant are the point of the line; a leaf that opens its neighbours is hardly.
        if (!isLeaf && overlaps(grant.range, range)) continue;
        accept(
          'SDT410',
          placed.line.statement.span,
          `this entry covers ${sizeText(covered.size)}, and replaces the table through which another grant is reached`,
          {
            related: [{ span: grant.span, message: 'the grant' }],
            help: "move the region away ('aligned ..'), or change the entry before granting",
          },
        );
        break;
      }
    }
  }
};

/** An IOMMU belongs to one domain: devices of another stand behind another one. */
export const checkIommus: CaseCheck = (view, accept) => {
  const owners = new Map<string, { domain: string; span: Span }>();
  for (const placed of view.scenario.placed) {
    const s = placed.line.statement;
    if (s.kind === 'iommu') owners.set(s.name.text, { domain: s.domain.text, span: s.span });
    if (s.kind !== 'device' || s.behind === null || s.for === null || s.for.param) continue;
    const owner = owners.get(s.behind.text);
    if (owner === undefined || owner.domain === s.for.text) continue;
    accept(
      'SDT412',
      s.behind.span,
      `'${s.behind.text}' belongs to '${owner.domain}', the device to '${s.for.text}'`,
      {
        related: [{ span: owner.span, message: 'declared here' }],
        help: 'give each domain an IOMMU of its own',
      },
    );
  }
};
