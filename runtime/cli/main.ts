#!/usr/bin/env node
/** The process: arguments in, exit code out. Nothing here cuts off what is still being written. */
import { abandonAll } from './atomic-file.ts';
import { processIo } from './io.ts';
import { runProgram, usageText } from './program.ts';
import { UsageError } from './usage-error.ts';

declare const SDT_VERSION: string;

const version = typeof SDT_VERSION === 'string' ? SDT_VERSION : 'development';
const io = processIo();
process.on('exit', abandonAll);

try {
  process.exitCode = await runProgram(io, process.argv.slice(2), version);
} catch (error) {
  if (error instanceof UsageError) {
    io.stderr.write(usageText(error));
    process.exitCode = 2;
  } else {
    const detail = error instanceof Error ? error : new Error(String(error));
    const debug = process.env['SDT_DEBUG'] === '1';
    io.stderr.write(
      `sdt: internal error: ${debug ? (detail.stack ?? detail.message) : detail.message}\n` +
        `     please report this with the command line${debug ? '' : ' (SDT_DEBUG=1 shows where it happened)'}\n`,
    );
    process.exitCode = 3;
  }
}
