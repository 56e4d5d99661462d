/** Format constructors: `mpte(v: 1, l: 1, xwr: 0b011)` packs named fields into a value. */
import type { Expr } from '../syntax/ast.ts';
import type { Case, Evaluate } from './case.ts';
import type { PackedField, Value } from '../plan.ts';
import { didYouMean } from '../report.ts';
import type { Scope } from '../compile/scope.ts';
import type { Format, Vocabulary } from '../vocabulary.ts';

type Pack = Extract<Expr, { kind: 'pack' }>;

const formats = new WeakMap<Vocabulary, Map<string, Format | null>>();

/** The format as the vocabulary has it, asked for once. */
export function formatOf(name: string, xlen: 32 | 64, vocabulary: Vocabulary): Format | null {
  let known = formats.get(vocabulary);
  if (known === undefined) formats.set(vocabulary, (known = new Map<string, Format | null>()));
  const key = `${name} ${xlen}`;
  let format = known.get(key);
  if (format === undefined) known.set(key, (format = vocabulary.format(name, xlen)));
  return format;
}

/** The named fields with their places; fields that the format has not are reported and left out. */
export function fieldsOf(expr: Pack, scope: Scope, c: Case, evaluate: Evaluate): PackedField[] {
  const { vocabulary } = c.scenario;
  const format = formatOf(expr.format.text, c.frame.xlen, vocabulary);
  if (format === null) {
    for (const { value } of expr.fields) evaluate(value, scope, c);
    if (c.accept !== null) {
      const known = vocabulary.formatNames.has(expr.format.text);
      c.accept(
        'SDT210',
        expr.format.span,
        known
          ? `the format '${expr.format.text}' does not exist with XLEN ${c.frame.xlen}`
          : `there is no format '${expr.format.text}'`,
        { help: known ? undefined : didYouMean(expr.format.text, vocabulary.formatNames) },
      );
    }
    return [];
  }
  const fields: PackedField[] = [];
  for (const { name, value } of expr.fields) {
    const place = format.fields.get(name.text);
    const packed = evaluate(value, scope, c);
    if (place === undefined) {
      c.accept?.('SDT209', name.span, `${expr.format.text} has no field '${name.text}'`, {
        help:
          didYouMean(name.text, format.fields.keys()) ??
          `its fields: ${[...format.fields.keys()].join(', ')}`,
      });
      continue;
    }
    if (fields.some((other) => other.name === name.text)) {
      c.accept?.('SDT209', name.span, `the field '${name.text}' is given twice`);
    }
    const bits = place.high - place.low + 1;
    if (typeof packed === 'bigint' && packed >> BigInt(bits) !== 0n) {
      c.accept?.(
        'SDT239',
        value.span,
        `0x${packed.toString(16)} does not fit into '${name.text}', which has ${bits} bit${bits === 1 ? '' : 's'}`,
      );
    }
    fields.push({ name: name.text, high: place.high, low: place.low, value: packed });
  }
  return fields;
}

/** The packed value, unnamed fields 0. */
export function packed(expr: Pack, scope: Scope, c: Case, evaluate: Evaluate): Value {
  const fields = fieldsOf(expr, scope, c, evaluate);
  let value = 0n;
  for (const field of fields) {
    if (typeof field.value !== 'bigint') return { ref: 'pack', fields };
    value |= field.value << BigInt(field.low);
  }
  return value;
}
