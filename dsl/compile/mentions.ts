/** Which parameters and names a statement mentions: what its meaning may hang on. */

export interface Mentions {
  /** Names in angle brackets. */
  readonly params: readonly string[];
  /** Plain names in expressions and references: fixture parameters, constants, regions, ... */
  readonly names: readonly string[];
}

const NOTHING: Mentions = { params: [], names: [] };

/** Strings count too: `scenario "XWR <xwr>"` mentions `xwr`. */
export function mentionsOf(statement: object): Mentions {
  const params = new Set<string>();
  const names = new Set<string>();
  visit(statement, params, names);
  if (params.size === 0 && names.size === 0) return NOTHING;
  return { params: [...params], names: [...names] };
}

function visit(node: object, params: Set<string>, names: Set<string>): void {
  const fields = node as Readonly<Record<string, unknown>>;
  if (fields['param'] === true) params.add(fields['text'] as string);
  else if (fields['kind'] === 'param') params.add(fields['name'] as string);
  else if (fields['kind'] === 'name') names.add(fields['name'] as string);
  else if (fields['kind'] === 'member') names.add(fields['of'] as string);
  for (const key in fields) {
    if (key === 'span') continue;
    const value = fields[key];
    if (typeof value === 'object' && value !== null) visit(value, params, names);
    else if (typeof value === 'string' && (key === 'value' || key === 'string')) {
      for (const name of paramsIn(value)) params.add(name);
    } else if (
      typeof value === 'string' &&
      key === 'text' &&
      typeof fields['param'] === 'boolean'
    ) {
      names.add(value);
    }
  }
}

/** The names in angle brackets within a text. */
export function paramsIn(text: string): string[] {
  if (!text.includes('<')) return [];
  return [...text.matchAll(/<([A-Za-z_][A-Za-z0-9_]*)>/g)].map((match) => match[1]);
}
