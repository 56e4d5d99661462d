/** Compiles texts and runs their cases on the emulator: what the workloads share. */
import { caseCount, compile, expand, type Document } from '../dsl/index.ts';
import { Machine } from '../emulator/index.ts';
import { runCase } from '../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import { VOCABULARY } from '../runtime/vocabulary/vocabulary.ts';

export function compiled(text: string): Document {
  const document = compile({ path: 'bench.sdt', text }, () => null, VOCABULARY);
  const error = document.diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`bench.sdt:${error.span.line}: ${error.message}`);
  return document;
}

/** Runs every case; throws where one does not pass, since a wrong run measures nothing. */
export function runAll(document: Document, machine = new Machine()): number {
  let cases = 0;
  for (const scenario of document.scenarios) {
    const count = caseCount(scenario);
    for (let k = 0; k < count; k++) {
      const result = runCase(expand(scenario, k), machine, DEFAULT_VARIATION);
      if (result.status !== 'pass') {
        throw new Error(
          `${result.id}: ${result.status}: ${result.reason ?? result.failures[0]?.message}`,
        );
      }
      cases++;
    }
  }
  return cases;
}
