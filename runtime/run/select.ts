/** Which cases of which scenarios run: names, tags, lines, ids, history and shard. */
import type { Script, ScriptScenario } from './script.ts';
import type { Shard } from './shard.ts';
import { inShard } from './shard.ts';
import type { TagExpression } from './tag-expression.ts';

/** Parts of one file: the scenarios that these lines lie in or that are named, and the cases of these ids. */
export interface Places {
  /** 1-based. */
  readonly lines: readonly number[];
  readonly ids: ReadonlySet<string>;
}

export interface Filters {
  /** A case name must match one of these, if there are any, and none of `grepInvert`. */
  readonly grep: readonly RegExp[];
  readonly grepInvert: readonly RegExp[];
  readonly tags: TagExpression | null;
  /** By path: what of the file was asked for; a path without an entry is not restricted. */
  readonly places: ReadonlyMap<string, Places>;
  /** Only these ids; null: all. */
  readonly only: ReadonlySet<string> | null;
  readonly shard: Shard | null;
}

export const NO_FILTERS: Filters = {
  grep: [],
  grepInvert: [],
  tags: null,
  places: new Map(),
  only: null,
  shard: null,
};

/** The selected cases of one scenario. */
export interface Selected {
  readonly script: Script;
  readonly scenario: ScriptScenario;
  /** Index of the scenario in its script. */
  readonly index: number;
  /** Case numbers, in the order in which they run. */
  readonly cases: Uint32Array;
}

export interface Selection {
  readonly scenarios: readonly Selected[];
  /** Cases selected, those that all shards together select, and those of all scripts. */
  readonly selected: number;
  readonly ofAllShards: number;
  readonly total: number;
}

export function select(scripts: readonly Script[], filters: Filters): Selection {
  const scenarios: Selected[] = [];
  let selected = 0;
  let ofAllShards = 0;
  let total = 0;
  for (const script of scripts) {
    for (const [index, scenario] of script.scenarios.entries()) {
      total += scenario.count;
      const { tags, shard } = filters;
      if (tags !== null && !tags.matches(new Set(scenario.tags))) continue;
      const whole = casesOf(script, index, scenario, filters);
      ofAllShards += whole.length;
      const cases = shard === null ? whole : whole.filter((k) => inShard(scenario.id(k), shard));
      selected += cases.length;
      if (cases.length > 0) scenarios.push({ script, scenario, index, cases });
    }
  }
  return { scenarios, selected, ofAllShards, total };
}

/** What is named in case names: the id without its path. */
export function caseName(id: string): string {
  return id.slice(id.indexOf('#') + 1);
}

/** The cases of one scenario that the filters but the shard let through. */
function casesOf(
  script: Script,
  index: number,
  scenario: ScriptScenario,
  filters: Filters,
): Uint32Array {
  const { grep, grepInvert, only } = filters;
  const ids = idsOf(script, index, scenario, filters);
  const all = Uint32Array.from({ length: scenario.count }, (_, k) => k);
  if (grep.length + grepInvert.length === 0 && only === null && ids === null) return all;
  return all.filter((k) => {
    const id = scenario.id(k);
    if (ids !== null && !ids.has(id)) return false;
    if (only !== null && !only.has(id)) return false;
    if (grep.length + grepInvert.length === 0) return true;
    const names = namesOf(scenario, k, id);
    const matches = (pattern: RegExp) => names.some((name) => pattern.test(name));
    return !grepInvert.some(matches) && (grep.length === 0 || grep.some(matches));
  });
}

/** What a pattern sees: the name in the id, and where a title has holes, the title as reports print it. */
function namesOf(scenario: ScriptScenario, k: number, id: string): readonly string[] {
  const name = caseName(id);
  return scenario.title.includes('<') ? [name, scenario.expand(k).title] : [name];
}

/** The ids that the places of the file restrict a scenario to; null: all of it. */
function idsOf(
  script: Script,
  index: number,
  scenario: ScriptScenario,
  filters: Filters,
): ReadonlySet<string> | null {
  const places = filters.places.get(script.path);
  if (places === undefined) return null;
  const end = script.scenarios[index + 1]?.line ?? Infinity;
  const inside = places.lines.some((line) => line >= scenario.line && line < end);
  return inside || places.ids.has(scenario.name) ? null : places.ids;
}
