/** `npm run bench`: every workload once, its ratio to the calibration loop, and peak memory. `--smoke`: a hundredth of each. */
import { prepareForMuch } from '../runtime/cli/long-run.ts';
import { calibrate, type Measured, type Workload } from './measure.ts';
import { WORKLOADS } from './workloads.ts';

const scale = process.argv.includes('--smoke') ? 0.01 : 1;
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));

function line(workload: Workload, measured: Measured, calibration: number): string {
  const rate = measured.units / measured.seconds;
  const shown =
    rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M/s` : `${Math.round(rate).toLocaleString('en')}/s`;
  const memory = measured.megabytes ?? process.memoryUsage().rss / 2 ** 20;
  return [
    workload.name.padEnd(34),
    `${Math.round(measured.units)} ${workload.unit} in ${measured.seconds.toFixed(3)} s`.padEnd(34),
    shown.padStart(12),
    `  ratio ${(rate / (calibration * 1e6)).toExponential(2)}`,
    `  ${Math.round(memory)} MiB`,
    `  budget: ${workload.budget}`,
    measured.note === undefined ? '' : `  (${measured.note})`,
  ].join('');
}

// As `sdt run` does for long runs.
prepareForMuch();
const calibration = calibrate();
console.log(
  `calibration: ${calibration.toFixed(0)} M iterations/s on ${process.version}; ratios are per iteration of it`,
);
for (const workload of WORKLOADS) {
  if (wanted.length > 0 && !wanted.some((word) => workload.name.includes(word))) continue;
  console.log(line(workload, await workload.run(scale), calibration));
}
