/** How many threads were asked for. */
import { availableParallelism } from 'node:os';

/** `4`, `50%` of the processors, or null where nothing was asked. */
export function askedThreads(jobs: string | null): number | null {
  if (jobs === null) return null;
  if (!jobs.endsWith('%')) return Number(jobs);
  return Math.max(1, Math.round((availableParallelism() * Number(jobs.slice(0, -1))) / 100));
}
