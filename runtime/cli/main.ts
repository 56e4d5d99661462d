#!/usr/bin/env node
/** The process: arguments in, exit code out. Nothing here cuts off what is still being written. */
import * as modules from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { abandonAll } from './atomic-file.ts';
import { processIo } from './io.ts';
import { UsageError } from './usage-error.ts';

declare const SDT_VERSION: string;

const version = typeof SDT_VERSION === 'string' ? SDT_VERSION : 'development';
const io = processIo();
process.on('exit', abandonAll);
// Scripts and results are many small short-lived objects: a larger nursery (MB) saves half of their collection.
setFlagsFromString('--max-semi-space-size=32');
// Node 22 and later keep compiled code between two starts.
(modules as { enableCompileCache?: () => void }).enableCompileCache?.();

try {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram(io, process.argv.slice(2), version);
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    const advice = error.advice === null ? '' : `     ${error.advice}\n`;
    io.stderr.write(`sdt: ${error.message}\n${advice}`);
    return 2;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const debug = process.env['SDT_DEBUG'] === '1';
  const hint = debug ? '' : ' (SDT_DEBUG=1 shows where it happened)';
  io.stderr.write(
    `sdt: internal error: ${debug ? (stack ?? message) : message}\n` +
      `     please report this with the command line${hint}\n`,
  );
  return 3;
}
