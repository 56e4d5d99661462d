/** The suites give the same results whether executed instructions find pages by the engine's ways or not. */
import { spawnSync } from 'node:child_process';

/** The event stream of a run, without what depends on the clock or names the switch. */
function events(ways) {
  const words = ['dist/sdt.js', 'run', 'suites', '--caching', 'all', '--ways', ways];
  const { stdout, status } = spawnSync(process.execPath, [...words, '--reporter', 'ndjson'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const lines = stdout
    .split('\n')
    .map((line) => line.replace(/"milliseconds":[0-9.]+|"--ways","\w+"/g, ''));
  return { status, lines };
}

const on = events('on');
const off = events('off');
const differing = on.lines.findIndex((line, k) => line !== off.lines[k]);
if (on.lines.length < 1000) {
  process.stdout.write(`ways: only ${on.lines.length} events\n`);
  process.exitCode = 1;
} else if (differing >= 0 || on.lines.length !== off.lines.length) {
  process.stdout.write(`ways on:  ${on.lines[differing]}\nways off: ${off.lines[differing]}\n`);
  process.exitCode = 1;
} else process.stdout.write(`ways: ${on.lines.length} events, the same with and without\n`);
