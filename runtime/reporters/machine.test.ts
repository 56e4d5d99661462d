import { expect, test } from 'vitest';
import type { RunEvent } from '../run/events.ts';
import { reporter as github } from './github.ts';
import { reporter as json } from './json.ts';
import { reporter as junit } from './junit.ts';
import { reporter as ndjson } from './ndjson.ts';
import type { ReporterFactory } from './reporter.ts';
import { collecting, failure, result, started, stream } from './stream.test-support.ts';
import { reporter as tap } from './tap.ts';
import { xmlAttribute, xmlText } from './xml.ts';

function text(factory: ReporterFactory, events: readonly RunEvent[]): string {
  const collected = collecting();
  const reporter = factory(collected.options);
  for (const event of events) reporter.on(event);
  return collected.text();
}

const walk = [
  {
    stage: 'mpt' as const,
    level: 0,
    depth: 0,
    at: 0x8800_0000n,
    entry: 0x3n,
    source: 'memory' as const,
    verdict: 'mpt.permission' as const,
    rule: null,
    kept: null,
    byHand: null,
  },
];
const bad = result({ status: 'fail', failures: [failure({ walk })] });

test('every line of ndjson is one event, numbers of memory as hexadecimal text', () => {
  const events = stream([result(), bad]);
  const lines = text(ndjson, events).trimEnd().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as { event: string });
  expect(parsed.map((event) => event.event)).toEqual(events.map((event) => event.event));
  expect(lines[3]).toContain('"at":"0x8800_0000"');
});

test('json is one object with every case and the counts', () => {
  const parsed = JSON.parse(text(json, stream([result(), bad]))) as {
    cases: { status: string }[];
    run: { seed: number };
    summary: { counts: { pass: number; fail: number } };
  };
  expect(parsed.cases.map((item) => item.status)).toEqual(['pass', 'fail']);
  expect(parsed.run.seed).toBe(7);
  expect(parsed.summary.counts).toMatchObject({ pass: 1, fail: 1 });
  expect(JSON.parse(text(json, stream([])))).toMatchObject({ cases: [] });
});

test('junit has one suite per file, with its counts', () => {
  const other = result({ file: 'suites/b.sdt', status: 'skip', reason: 'requires H' });
  const xml = text(junit, stream([result(), bad, other]));
  expect(xml).toContain(
    '<testsuite name="suites/two.sdt" tests="2" failures="1" errors="0" skipped="0"',
  );
  expect(xml).toContain(
    '<testsuite name="suites/b.sdt" tests="1" failures="0" errors="0" skipped="1"',
  );
  expect(xml).toContain('<skipped message="requires H"/>');
  expect(balanced(xml)).toBe(true);
});

/** Whether tags open and close as XML wants it: enough of a parser to catch a broken escape. */
function balanced(xml: string): boolean {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>/, '');
  for (const [tag, close, name, self] of body.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (tag.length > 0 && close === '/') {
      if (open.pop() !== name) return false;
    } else if (self !== '/') open.push(name ?? '');
  }
  const rest = body.replace(/<\/?[a-z]+(?:\s[^<>]*?)?\/?>/g, '');
  return open.length === 0 && !/[<]|&(?!(amp|lt|gt|quot|#\d+);)/.test(rest);
}

test('XML holds no character that the standard forbids, and every other one', () => {
  expect(xmlText('a<b&c>\u0000\u001b\ud800\ufffe')).toBe(
    'a&lt;b&amp;c&gt;\u2400\u241b\ufffd\ufffd',
  );
  expect(xmlAttribute('m', 'x"\n\t<\u00e9\u{1f600}')).toBe(
    ' m="x&quot;&#10;&#9;&lt;\u00e9\u{1f600}"',
  );
  expect(xmlAttribute('m', null)).toBe('');
  const hostile = result({
    id: 'x.sdt#</testcase>]]>&',
    status: 'error',
    reason: '<![CDATA[ "\u0001',
  });
  expect(balanced(text(junit, stream([hostile])))).toBe(true);
});

test('TAP has a plan, directives and YAML that a harness can read', () => {
  const lines = text(
    tap,
    stream([
      result(),
      bad,
      result({ status: 'skip', reason: 'requires H' }),
      result({ status: 'known failure', reason: 'https://example.invalid/17' }),
    ]),
  ).split('\n');
  expect(lines[0]).toBe('TAP version 14');
  expect(lines[2]).toBe('ok 1 - suites/two.sdt\\#two[op=load]');
  expect(lines[3]).toBe('not ok 2 - suites/two.sdt\\#two[op=load]');
  expect(lines[4]).toBe('  ---');
  expect(lines.slice(4, 12)).toContain('  expected: "load access fault"');
  expect(lines.some((line) => /^ok 3 - .* # SKIP requires H$/.test(line))).toBe(true);
  expect(lines.some((line) => /^not ok 4 - .* # TODO https:/.test(line))).toBe(true);
  expect(lines.at(-2)).toBe('1..4');
});

test('an interrupted TAP stream bails out and claims no plan', () => {
  const out = text(tap, stream([result()], 'stopped by SIGTERM'));
  expect(out).toContain('Bail out! stopped by SIGTERM');
  expect(out).not.toContain('1..');
});

test('an annotation stands on the failing line and is one line itself', () => {
  const out = text(github, stream([bad]));
  expect(out).toMatch(
    /^::error file=suites\/two\.sdt,line=3,col=34,endColumn=51,title=fail%3A two::/,
  );
  expect(out.trimEnd().split('\n')).toHaveLength(1);
});

test('the job summary names the failures and the counts', () => {
  const collected = collecting();
  const reporter = github(collected.options);
  for (const event of [started(), ...stream([bad, result()]).slice(1)]) reporter.on(event);
  expect(collected.summary()).toContain('### sdt: 1 passed, 1 failed');
  expect(collected.summary()).toContain('| fail | suites/two.sdt:3 |');
});

test('no more than fifty annotations are made', () => {
  const out = text(github, stream(Array<typeof bad>(80).fill(bad)));
  expect(out.trimEnd().split('\n')).toHaveLength(50);
});
