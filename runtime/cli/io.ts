/** The outside world as commands see it: two streams, the environment, the working folder. */
import { reasonOf } from './reasons.ts';
import { UsageError } from './usage-error.ts';

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Columns of the terminal; null when it is not one. */
  readonly columns: number | null;
  /** Why nothing more can be written: null while it can. A closed pipe is `closed`, which is no error. */
  readonly failed: string | null;
  /** Resolves when everything has been handed over, or cannot be. */
  flush(): Promise<void>;
}

export interface Io {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The whole of standard input. */
  readonly stdin: () => Promise<Buffer>;
}

export const CLOSED = 'closed';

/** A stream of this process. After its reader has gone or its disk is full, text is dropped and the reason kept. */
export class StreamOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  failed: string | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.failed ??= error.code === 'EPIPE' ? CLOSED : reasonOf(error);
    });
  }

  get isTTY(): boolean {
    return this.#stream.isTTY;
  }

  get columns(): number | null {
    return this.#stream.isTTY ? this.#stream.columns : null;
  }

  write(text: string): void {
    if (this.failed === null) this.#stream.write(text);
  }

  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    // An error is told after the call back.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Asked for when a command needs it: the folder may be gone, which is no internal error. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new UsageError('the working folder is gone', 'change to a folder that exists');
  }
}

export function processIo(): Io {
  return {
    get cwd() {
      return workingFolder();
    },
    environment: process.env,
    stdout: new StreamOutput(process.stdout),
    stderr: new StreamOutput(process.stderr),
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}
