/** A named way to be wrong: one decision replaced, and the rules that it breaks, listed as scenarios list them. */
export type { Fault } from '../decisions.ts';
import { RULE_IDS, type RuleId } from '../rules/fired.ts';

/** `SMMPT-XWR-01..08 SMMPT-RSV-12`: the rules of a list, as a scenario's `covers` writes them. */
export function rules(list: string): readonly RuleId[] {
  return list.split(/\s+/).flatMap((item) => {
    const [first = '', last] = item.split('..');
    const stem = first.replace(/\d+$/, '');
    const from = Number(first.slice(stem.length));
    const to = last === undefined ? from : Number(last);
    return Array.from({ length: to - from + 1 }, (_, k) =>
      idOf(stem + String(from + k).padStart(2, '0')),
    );
  });
}

const KNOWN: ReadonlySet<string> = new Set(RULE_IDS);

function isRule(id: string): id is RuleId {
  return KNOWN.has(id);
}

function idOf(id: string): RuleId {
  if (!isRule(id)) throw new Error(`no rule is called ${id}`);
  return id;
}
