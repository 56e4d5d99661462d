/** Words that name things: looked up, checked for their kind, marked as used. */
import type { Extent, Member, Ref, Word } from '../syntax/ast.ts';
import { type Case, textOf, suggestion } from './case.ts';
import { constantValue, evaluate } from './evaluate.ts';
import { ownerOf } from './members.ts';
import type { ModeName, PlanExtent } from '../plan.ts';
import { didYouMean } from '../report.ts';
import { boundTo } from './case.ts';
import { cellExpression, type Kind, type Scope } from '../compile/scope.ts';
import type { Expr } from '../syntax/ast.ts';

/** The name of a declared thing of one of `kinds`; a finding when it is unknown, of another kind, or declared later. */
export function nameOf(ref: Ref | Word, kinds: readonly Kind[], scope: Scope, c: Case): string {
  const name = textOf(ref, scope, c);
  if (name === '') return name;
  const declared = c.scenario.names.get(name);
  if (declared !== undefined) {
    declared.used = true;
    if (c.accept === null) return name;
    if (!kinds.includes(declared.kind)) {
      c.accept('SDT203', ref.span, `'${name}' is a ${declared.kind}, expected ${article(kinds)}`, {
        related: [{ span: declared.span, message: 'declared here' }],
      });
    } else if (declared.position > c.position && !HOISTED.has(declared.kind)) {
      c.accept('SDT234', ref.span, `'${name}' is used before it is declared`, {
        related: [{ span: declared.span, message: 'declared here' }],
        help: 'lines run in file order: move the declaration up',
      });
    }
    return name;
  }
  if (c.accept !== null) {
    c.accept('SDT201', ref.span, `there is no ${kinds[0]} called '${name}'`, {
      help:
        didYouMean(
          name,
          [...c.scenario.names.values()].filter((d) => kinds.includes(d.kind)).map((d) => d.name),
        ) ?? suggestion(name, scope, c),
    });
  }
  return name;
}

/** Kinds whose declaration may stand below their use: they take effect before the first line runs. */
const HOISTED: ReadonlySet<Kind> = new Set(['region', 'program']);

function article(kinds: readonly Kind[]): string {
  return kinds.map((kind) => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`).join(' or ');
}

const MODES: ReadonlySet<string> = new Set(['M', 'HS', 'S', 'U', 'VS', 'VU']);

/** A nominal privilege mode. */
export function modeOf(word: Word, scope: Scope, c: Case): ModeName {
  const text = textOf(word, scope, c);
  if (MODES.has(text)) return text as ModeName;
  if (text === '') return 'S';
  c.accept?.('SDT229', word.span, `'${text}' is no privilege mode`, {
    help: 'one of: M, HS, S, U, VS, VU',
  });
  return 'S';
}

const PERMS: ReadonlySet<string> = new Set(['none', 'r', 'rw', 'rx', 'rwx', 'x', 'w', 'wx']);

/** Permissions; `w` and `wx` are reserved encodings and refused here (SMMPT-XWR-03, -07). */
export function permsOf(word: Word, scope: Scope, c: Case): string {
  const text = textOf(word, scope, c);
  if (c.accept !== null && text !== '') {
    if (!PERMS.has(text)) {
      c.accept('SDT229', word.span, `'${text}' are no permissions`, {
        help: 'one of: none, r, rw, rx, rwx, x',
      });
    } else if (text === 'w' || text === 'wx') {
      c.accept('SDT416', word.span, `'${text}' is a reserved encoding: writing needs reading`, {
        help: `for the reserved encoding itself: 'entry of .. xwr ${text === 'w' ? '0b010' : '0b110'}'`,
      });
    }
  }
  return text;
}

/** A word of a closed list; a finding with a near one otherwise. */
export function oneOf(
  word: Word | Ref,
  known: { has(name: string): boolean; keys(): Iterable<string> },
  code: 'SDT206' | 'SDT211' | 'SDT215' | 'SDT216' | 'SDT230' | 'SDT231',
  what: string,
  scope: Scope,
  c: Case,
): string {
  const text = textOf(word, scope, c);
  if (c.accept !== null && text !== '' && !known.has(text)) {
    const isColumn = !word.param && scope.parameters === null && c.scenario.columns.has(text);
    c.accept(code, word.span, `there is no ${what} '${text}'`, {
      help: isColumn
        ? `the parameter is written <${text}>`
        : (didYouMean(text, known.keys()) ?? endingIn(text, known.keys()) ?? fewOf(known.keys())),
    });
  }
  return text;
}

/** Names of a namespace that was left out: `permission` for `mpt.permission`. */
function endingIn(text: string, words: Iterable<string>): string | undefined {
  const full = [...words].filter((word) => word.endsWith(`.${text}`));
  return full.length === 0
    ? undefined
    : `did you mean ${full.map((word) => `'${word}'`).join(' or ')}?`;
}

/** The list itself, when it is short enough to be read. */
function fewOf(words: Iterable<string>): string | undefined {
  const list = [...words];
  return list.length > 0 && list.length <= 24 ? `one of: ${list.join(', ')}` : undefined;
}

const PAGE = 4096n;

/** `at BASE size SIZE`, or the extent of the thing named: a region, a page, a table page, an entry. */
export function extentOf(extent: Extent, scope: Scope, c: Case): PlanExtent {
  const base = evaluate(extent.base, scope, c);
  if (extent.size !== null) {
    return { base, size: constantValue(extent.size, scope, c, 'the size of an extent') };
  }
  const size = sizeOf(extent.base, scope, c);
  if (size !== null) return { base, size };
  c.accept?.('SDT203', extent.span, 'this names an address, not a piece of memory', {
    help: "write 'at ADDRESS size SIZE'",
  });
  return { base, size: PAGE };
}

/** Bytes of what an expression names by itself, or null when it is just a number. */
export function sizeOf(expr: Expr, scope: Scope, c: Case): bigint | null {
  switch (expr.kind) {
    case 'param': {
      const bound = boundTo(expr.name, scope, c);
      const inner = bound === null ? null : cellExpression(bound.cell);
      return bound === null || inner === null ? PAGE : sizeOf(inner, bound.scope, c);
    }
    case 'name':
      if (scope.parameters?.has(expr.name) === true) {
        return sizeOf({ kind: 'param', name: expr.name, span: expr.span }, scope, c);
      }
      // An unknown name is reported where its value is taken.
      return c.frame.byName.get(expr.name)?.size ?? (c.scenario.names.has(expr.name) ? null : PAGE);
    case 'member':
      return memberSize(ownerOf(expr, scope, c), expr.path, c);
    default:
      return null;
  }
}

/** Bytes of a digest. */
const MEASUREMENT = 48n;

function memberSize(owner: string, path: readonly Member[], c: Case): bigint | null {
  const member = path[0]?.name ?? '';
  switch (member) {
    case 'measurement':
      return MEASUREMENT;
    case 'nacl':
      return path[1]?.name === 'page' ? PAGE : BigInt(c.frame.xlen / 8);
    case 'page':
    case 'mpt_page':
    case 'pte_page':
      return PAGE;
    case 'mpte':
      return BigInt(c.frame.xlen / 8);
    case 'pte':
      return modeOfSpace(owner, c)?.xlen === 32 ? 4n : 8n;
    case 'root':
      return modeOfSpace(owner, c)?.rootSize ?? isolationRoot(c);
    case 'tables':
      return owner === 'rdsm' ? c.frame.pool.size : null;
    case 'base':
      return FIRMWARE.test(owner) ? PAGE : null;
    case 'end':
    case 'size':
      return null;
    default:
      return c.scenario.names.get(owner)?.kind === 'region' ? null : PAGE;
  }
}

/** Who has memory of its own besides regions: `tsm.base` is the first page of it. */
const FIRMWARE = /^(tsm.*|rdsm)$/;

/** The translation mode of a declared space, or null. */
export function modeOfSpace(name: string, c: Case) {
  const placed = c.scenario.names.get(name)?.placed;
  if (placed?.line.statement.kind !== 'space') return null;
  const mode = textOf(placed.line.statement.mode, placed.scope, { ...c, accept: null });
  return c.scenario.vocabulary.translationModes.get(mode) ?? null;
}

/** Bytes of the root of a domain's protection table; a page when the mode is left to the run. */
function isolationRoot(c: Case): bigint {
  const asked = c.frame.machine.properties.find((property) => property.name === 'mpt');
  const mode = c.scenario.vocabulary.isolationModes.get(String(asked?.values[0]));
  return mode === undefined || mode.rootSize < PAGE ? PAGE : mode.rootSize;
}
