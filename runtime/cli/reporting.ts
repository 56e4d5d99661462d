/** The reporters of a run and where each writes: `name`, `name=file`, and those that the surroundings add. */
import { appendFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { RunEvent } from '../run/events.ts';
import type { ReporterName } from '../reporters/index.ts';
import { REPORTERS, isReporterName } from '../reporters/index.ts';
import type { Reporter, ReporterOptions } from '../reporters/reporter.ts';
import { AtomicFile } from './atomic-file.ts';
import { isCi, wantsColour } from './colour.ts';
import type { Io, Output } from './io.ts';
import { Progress } from './progress.ts';
import { reasonOf } from './reasons.ts';
import { UsageError, didYouMean } from './usage-error.ts';

export interface ReporterRequest {
  readonly name: ReporterName;
  /** Null: a stream of this process. */
  readonly file: string | null;
}

export interface ReportingOptions {
  readonly io: Io;
  readonly requests: readonly ReporterRequest[];
  readonly color: boolean | null;
  readonly clock: () => number;
  readonly source: ReporterOptions['source'];
  readonly replay: ReporterOptions['replay'];
}

/** `--reporter` values as requests, with what the surroundings ask for besides. */
export async function reporterRequests(
  asked: readonly string[],
  environment: Io['environment'],
): Promise<readonly ReporterRequest[]> {
  const requests: ReporterRequest[] = [];
  for (const text of asked) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const file = at < 0 ? null : text.slice(at + 1);
    if (!isReporterName(name)) {
      const names = Object.keys(REPORTERS);
      const advice = (await didYouMean(name, names)) ?? `reporters are ${names.join(', ')}`;
      throw new UsageError(`there is no reporter '${name}'`, advice);
    }
    if (file === '') throw new UsageError(`--reporter ${name}= names no file`);
    requests.push({ name, file });
  }
  const has = (name: ReporterName) => requests.some((request) => request.name === name);
  if (environment['XML_OUTPUT_FILE'] !== undefined && !has('junit')) {
    requests.push({ name: 'junit', file: environment['XML_OUTPUT_FILE'] });
  }
  // Somebody should see what happened: unless a reporter has a stream, people get theirs.
  if (requests.every(({ file }) => file !== null))
    requests.unshift({ name: 'default', file: null });
  if (environment['GITHUB_ACTIONS'] === 'true' && !has('github')) {
    requests.push({ name: 'github', file: null });
  }
  const streamed = requests.filter(({ name, file }) => file === null && REPORTERS[name].machine);
  if (streamed.length > 1) {
    const names = streamed.map(({ name }) => name).join(' and ');
    throw new UsageError(
      `${names} cannot share standard output`,
      `give all but one a file, such as --reporter ${streamed[1]?.name ?? ''}=report.txt`,
    );
  }
  return requests;
}

export class Reporting {
  readonly #reporters: readonly Reporter[];
  readonly #files: readonly AtomicFile[];
  readonly #progress: Progress | null;

  private constructor(
    reporters: readonly Reporter[],
    files: readonly AtomicFile[],
    progress: Progress | null,
  ) {
    this.#reporters = reporters;
    this.#files = files;
    this.#progress = progress;
  }

  /** Opens every destination; a file that cannot be written is a usage error before anything runs. */
  static async open(options: ReportingOptions): Promise<Reporting> {
    const { io, requests, clock } = options;
    const toStdout = requests.find(({ name, file }) => file === null && REPORTERS[name].machine);
    const progress = wantsProgress(options) ? new Progress(io.stderr, clock) : null;
    const files: AtomicFile[] = [];
    const reporters: Reporter[] = [];
    for (const request of requests) {
      const { reporter } = await REPORTERS[request.name].load();
      if (request.file === null) {
        const machine = toStdout !== undefined && toStdout !== request;
        const stream = machine ? io.stderr : io.stdout;
        reporters.push(reporter(streamOptions(options, stream, progress)));
      } else {
        const path = absolute(io.cwd, request.file);
        refuseStrangeFolder(io.cwd, path, request.file);
        const file = new AtomicFile(path);
        files.push(file);
        if (file.failed !== null) {
          for (const other of files) other.abandon();
          throw new UsageError(`cannot write the report ${request.file}: ${file.failed}`);
        }
        reporters.push(reporter({ ...common(options), write: (text) => file.write(text) }));
      }
    }
    return new Reporting(reporters, files, progress);
  }

  emit(event: RunEvent): void {
    for (const reporter of this.#reporters) reporter.on(event);
    this.#progress?.on(event);
  }

  /** Makes the report files appear; gives what could not be written. */
  finish(): readonly string[] {
    this.#progress?.clear();
    const problems: string[] = [];
    for (const file of this.#files) {
      file.finish();
      if (file.failed !== null)
        problems.push(`cannot write the report ${file.path}: ${file.failed}`);
    }
    return problems;
  }

  /** Leaves no report: the run broke. */
  abandon(): void {
    this.#progress?.clear();
    for (const file of this.#files) file.abandon();
  }
}

/** A report may make folders below the working folder; elsewhere a missing folder is a mistake. */
function refuseStrangeFolder(cwd: string, path: string, shown: string): void {
  const folder = dirname(path);
  if (!relative(cwd, folder).startsWith('..') || existsSync(folder)) return;
  throw new UsageError(
    `cannot write the report ${shown}: there is no folder ${folder}`,
    'folders are made only below the working folder',
  );
}

function absolute(cwd: string, path: string): string {
  return path.startsWith('/') ? path : join(cwd, path);
}

function common(options: ReportingOptions): Omit<ReporterOptions, 'write'> {
  const { io, source, replay, color } = options;
  const summary = io.environment['GITHUB_STEP_SUMMARY'];
  return {
    // A report in a file has colour only if that was asked for.
    colour: color === true,
    columns: null,
    source,
    environment: io.environment,
    replay,
    jobSummary:
      summary === undefined || summary === '' ? null : (text) => appendSummary(io, summary, text),
  };
}

function streamOptions(
  options: ReportingOptions,
  stream: Output,
  progress: Progress | null,
): ReporterOptions {
  return {
    ...common(options),
    write: (text) => {
      progress?.clear();
      stream.write(text);
    },
    colour: wantsColour(options.color, options.io.environment, stream),
    columns: stream.columns,
  };
}

/** A live line is for a person at a terminal who sees no line per case anyway. */
function wantsProgress({ io, requests }: ReportingOptions): boolean {
  if (!io.stderr.isTTY || isCi(io.environment) || io.environment['TERM'] === 'dumb') return false;
  const chatty = requests.some(({ name, file }) => file === null && name !== 'default');
  return !(chatty && io.stdout.isTTY);
}

function appendSummary(io: Io, path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    io.stderr.write(`sdt: cannot write the job summary ${path}: ${reasonOf(error)}\n`);
  }
}
