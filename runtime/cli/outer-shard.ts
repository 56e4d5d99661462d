/** Which shard an outer engine asks for: CI services behind `--shard auto`, and Bazel by itself. */
import type { Shard } from '../run/shard.ts';
import { parseShard } from '../run/shard.ts';
import { UsageError } from './usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a service puts its numbers. `first`: what the first shard is called. */
interface Service {
  readonly name: string;
  readonly index: string;
  readonly count: string;
  readonly first: number;
}

const SERVICES: readonly Service[] = [
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', first: 1 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', first: 0 },
  {
    name: 'Buildkite',
    index: 'BUILDKITE_PARALLEL_JOB',
    count: 'BUILDKITE_PARALLEL_JOB_COUNT',
    first: 0,
  },
];

const BAZEL: Service = {
  name: 'Bazel',
  index: 'TEST_SHARD_INDEX',
  count: 'TEST_TOTAL_SHARDS',
  first: 0,
};

/** The shard to run. `asked`: `--shard`, null when it was not given. */
export function shardOf(asked: string | null, environment: Environment): Shard | null {
  if (asked === null) return ofService(BAZEL, environment);
  if (asked !== 'auto') return checked(asked, '--shard');
  for (const service of SERVICES) {
    const shard = ofService(service, environment);
    if (shard !== null) return shard;
  }
  const slurm = ofSlurm(environment);
  if (slurm !== null) return slurm;
  throw new UsageError(
    '--shard auto found no CI service that says which shard this is',
    'it knows GitLab, CircleCI, Buildkite and Slurm arrays; elsewhere give --shard i/n',
  );
}

function ofService(service: Service, environment: Environment): Shard | null {
  const [index, count] = [environment[service.index], environment[service.count]];
  if (index === undefined || count === undefined) return null;
  const from = `${service.index}=${index} and ${service.count}=${count} of ${service.name}`;
  return checked(`${Number(index) - service.first + 1}/${count}`, from);
}

/** An array job numbers its tasks from MIN to MAX in steps. */
function ofSlurm(environment: Environment): Shard | null {
  const number = (name: string) => Number(environment[`SLURM_ARRAY_TASK_${name}`]);
  if (environment['SLURM_ARRAY_TASK_ID'] === undefined) return null;
  const step = number('STEP') || 1;
  const count = number('COUNT') || (number('MAX') - number('MIN')) / step + 1;
  return checked(`${(number('ID') - number('MIN')) / step + 1}/${count}`, 'the Slurm array');
}

function checked(text: string, from: string): Shard {
  const shard = parseShard(text);
  if (typeof shard === 'string') throw new UsageError(`${from}: ${shard}`);
  return shard;
}
