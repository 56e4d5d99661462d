/** One island -> one statement or one diagnostic, chosen by the first word. */
import type { IParserConfig, IToken } from 'chevrotain';
import type { Cell, Statement } from './ast.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { KEPT, type Choices } from '../grammar/choices.ts';
import { SectionParser } from '../grammar/sections.ts';
import {
  grammarError,
  refused,
  spanOf,
  strayCharacter,
  unknownLine,
  wrong,
} from './line-problems.ts';
import type { Island } from './lines.ts';
import { messages } from './messages.ts';
import { ACTIONS, Bar, Dot, STATEMENTS, type StatementWord } from './tokens.ts';

const actions: ReadonlySet<string> = new Set(ACTIONS);

type Result = Statement | Diagnostic;

export class LineParser extends SectionParser {
  private readonly rules: ReadonlyMap<string, () => Statement>;

  /** Derives from the grammar what this one was told: only messages about wrong lines need that. */
  private deriving: LineParser | null = null;
  private readonly derives: boolean;

  /**
   * `config` is for tests: `skipValidations: false` has chevrotain check the grammar. Without `choices` they are derived,
   * which takes longer than to read most files.
   */
  constructor(config: IParserConfig = {}, choices: Choices | null = KEPT) {
    super({ skipValidations: true, errorMessageProvider: messages, ...config }, choices === null);
    this.derives = choices === null;
    if (choices === null) this.performSelfAnalysis();
    else this.useChoices(choices);
    this.rules = new Map(STATEMENTS.map((word) => [word, this.ruleOf(word)]));
  }

  override getGAstProductions(): ReturnType<SectionParser['getGAstProductions']> {
    if (this.derives) return super.getGAstProductions();
    return (this.deriving ??= new LineParser({}, null)).getGAstProductions();
  }

  /** Every statement has the rule that is called like its first word. */
  private ruleOf(word: StatementWord): () => Statement {
    return this[word];
  }

  /** The statement that the island of file `file` is, or what is wrong with it. */
  parseIsland({ tokens, strays }: Island, file: string): Result {
    this.file = file;
    const [stray] = strays;
    if (stray !== undefined) return strayCharacter(file, stray);
    const problem = refused(file, tokens);
    if (problem !== null) return problem;
    return tokens[0]?.tokenType === Bar ? this.row(tokens) : this.dispatch(tokens);
  }

  private dispatch(tokens: readonly IToken[]): Result {
    const first = tokens[0];
    let at = 1;
    while (tokens[at]?.tokenType === Dot) at += 2;
    const verb = tokens[at];
    const isStep = verb !== undefined && actions.has(verb.image);
    const rule =
      this.rules.get(first.image) ?? (actions.has(first.image) ? this.programStep : null);
    if (rule === null) {
      return isStep ? this.attempt(this.step, tokens) : unknownLine(this.file, first, verb);
    }
    const result = this.attempt(rule, tokens);
    if (!isStep || !('code' in result)) return result;
    // `check loads at key`: an actor may be called like a statement or an action.
    const step = this.attempt(this.step, tokens);
    return 'code' in step ? result : step;
  }

  /** Runs one rule over all tokens; `end` is the token behind them when they are part of a line. */
  private attempt<R extends Statement | Cell>(
    rule: () => R,
    tokens: readonly IToken[],
    end: IToken | null = null,
  ): R | Diagnostic {
    this.input = tokens as IToken[];
    this.problem = null;
    this.resetExpressions();
    const result = rule.call(this);
    const problem = this.reported();
    if (problem !== null) {
      return wrong(this.file, problem.code, problem.message, problem.token, problem.help);
    }
    const [error] = this.errors;
    return error === undefined ? result : grammarError(this.file, error, tokens, end);
  }

  /** `| cell | cell |` */
  private row(tokens: readonly IToken[]): Result {
    const last = tokens.at(-1) as IToken;
    if (tokens.length < 2 || last.tokenType !== Bar) {
      return wrong(this.file, 'SDT110', "a table row begins and ends with '|'", last);
    }
    const cells: Cell[] = [];
    let start = 1;
    for (let at = 1; at < tokens.length; at++) {
      const bar = tokens[at];
      if (bar.tokenType !== Bar) continue;
      if (at === start) {
        const message = "this cell is empty; '-' leaves the step that uses it out";
        return wrong(this.file, 'SDT111', message, bar);
      }
      const plain = at === start + 1 ? this.plainCell(tokens[start]) : null;
      const cell = plain ?? this.attempt(this.cell, tokens.slice(start, at), bar);
      if ('code' in cell) return cell;
      cells.push(cell);
      start = at + 1;
    }
    const from = spanOf(this.file, tokens[0]);
    const to = spanOf(this.file, last);
    const span = { ...from, end: to.line === from.line ? to.end : from.end };
    return { kind: 'row', cells, span };
  }
}
