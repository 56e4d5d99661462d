/**
 * `same.mjs SWITCH [VALUE] -- WORDS`: the scripts that `sdt run WORDS` runs give the same results with a switch as
 * without it: `--ways off` (instructions find every page by the access path), `--amnesia` (firmware forgets).
 */
import { spawnSync } from 'node:child_process';

const words = process.argv.slice(2);
const end = words.indexOf('--');
const switched = words.slice(0, end);
const run = ['dist/sdt.js', 'run', ...words.slice(end + 1), '--reporter', 'ndjson'];

/** The event stream of a run, without what depends on the clock or names the switch. */
function events(more) {
  const { stdout, status } = spawnSync(process.execPath, [...run, ...more], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const lines = stdout
    .split('\n')
    .filter((line) => !line.startsWith('{"event":"run started"'))
    .map((line) => line.replace(/"milliseconds":[0-9.]+/g, ''))
    .map((line) => line.replace(` ${switched.join(' ')}`, ''));
  return { status, lines };
}

const name = switched.join(' ');
const without = events([]);
const having = events(switched);
const differing = without.lines.findIndex((line, k) => line !== having.lines[k]);
if (without.lines.length < 500) {
  process.stdout.write(`${name}: only ${without.lines.length} events\n`);
  process.exitCode = 1;
} else if (differing >= 0 || without.lines.length !== having.lines.length) {
  process.stdout.write(`without: ${without.lines[differing]}\n`);
  process.stdout.write(`${name}: ${having.lines[differing]}\n`);
  process.exitCode = 1;
} else process.stdout.write(`${name}: ${without.lines.length} events, the same without it\n`);
