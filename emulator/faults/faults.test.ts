import { describe, expect, it } from 'vitest';
import { DECISIONS, decisionsWith } from '../decisions.ts';
import { FAULTS } from './index.ts';
import { rules, type Fault } from './fault.ts';

const all = Object.entries(FAULTS) as [string, Fault][];

describe('the faults', () => {
  it('are many, and each says what it does', () => {
    expect(all.length).toBeGreaterThanOrEqual(40);
    expect(new Set(all.map(([, { says }]) => says)).size).toBe(all.length);
  });

  it.each(all)('%s replaces decisions of one record', (name, fault) => {
    const records = Object.entries(fault.replaces);
    expect(records, name).toHaveLength(1);
    const broken = decisionsWith([fault]);
    for (const [record, replaced] of records) {
      const right: object = DECISIONS[record as keyof typeof DECISIONS];
      expect(Object.keys(right)).toEqual(expect.arrayContaining(Object.keys(replaced)));
      expect(broken[record as keyof typeof DECISIONS]).not.toEqual(right);
    }
  });

  it('leave a machine without faults as it is', () => {
    expect(decisionsWith([])).toBe(DECISIONS);
  });

  it('name rules as scenarios do', () => {
    expect(rules('SMMPT-XWR-01..03 SMMPT-RSV-12')).toEqual([
      'SMMPT-XWR-01',
      'SMMPT-XWR-02',
      'SMMPT-XWR-03',
      'SMMPT-RSV-12',
    ]);
    expect(() => rules('SMMPT-XWR-99')).toThrow('no rule is called');
  });
});
