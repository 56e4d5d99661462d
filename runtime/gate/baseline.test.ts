import { describe, expect, it } from 'vitest';
import {
  baselineText,
  compareBaseline,
  parseBaseline,
  type Baseline,
  type BaselineCase,
} from './baseline.ts';

const entry = (over: Partial<BaselineCase> = {}): BaselineCase => ({
  status: 'pass',
  because: null,
  costs: {},
  ...over,
});
const baseline = (cases: Record<string, BaselineCase>): Baseline => ({
  format: 'sdt baseline 1',
  cases,
});

describe('a baseline', () => {
  it('finds each kind of difference', () => {
    const was = baseline({
      a: entry(),
      b: entry({ status: 'fail' }),
      c: entry({ status: 'fail', because: 'mpt.invalid' }),
      d: entry({ costs: { '3': { mpt: 3 } } }),
      e: entry(),
      same: entry({ costs: { '3': { mpt: 3 } } }),
    });
    const is = baseline({
      a: entry({ status: 'fail' }),
      b: entry(),
      c: entry({ status: 'fail', because: 'mpt.reserved' }),
      d: entry({ costs: { '3': { mpt: 4 } } }),
      f: entry(),
      same: entry({ costs: { '3': { mpt: 3 } } }),
    });
    expect(compareBaseline(was, is, false).map(({ id, kind }) => `${id}: ${kind}`)).toEqual([
      'a: newly failing',
      'b: newly passing',
      'c: changed reason',
      'd: changed counts',
      'f: new',
      'e: gone',
    ]);
  });

  it('does not miss cases that a partial run left out', () => {
    expect(compareBaseline(baseline({ a: entry() }), baseline({}), true)).toEqual([]);
  });

  it('is read as it was written, policies that agree on one line', () => {
    const costly = entry({ costs: { '3': { mpt: 3 } } });
    const cases = {
      'a.sdt#x {none}': costly,
      'a.sdt#x {random}': entry(),
      'a.sdt#x {retain}': entry(),
      'a.sdt#y[set={1}] {none, rdsm_hs}': entry({ status: 'fail', because: 'mpt.invalid' }),
    };
    const text = baselineText(baseline(cases));
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('"random | retain": "pass"');
    expect(parseBaseline(text)).toEqual(baseline(cases));
    expect(parseBaseline('{"format":"sdt baseline 1","cases":{"a":1}}')).toMatch(/no object/);
  });

  it('says what is wrong with a file that is none', () => {
    expect(parseBaseline('{')).toMatch(/not JSON/);
    expect(parseBaseline('{}')).toMatch(/no 'format'/);
    expect(parseBaseline('{"format":"x","cases":{}}')).toMatch(/its format is 'x'/);
    expect(parseBaseline('{"format":"sdt baseline 1","cases":{}}')).toMatchObject({ cases: {} });
  });
});
