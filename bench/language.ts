/** The language and the session: parse, check, expand, run. */
import { seconds, type Workload } from './measure.ts';
import { compiled, runAll } from './cases.ts';
import { scenariosText, tableText } from './texts.ts';

export const parse: Workload = {
  name: 'parse and check 100,000 lines',
  unit: 'lines',
  budget: '3 s',
  run(scale) {
    const text = scenariosText(Math.ceil(6_667 * scale));
    const lines = text.split('\n').length;
    compiled(scenariosText(50));
    return { units: lines, seconds: seconds(() => compiled(text), 1) };
  },
};

export const tableCases: Workload = {
  name: '10,000 cases from tables',
  unit: 'cases',
  budget: '1.5 s, compiled, expanded and run',
  run(scale) {
    const text = tableText(Math.ceil(10_000 * scale));
    let cases = 0;
    const time = seconds(() => {
      cases = runAll(compiled(text));
    }, 1);
    return { units: cases, seconds: time };
  },
};

export const textCases: Workload = {
  name: '10,000 distinct scenarios of text',
  unit: 'cases',
  budget: '3 s, parsed, checked, expanded and run',
  run(scale) {
    const text = scenariosText(Math.ceil(10_000 * scale));
    let cases = 0;
    const time = seconds(() => {
      cases = runAll(compiled(text));
    }, 1);
    return { units: cases, seconds: time };
  },
};

export const flat: Workload = {
  name: '100,000 cases from tables',
  unit: 'cases',
  budget: 'time per case as at 1,000',
  run(scale) {
    const measure = (count: number): { units: number; seconds: number } => {
      const document = compiled(tableText(count));
      let units = 0;
      const time = seconds(() => {
        units = runAll(document);
      }, 1);
      return { units, seconds: time };
    };
    // Code that has not been optimised yet would make the small run look slow.
    const rounds = Array.from({ length: 8 }, () => measure(1_000));
    const small = rounds.reduce((best, m) => (m.seconds < best.seconds ? m : best));
    const large = measure(Math.ceil(100_000 * scale));
    const per = (m: { units: number; seconds: number }): number => (1e6 * m.seconds) / m.units;
    return {
      ...large,
      note: `${per(small).toFixed(1)} us a case at 1,000, ${per(large).toFixed(1)} us here`,
    };
  },
};
