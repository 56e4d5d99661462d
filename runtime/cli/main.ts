#!/usr/bin/env node
/** The process: arguments in, exit code out. Nothing here cuts off what is still being written. */
import { abandonAll } from './atomic-file.ts';
import { processIo } from './io.ts';
import { UsageError } from './usage-error.ts';

declare const SDT_VERSION: string;

const version = typeof SDT_VERSION === 'string' ? SDT_VERSION : 'development';
const io = processIo();
process.on('exit', abandonAll);

void start();

async function start(): Promise<void> {
  try {
    const { runProgram } = await import('./program.ts');
    process.exitCode = await runProgram(io, process.argv.slice(2), version);
  } catch (error) {
    process.exitCode = report(error);
  }
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
