/** What the rules of the specifications say: read when somebody asks, which no passing run does. */
import type { RuleId } from './fired.ts';
import { RULE_IDS } from './fired.ts';
import { RULE_LISTS } from './ids.ts';
import { STATEMENTS } from './statements.ts';

export interface Rule {
  readonly id: RuleId;
  /** The list that it stands in. */
  readonly list: RuleList;
  readonly statement: string;
  /** `spec`: the text says so; `inferred`: it follows from the text; `salus`: only the implementation shows it. */
  readonly source: string;
}

export type RuleList = keyof typeof RULE_LISTS;

let rules: readonly Rule[] | null = null;

/** Every rule of every list, in the order of `RULE_IDS`. */
export function catalogue(): readonly Rule[] {
  return (rules ??= read());
}

function read(): readonly Rule[] {
  const lines = STATEMENTS.split('\n');
  const lists = Object.entries(RULE_LISTS) as [RuleList, readonly RuleId[]][];
  const listed = lists.flatMap(([list, ids]) => ids.map(() => list));
  return RULE_IDS.map((id, index) => {
    const [source = '', ...words] = (lines[index] ?? '').split(' ');
    return { id, list: listed[index] ?? 'smsd-smmpt', statement: words.join(' '), source };
  });
}
