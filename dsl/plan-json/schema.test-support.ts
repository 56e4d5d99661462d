/** As much of JSON Schema as the plan's schema uses. For tests. */
import type { Json } from './plan-json.ts';

type Node = Readonly<Record<string, Json>>;

/** What is wrong with `value`, each with its place; empty when it fits. */
export function violations(value: Json, schema: Json): string[] {
  return check(value, schema as Node, schema as Node, '$');
}

function check(value: Json, node: Node, root: Node, at: string): string[] {
  if (typeof node['$ref'] === 'string') {
    const name = node['$ref'].replace('#/$defs/', '');
    const target = (root['$defs'] as Node)[name];
    if (target === undefined) return [`${at}: no definition '${name}'`];
    return check(value, target as Node, root, at);
  }
  if (node['anyOf'] !== undefined) {
    const tried = (node['anyOf'] as readonly Node[]).map((one) => check(value, one, root, at));
    // The one that fits best says most.
    return tried.reduce((best, found) => (found.length < best.length ? found : best));
  }
  if (node['const'] !== undefined)
    return value === node['const'] ? [] : [`${at}: another constant`];
  if (node['enum'] !== undefined) {
    const values = node['enum'] as readonly Json[];
    return values.includes(value)
      ? []
      : [`${at}: not one of ${values.map((one) => JSON.stringify(one)).join(', ')}`];
  }
  switch (node['type']) {
    case 'object':
      return checkObject(value, node, root, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at}: not array`];
      return (value as readonly Json[]).flatMap((item, i) =>
        check(item, node['items'] as Node, root, `${at}[${i}]`),
      );
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at}: not integer`];
    case 'null':
      return value === null ? [] : [`${at}: not null`];
    case 'string': {
      if (typeof value !== 'string') return [`${at}: not string`];
      const pattern = node['pattern'];
      return typeof pattern !== 'string' || new RegExp(pattern).test(value)
        ? []
        : [`${at}: does not match ${pattern}`];
    }
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at}: not boolean`];
    default:
      return [`${at}: the schema says nothing that is understood here`];
  }
}

function checkObject(value: Json, node: Node, root: Node, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${at}: not object`];
  const record = value as Node;
  const properties = node['properties'] as Node;
  const missing = (node['required'] as readonly string[]).filter((key) => !(key in record));
  const unknown = Object.keys(record).filter((key) => !(key in properties));
  return [
    ...missing.map((key) => `${at}: no '${key}'`),
    ...unknown.map((key) => `${at}: unknown '${key}'`),
    ...Object.entries(record).flatMap(([key, inner]) =>
      key in properties ? check(inner, properties[key] as Node, root, `${at}.${key}`) : [],
    ),
  ];
}
