/** Plans as JSON: every plan of the good corpus fits the schema, and comes back as it was. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';
import { caseCount, compile, expand, type Plan } from '../index.ts';
import { fromJson, type Json, toJson } from './plan-json.ts';
import { violations } from './schema.test-support.ts';

const schema = JSON.parse(
  readFileSync(new URL('./plan.schema.json', import.meta.url), 'utf8'),
) as Json;

function plansOf(path: string): Plan[] {
  const text = readFileSync(new URL(`../corpus/good/${path}`, import.meta.url), 'utf8');
  const { scenarios, measures } = compile({ path, text }, () => null, VOCABULARY);
  return [...scenarios, ...measures].flatMap((scenario) =>
    Array.from({ length: Math.min(caseCount(scenario), 8) }, (_, k) => expand(scenario, k)),
  );
}

const examples = readdirSync(new URL('../corpus/good/', import.meta.url)).filter((name) =>
  /^[a-o]-.*\.sdt$/.test(name),
);

describe('a plan as JSON', () => {
  it.each(examples)('fits the schema, for %s', (path) => {
    const plans = plansOf(path);
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(violations(toJson(plan), schema)).toEqual([]);
  });

  it.each(examples)('comes back equal, also through text, for %s', (path) => {
    for (const plan of plansOf(path)) {
      expect(fromJson(JSON.parse(JSON.stringify(toJson(plan))) as Json)).toEqual(plan);
    }
  });

  it('writes what does not fit into a JSON number as hex', () => {
    const [plan] = plansOf('a-two-domains.sdt');
    const regions = (toJson(plan) as { regions: readonly Json[] }).regions;
    expect(regions[2]).toMatchObject({ name: 'key', base: { int: '0x81100000' } });
  });

  it('keeps a text that looks like a number a text', () => {
    const [plan] = plansOf('b-xwr-matrix.sdt');
    expect(plan.bindings).toContainEqual({ axis: 'xwr', value: '0b000' });
    expect(fromJson(toJson({ ...plan, title: '0x10' })).title).toBe('0x10');
  });

  it('refuses an integer that is none', () => {
    expect(() => fromJson({ int: 'ten' })).toThrow("'ten' is no integer");
  });

  it('is refused by the schema when a field is missing, unknown or of another type', () => {
    const [plan] = plansOf('a-two-domains.sdt');
    const json = toJson(plan) as Readonly<Record<string, Json>>;
    const untitled = Object.fromEntries(Object.entries(json).filter(([key]) => key !== 'title'));
    expect(violations(untitled, schema)).toEqual(["$: no 'title'"]);
    expect(violations({ ...json, extra: 1 }, schema)).toEqual(["$: unknown 'extra'"]);
    expect(violations({ ...json, number: 'one' }, schema)).toEqual(['$.number: not integer']);
    expect(violations({ ...json, xlen: 16 }, schema)).toEqual(['$.xlen: not one of 32, 64']);
  });
});
