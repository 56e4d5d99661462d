/** A syntax tree as data that two texts can share: without the places where things stand. For tests. */

export function withoutSpans(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => {
      if (key === 'span') return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  ) as unknown;
}
