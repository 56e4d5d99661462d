/** The command line without a process: a folder made for one test, words in, text and exit code out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io, Output } from './io.ts';
import { runProgram } from './program.ts';
import { UsageError } from './usage-error.ts';

/** Two scenarios of one domain that owns a page; the second one fails. */
export const TWO = `sdt 1
suite "Two"
tags mpt smoke

scenario "the owner reads its page"
  machine mpt smmpt52
  domain vault
  region key size 4K holds 0x5ec2e7
  grant rw on key to vault
  vault loads 8 bytes at key                       -> 0x5ec2e7

scenario "a wrong expectation for <op>"
  tags slow
  each op in load, store, fetch
  machine mpt smmpt52
  domain vault
  region key size 4K
  grant rw on key to vault
  vault tries <op> at key                          -> ok
`;

export class Bench {
  readonly folder: string;
  environment: Record<string, string | undefined> = {};
  stdin = '';

  /** `files`: path to text. */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'sdt-'));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string | Uint8Array): void {
    const place = join(this.folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async sdt(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new Memory(), new Memory()];
    const io: Io = {
      cwd: this.folder,
      environment: this.environment,
      stdout,
      stderr,
      stdin: () => Promise.resolve(Buffer.from(this.stdin)),
      listen: (hear) => {
        hear(Buffer.from(this.stdin), false);
        return { isRaw: false, stop: () => undefined };
      },
    };
    let code = 2;
    try {
      code = await runProgram(io, words, '0.1.0');
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      stderr.write(`${error.message}\n${error.advice ?? ''}\n`);
    }
    return { code, out: stdout.text, err: stderr.text };
  }
}

class Memory implements Output {
  text = '';
  readonly isTTY = false;
  readonly columns = null;
  readonly failed = null;
  write(text: string | Uint8Array): void {
    this.text += typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
  }
  flush(): Promise<void> {
    return Promise.resolve();
  }
}
