/** Calls of firmware, IOMMU and checkers: namespaces, functions and arguments, checked by the vocabulary. */
import type { Argument, Expr, Ref } from '../syntax/ast.ts';
import { boundTo, type Case, textOf } from './case.ts';
import { evaluate } from './evaluate.ts';
import { symbolOf } from './members.ts';
import type { PlanAction, Value } from '../plan.ts';
import { didYouMean } from '../report.ts';
import { cellExpression, type Scope } from '../compile/scope.ts';

/** Resolves `calls covh.convert_pages(..)`; operations of an IOMMU are checked, and named as not modelled. */
export function resolveCall(
  callee: Ref,
  args: readonly Argument[],
  scope: Scope,
  c: Case,
): PlanAction {
  const text = textOf(callee, scope, c);
  const parts = text.split('.');
  const name = parts.pop() ?? '';
  let space = parts.pop() ?? '';
  const device = c.scenario.names.get(space);
  if (device?.kind === 'iommu') {
    device.used = true;
    space = 'iommu';
  }
  const values = args.map(({ name: arg, value }) => ({
    name: arg.text,
    value: argumentValue(value, scope, c),
  }));
  const to = targetOf(callee, parts, c);
  if (c.accept !== null) checkNames(callee, space, name, args, c);
  if (space === 'iommu') return { do: 'unmodelled', why: `calls ${text}: the IOMMU` };
  return { do: 'call', space, name, args: values, to };
}

/** `tsm2.covh.x`: the domain in front says whose SDID goes into a6. */
function targetOf(callee: Ref, parts: readonly string[], c: Case): string | null {
  const [owner, ...more] = parts;
  if (owner === undefined) return null;
  const declared = c.scenario.names.get(owner);
  if (declared !== undefined) declared.used = true;
  if (more.length > 0) {
    c.accept?.('SDT217', callee.span, `there are no calls called '${callee.text}'`, {
      help: "a call is 'space.name(..)', or 'domain.space.name(..)'",
    });
  } else if (declared === undefined) {
    c.accept?.('SDT201', callee.span, `there is no domain called '${owner}'`);
  } else if (declared.kind !== 'domain') {
    c.accept?.('SDT203', callee.span, `'${owner}' is a ${declared.kind}, expected a domain`, {
      related: [{ span: declared.span, message: 'declared here' }],
    });
  }
  return owner;
}

/** An argument may also name a domain, whose SDID only the run knows. */
function argumentValue(value: Expr, scope: Scope, c: Case): Value {
  const isParameter =
    value.kind === 'param' || (value.kind === 'name' && scope.parameters?.has(value.name) === true);
  if (isParameter) {
    const bound = boundTo(value.name, scope, c);
    const inner = bound === null ? null : cellExpression(bound.cell);
    if (bound !== null && inner?.kind === 'name') return argumentValue(inner, bound.scope, c);
  } else if (value.kind === 'name') {
    const declared = c.scenario.names.get(value.name);
    if (declared?.kind === 'domain') return symbolOf(declared, value.span, c);
  }
  return evaluate(value, scope, c);
}

function checkNames(
  callee: Ref,
  space: string,
  name: string,
  args: readonly Argument[],
  c: Case,
): void {
  const call = knownCall(callee, space, name, c);
  if (call === null) return;
  const known = call.arguments;
  const seen = new Set<string>();
  for (const { name: arg } of args) {
    if (!known.includes(arg.text)) {
      c.accept?.('SDT218', arg.span, `'${space}.${name}' has no argument '${arg.text}'`, {
        help:
          didYouMean(arg.text, known) ??
          (known.length > 0 ? `its arguments: ${known.join(', ')}` : 'it takes none'),
      });
    } else if (seen.has(arg.text)) {
      c.accept?.('SDT218', arg.span, `the argument '${arg.text}' is given twice`);
    }
    seen.add(arg.text);
  }
  const missing = call.required.filter((arg) => !seen.has(arg));
  // A misspelt name leaves the right one out: that is one mistake.
  if (missing.length === 0 || args.some(({ name: arg }) => !known.includes(arg.text))) return;
  const list = missing.map((arg) => `'${arg}'`).join(' and ');
  c.accept?.('SDT245', callee.span, `'${space}.${name}' needs ${list}`, {
    help: 'there is nothing that the bench could take instead',
  });
}

/** The function of a namespace; null after a finding. */
export function knownCall(callee: Ref, space: string, name: string, c: Case) {
  const { calls } = c.scenario.vocabulary;
  const functions = calls.get(space)?.functions;
  if (functions === undefined) {
    c.accept?.('SDT217', callee.span, `there are no calls called '${space}.${name}'`, {
      help: didYouMean(space, calls.keys()) ?? `calls begin with: ${[...calls.keys()].join(', ')}`,
    });
    return null;
  }
  const known = functions.get(name);
  if (known !== undefined) return known;
  c.accept?.('SDT217', callee.span, `'${space}' has no call '${name}'`, {
    help: didYouMean(name, functions.keys()),
  });
  return null;
}
