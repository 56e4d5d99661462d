/** 4xx: changes of tables without a fence: what may be stale must not be expected exactly. */
import type { Placed } from '../compile/scope.ts';
import type { PlanLine, Value } from '../plan.ts';
import type { DiagnosticCode } from '../diagnostics.ts';
import type { Accept } from '../report.ts';
import type { Span } from '../span.ts';
import { wordOf } from '../resolve/frame.ts';
import { overlaps } from '../resolve/range.ts';
import {
  type CaseCheck,
  type CaseView,
  constant,
  type ConstantRange,
  fails,
  hartActor,
  isExact,
  rangeOf,
  type StepLine,
  succeeds,
} from './case-view.ts';
import { missed } from './fence-reach.ts';

/** A change that some harts may not have seen yet. */
interface Change {
  readonly placed: Placed;
  readonly code: 'SDT401' | 'SDT402';
  /** Domains (protection tables) or the space (page tables) concerned. */
  readonly domains: readonly string[];
  readonly space: string | null;
  readonly range: ConstantRange;
  /** Whether an entry above the leaves changed: fences with an address do not reach it. */
  readonly pointer: boolean;
  /** Harts that have fenced since. */
  readonly seenBy: Set<number>;
  /** By hart: what its last fence named instead. */
  readonly missedBy: Map<number, { readonly span: Span; readonly why: string }>;
  /** Any fence at all since, or a finding that asks for one. */
  settled: boolean;
}

interface Access {
  readonly hart: number;
  readonly domain: string;
  readonly space: string | null;
  readonly range: ConstantRange;
  readonly operation: string;
  /** Whether nothing but success was expected. */
  readonly passed: boolean;
}

const PAGE = 4096n;
/** More accesses than this are not remembered: a miss is better than a slow check. */
const REMEMBERED = 256;

/** Follows changes, fences and accesses in order. */
export const checkStaleness: CaseCheck = (view, accept) => {
  // Without caches nothing is stale.
  const cached = wordOf(view.frame, 'caching') !== 'none';
  let changes: Change[] = [];
  const accesses: Access[] = [];
  for (const { placed, line } of view.lines) {
    switch (line.kind) {
      case 'fence':
      case 'flush':
        changes = [];
        break;
      case 'grant':
      case 'revoke':
      case 'entry':
      case 'map':
      case 'unmap':
      case 'poke': {
        const found = changesOf(placed, line, view);
        if (changes.length < REMEMBERED) changes.push(...found);
        break;
      }
      case 'unmodelled':
        // A fence of later machinery is a fence all the same.
        if (placed.line.statement.kind === 'fence') changes = [];
        break;
      case 'step':
        if (line.action.do === 'fence') afterFence(placed, line, changes, view, accept);
        else if (RUNNING.has(line.action.do)) changes = [];
        else if (line.action.do === 'csr write') {
          // The new table, or the fence, is in the author's hands.
          if (/^(mmpt|mttp|satp|vsatp|hgatp)$/.test(line.action.csr)) changes = [];
        } else if (line.action.do === 'attempt') {
          const access = accessOf(line);
          if (access === null) break;
          if (cached) judge(line, access, changes, accesses, accept);
          if (accesses.length < REMEMBERED) accesses.push(access);
        }
        break;
      default:
    }
  }
  for (const change of changes) {
    if (change.settled || change.code !== 'SDT401') continue;
    accept('SDT411', change.placed.line.statement.span, 'this change is never fenced', {
      help: "add 'fence ..' or a fence instruction, and what must hold after it",
    });
  }
};

/** Software runs, and may fence. */
const RUNNING: ReadonlySet<string> = new Set(['execute', 'run', 'run tvm', 'call', 'continue']);

/** One for each domain concerned: a fence may reach one of them only. */
function changesOf(placed: Placed, line: PlanLine, view: CaseView): readonly Change[] {
  const change = changeOf(placed, line, view);
  if (change === null) return [];
  if (change.domains.length < 2) return [change];
  return change.domains.map((domain) => ({
    ...change,
    domains: [domain],
    seenBy: new Set(),
    missedBy: new Map(),
  }));
}

function changeOf(placed: Placed, line: PlanLine, view: CaseView): Change | null {
  const common = {
    placed,
    seenBy: new Set<number>(),
    missedBy: new Map<number, never>(),
    settled: false,
  };
  switch (line.kind) {
    case 'grant':
    case 'revoke': {
      const range = rangeOf(line.extent);
      if (!line.unfenced || range === null) return null;
      const domains = line.kind === 'grant' ? line.to : line.from;
      return { ...common, code: 'SDT401', domains, space: null, range, pointer: false };
    }
    case 'entry': {
      const range = rangeOf(line.extent);
      if (!line.unfenced || range === null) return null;
      const level = constant(line.level);
      const isSpace = view.scenario.names.get(line.of)?.kind === 'space';
      return {
        ...common,
        code: 'SDT401',
        domains: isSpace ? [] : [line.of],
        space: isSpace ? line.of : null,
        range,
        pointer: level !== null && level > 0n && line.content.kind === 'raw',
      };
    }
    case 'map':
    case 'unmap': {
      const base = constant(line.from);
      const size = constant(line.size);
      if (!line.unfenced || base === null || size === null) return null;
      const range = { base, size };
      return { ...common, code: 'SDT401', domains: [], space: line.space, range, pointer: false };
    }
    case 'poke':
      return pokeOfTable(line.at, common);
    default:
      return null;
  }
}

/** A poke at `vault.mpte(key)` changes what lies behind that address; other pokes are data. */
function pokeOfTable(
  at: Value,
  common: Pick<Change, 'placed' | 'seenBy' | 'missedBy' | 'settled'>,
): Change | null {
  if (typeof at === 'bigint' || at.ref !== 'table') return null;
  const address = at.address === null ? null : constant(at.address);
  if (address === null || (at.member !== 'mpte' && at.member !== 'pte')) return null;
  const isSpace = at.member === 'pte';
  return {
    ...common,
    code: 'SDT402',
    domains: isSpace ? [] : [at.of],
    space: isSpace ? at.of : null,
    range: { base: (address / PAGE) * PAGE, size: PAGE },
    pointer: at.level !== null && at.level !== 0n,
  };
}

function accessOf(step: StepLine): Access | null {
  const actor = hartActor(step);
  if (actor === null || actor.domain === null || step.action.do !== 'attempt') return null;
  const base = constant(step.action.address.at);
  if (base === null) return null;
  const { hart, domain, using, over } = actor;
  const { operation, size } = step.action;
  const passed = step.whens.length === 0 && succeeds(step.outcome);
  const range = { base, size: BigInt(size) };
  return { hart, domain, space: using ?? over, range, operation, passed };
}

const samePage = (a: ConstantRange, b: ConstantRange): boolean => a.base / PAGE === b.base / PAGE;

/** An exact outcome is wrong when an earlier access may have left a stale entry behind. */
function judge(
  step: StepLine,
  access: Access,
  changes: readonly Change[],
  accesses: readonly Access[],
  accept: Accept,
): void {
  if (!isExact(step.outcome) || step.whens.length > 0) return;
  for (const change of changes) {
    if (change.seenBy.has(access.hart) || !overlaps(change.range, access.range)) continue;
    const concerns =
      change.space === null
        ? access.space === null && change.domains.includes(access.domain)
        : access.space === change.space;
    if (!concerns) continue;
    const before = accesses.filter(
      (earlier) =>
        earlier.hart === access.hart &&
        earlier.domain === access.domain &&
        earlier.space === access.space &&
        samePage(earlier.range, access.range),
    );
    const missedBy = change.missedBy.get(access.hart);
    // A fence for something else tells that its author knows: only what went through and now must not is certain.
    const shown =
      missedBy === undefined ||
      (fails(step.outcome) &&
        before.some(({ operation, passed }) => passed && operation === access.operation));
    if (before.length === 0 || !shown) continue;
    change.settled = true;
    const code: DiagnosticCode =
      change.seenBy.size > 0 || missedBy !== undefined ? 'SDT403' : change.code;
    const span = step.outcome.span;
    const related = [{ span: change.placed.line.statement.span, message: 'the change' }];
    if (missedBy !== undefined) {
      accept(
        code,
        span,
        `the fence in between ${missedBy.why}: what was read before may still be used`,
        {
          related: [...related, { span: missedBy.span, message: 'the fence' }],
          help: "fence what was changed, or allow both outcomes with 'or'",
        },
      );
    } else if (code === 'SDT403') {
      accept(
        code,
        span,
        `only another hart has fenced: hart ${access.hart} may still use what it read before`,
        {
          related,
          help: "fence on this hart too, or allow both outcomes with 'or'",
        },
      );
    } else {
      accept(code, span, 'no fence since the change: what was read before may still be used', {
        related,
        help: "allow both outcomes with 'or', or put a fence in between",
      });
    }
    return;
  }
}

/** A fence instruction reaches its own hart, and what it names; with an address it reaches leaves only. */
function afterFence(
  placed: Placed,
  step: StepLine,
  changes: readonly Change[],
  view: CaseView,
  accept: Accept,
): void {
  const actor = hartActor(step);
  if (actor === null || step.action.do !== 'fence') return;
  for (const change of changes) {
    if (change.pointer && step.action.for !== null && !change.seenBy.has(actor.hart)) {
      accept(
        'SDT407',
        placed.line.statement.span,
        'a fence with an address does not reach the pointer that was changed',
        {
          related: [{ span: change.placed.line.statement.span, message: 'the change' }],
          help: "leave 'for' out",
        },
      );
    }
    const [domain = null] = change.domains;
    const why = missed(step.action, { domain, space: change.space, range: change.range }, view);
    if (why === null) change.seenBy.add(actor.hart);
    else change.missedBy.set(actor.hart, { span: placed.line.statement.span, why });
    change.settled = true;
  }
}
