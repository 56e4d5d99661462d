/** One island -> one statement or one diagnostic, chosen by the first word. */
import type { IParserConfig, IToken } from 'chevrotain';
import type { Cell, Statement } from './ast.ts';
import type { Code } from './catalogue.ts';
import type { Diagnostic } from './diagnostics.ts';
import { SectionParser } from './grammar/sections.ts';
import { continues, type Island, type Stray } from './lines.ts';
import { didYouMean, found, messages, misspelt } from './messages.ts';
import { nearest } from './nearest.ts';
import type { Span } from './span.ts';
import {
  ACTIONS,
  Bar,
  Close,
  Dot,
  K,
  Name,
  Open,
  OpenText,
  Param,
  RESERVED,
  RuleId,
  STATEMENTS,
  type StatementWord,
} from './tokens.ts';
import { USAGE } from './usage.ts';

/** Deeper parentheses would make every later pass recurse too deeply. */
const DEEPEST = 64;

const actions: ReadonlySet<string> = new Set(ACTIONS);
const usage: Readonly<Partial<Record<string, string>>> = USAGE;

type Result = Statement | Diagnostic;

export class LineParser extends SectionParser {
  private readonly rules: ReadonlyMap<string, () => Statement>;

  /** `config` is for tests: `skipValidations: false` has chevrotain check the grammar. */
  constructor(config: IParserConfig = {}) {
    super({ skipValidations: true, errorMessageProvider: messages, ...config });
    this.performSelfAnalysis();
    const rules: Readonly<Record<StatementWord, () => Statement>> = this;
    this.rules = new Map(STATEMENTS.map((word) => [word, rules[word]]));
  }

  /** The statement that the island of file `file` is, or what is wrong with it. */
  parseIsland(island: Island, file: string): Result {
    this.file = file;
    const [stray] = island.strays;
    if (stray !== undefined) return this.strayCharacter(stray);
    const { tokens } = island;
    const first = tokens[0] as IToken;
    return (
      this.refused(tokens) ?? (first.tokenType === Bar ? this.row(tokens) : this.dispatch(tokens))
    );
  }

  private dispatch(tokens: readonly IToken[]): Result {
    const first = tokens[0] as IToken;
    const rule = this.rules.get(first.image);
    if (rule !== undefined) {
      const result = this.attempt(rule, tokens);
      // `check loads at key`: an actor may be called like a statement.
      return 'code' in result && actions.has(tokens[1]?.image ?? '')
        ? this.either(this.attempt(this.step, tokens), result)
        : result;
    }
    if (actions.has(first.image)) {
      const result = this.attempt(this.programStep, tokens);
      return 'code' in result && actions.has(tokens[1]?.image ?? '')
        ? this.either(this.attempt(this.step, tokens), result)
        : result;
    }
    let verb = 1;
    while (tokens[verb]?.tokenType === Dot) verb += 2;
    if (actions.has(tokens[verb]?.image ?? '')) return this.attempt(this.step, tokens);
    return this.unknown(first, tokens[verb]);
  }

  private either(second: Result, first: Diagnostic): Result {
    return 'code' in second ? first : second;
  }

  /** Runs one rule over all tokens. */
  private attempt<R extends Statement | Cell>(
    rule: () => R,
    tokens: readonly IToken[],
  ): R | Diagnostic {
    this.input = tokens as IToken[];
    this.problem = null;
    this.resetExpressions();
    const result = rule.call(this);
    const problem = this.reported();
    if (problem !== null)
      return this.wrong(problem.code, problem.message, problem.token, problem.help);
    const [error] = this.errors;
    if (error === undefined) return result;
    const atEnd = error.token.image === '';
    const last = tokens.at(-1) as IToken;
    const col = (last.startColumn ?? 1) + last.image.length;
    const span = atEnd
      ? { file: this.file, line: last.startLine ?? 1, col, end: col + 1 }
      : this.spanOf(error.token);
    const before = tokens[tokens.indexOf(error.token) - 1];
    const hint =
      error.name !== 'NotAllInputParsedException' || error.message.endsWith('?)')
        ? ''
        : before === undefined
          ? ''
          : misspelt(before);
    const shape =
      usage[
        actions.has(tokens[1]?.image ?? '') ? (tokens[1]?.image ?? '') : (tokens[0]?.image ?? '')
      ];
    const message = error.message + hint;
    const base: Diagnostic = { code: 'SDT102', severity: 'error', message, span };
    return shape === undefined ? base : { ...base, help: `it reads: ${shape}` };
  }

  /** What is wrong with a line before any grammar is asked. */
  private refused(tokens: readonly IToken[]): Diagnostic | null {
    const first = tokens[0] as IToken;
    const covers = first.tokenType === K.covers;
    let depth = 0;
    for (const token of tokens) {
      const type = token.tokenType;
      if (type === Open) {
        if (++depth > DEEPEST) {
          return this.wrong('SDT112', `parentheses are nested more than ${DEEPEST} deep`, token);
        }
      } else if (type === Close) depth--;
      else if (type === OpenText) {
        return this.wrong('SDT106', 'this string has no closing quote on its line', token);
      } else if (type === RuleId && !covers) {
        const message = `the rule id '${token.image}' may only stand behind 'covers'`;
        return this.wrong('SDT109', message, token, 'names that you declare start in lower case');
      }
    }
    if (!continues(first)) return null;
    const message = `a line that begins with '${first.image}' continues the line above, but there is none`;
    return this.wrong('SDT117', message, first);
  }

  /** `| cell | cell |` */
  private row(tokens: readonly IToken[]): Result {
    const last = tokens.at(-1) as IToken;
    if (tokens.length < 2 || last.tokenType !== Bar) {
      return this.wrong('SDT110', "a table row begins and ends with '|'", last);
    }
    const cells: Cell[] = [];
    let start = 1;
    for (let at = 1; at < tokens.length; at++) {
      if (tokens[at]?.tokenType !== Bar) continue;
      if (at === start) {
        const message = "this cell is empty; '-' leaves the step that uses it out";
        return this.wrong('SDT111', message, tokens[at] as IToken);
      }
      const cell = this.attempt(this.cell, tokens.slice(start, at));
      if ('code' in cell) return cell;
      cells.push(cell);
      start = at + 1;
    }
    const from = this.spanOf(tokens[0] as IToken);
    const to = this.spanOf(last);
    return {
      kind: 'row',
      cells,
      span: { ...from, end: to.line === from.line ? to.end : from.end },
    };
  }

  /** A line whose first words are neither a statement nor a step. */
  private unknown(first: IToken, second: IToken | undefined): Diagnostic {
    const isWord = first.tokenType === Name || first.tokenType.CATEGORIES?.[0] === Name;
    if (RESERVED.has(first.image)) {
      const message = `'${first.image}' is reserved for a later version of the language`;
      return this.wrong('SDT104', message, first, 'choose another name');
    }
    if (first.image === 'sdt')
      return this.wrong('SDT118', "'sdt' may only stand on the first line", first);
    if (!isWord && first.tokenType !== Param) {
      const message = `expected a statement or a step, found ${found(first)}`;
      return this.wrong('SDT102', message, first);
    }
    const action = second === undefined ? null : nearest(second.image, ACTIONS);
    const statement = nearest(first.image, [...STATEMENTS, ...ACTIONS]);
    if (
      second !== undefined &&
      (first.tokenType === Param || (action !== null && statement === null))
    ) {
      const message = `${found(second)} is no action${didYouMean(second.image, ACTIONS)}`;
      return this.wrong('SDT116', message, second, `actions are ${ACTIONS.join(', ')}`);
    }
    const hint = statement === null ? '' : ` (did you mean '${statement}'?)`;
    const message = `${found(first)} starts no statement${hint}`;
    const help = 'a step names an actor and an action: host loads at key -> ok';
    return this.wrong('SDT103', message, first, statement === null ? help : undefined);
  }

  private strayCharacter(stray: Stray): Diagnostic {
    const char = String.fromCodePoint(stray.text.codePointAt(0) ?? 0);
    const shown = /[\p{C}\p{Z}]/u.test(char)
      ? `the character U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
      : `'${char}'`;
    const span = {
      file: this.file,
      line: stray.line,
      col: stray.col,
      end: stray.col + stray.text.length,
    };
    const base: Diagnostic = {
      code: 'SDT105',
      severity: 'error',
      message: `${shown} cannot stand here`,
      span,
    };
    const help = ADVICE.find(([pattern]) => pattern.test(char))?.[1];
    return help === undefined ? base : { ...base, help };
  }

  private wrong(code: Code, message: string, token: IToken, help?: string): Diagnostic {
    const span: Span = this.spanOf(token);
    const base: Diagnostic = { code, severity: 'error', message, span };
    return help === undefined ? base : { ...base, help };
  }
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/[\u201c\u201d\u201e]/, 'strings stand between straight quotes: "..."'],
  [/[\u2012-\u2015\u2212]/, "use the hyphen '-'"],
  [/[\p{Z}\ufeff]/u, 'use a plain space'],
  [/\ufffd/, 'the file is not valid UTF-8 here'],
  [/</, 'a parameter is a name in angle brackets: <level>'],
  [/[{}[\];]/, 'a statement is one line; there are no braces'],
];
