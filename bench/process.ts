/** The command as a process: time to the first verdict, and memory with reports on. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workload } from './measure.ts';
import { scenariosText, tableText } from './texts.ts';

const command = fileURLToPath(new URL('./sdt.js', import.meta.url));

/** Prints the peak resident memory of the process (KiB) on its way out. */
const PEAK = `data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))`;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function node(args: readonly string[], folder: string): { milliseconds: number; stderr: string } {
  // Certificates would be read at every start, and `CI` changes what is shown.
  const environment = { ...process.env };
  delete environment['NODE_EXTRA_CA_CERTS'];
  delete environment['CI'];
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`exit ${String(status)}: ${stderr}`);
  return { milliseconds: Number(process.hrtime.bigint() - start) / 1e6, stderr };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

export const firstVerdict: Workload = {
  name: 'first verdict over bare node',
  unit: 'runs',
  budget: '60 ms over bare node',
  run(scale) {
    return inFolder((folder) => {
      writeFileSync(join(folder, 'one.sdt'), scenariosText(1));
      const rounds = Math.max(3, Math.ceil(30 * scale));
      const runs = Array.from({ length: rounds }, () => ({
        bare: node(['-e', '0'], folder).milliseconds,
        sdt: node([command, 'run', 'one.sdt'], folder).milliseconds,
      }));
      // The least disturbed run of each: a loaded machine slows both by what it likes.
      const bare = Math.min(...runs.map((run) => run.bare));
      const over = Math.min(...runs.map((run) => run.sdt)) - bare;
      const usual = median(runs.map((run) => run.sdt - run.bare));
      return {
        units: rounds,
        seconds: (rounds * over) / 1e3,
        note: `${over.toFixed(0)} ms over bare node's ${bare.toFixed(0)} ms; median ${usual.toFixed(0)} ms`,
      };
    });
  },
};

export const reports: Workload = {
  name: '100,000 cases with JUnit and JSON',
  unit: 'cases',
  budget: '300 MiB',
  run(scale) {
    return inFolder((folder) => {
      const cases = Math.ceil(100_000 * scale);
      writeFileSync(join(folder, 'many.sdt'), tableText(cases));
      const { milliseconds, stderr } = node(
        [
          '--import',
          PEAK,
          command,
          'run',
          'many.sdt',
          '--reporter',
          'junit=junit.xml',
          '--reporter',
          'json=report.json',
        ],
        folder,
      );
      const peak = Number(/peak (\d+)/.exec(stderr)?.[1] ?? NaN) / 1024;
      return { units: cases, seconds: milliseconds / 1e3, megabytes: peak };
    });
  },
};
