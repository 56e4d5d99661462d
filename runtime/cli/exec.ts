/** `sdt exec FILE`: runs a program or firmware, its UART on the terminal or in a file. */
import { isAbsolute, join } from 'node:path';
import { printable } from '../explain/text-width.ts';
import type { Ended } from '../exec/exec.ts';
import { exec } from '../exec/exec.ts';
import type { Outcome } from '../exec/outcome.ts';
import { UNFINISHED } from '../exec/outcome.ts';
import type { Powered, ProgramFile } from '../exec/power-on.ts';
import { powerOn } from '../exec/power-on.ts';
import { ByteTerminal } from '../exec/terminal.ts';
import { EXIT, worst } from '../run/exit-code.ts';
import type { ExecFlags } from './exec-options.ts';
import { execFlags } from './exec-options.ts';
import { readAtMost } from './files.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { CLOSED } from './io.ts';
import { Keyboard, WAY_OUT } from './keyboard.ts';
import { reasonOf } from './reasons.ts';
import type { Signals } from './signals.ts';
import { catchSignals } from './signals.ts';
import { StreamFile } from './stream-file.ts';
import { UsageError } from './usage-error.ts';
import { variationsOf } from './variations.ts';

/** Bytes of the largest program. */
const LARGEST = 256 * 1024 * 1024;
/** Milliseconds between two looks at what was typed. */
const PATIENCE = 10;

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, targets } = invocation;
  const flags = execFlags(options);
  const powered = await switchOn(flags, targets[0] ?? '', invocation);
  const open: StreamFile[] = [];
  const signals = catchSignals();
  try {
    const file = (flag: string, path: string | null): StreamFile | null => {
      if (path === null) return null;
      const made = new StreamFile(flag, inFolder(io, path));
      open.push(made);
      return made;
    };
    const trace = file('--trace', flags.trace);
    const uart = file('--uart', flags.uart);
    const ended = await run(powered, flags, { io, trace, uart, signals });
    for (const each of open) each.close();
    for (const line of ended.lines) io.stderr.write(`sdt: ${printable(line)}\n`);
    const broken = open.filter(({ failed }) => failed !== null);
    for (const { path, failed } of broken) io.stderr.write(`sdt: ${path}: ${String(failed)}\n`);
    return broken.length > 0 ? worst(ended.status, EXIT.internal) : ended.status;
  } finally {
    for (const each of open) each.close();
    signals.release();
  }
}

/** Reads the files and builds the machine; throws `UsageError`. */
async function switchOn(flags: ExecFlags, path: string, invocation: Invocation): Promise<Powered> {
  const { io, configuration } = invocation;
  const { settings } = configuration;
  const [variation, ...more] = await variationsOf(settings);
  if (variation === undefined || more.length > 0) {
    throw new UsageError('one policy at a time', '--caching none, retain, random or sized');
  }
  const program = programFile(io, path);
  const payload = flags.payload === null ? null : programFile(io, flags.payload);
  const tree = flags.dtb === null ? null : treeFile(programFile(io, flags.dtb));
  const plants = settings.fault.length > 0;
  const faults = plants ? (await import('../../emulator/faults/index.ts')).FAULTS : {};
  const powered = powerOn({ ...flags, program, payload, tree, variation, faults });
  if ('message' in powered) throw new UsageError(printable(powered.message), powered.advice);
  return powered;
}

interface Surroundings {
  readonly io: Io;
  readonly trace: StreamFile | null;
  readonly uart: StreamFile | null;
  readonly signals: Signals;
}

async function run(
  powered: Powered,
  { maxSteps }: ExecFlags,
  { io, trace, uart, signals }: Surroundings,
): Promise<Ended> {
  let isNewLine = true;
  const print = (bytes: Uint8Array) => {
    isNewLine = bytes.at(-1) === 0x0a;
    if (uart === null) io.stdout.write(bytes);
    else uart.writeBytes(bytes);
  };
  const terminal = new ByteTerminal(print);
  const keyboard = new Keyboard(terminal);
  powered.machine.execution.terminal = terminal;
  const input = io.listen((bytes, isTyped) => {
    if (isTyped) keyboard.type(bytes);
    else terminal.type(bytes);
  });
  if (input.isRaw) io.stderr.write(`sdt: ${WAY_OUT}\n`);
  const endedBy = (status: number, says: string): Outcome => ({ status, says, isLost: true });
  let seen = clock();
  const between = async (): Promise<Outcome | null> => {
    if (clock() - seen > PATIENCE) {
      terminal.flush();
      await io.stdout.flush();
      await pause();
      seen = clock();
    }
    const stop = signals.stopped();
    if (stop !== null) return endedBy(stop.exitCode ?? UNFINISHED, `interrupted ${stop.why}`);
    if (keyboard.wantsEnd) return endedBy(130, 'ended at the keyboard');
    const { failed } = io.stdout;
    if (failed === CLOSED) return endedBy(UNFINISHED, 'nobody reads standard output any more');
    if (failed !== null) return endedBy(UNFINISHED, `cannot go on without standard output`);
    const lost = [trace, uart].find((file) => file !== null && file.failed !== null);
    if (lost === undefined || lost === null) return null;
    return endedBy(UNFINISHED, `cannot go on without ${lost.path}`);
  };
  try {
    const write = trace === null ? null : (lines: string) => trace.write(lines);
    return await exec(powered, { maxSteps, trace: write, between });
  } finally {
    input.stop();
    terminal.flush();
    if (!isNewLine && uart === null && io.stdout.isTTY) io.stdout.write('\n');
    await io.stdout.flush();
  }
}

const clock = () => Number(process.hrtime.bigint()) / 1e6;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
const inFolder = ({ cwd }: Io, path: string) => (isAbsolute(path) ? path : join(cwd, path));

function programFile(io: Io, path: string): ProgramFile {
  const name = printable(path);
  let bytes: Uint8Array | null;
  try {
    bytes = readAtMost(inFolder(io, path), LARGEST);
  } catch (error) {
    throw new UsageError(`cannot read ${name}: ${reasonOf(error)}`);
  }
  if (bytes === null) {
    throw new UsageError(`${name} is larger than ${LARGEST / 1024 / 1024} MiB`);
  }
  return { name: path, bytes };
}

/** `magic` and `totalsize` of a flattened tree must fit. */
function treeFile({ name, bytes }: ProgramFile): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fits =
    bytes.length >= 40 && view.getUint32(0) === 0xd00d_feed && view.getUint32(4) <= bytes.length;
  if (!fits) {
    throw new UsageError(`${printable(name)} is no device tree blob`, 'make one with dtc -O dtb');
  }
  return bytes;
}
