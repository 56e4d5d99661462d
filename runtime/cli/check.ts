/** `sdt check`: every error of every file, nothing run. */
import type { Diagnostic } from '../../dsl/index.ts';
import { diagnosticDetails, diagnosticLine } from '../explain/diagnostic-text.ts';
import { EXIT } from '../run/exit-code.ts';
import { jsonText } from '../explain/json-text.ts';
import { paintFor } from '../reporters/paint.ts';
import { plural } from '../explain/text-width.ts';
import { wantsColour } from './colour.ts';
import type { Invocation } from './invocation.ts';
import type { Output } from './io.ts';
import { loadScripts } from './scripts.ts';

export async function command(invocation: Invocation): Promise<number> {
  const { io, options, configuration } = invocation;
  const { files, scripts } = await loadScripts(invocation);
  const diagnostics = scripts.flatMap((script) => script.diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (options['json'] === true) {
    io.stdout.write(`${jsonText(diagnostics, 2)}\n`);
  } else {
    const colour = wantsColour(configuration.settings.color, io.environment, io.stdout);
    printDiagnostics(io.stdout, diagnostics, files.source, colour);
    const warnings = diagnostics.length - errors;
    const found = `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
    io.stderr.write(`${plural(scripts.length, 'file')} checked: ${found}\n`);
  }
  if (scripts.length === 0) return EXIT.nothing;
  return errors > 0 ? EXIT.usage : EXIT.passed;
}

/** Diagnostics with their frames, for people and problem matchers. */
export function printDiagnostics(
  output: Output,
  diagnostics: readonly Diagnostic[],
  source: (path: string) => string | null,
  colour: boolean,
): void {
  const paint = paintFor(colour);
  for (const diagnostic of diagnostics) {
    const line = diagnosticLine(diagnostic);
    const details = diagnosticDetails(diagnostic, source(diagnostic.span.file), output.columns);
    output.write(`${[paint.bold(line), ...details].join('\n')}\n`);
  }
}
