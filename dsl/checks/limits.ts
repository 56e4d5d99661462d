/** 2xx, 4xx: rules and tags that exist, the order of lines, the number of cases, open points of the text. */
import { rowCount } from '../compile/scenario.ts';
import { paramsIn } from '../compile/mentions.ts';
import type { Span } from '../span.ts';
import { didYouMean } from '../report.ts';
import type { ScenarioCheck } from './case-view.ts';

export const checkRules: ScenarioCheck = (scenario, accept) => {
  const { rules } = scenario.vocabulary;
  for (const { rule, span } of scenario.covers) {
    if (rules.has(rule)) continue;
    accept('SDT205', span, `there is no rule '${rule}'`, {
      help: didYouMean(rule, rules) ?? "'sdt cover' lists the rules",
    });
  }
};

export const checkTags: ScenarioCheck = (scenario, accept) => {
  const { tags } = scenario.vocabulary;
  if (tags === null) return;
  for (const { line } of scenario.placed) {
    if (line.statement.kind !== 'tags') continue;
    for (const tag of line.statement.tags) {
      if (tags.has(tag.text)) continue;
      accept('SDT219', tag.span, `the tag '${tag.text}' is not declared`, {
        help: didYouMean(tag.text, tags) ?? "declare it in the configuration, under 'tags'",
      });
    }
  }
};

export const checkFeatures: ScenarioCheck = (scenario, accept) => {
  const { features } = scenario.vocabulary;
  for (const { line } of scenario.placed) {
    if (line.statement.kind !== 'requires') continue;
    for (const word of line.statement.features) {
      if (word.param || features.has(word.text)) continue;
      accept('SDT214', word.span, `there is no feature '${word.text}'`, {
        help: didYouMean(word.text, features) ?? "'sdt list --features' prints what there is",
      });
    }
  }
};

/** The machine is built before the first line runs. */
export const checkOrder: ScenarioCheck = (scenario, accept) => {
  let step: Span | null = null;
  for (const { line } of scenario.placed) {
    const s = line.statement;
    if (s.kind === 'step') step ??= s.span;
    else if (s.kind === 'machine' && step !== null) {
      accept('SDT414', s.span, "a 'machine' line stands after a step", {
        related: [{ span: step, message: 'the first step' }],
        help: 'the machine is built before the first line runs: move it up',
      });
    }
  }
};

const MOST_CASES = 10_000;
/** Numbers of cases are kept as 32-bit integers, and more could not be run in a lifetime. */
const MOST_LARGE = 100_000_000;

export const checkCount: ScenarioCheck = (scenario, accept) => {
  const count = rowCount(scenario);
  if (count <= MOST_CASES) return;
  if (count > MOST_LARGE) {
    accept(
      'SDT415',
      scenario.span,
      `the scenario has ${count.toLocaleString('en')} cases, far more than can be run`,
      {
        help: 'its axes multiply: make them shorter, or put values that belong together into a table',
      },
    );
    return;
  }
  if (scenario.tags.includes('large')) return;
  accept('SDT415', scenario.span, `the scenario has ${count.toLocaleString('en')} cases`, {
    help: "if that is meant, add 'tags large'",
  });
};

/** A rule that the text leaves open is settled by a knob: its outcome must say for which value it holds. */
export const checkOpenRules: ScenarioCheck = (scenario, accept) => {
  const { openRules, knobs } = scenario.vocabulary;
  for (const { line } of scenario.placed) {
    const s = line.statement;
    if (s.kind !== 'covers') continue;
    for (const { id, to, span } of s.rules) {
      // A run of rules covers much besides the open one.
      const knob = to === null ? openRules.get(id) : undefined;
      if (knob === undefined || settles(scenario, knob)) continue;
      accept(
        'SDT408',
        span,
        `the text leaves '${id}' open: its outcome hangs on the knob '${knob}'`,
        {
          help: `write 'when ${knob} is ${knobs.get(knob)?.[0] ?? '..'} -> ..' below the step, or 'machine ${knob} ..'`,
        },
      );
    }
  }
};

/** Whether some line of the scenario speaks of the knob, or allows more than one outcome. */
function settles(scenario: Parameters<ScenarioCheck>[0], knob: string): boolean {
  return scenario.placed.some(({ line }) => {
    const s = line.statement;
    if (s.kind === 'machine') return s.properties.some(({ name }) => name.text === knob);
    if ('when' in s && s.when.some(({ word }) => word.text === knob)) return true;
    if (line.whens.some((when) => when.statement.when.some(({ word }) => word.text === knob))) {
      return true;
    }
    return (
      (s.kind === 'step' || s.kind === 'check') &&
      s.outcome !== null &&
      (s.outcome.unspecified || s.outcome.alternatives.length > 1)
    );
  });
}

/** Parameters of the title must be there. */
export const checkTitle: ScenarioCheck = (scenario, accept) => {
  for (const name of paramsIn(scenario.title)) {
    if (scenario.columns.has(name)) continue;
    accept('SDT204', scenario.span, `the title names <${name}>, which is no parameter here`);
  }
};

/** Each axis and column must change something. */
export const checkParameters: ScenarioCheck = (scenario, accept) => {
  if (scenario.axes.length === 0) return;
  const used = new Set(paramsIn(scenario.title));
  for (const { line } of scenario.placed) {
    for (const name of line.mentions.params) used.add(name);
    const s = line.statement;
    if ('when' in s) for (const { word } of s.when) used.add(word.text);
    for (const when of line.whens) {
      for (const name of when.mentions.params) used.add(name);
      for (const { word } of when.statement.when) used.add(word.text);
    }
    for (const inner of line.program) {
      for (const name of inner.mentions.params) used.add(name);
    }
  }
  for (const { line } of scenario.givens) for (const name of line.mentions.params) used.add(name);
  for (const axis of scenario.axes) {
    axis.names.forEach((name, i) => {
      if (used.has(name)) return;
      accept(
        'SDT221',
        axis.spans[i],
        `nothing uses the ${axis.table ? 'column' : 'axis'} '${name}'`,
        {
          help: axis.table
            ? `use <${name}> in a line or in the title, or drop the column`
            : `use <${name}> in a line: as it stands, equal cases run ${axis.rows.length} times`,
        },
      );
    });
  }
};
