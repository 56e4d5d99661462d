/** What every reporter is: a consumer of the event stream that writes text to one place. */
import type { RunEvent } from '../run/events.ts';
import type { CaseResult } from '../session/results.ts';

export interface ReporterOptions {
  /** Appends text to the reporter's destination (a stream, or a file that appears whole at the end). */
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** Width of the terminal in columns, or null when it is not one. */
  readonly columns: number | null;
  /** Text of a source file, for frames; null when it can no longer be read. */
  readonly source: (path: string) => string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The command that runs just this case again, the way it ran. */
  readonly replay: (result: CaseResult) => string;
  /** Appends Markdown to the job summary of the CI service; null where there is none. */
  readonly jobSummary: ((markdown: string) => void) | null;
}

export interface Reporter {
  on(event: RunEvent): void;
}

export type ReporterFactory = (options: ReporterOptions) => Reporter;
