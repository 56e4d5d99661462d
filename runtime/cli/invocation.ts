/** One call of a command: what was asked for, with everything a command may touch. */
import type { Configuration } from './config.ts';
import type { Io } from './io.ts';

export interface Invocation {
  readonly io: Io;
  readonly version: string;
  /** Everything after the program's name, for the reports. */
  readonly arguments: readonly string[];
  /** Paths, globs, `file:LINE`, case ids; or what else the command takes. */
  readonly targets: readonly string[];
  readonly configuration: Configuration;
  /** Flags of this command that are no settings, such as `--json`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A command gives its exit code. */
export type Command = (invocation: Invocation) => Promise<number>;
