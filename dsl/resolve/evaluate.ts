/** Expressions -> values: exact arithmetic on `bigint`, references where only the run knows. */
import type { Expr } from '../syntax/ast.ts';
import { boundTo, type Case, knownValue, suggestion, unknownParameter } from './case.ts';
import { memberValue, symbolOf } from './members.ts';
import { packed } from './pack.ts';
import type { Value } from '../plan.ts';
import { cellExpression, constantOf, type Scope } from '../compile/scope.ts';

/** Constants may name constants; a chain longer than this is taken for a circle. */
const DEEPEST = 64;

/** The value of an expression in this case; 0 after a finding, so that checking goes on. */
export function evaluate(expr: Expr, scope: Scope, c: Case, depth = 0): Value {
  switch (expr.kind) {
    case 'number':
      return expr.value;
    case 'ones':
      return (1n << BigInt(c.frame.xlen)) - 1n;
    case 'xlen':
      return BigInt(c.frame.xlen);
    case 'param': {
      const bound = boundTo(expr.name, scope, c);
      if (bound === null) {
        unknownParameter(expr.name, expr.span, scope, c);
        return 0n;
      }
      const inner = cellExpression(bound.cell);
      if (inner === null || depth > DEEPEST) {
        c.accept?.(
          'SDT240',
          bound.cell.span,
          `'${bound.cell.text}' is no value, but <${expr.name}> is used as one`,
          { related: [{ span: expr.span, message: 'used here' }] },
        );
        return 0n;
      }
      return evaluate(inner, bound.scope, c, depth + 1);
    }
    case 'name':
      return nameValue(expr, scope, c, depth);
    case 'member':
      return memberValue(expr, scope, c, evaluate);
    case 'pack':
      return packed(expr, scope, c, evaluate);
    case 'binary': {
      const left = evaluate(expr.left, scope, c, depth);
      const right = evaluate(expr.right, scope, c, depth);
      return arithmetic(expr, left, right, c);
    }
  }
}

function nameValue(
  expr: Extract<Expr, { kind: 'name' }>,
  scope: Scope,
  c: Case,
  depth: number,
): Value {
  const { name } = expr;
  if (scope.parameters?.has(name) === true) {
    return evaluate({ kind: 'param', name, span: expr.span }, scope, c, depth + 1);
  }
  const constant = constantOf(scope, name);
  if (constant !== null) {
    if (depth > DEEPEST) {
      c.accept?.(
        'SDT239',
        expr.span,
        `the constant '${name}' is defined by itself, or through more than ${DEEPEST} others`,
      );
      return 0n;
    }
    c.scenario.usedConstants.add(constant.constant);
    const known = c.constants.get(constant.constant);
    if (known !== undefined) return known;
    const value = evaluate(constant.constant.value, constant.scope, c, depth + 1);
    c.constants.set(constant.constant, value);
    return value;
  }
  const region = c.frame.byName.get(name);
  if (region !== undefined) {
    const declared = c.scenario.names.get(name);
    if (declared !== undefined) declared.used = true;
    return region.base;
  }
  const declared = c.scenario.names.get(name);
  if (declared?.kind === 'capture') {
    declared.used = true;
    if (declared.position >= c.position && c.accept !== null) {
      c.accept('SDT234', expr.span, `'${name}' is not known before the step that captures it`, {
        related: [{ span: declared.span, message: 'captured here' }],
      });
    }
    return { ref: 'capture', name };
  }
  if (declared?.kind === 'tvm') return symbolOf(declared, expr.span, c);
  if (c.accept === null) return 0n;
  if (declared?.kind === 'region') {
    c.accept('SDT234', expr.span, `the place of '${name}' is not known yet`, {
      related: [{ span: declared.span, message: 'declared here' }],
      help: 'declare the region above, or give it an address',
    });
  } else if (declared !== undefined) {
    c.accept(
      'SDT203',
      expr.span,
      `'${name}' is a ${declared.kind}, which has no value of its own`,
      {
        related: [{ span: declared.span, message: 'declared here' }],
        help:
          declared.kind === 'domain'
            ? `its table is ${name}.root; a fence takes the number behind 'sdid'`
            : declared.kind === 'space'
              ? `its table is ${name}.root; a fence takes the number behind 'id'`
              : undefined,
      },
    );
  } else {
    const column = scope.parameters === null && c.scenario.columns.has(name);
    c.accept('SDT201', expr.span, `there is nothing called '${name}' here`, {
      help: column ? `the parameter is written <${name}>` : suggestion(name, scope, c),
    });
  }
  return 0n;
}

function arithmetic(
  expr: Extract<Expr, { kind: 'binary' }>,
  left: Value,
  right: Value,
  c: Case,
): Value {
  const { op } = expr;
  if (typeof left !== 'bigint' || typeof right !== 'bigint') {
    return { ref: 'op', op, left, right };
  }
  switch (op) {
    case '+':
      return left + right;
    case '-':
      if (left < right) {
        c.accept?.('SDT239', expr.span, `${left} - ${right} is below zero`);
        return 0n;
      }
      return left - right;
    case '*':
      return bounded(left * right, expr, c);
    case '/':
      if (right === 0n || left % right !== 0n) {
        c.accept?.('SDT239', expr.span, `${left} / ${right} is not a whole number`);
        return 0n;
      }
      return left / right;
  }
}

/** No address or entry has more bits than this; a product of products must not grow without end. */
const WIDEST = 1n << 256n;

function bounded(value: bigint, expr: Expr, c: Case): bigint {
  if (value < WIDEST) return value;
  c.accept?.('SDT239', expr.span, 'the number is too large');
  return 0n;
}

/** The value as a number; a finding when only the run knows it. `what` names the place in messages. */
export function constantValue(expr: Expr, scope: Scope, c: Case, what: string): bigint {
  return knownValue(evaluate(expr, scope, c), expr.span, c, what);
}

/** The same as a `number`, for small counts. */
export function smallValue(expr: Expr, scope: Scope, c: Case, what: string, most: number): number {
  const value = constantValue(expr, scope, c, what);
  if (value <= BigInt(most)) return Number(value);
  c.accept?.('SDT239', expr.span, `${what} is at most ${most}, found ${value}`);
  return 0;
}
