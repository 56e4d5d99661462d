/** `junit`: the XML that CI services read; one suite per file, written when the file is done. */
import type { Diagnostic } from '../../dsl/index.ts';
import type { CaseResult } from '../session/results.ts';
import { diagnosticLine } from '../explain/diagnostic-text.ts';
import { sentence } from './case-text.ts';
import type { ReporterFactory } from './reporter.ts';
import { xmlAttribute, xmlText } from './xml.ts';

/** One `<testsuite>`: its counts stand before its cases, so the text of one file's cases is kept until it ends. */
interface Suite {
  readonly file: string;
  readonly cases: string[];
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  milliseconds: number;
}

export const reporter: ReporterFactory = ({ write, replay }) => {
  let suite: Suite | null = null;
  let many = false;
  let seed = 0;
  write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="sdt">\n');

  const close = () => {
    if (suite !== null) write(suiteText(suite, seed));
    suite = null;
  };
  const suiteOf = (file: string): Suite => {
    if (suite?.file !== file) {
      close();
      suite = { file, cases: [], tests: 0, failures: 0, errors: 0, skipped: 0, milliseconds: 0 };
    }
    return suite;
  };

  return {
    on(event) {
      switch (event.event) {
        case 'run started':
          many = event.variations.length > 1;
          seed = event.seed;
          break;
        case 'diagnostics':
          for (const diagnostic of event.diagnostics) {
            if (diagnostic.severity === 'error') script(suiteOf(diagnostic.span.file), diagnostic);
          }
          break;
        case 'case':
          add(suiteOf(event.result.file), event.result, many, replay);
          break;
        case 'run ended':
          if (event.interrupted !== null) interrupted(suiteOf('sdt'), event.interrupted);
          close();
          write('</testsuites>\n');
          break;
      }
    },
  };
};

function suiteText(suite: Suite, seed: number): string {
  const attributes =
    xmlAttribute('name', suite.file) +
    xmlAttribute('tests', suite.tests) +
    xmlAttribute('failures', suite.failures) +
    xmlAttribute('errors', suite.errors) +
    xmlAttribute('skipped', suite.skipped) +
    xmlAttribute('time', seconds(suite.milliseconds));
  const property = `<property name="seed"${xmlAttribute('value', seed)}/>`;
  return `<testsuite${attributes}>\n<properties>${property}</properties>\n${suite.cases.join('')}</testsuite>\n`;
}

function script(suite: Suite, diagnostic: Diagnostic): void {
  suite.tests++;
  suite.errors++;
  const name = `script error ${diagnostic.code} at line ${diagnostic.span.line}`;
  const text = diagnosticLine(diagnostic);
  suite.cases.push(
    `${opening(name, suite.file, diagnostic.span.line, 0)}>` +
      `<error${xmlAttribute('message', diagnostic.message)}${xmlAttribute('type', diagnostic.code)}>` +
      `${xmlText(`${text}${diagnostic.help === undefined ? '' : `\nhelp: ${diagnostic.help}`}`)}</error></testcase>\n`,
  );
}

/** A run that was cut short must not look complete. */
function interrupted(suite: Suite, why: string): void {
  suite.tests++;
  suite.errors++;
  suite.cases.push(
    `${opening('the run was stopped', suite.file, 1, 0)}><error${xmlAttribute('message', why)}/></testcase>\n`,
  );
}

function add(
  suite: Suite,
  result: CaseResult,
  many: boolean,
  replay: (result: CaseResult) => string,
): void {
  const name = result.id.slice(result.id.indexOf('#') + 1) + (many ? ` {${result.variation}}` : '');
  const start = opening(name, result.file, result.line, result.milliseconds);
  suite.tests++;
  suite.milliseconds += result.milliseconds;
  const { status, reason } = result;
  if (status === 'pass') {
    suite.cases.push(`${start}/>\n`);
    return;
  }
  if (status === 'skip' || status === 'known failure') {
    suite.skipped++;
    const message = status === 'skip' ? reason : `known failure: ${reason ?? ''}`;
    suite.cases.push(`${start}><skipped${xmlAttribute('message', message)}/></testcase>\n`);
    return;
  }
  const tag = status === 'error' || status === 'timeout' ? 'error' : 'failure';
  if (tag === 'error') suite.errors++;
  else suite.failures++;
  const text = sentence(result);
  const message = text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'));
  suite.cases.push(
    `${start}><${tag}${xmlAttribute('message', message)}${xmlAttribute('type', status)}>` +
      `${xmlText(`${text}\nagain: ${replay(result)}`)}</${tag}></testcase>\n`,
  );
}

function opening(name: string, file: string, line: number, milliseconds: number): string {
  const attributes =
    xmlAttribute('name', name) +
    xmlAttribute('classname', file) +
    xmlAttribute('file', file) +
    xmlAttribute('line', line) +
    xmlAttribute('time', seconds(milliseconds));
  return `<testcase${attributes}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(6);
}
