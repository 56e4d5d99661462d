/** `sdt fmt`: canonical text in place, or a list of what is not canonical. */
import { join } from 'node:path';
import type { Diagnostic, Source } from '../../dsl/index.ts';
import { format } from '../../dsl/index.ts';
import { EXIT, worst } from '../run/exit-code.ts';
import { plural } from '../explain/text-width.ts';
import { writeWhole } from './atomic-file.ts';
import { printDiagnostics } from './check.ts';
import { wantsColour } from './colour.ts';
import { discover } from './discover.ts';
import { decodeScript, Files } from './files.ts';
import type { Invocation } from './invocation.ts';
import { COMMANDS, targetsOf } from './scripts.ts';
import { UsageError } from './usage-error.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, targets } = invocation;
  const onlyCheck = options['check'] === true;
  if (targets.includes('-')) {
    if (targets.length > 1) throw new UsageError('standard input cannot be formatted with files');
    return formatInput(invocation, onlyCheck);
  }
  const found = await discover(io.cwd, targetsOf(invocation), COMMANDS);
  const files = new Files(io.cwd);
  let changed = 0;
  let code: number = found.diagnostics.length > 0 ? EXIT.usage : EXIT.passed;
  report(invocation, found.diagnostics, () => null);
  for (const path of found.files) {
    const source = files.read(path);
    if (!('text' in source)) {
      report(invocation, [source], () => null);
      code = worst(code, EXIT.usage);
      continue;
    }
    const text = formatted(invocation, source);
    if (text === null) code = worst(code, EXIT.usage);
    if (text === null || text === source.text) continue;
    if (onlyCheck) {
      changed++;
      io.stdout.write(`${path}\n`);
      continue;
    }
    const failed = writeWhole(path.startsWith('/') ? path : join(io.cwd, path), text);
    if (failed === null) {
      changed++;
      continue;
    }
    io.stderr.write(`sdt: cannot write ${path}: ${failed}\n`);
    code = worst(code, EXIT.usage);
  }
  const what = onlyCheck ? 'would change' : 'changed';
  io.stderr.write(`${plural(found.files.length, 'file')}, ${changed} ${what}\n`);
  return worst(code, onlyCheck && changed > 0 ? EXIT.failed : EXIT.passed);
}

async function formatInput(invocation: Invocation, onlyCheck: boolean): Promise<number> {
  const { io } = invocation;
  const source = decodeScript(await io.stdin(), '<stdin>');
  if (!('text' in source)) {
    report(invocation, [source], () => null);
    return EXIT.usage;
  }
  const text = formatted(invocation, source);
  if (!onlyCheck) io.stdout.write(text ?? source.text);
  if (text === null) return EXIT.usage;
  return onlyCheck && text !== source.text ? EXIT.failed : EXIT.passed;
}

/** The canonical text; null when syntax errors stand in the way, which are shown. */
function formatted(invocation: Invocation, source: Source): string | null {
  const { text, diagnostics } = format(source);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  report(invocation, errors, () => source.text);
  return errors.length > 0 ? null : text;
}

function report(
  { io, configuration }: Invocation,
  diagnostics: readonly Diagnostic[],
  source: (path: string) => string | null,
): void {
  const colour = wantsColour(configuration.settings.color, io.environment, io.stderr);
  printDiagnostics(io.stderr, diagnostics, source, colour);
}
