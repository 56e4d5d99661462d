import { describe, expect, test } from 'vitest';
import type { Status } from '../session/results.ts';
import type { ReporterName } from './index.ts';
import { REPORTERS } from './index.ts';
import type { ReporterOptions } from './reporter.ts';
import { collecting, failure, result, script, started, stream } from './stream.test-support.ts';

const STATUSES: readonly Status[] = [
  'pass',
  'fail',
  'known failure',
  'unexpected pass',
  'skip',
  'error',
  'timeout',
];
const RED: readonly Status[] = ['fail', 'unexpected pass', 'error', 'timeout'];
/** Everything that has a meaning in one of the formats, and what no format may pass on. */
const HOSTILE = 'a<b> & "c" \'d\' #e ::error:: %0A | ``` ]]> \\ \u0000\u001b[31m\u0007\u202e\ud800';

async function written(
  name: ReporterName,
  events: readonly Parameters<ReturnType<Awaited<ReturnType<typeof load>>>['on']>[0][],
  some: Partial<ReporterOptions> = {},
) {
  const collected = collecting(some);
  const reporter = (await load(name))(collected.options);
  for (const event of events) reporter.on(event);
  return { text: collected.text(), summary: collected.summary() };
}

async function load(name: ReporterName) {
  return (await REPORTERS[name].load()).reporter;
}

describe.each(Object.keys(REPORTERS) as ReporterName[])('reporter %s', (name) => {
  test('a result of every status is taken, and the red ones are named', async () => {
    const results = STATUSES.map((status) =>
      result({
        status,
        id: `suites/two.sdt#case of ${status}`,
        title: `case of ${status}`,
        reason: status === 'pass' || status === 'fail' ? null : 'a reason',
        failures: status === 'fail' ? [failure()] : [],
      }),
    );
    const { text, summary } = await written(name, stream(results));
    for (const status of RED) expect(text + summary).toContain(`case of ${status}`);
    expect(text).toMatch(/\n$/);
  });

  test('every red result comes with the command that replays it', async () => {
    // A format that is data leaves that to its reader: it has the id.
    const events = stream([result({ status: 'fail', failures: [failure()] })]);
    expect((await written(name, events)).text).toContain(
      'suites/two.sdt#two[op=load]'.replace('#', name === 'tap' ? '\\#' : '#'),
    );
  });

  test('what is hostile in a script stays text', async () => {
    const bad = result({
      id: `suites/two.sdt#${HOSTILE}`,
      title: HOSTILE,
      status: 'fail',
      reason: HOSTILE,
      failures: [failure({ message: HOSTILE, actual: HOSTILE, expected: HOSTILE })],
    });
    const skipped = result({ status: 'skip', reason: HOSTILE });
    const diagnostics = {
      event: 'diagnostics' as const,
      diagnostics: [{ ...script, message: HOSTILE, help: HOSTILE }],
    };
    const { text, summary } = await written(name, [
      started(),
      diagnostics,
      ...stream([bad, skipped]).slice(1),
    ]);
    const codes = [...(text + summary)].map((character) => character.codePointAt(0) ?? 0);
    const control = (code: number) => (code < 0x20 && code !== 10) || (code >= 0x7f && code < 0xa0);
    expect(codes.filter(control)).toEqual([]);
    expect(codes.filter((code) => code >= 0xd800 && code <= 0xdfff)).toEqual([]);
    // Data keeps the text as it is; what people read must not run backwards.
    if (!['ndjson', 'json', 'junit', 'tap'].includes(name)) expect(codes).not.toContain(0x202e);
  });

  test('a run without cases is still a whole report', async () => {
    expect(
      (await written(name, stream([]))).text + (await written(name, stream([]))).summary,
    ).toMatch(/\n$/);
  });

  test('an interrupted run says so', async () => {
    const { text, summary } = await written(name, stream([result()], 'stopped by SIGINT'));
    expect(text + summary).toContain('stopped by SIGINT');
  });

  test('a script error is reported', async () => {
    const events = stream([]).map((event) =>
      event.event === 'diagnostics' ? { ...event, diagnostics: [script] } : event,
    );
    const { text } = await written(name, events);
    expect(text).toContain('SDT203');
    expect(text).toContain('no region is called');
  });

  test('there is no colour unless it is asked for', async () => {
    const events = stream([result({ status: 'fail', failures: [failure()] })]);
    expect((await written(name, events)).text).not.toContain('\u001b');
  });
});

test('a failure shows the actual outcome under the caret of the expected one', async () => {
  const { text } = await written(
    'default',
    stream([
      result({
        status: 'fail',
        failures: [failure({ because: 'mpt.permission', actual: 'load page fault' })],
      }),
    ]),
  );
  expect(text.split('\n').slice(0, 7)).toEqual([
    'FAIL  suites/two.sdt:3  "two"',
    '  case [op=load]',
    '   3 |   host loads at key           -> load access fault',
    '     |                                  ^^^^^^^^^^^^^^^^^ load page fault because mpt.permission',
    '     |   access fault (5) expected, the load returned a value',
    '     |   rule SMMPT-XWR-01: XWR=000 means no access.',
    "  again: sdt run 'suites/two.sdt#two[op=load]'",
  ]);
});

test('a failure whose file is gone still says what was expected', async () => {
  const { text } = await written(
    'default',
    stream([result({ status: 'fail', failures: [failure()] })]),
    { source: () => null },
  );
  expect(text).toContain('expected load access fault, got ok 0x5e_c2e7');
});

test('the summary counts skips by reason and shows the selection', async () => {
  const skip = result({ status: 'skip', reason: 'not modelled yet: tvm' });
  const { text } = await written('default', stream([skip, skip, result()]));
  expect(text).toMatch(/skipped +2 +not modelled yet: tvm/);
  expect(text).toContain('1 passed, 2 skipped');
  expect(text).toContain('3 of 4 cases selected');
  expect(text).toContain('seed 7');
});

test('cases that take more than a second are listed, slowest first', async () => {
  const cases = [1600, 3000, 990, 1900].map((milliseconds) =>
    result({ milliseconds, id: `x.sdt#took ${milliseconds}` }),
  );
  const { text } = await written('default', stream(cases));
  const slow = text.split('\n').filter((line) => line.startsWith('slow'));
  expect(slow.map((line) => line.replace(/.*took /, ''))).toEqual(['3000', '1900', '1600']);
});

test('a case that fails alike under several policies is told once, with all of them', async () => {
  const policies = ['none', 'retain', 'random', 'sized'];
  const red = policies.map((variation, index) =>
    result({
      variation,
      status: 'fail',
      failures: [failure({ actual: index === 2 ? 'ok 0x1' : 'ok 0x5e_c2e7' })],
    }),
  );
  const other = result({
    id: 'x.sdt#other',
    variation: 'none',
    status: 'fail',
    failures: [failure()],
  });
  for (const name of ['default', 'verbose', 'dot'] as const) {
    const all = [started(policies), ...stream([...red, other]).slice(1)];
    const { text } = await written(name, all);
    const heads = text.split('\n').filter((line) => line.startsWith('FAIL'));
    expect(heads.map((line) => /\{.*\}/.exec(line)?.[0])).toEqual([
      '{none, retain, sized}',
      '{random}',
      '{none}',
    ]);
  }
});

test('of many failures only the first hundred are framed', async () => {
  const bad = result({ status: 'fail', failures: [failure()] });
  const { text } = await written('default', stream(Array<typeof bad>(150).fill(bad)));
  expect(text.match(/^FAIL/gm)).toHaveLength(150);
  expect(text.match(/again:/g)).toHaveLength(100);
});

test('results of several variations say which one they are of', async () => {
  const bad = result({ status: 'fail', failures: [failure()], variation: 'retain' });
  for (const name of ['default', 'verbose', 'tap', 'junit'] as const) {
    const events = [started(['none', 'retain']), ...stream([bad]).slice(1)];
    expect((await written(name, events)).text).toContain('{retain}');
  }
});
