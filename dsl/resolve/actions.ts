/** What a step does: attempts, CSRs and fences become plan actions; later machinery is checked and named. */
import type { Action, Address, Expr, Width, Word } from '../syntax/ast.ts';
import { isDevice } from './actors.ts';
import { resolveCall } from './calls.ts';
import { type Case, filled, textOf } from './case.ts';
import { csrOf } from './csrs.ts';
import { evaluate, smallValue } from './evaluate.ts';
import type { PlanAction, PlanActor, PlanAddress, PlanDevice, Value } from '../plan.ts';
import { extentOf, nameOf, oneOf } from './references.ts';
import { didYouMean, plural } from '../report.ts';
import { cellExpression, type Scope } from '../compile/scope.ts';
import { boundTo } from './case.ts';

/** Bytes that one burst of a device may have at most. */
const WIDEST = 4096;

const unmodelled = (why: string): PlanAction => ({ do: 'unmodelled', why });

/** Resolves an action of `actor` (null: a line of a program, or an unknown actor). */
export function resolveAction(
  action: Action,
  actor: PlanActor | PlanDevice | null,
  scope: Scope,
  c: Case,
): PlanAction {
  const device = actor !== null && isDevice(actor);
  switch (action.do) {
    case 'loads':
    case 'fetches':
    case 'stores':
    case 'swaps':
    case 'adds': {
      const operation = VERBS[action.do];
      const value = 'value' in action ? evaluate(action.value, scope, c) : null;
      const result = attempt(operation, action.width, value, action.address, scope, c, device);
      return device ? unmodelled('an access of a device: the IOMMU and its I/O MPT') : result;
    }
    case 'tries': {
      const operation = oneOf(
        action.operation,
        c.scenario.vocabulary.operations,
        'SDT215',
        'operation',
        scope,
        c,
      );
      const value = action.value === null ? null : evaluate(action.value, scope, c);
      const row = c.scenario.vocabulary.operations.get(operation);
      if (value !== null && row !== undefined && !row.takesValue) {
        c.accept?.('SDT413', action.value!.span, `'${operation}' writes no value`, {
          help: "leave 'with' out",
        });
      }
      const result = attempt(operation, action.width, value, action.address, scope, c, device);
      return device ? unmodelled('an access of a device: the IOMMU and its I/O MPT') : result;
    }
    case 'reads':
    case 'writes': {
      const size = smallValue(action.width.bytes, scope, c, 'a width', WIDEST);
      const address = addressOf(action.address, scope, c);
      if (device) return unmodelled('an access of a device: the IOMMU and its I/O MPT');
      if (size > c.frame.xlen / 8) return unmodelled(`a burst of ${size} bytes by a hart`);
      const operation = action.do === 'reads' ? 'load' : 'store';
      checkWidth(operation, size, action.width, c);
      return { do: 'attempt', operation, size, value: null, address };
    }
    case 'fences':
      return fence(action, scope, c);
    case 'reads csr': {
      const { csr, field } = csrOf(action.csr, scope, c);
      return { do: 'csr read', csr, field };
    }
    case 'writes csr': {
      const csr = csrOf(action.csr, scope, c);
      const value = evaluate(action.value, scope, c);
      const bits = csr.field === null ? c.frame.xlen : csr.field.high - csr.field.low + 1;
      if (typeof value === 'bigint' && value >> BigInt(bits) !== 0n && csr.known) {
        // `ones` into a field means all its bits.
        if (action.value.kind === 'ones') {
          return {
            do: 'csr write',
            csr: csr.csr,
            field: csr.field,
            value: (1n << BigInt(bits)) - 1n,
          };
        }
        c.accept?.(
          'SDT239',
          action.value.span,
          `0x${value.toString(16)} does not fit into ${bits} bits of '${action.csr.text}'`,
        );
      }
      return { do: 'csr write', csr: csr.csr, field: csr.field, value };
    }
    case 'translates':
      addressOf(action.address, scope, c);
      return unmodelled('an ATS request: the IOMMU');
    case 'calls':
      return resolveCall(action.callee, action.args, scope, c);
    case 'runs':
      return runs(action, scope, c);
    case 'continues':
      return { do: 'continue' };
    case 'waits':
      return { do: 'wait' };
    case 'executes':
      return {
        do: 'execute',
        code: checkAssembly(action.code, actor !== null, scope, c),
        registers: action.with.map(({ register, value }) => ({
          name: checkRegister(register, scope, c),
          value: registerValue(register, value, scope, c),
        })),
      };
  }
}

/** `runs boot at ..` enters a program, `runs guest supplying ..` is the loop of a host. */
function runs(action: Extract<Action, { do: 'runs' }>, scope: Scope, c: Case): PlanAction {
  const name = nameOf(action.tvm, ['program', 'image', 'tvm', 'capture'], scope, c);
  const { supplies } = c.scenario.vocabulary;
  const vcpu = action.vcpu === null ? 0n : evaluate(action.vcpu, scope, c);
  const supplying = action.supplying.map(({ what, from }) => ({
    what: oneOf(what, supplies, 'SDT231', 'kind of page that a host supplies', scope, c),
    from: extentOf(from, scope, c),
  }));
  const at = action.at === null ? null : addressOf(action.at, scope, c);
  const kind = c.scenario.names.get(name)?.kind;
  const isTvm = kind === 'tvm' || kind === 'capture';
  if (isTvm && action.at !== null) {
    c.accept?.('SDT413', action.at.span, 'a TVM is entered where it stands', {
      help: "its first instruction lies at 'entry' of the 'tvm' line",
    });
  } else if (!isTvm && kind !== undefined && (action.vcpu !== null || supplying.length > 0)) {
    const word = action.vcpu === null ? 'supplying' : 'vcpu';
    c.accept?.('SDT413', action.tvm.span, `'${word}' belongs to a TVM, '${name}' is a ${kind}`);
  }
  return isTvm ? { do: 'run tvm', tvm: name, vcpu, supplying } : { do: 'run', program: name, at };
}

/** Assembly text must assemble, that of a step (`single`) to one instruction; the mistake is shown inside the string where the string stands as it is. */
function checkAssembly(
  code: Extract<Action, { do: 'executes' }>['code'],
  single: boolean,
  scope: Scope,
  c: Case,
): string {
  const text = 'param' in code ? textOf(code, scope, c) : filled(code.value, scope, c);
  if (c.accept === null) return text;
  const wrong = c.scenario.vocabulary.assemble(text, c.frame.xlen, single);
  if (wrong === null) return text;
  const { line, file, col } = code.span;
  const asWritten = !('param' in code) && code.value === text;
  const start = col + wrong.col;
  const inside = { file, line, col: start, end: start + wrong.length };
  c.accept('SDT241', asWritten ? inside : code.span, wrong.message);
  return text;
}

/** A register that an instruction finds: x0..x31, f0..f31 or their ABI names. */
function checkRegister(register: Word, scope: Scope, c: Case): string {
  const name = textOf(register, scope, c);
  const { registers } = c.scenario.vocabulary;
  if (c.accept !== null && !registers.has(name)) {
    c.accept('SDT243', register.span, `there is no register '${name}'`, {
      help:
        didYouMean(name, registers.keys()) ??
        'x0 .. x31, f0 .. f31, or their ABI names (a0, sp, fa0)',
    });
  }
  return name;
}

/** What an x register finds has at most XLEN bits. */
function registerValue(register: Word, expr: Expr, scope: Scope, c: Case): Value {
  const value = evaluate(expr, scope, c);
  const isFloat = /^f/.test(textOf(register, scope, c)) && register.text !== 'fp';
  const bits = isFloat ? 64 : c.frame.xlen;
  if (typeof value === 'bigint' && value >> BigInt(bits) !== 0n) {
    c.accept?.(
      'SDT239',
      expr.span,
      `0x${value.toString(16)} does not fit into the ${bits} bits of '${register.text}'`,
    );
  }
  return value;
}

/** Verbs as the operations that `tries` names. */
const VERBS = {
  loads: 'load',
  fetches: 'fetch',
  stores: 'store',
  swaps: 'amoswap',
  adds: 'amoadd',
} as const;

function attempt(
  operation: string,
  width: Width | null,
  value: Value | null,
  address: Address,
  scope: Scope,
  c: Case,
  device: boolean,
): PlanAction {
  const size =
    width === null
      ? defaultWidth(operation, c)
      : smallValue(width.bytes, scope, c, 'a width', WIDEST);
  if (width !== null && !device) checkWidth(operation, size, width, c);
  if (typeof value === 'bigint' && size <= 64 && value >> BigInt(8 * size) !== 0n) {
    c.accept?.(
      'SDT239',
      address.span,
      `0x${value.toString(16)} does not fit into ${plural(size, 'byte')}`,
      {
        help: "'as N bytes' says how wide the store is",
      },
    );
  }
  return { do: 'attempt', operation, size, value, address: addressOf(address, scope, c) };
}

/** XLEN/8 where the operation can be that wide, else the widest that it can be; 4 for a fetch. */
function defaultWidth(operation: string, c: Case): number {
  const natural = c.frame.xlen / 8;
  const widths = c.scenario.vocabulary.operations.get(operation)?.widths ?? [natural];
  if (widths.includes(natural)) return natural;
  return Math.max(...widths.filter((width) => width < natural), 0) || (widths[0] ?? natural);
}

function checkWidth(operation: string, size: number, width: Width, c: Case): void {
  const widths = c.scenario.vocabulary.operations.get(operation)?.widths;
  if (c.accept === null || widths === undefined) return;
  const possible = widths.filter((bytes) => bytes <= c.frame.xlen / 8 || bytes > 8);
  if (possible.includes(size)) return;
  c.accept('SDT417', width.span, `'${operation}' cannot be ${plural(size, 'byte')} wide`, {
    help: `with XLEN ${c.frame.xlen} it has ${possible.join(', ')} bytes`,
  });
}

/** An address; `every N of EXTENT` makes one attempt per step. */
export function addressOf(address: Address, scope: Scope, c: Case): PlanAddress {
  return {
    space: address.space,
    at: evaluate(address.at, scope, c),
    every:
      address.every === null
        ? null
        : {
            step: stepOf(evaluate(address.every.step, scope, c), address.every.step.span, c),
            of: extentOf(address.every.of, scope, c),
          },
  };
}

function stepOf(step: Value, span: Address['span'], c: Case): Value {
  if (step === 0n) c.accept?.('SDT239', span, 'a step of 0 bytes never ends');
  return step;
}

function fence(action: Extract<Action, { do: 'fences' }>, scope: Scope, c: Case): PlanAction {
  const { fences } = c.scenario.vocabulary;
  const name = textOf(action.fence, scope, c);
  const row = fences.get(name);
  const of = operand(action.of, scope, c);
  const target =
    action.for === null || action.for === 'all'
      ? null
      : action.for.size === null
        ? operand(action.for.base, scope, c)
        : evaluate(action.for.base, scope, c);
  if (row === undefined) {
    if (name !== '')
      c.accept?.('SDT230', action.fence.span, `no fence instruction is called '${name}'`, {
        help: didYouMean(name, fences.keys()) ?? `one of: ${[...fences.keys()].join(', ')}`,
      });
  } else if (c.accept !== null) {
    if (of !== null && row.of === null) {
      c.accept('SDT413', action.fence.span, `${row.mnemonic} has no operand for 'of'`);
    }
    if (target !== null && row.for === null) {
      c.accept('SDT413', action.fence.span, `${row.mnemonic} has no operand for 'for'`);
    }
  }
  return { do: 'fence', fence: name, of, for: target };
}

/** A raw operand: null is x0, written `all` or left out. */
function operand(expr: OperandExpr, scope: Scope, c: Case): Value | null {
  if (expr === null || expr === 'all') return null;
  if (expr.kind === 'name' && expr.name === 'all') return null;
  if (
    expr.kind === 'param' ||
    (expr.kind === 'name' && scope.parameters?.has(expr.name) === true)
  ) {
    const bound = boundTo(expr.name, scope, c);
    if (bound !== null) {
      const inner = cellExpression(bound.cell);
      if (inner?.kind === 'name' && inner.name === 'all') return null;
      if (inner !== null) return operand(inner, bound.scope, c);
    }
  }
  return evaluate(expr, scope, c);
}

type OperandExpr = Extract<Action, { do: 'fences' }>['of'];
