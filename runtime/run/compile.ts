/** Files into scripts: the language's documents with the machine's vocabulary, as a run sees them. */
import type { Diagnostic, Document, Load, Source, Vocabulary } from '../../dsl/index.ts';
import { caseCount, caseId, compile, expand } from '../../dsl/index.ts';
import type { Script, ScriptScenario } from './script.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';

export class Compiler {
  readonly #load: Load;
  readonly #vocabulary: Vocabulary;
  readonly #reported = new Set<string>();

  /** `tags`: those that the configuration declares; empty: any. */
  constructor(load: Load, tags: readonly string[]) {
    this.#load = load;
    this.#vocabulary = vocabularyOf(tags);
  }

  /** A file as a script. What is wrong with a file that several use is reported once, but keeps each from running. */
  script(source: Source): Script {
    const document = compile(source, this.#load, this.#vocabulary);
    const broken = document.diagnostics.some(({ severity }) => severity === 'error');
    return {
      path: document.path,
      broken,
      diagnostics: document.diagnostics.filter((diagnostic) => this.#isNew(diagnostic)),
      scenarios: broken ? [] : scenariosOf(document.scenarios),
      measures: broken ? [] : scenariosOf(document.measures),
    };
  }

  #isNew({ code, span, message }: Diagnostic): boolean {
    const key = `${span.file}:${span.line}:${span.col}:${code}:${message}`;
    if (this.#reported.has(key)) return false;
    this.#reported.add(key);
    return true;
  }
}

function scenariosOf(sections: Document['scenarios']): readonly ScriptScenario[] {
  return sections.map((scenario) => ({
    name: `${scenario.path}#${scenario.key}`,
    title: scenario.title,
    line: scenario.span.line,
    tags: scenario.tags,
    covers: [...new Set(scenario.covers.map(({ rule }) => rule))],
    count: caseCount(scenario),
    id: (k) => caseId(scenario, k),
    expand: (k) => expand(scenario, k),
    coversSpan: (rule) =>
      scenario.covers.find((cover) => cover.rule === rule)?.span ?? scenario.span,
  }));
}
