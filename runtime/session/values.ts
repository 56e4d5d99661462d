/** Turns a plan's values into numbers: captures, members of tables, arithmetic, packed fields. */
import type { PackedField, Reference, Value } from '../../dsl/index.ts';
import { CaseError, CaseSkip } from './case-error.ts';

/** What the values of a case may refer to. */
export interface Names {
  /** What `-> ok as n` bound. */
  readonly captures: ReadonlyMap<string, bigint>;
  /** A member of a table, in bytes; null where no table leads there. Throws CaseError for an unknown name. */
  member(
    of: string,
    member: TableMember,
    address: bigint | null,
    level: number | null,
  ): bigint | null;
  /** `rdsm.tables` and the like; null: not modelled. */
  symbol(path: string, args: readonly bigint[]): bigint | null;
}

export type TableMember = Extract<Reference, { readonly ref: 'table' }>['member'];

export function resolve(value: Value, names: Names): bigint {
  return typeof value === 'bigint' ? value : resolveReference(value, names);
}

export function resolveOptional(value: Value | null, names: Names): bigint | null {
  return value === null ? null : resolve(value, names);
}

/** The value of named fields, each at its place; the others are zero. */
export function packFields(fields: readonly PackedField[], names: Names): bigint {
  let packed = 0n;
  for (const field of fields) {
    const value = resolve(field.value, names);
    if (value < 0n || value >> BigInt(field.high - field.low + 1) !== 0n) {
      throw new CaseError(`${value} does not fit in the field ${field.name}`);
    }
    packed |= value << BigInt(field.low);
  }
  return packed;
}

function resolveReference(reference: Reference, names: Names): bigint {
  switch (reference.ref) {
    case 'capture': {
      const value = names.captures.get(reference.name);
      if (value === undefined) throw new CaseError(`${reference.name} has no value yet`);
      return value;
    }
    case 'table':
      return resolveMember(reference, names);
    case 'symbol': {
      const args = reference.args.map((arg) => resolve(arg, names));
      const value = names.symbol(reference.path, args);
      if (value === null) throw new CaseSkip(`not modelled yet: ${reference.path}`);
      return value;
    }
    case 'op':
      return calculate(
        reference.op,
        resolve(reference.left, names),
        resolve(reference.right, names),
      );
    case 'pack':
      return packFields(reference.fields, names);
  }
}

function resolveMember(
  reference: Extract<Reference, { readonly ref: 'table' }>,
  names: Names,
): bigint {
  const address = resolveOptional(reference.address, names);
  const level = reference.level === null ? null : Number(resolve(reference.level, names));
  const found = names.member(reference.of, reference.member, address, level);
  if (found === null) {
    const at = address === null ? '' : ` for 0x${address.toString(16)}`;
    const where = level === null ? '' : ` at level ${level}`;
    throw new CaseError(`${reference.of} has no table${at}${where}`);
  }
  return found;
}

function calculate(op: '+' | '-' | '*' | '/', left: bigint, right: bigint): bigint {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0n || left % right !== 0n) {
        throw new CaseError(`${left} / ${right} is not a whole number`);
      }
      return left / right;
  }
}
