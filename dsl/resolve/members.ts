/** Members of declared things: `key.end`, `app.pte_page(va)`, `vault.root`; a closed list per kind. */
import type { Expr, Member } from '../syntax/ast.ts';
import { boundTo, type Case, cellText, type Evaluate, knownValue, suggestion } from './case.ts';
import type { Reference, Value } from '../plan.ts';
import { didYouMean, plural } from '../report.ts';
import type { Declared, Kind, Scope } from '../compile/scope.ts';
import type { Span } from '../span.ts';

type MemberExpr = Extract<Expr, { kind: 'member' }>;
type TableMember = Extract<Reference, { ref: 'table' }>['member'];

/** Arguments: fewest, most. */
const MEMBERS: Partial<Record<Kind, Readonly<Record<string, readonly [number, number]>>>> = {
  region: { base: [0, 0], end: [0, 0], size: [0, 0], page: [1, 1] },
  domain: { root: [0, 0], mpte: [1, 2], mpt_page: [1, 2] },
  space: { root: [0, 0], pte: [1, 2], pte_page: [1, 2] },
  tvm: { measurement: [1, 1] },
};

const PAGE = 4096n;

/** The name before the first dot, with a fixture's parameter filled in. */
export function ownerOf(expr: MemberExpr, scope: Scope, c: Case): string {
  return scope.parameters?.has(expr.of) === true
    ? cellText(boundTo(expr.of, scope, c)!.cell)
    : expr.of;
}

/** The value of a member: a number for regions, a reference for what the run builds. */
export function memberValue(expr: MemberExpr, scope: Scope, c: Case, evaluate: Evaluate): Value {
  const owner = ownerOf(expr, scope, c);
  const declared = c.scenario.names.get(owner);
  const [first] = expr.path;
  if (declared === undefined || first === undefined)
    return platformMember(expr, owner, scope, c, evaluate);
  declared.used = true;
  if (declared.position > c.position && declared.kind !== 'region' && c.accept !== null) {
    c.accept('SDT234', expr.span, `'${owner}' is used before it is declared`, {
      related: [{ span: declared.span, message: 'declared here' }],
    });
  }
  switch (declared.kind) {
    case 'region':
    case 'domain':
    case 'space':
    case 'tvm': {
      if (first.name === 'nacl' && declared.kind === 'domain')
        return sharedMemory(expr, owner, scope, c, evaluate);
      if (first.name === 'base' && declared.kind === 'domain' && expr.path.length === 1)
        return firmwareBase(expr, owner, c);
      const counts = MEMBERS[declared.kind]![first.name];
      const given = first.args?.length ?? 0;
      if (counts === undefined || expr.path.length > 1) {
        return unknownMember(declared.kind, first, c);
      }
      if (given < counts[0] || given > counts[1]) {
        c.accept?.(
          'SDT228',
          first.span,
          `'${first.name}' takes ${counts[0]}${counts[1] > counts[0] ? ` or ${counts[1]}` : ''} value${counts[1] === 1 ? '' : 's'} in brackets, found ${given}`,
        );
        return 0n;
      }
      if (declared.kind === 'region') return regionMember(owner, first, scope, c, evaluate);
      if (declared.kind === 'tvm') return symbol(expr, owner, scope, c, evaluate);
      const [address, level] = first.args ?? [];
      return {
        ref: 'table',
        of: owner,
        member: first.name as TableMember,
        address: address === undefined ? null : evaluate(address, scope, c),
        level: level === undefined ? null : evaluate(level, scope, c),
      };
    }
    case 'actor':
      return sharedMemory(expr, owner, scope, c, evaluate);
    case 'iommu':
    case 'device':
      return symbol(expr, owner, scope, c, evaluate);
    default:
      return unknownMember(declared.kind, first, c);
  }
}

function regionMember(
  owner: string,
  member: Member,
  scope: Scope,
  c: Case,
  evaluate: Evaluate,
): bigint {
  const region = c.frame.byName.get(owner);
  if (region === undefined) {
    c.accept?.('SDT234', member.span, `the place of '${owner}' is not known yet`, {
      help: 'declare the region above, or give it an address',
    });
    return 0n;
  }
  switch (member.name) {
    case 'base':
      return region.base;
    case 'end':
      return region.base + region.size;
    case 'size':
      return region.size;
    default: {
      const arg = member.args![0];
      const page = knownValue(evaluate(arg, scope, c), arg.span, c, 'a page number');
      if (page >= (region.size + PAGE - 1n) / PAGE) {
        c.accept?.(
          'SDT302',
          member.span,
          `'${owner}' has ${plural((region.size + PAGE - 1n) / PAGE, 'page')}, there is no page ${page}`,
        );
      }
      return region.base + page * PAGE;
    }
  }
}

/** `rdsm.tables` is known at once; `imsic.file(..)`, `tsm.base` when the platform is built. */
function platformMember(
  expr: MemberExpr,
  owner: string,
  scope: Scope,
  c: Case,
  evaluate: Evaluate,
): Value {
  const path = [owner, ...expr.path.map((member) => member.name)].join('.');
  if (path === 'rdsm.tables') return c.frame.pool.base;
  if (path === 'imsic.file' || path === 'tsm.base' || path === 'rdsm.base') {
    return symbol(expr, owner, scope, c, evaluate);
  }
  if (owner === 'rdsm' || owner === 'imsic') {
    c.accept?.('SDT228', expr.span, `there is no '${path}'`, {
      help: 'the platform has rdsm.tables, rdsm.base, imsic.file(hart, sid, guest), tsm.base',
    });
    return 0n;
  }
  c.accept?.('SDT201', expr.span, `there is nothing called '${owner}' here`, {
    help: suggestion(owner, scope, c),
  });
  return 0n;
}

/** Members of the page that the host of a hart shares with firmware. */
const SHARED: ReadonlySet<string> = new Set(['csr', 'gpr', 'page']);

/** `host.nacl.csr(htval)`, `host1.nacl.gpr(a0)`, `host.nacl.page`: physical addresses. */
function sharedMemory(
  expr: MemberExpr,
  owner: string,
  scope: Scope,
  c: Case,
  evaluate: Evaluate,
): Value {
  const [nacl, member, ...more] = expr.path;
  const args = member?.args ?? [];
  const path = [owner, ...expr.path.map(({ name }) => name)].join('.');
  const isKnown = nacl?.name === 'nacl' && member !== undefined && SHARED.has(member.name);
  if (!isKnown || more.length > 0 || (nacl.args?.length ?? 0) > 0) {
    c.accept?.('SDT228', expr.span, `there is no '${path}'`, {
      help: `of a hart's shared page: ${owner}.nacl.csr(NAME), .nacl.gpr(REGISTER), .nacl.page`,
    });
    return 0n;
  }
  if (args.length !== (member.name === 'page' ? 0 : 1)) {
    const wanted = member.name === 'page' ? 'nothing' : 'one value';
    c.accept?.('SDT228', member.span, `'${member.name}' takes ${wanted} in brackets`);
    return 0n;
  }
  return { ref: 'symbol', path, args: args.map((arg) => named(member, arg, scope, c, evaluate)) };
}

/** A CSR or a register by its name; its number stands as well. */
function named({ name }: Member, arg: Expr, scope: Scope, c: Case, evaluate: Evaluate): Value {
  if (arg.kind !== 'name' || c.scenario.names.has(arg.name)) return evaluate(arg, scope, c);
  const { csrs, registers } = c.scenario.vocabulary;
  const number =
    name === 'csr' ? (csrs.get(arg.name)?.number ?? null) : (registers.get(arg.name) ?? null);
  if (number !== null) return BigInt(number);
  if (scope.parameters?.has(arg.name) === true) return evaluate(arg, scope, c);
  const what = name === 'csr' ? 'CSR' : 'register';
  c.accept?.(name === 'csr' ? 'SDT208' : 'SDT243', arg.span, `there is no ${what} '${arg.name}'`, {
    help: didYouMean(arg.name, name === 'csr' ? csrs.keys() : registers.keys()),
  });
  return 0n;
}

/** `tsm.base`: the memory of a TSM begins here, with its first page. */
function firmwareBase(expr: MemberExpr, owner: string, c: Case): Value {
  if (owner.startsWith('tsm')) return { ref: 'symbol', path: `${owner}.base`, args: [] };
  c.accept?.('SDT228', expr.span, `the domain '${owner}' has no memory of its own`, {
    help: 'a TSM has: a domain whose name begins with tsm',
  });
  return 0n;
}

/** A TVM or a domain as a number: its guest id, its SDID. */
export function symbolOf(declared: Declared, span: Span, c: Case): Value {
  declared.used = true;
  if (declared.position > c.position) {
    c.accept?.('SDT234', span, `'${declared.name}' is used before it is declared`, {
      related: [{ span: declared.span, message: 'declared here' }],
    });
  }
  return { ref: 'symbol', path: declared.name, args: [] };
}

function symbol(expr: MemberExpr, owner: string, scope: Scope, c: Case, evaluate: Evaluate): Value {
  const args = expr.path.flatMap((member) => member.args ?? []);
  return {
    ref: 'symbol',
    path: [owner, ...expr.path.map((member) => member.name)].join('.'),
    args: args.map((arg) => evaluate(arg, scope, c)),
  };
}

function unknownMember(kind: Kind, member: Member, c: Case): bigint {
  const known = Object.keys(MEMBERS[kind] ?? {});
  c.accept?.('SDT228', member.span, `a ${kind} has no member '${member.name}'`, {
    help:
      didYouMean(member.name, known) ??
      (known.length > 0 ? `a ${kind} has ${known.map((name) => `.${name}`).join(' ')}` : undefined),
  });
  return 0n;
}
