/** 3xx: who can reach what: memory shared by accident, page tables that nobody granted, SDIDs used twice. */
import type { Placed } from '../compile/scope.ts';
import type { PlanLine } from '../plan.ts';
import type { Accept } from '../report.ts';
import { wordOf } from '../resolve/frame.ts';
import { overlaps } from '../resolve/range.ts';
import {
  type CaseCheck,
  type CaseView,
  constant,
  type ConstantRange,
  hartActor,
  rangeOf,
  succeeds,
} from './case-view.ts';

interface Holding extends ConstantRange {
  readonly domain: string;
  readonly perms: string;
  readonly placed: Placed;
}

/** Follows grants and revokes in order; a writer and another user of one region must be meant. */
export const checkSharing: CaseCheck = (view, accept) => {
  const domains = view.lines.reduce((n, { line }) => (line.kind === 'domain' ? n + 1 : n), 0);
  if (domains < 2) return;
  const holdings: Holding[] = [];
  for (const { placed, line } of view.lines) {
    if (line.kind !== 'grant' && line.kind !== 'revoke') continue;
    const range = rangeOf(line.extent);
    if (range === null) continue;
    for (const domain of line.kind === 'grant' ? line.to : line.from) {
      for (let i = holdings.length - 1; i >= 0; i--) {
        const held = holdings[i];
        if (held.domain === domain && covers(range, held)) holdings.splice(i, 1);
      }
      if (line.kind === 'revoke' || line.perms === 'none') continue;
      const mine: Holding = { ...range, domain, perms: line.perms, placed };
      const other = holdings.find(
        (held) =>
          held.domain !== domain &&
          overlaps(held, mine) &&
          (held.perms.includes('w') || mine.perms.includes('w')),
      );
      if (other !== undefined) report(mine, other, view, accept);
      // A domain that is granted thousands of things is no accident; the first ones will do.
      if (holdings.length < 512) holdings.push(mine);
    }
  }
};

const covers = (outer: ConstantRange, inner: ConstantRange): boolean =>
  outer.base <= inner.base && inner.base + inner.size <= outer.base + outer.size;

function report(mine: Holding, other: Holding, view: CaseView, accept: Accept): void {
  const region = view.frame.regions.find((r) => overlaps(r, mine) && overlaps(r, other));
  if (region === undefined || region.shared) return;
  const [writer, user] = other.perms.includes('w') ? [other, mine] : [mine, other];
  accept(
    'SDT306',
    mine.placed.line.statement.span,
    `'${writer.domain}' may write '${region.name}', and '${user.domain}' may access it`,
    {
      related: [{ span: other.placed.line.statement.span, message: 'the other grant' }],
      help: `if that is meant, declare the region 'shared'`,
    },
  );
}

/** Page tables lie in memory like any other: the walker needs the domain's permission to read them. */
export const checkPageTables: CaseCheck = (view, accept) => {
  if (wordOf(view.frame, 'mpt') === 'bare' || wordOf(view.frame, 'model') === 'flat') return;
  for (const { placed, line } of view.lines) {
    if (line.kind !== 'space' || mayReadTables(line, view) || !usedWithSuccess(line, view)) {
      continue;
    }
    const s = placed.line.statement;
    accept(
      'SDT305',
      s.kind === 'space' && s.tables !== null ? s.tables.span : s.span,
      `the page tables of '${line.name}' lie in '${line.tables ?? 'rdsm.tables'}', which '${line.domain}' may not read`,
      {
        help:
          line.tables === null
            ? "declare a region for them, write 'with tables in' it, and grant it"
            : `add 'grant rw on ${line.tables} to ${line.domain}'`,
      },
    );
  }
};

type Space = Extract<PlanLine, { kind: 'space' }>;

/** Whether some line may let the domain of a space read the page tables of that space. */
export function mayReadTables(space: Space, view: CaseView): boolean {
  const tables = space.tables === null ? view.frame.pool : view.frame.byName.get(space.tables);
  return (
    tables === undefined ||
    view.lines.some(
      ({ line: other }) => touchesDomain(other, space.domain) && reaches(other, tables),
    )
  );
}

function touchesDomain(line: PlanLine, domain: string): boolean {
  switch (line.kind) {
    case 'grant':
      return line.perms !== 'none' && line.to.includes(domain);
    case 'entry':
      return line.of === domain;
    case 'image':
      return line.to.name === domain;
    case 'poke':
    case 'tvm':
    case 'unmodelled':
      return true;
    default:
      return false;
  }
}

/** Whether a line may change the permissions of `range`; unknown places may. */
function reaches(line: PlanLine, range: ConstantRange): boolean {
  if (line.kind !== 'grant' && line.kind !== 'entry') return true;
  const extent = rangeOf(line.extent);
  // An entry for a neighbour may cover these pages too.
  return extent === null || line.kind === 'entry' || overlaps(extent, range);
}

/** Whether some step that translates through this space is said to succeed. */
function usedWithSuccess(space: Space, view: CaseView): boolean {
  return view.lines.some(({ line }) => {
    if (line.kind !== 'step' || line.action.do !== 'attempt' || line.whens.length > 0) return false;
    const actor = hartActor(line);
    if (actor === null || actor.mode === 'M' || actor.domain !== space.domain) return false;
    return (actor.using === space.name || actor.over === space.name) && succeeds(line.outcome);
  });
}

/** Domains whose cached entries hardware cannot tell apart.  SMSD-CSR-09 */
export const checkSdids: CaseCheck = (view, accept) => {
  const seen = new Map<bigint, Placed>();
  const asked = view.frame.machine.properties.find((property) => property.name === 'sdidlen');
  const bits = asked?.values[0];
  for (const { placed, line } of view.lines) {
    if (line.kind !== 'domain' || line.sdid === null) continue;
    const s = placed.line.statement;
    const sdid = constant(line.sdid);
    if (s.kind !== 'domain' || s.sdid === null || sdid === null) continue;
    const first = seen.get(sdid);
    if (first !== undefined) {
      accept('SDT307', s.sdid.span, `another domain has the SDID ${sdid}`, {
        related: [{ span: first.line.statement.span, message: 'this one' }],
      });
    }
    if (first === undefined) seen.set(sdid, placed);
    const width = typeof bits === 'bigint' ? bits : 6n;
    if (sdid >> width !== 0n) {
      accept('SDT313', s.sdid.span, `the SDID ${sdid} does not fit into ${width} bits`, {
        help: typeof bits === 'bigint' ? "see 'machine sdidlen'" : 'an SDID has at most 6 bits',
      });
    }
  }
};
