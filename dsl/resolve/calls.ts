/** Calls of firmware, IOMMU and checkers: namespaces, functions and arguments, checked by the vocabulary. */
import type { Argument, Ref } from '../syntax/ast.ts';
import { type Case, textOf } from './case.ts';
import { evaluate } from './evaluate.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';

/** Says who would answer, for the "not modelled yet" of a run. */
const ANSWERS: Readonly<Record<string, string>> = {
  covh: 'the CoVE firmware',
  covg: 'the CoVE firmware',
  covi: 'the CoVE firmware',
  nacl: 'nested acceleration',
  supd: 'the RDSM',
  sbi: 'the SBI firmware',
  hsm: 'the SBI firmware',
  iommu: 'the IOMMU',
};

/** Checks a call and returns why it cannot be run yet. */
export function checkCall(callee: Ref, args: readonly Argument[], scope: Scope, c: Case): string {
  const text = textOf(callee, scope, c);
  const parts = text.split('.');
  const name = parts.pop() ?? '';
  let space = parts.pop() ?? '';
  // `tsm2.covh.x`: the domain in front says whose SDID goes into a6.
  for (const owner of parts) {
    const declared = c.scenario.names.get(owner);
    if (declared !== undefined) declared.used = true;
    else c.accept?.('SDT201', callee.span, `there is no domain called '${owner}'`);
  }
  const device = c.scenario.names.get(space);
  if (device?.kind === 'iommu') {
    device.used = true;
    space = 'iommu';
  }
  for (const { value } of args) checkArgument(value, scope, c);
  if (c.accept !== null) checkNames(callee, space, name, args, c);
  return `calls ${text}: ${ANSWERS[space] ?? 'firmware'}`;
}

/** An argument may also name a TVM, whose number only the run knows. */
function checkArgument(value: Argument['value'], scope: Scope, c: Case): void {
  if (value.kind === 'name') {
    const declared = c.scenario.names.get(value.name);
    if (declared !== undefined && (declared.kind === 'tvm' || declared.kind === 'domain')) {
      declared.used = true;
      return;
    }
  }
  evaluate(value, scope, c);
}

function checkNames(
  callee: Ref,
  space: string,
  name: string,
  args: readonly Argument[],
  c: Case,
): void {
  const { calls } = c.scenario.vocabulary;
  const functions = calls.get(space)?.functions;
  if (functions === undefined) {
    c.accept?.('SDT217', callee.span, `there are no calls called '${space}.${name}'`, {
      help: didYouMean(space, calls.keys()) ?? `calls begin with: ${[...calls.keys()].join(', ')}`,
    });
    return;
  }
  const known = functions.get(name);
  if (known === undefined) {
    c.accept?.('SDT217', callee.span, `'${space}' has no call '${name}'`, {
      help: didYouMean(name, functions.keys()),
    });
    return;
  }
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
}
