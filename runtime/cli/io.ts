/** The outside world as commands see it: two streams, the environment, the working folder. */
import { isatty } from 'node:tty';
import { reasonOf } from './reasons.ts';
import { UsageError } from './usage-error.ts';

export interface Output {
  write(text: string | Uint8Array): void;
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
  /** Standard input as it comes. `isTyped`: at a terminal, which passes every key on until `stop`. */
  readonly listen: (hear: (bytes: Uint8Array, isTyped: boolean) => void) => Listening;
}

export interface Listening {
  readonly isRaw: boolean;
  /** The terminal is as it was, and standard input keeps no process alive. */
  readonly stop: () => void;
}

export const CLOSED = 'closed';

/** A stream of this process, opened when something is written. After its reader has gone or its disk is full, text is dropped and the reason kept. */
export class StreamOutput implements Output {
  readonly #descriptor: number;
  readonly #open: () => NodeJS.WriteStream;
  #stream: NodeJS.WriteStream | null = null;
  failed: string | null = null;

  /** `open` gives the stream of file `descriptor`: node makes it when it is asked for, which takes a millisecond. */
  constructor(descriptor: number, open: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#open = open;
  }

  get isTTY(): boolean {
    return isatty(this.#descriptor);
  }

  get columns(): number | null {
    if (!this.isTTY) return null;
    // A terminal that nobody has told its size says 0.
    const { columns } = this.#opened();
    return columns > 0 ? columns : 80;
  }

  write(text: string | Uint8Array): void {
    if (this.failed === null) this.#opened().write(text);
  }

  async flush(): Promise<void> {
    if (this.#stream === null) return;
    const stream = this.#stream;
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
    // An error is told after the call back.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #opened(): NodeJS.WriteStream {
    if (this.#stream === null) {
      this.#stream = this.#open();
      this.#stream.on('error', (error: NodeJS.ErrnoException) => {
        this.failed ??= error.code === 'EPIPE' ? CLOSED : reasonOf(error);
      });
    }
    return this.#stream;
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
    stdout: new StreamOutput(1, () => process.stdout),
    stderr: new StreamOutput(2, () => process.stderr),
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    listen: listenToInput,
  };
}

function listenToInput(hear: (bytes: Uint8Array, isTyped: boolean) => void): Listening {
  const { stdin } = process;
  const isRaw = stdin.isTTY;
  const restore = () => {
    if (isRaw) stdin.setRawMode(false);
  };
  const pass = (chunk: Buffer) => hear(chunk, isRaw);
  // A folder, or a terminal that is gone: nothing is typed then.
  const ignore = () => undefined;
  if (isRaw) stdin.setRawMode(true);
  process.on('exit', restore);
  stdin.on('data', pass).on('error', ignore);
  return {
    isRaw,
    stop: () => {
      stdin.off('data', pass).pause();
      restore();
      process.off('exit', restore);
      if ('unref' in stdin) stdin.unref();
    },
  };
}
