/** What all rule groups share: words, spans, and problems that the grammar alone does not see. */
import {
  EmbeddedActionsParser,
  type IParserConfig,
  type IToken,
  type ParserMethod,
  type TokenType,
} from 'chevrotain';
import type { Ref, StringLiteral, Word as WordNode } from '../syntax/ast.ts';
import type { Code } from '../catalogue/catalogue.ts';
import { nearest } from '../nearest.ts';
import type { Span } from '../span.ts';
import { ALL_TOKENS, Dot, fits, Name, Param, Text, Word } from '../syntax/tokens.ts';
import {
  ChoiceStrategy,
  decision,
  type Choice,
  type Choices,
  type Decision,
  type Derived,
} from './choices.ts';

/** A mistake that a rule notices itself; the first one of a line is reported. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly help?: string;
  readonly token: IToken;
}

const PERMS = ['none', 'r', 'rw', 'rx', 'rwx', 'x', 'w', 'wx'];
const ENTRIES = ['invalid', 'xwr', 'raw', 'reserved bit', 'napot', ...PERMS];
const MODES = ['M', 'HS', 'S', 'U', 'VS', 'VU'];

export abstract class BaseParser extends EmbeddedActionsParser {
  /** The path that spans name. */
  file = '';
  problem: Problem | null = null;

  /** Chevrotain's question whether a token is what a rule asks for. */
  protected readonly tokenMatcher = ({ tokenType }: IToken, wanted: TokenType): boolean =>
    fits(tokenType, wanted);
  /** Chevrotain's mark that its tables are there. */
  declare protected selfAnalysisDone: boolean;
  private readonly choices: Record<number, Choice> = {};
  private readonly decisions = new Map<number, Decision>();

  /** `derives`: chevrotain is to look at the grammar, for which it must know every token. */
  constructor(config: IParserConfig, derives: boolean) {
    const lookaheadStrategy = new ChoiceStrategy({ maxLookahead: 1 });
    super(derives ? ALL_TOKENS : [Word], {
      maxLookahead: 1,
      lookaheadStrategy,
      recoveryEnabled: false,
      ...config,
    });
  }

  /** The choices of the grammar, for a parser that need not derive them. */
  derivedChoices(): Choices {
    return this.choices;
  }

  /** Takes what `derivedChoices` of another parser gave, instead of chevrotain's look at the grammar. */
  protected useChoices(choices: Choices): void {
    Object.assign(this.choices, choices);
    this.selfAnalysisDone = true;
  }

  /** Chevrotain's: what it found out about the place `key`. */
  protected setLaFuncCache(key: number, { choice }: Derived): void {
    this.choices[key] = choice;
  }

  /** Chevrotain's: how the place `key` is decided. */
  protected getLaFuncFromCache(key: number): Decision {
    let decide = this.decisions.get(key);
    if (decide === undefined) {
      decide = decision(key, this.choices[key]);
      this.decisions.set(key, decide);
    }
    return decide;
  }

  /** Remembers the first problem of a line. */
  protected report(problem: Problem): void {
    this.problem ??= problem;
  }

  protected reported(): Problem | null {
    return this.problem;
  }

  /** `RULE` with the type that the field around it asks for. */
  protected rule<R>(name: string, body: () => R): ParserMethod<[], R> {
    return this.RULE(name, body);
  }

  protected spanOf(token: IToken): Span {
    const col = token.startColumn ?? 1;
    return { file: this.file, line: token.startLine ?? 1, col, end: col + token.image.length };
  }

  /** From `start` to the token consumed last; only the first line's part when they lie on two lines. */
  protected from(start: IToken): Span {
    const line = start.startLine ?? 1;
    const col = start.startColumn ?? 1;
    const last = this.LA(0);
    const end = last.startLine === line ? last : start;
    return { file: this.file, line, col, end: (end.startColumn ?? 1) + end.image.length };
  }

  protected wordOf(token: IToken): WordNode {
    const param = token.tokenType === Param;
    const text = param ? token.image.slice(1, -1) : token.image;
    return { text, param, span: this.spanOf(token) };
  }

  protected stringOf(token: IToken): StringLiteral {
    return { value: token.image.slice(1, -1), span: this.spanOf(token) };
  }

  /** A word of a closed list, or a parameter. */
  private listed(
    token: IToken,
    kind: string,
    list: readonly string[],
    shown: readonly string[] = list,
  ): WordNode {
    const word = this.wordOf(token);
    if (!word.param && !list.includes(word.text)) {
      this.ACTION(() => {
        const guess = nearest(word.text, shown);
        const hint = guess === null ? '' : ` (did you mean '${guess}'?)`;
        const message = `'${word.text}' is no ${kind}: expected ${shown.join(', ')} or a parameter${hint}`;
        this.report({ code: 'SDT120', message, token });
      });
    }
    return word;
  }

  protected readonly text = this.rule('text', () => this.stringOf(this.CONSUME(Text)));
  protected readonly word = this.rule('word', () => this.wordOf(this.CONSUME(Word)));
  protected readonly perms = this.rule('perms', () =>
    this.listed(this.CONSUME(Word), 'permission', PERMS),
  );
  protected readonly contentPerms = this.rule('contentPerms', () =>
    this.listed(this.CONSUME(Word), 'entry content', PERMS, ENTRIES),
  );
  protected readonly mode = this.rule('mode', () => this.listed(this.CONSUME(Word), 'mode', MODES));

  /** `host`, `mpt.reserved`, `<who>`. */
  protected readonly ref = this.rule('ref', (): Ref => {
    const start = this.CONSUME(Word);
    const word = this.wordOf(start);
    let dotted = word.text;
    this.MANY(() => {
      this.CONSUME(Dot);
      dotted += `.${this.CONSUME2(Name).image}`;
    });
    return dotted === word.text
      ? word
      : { text: dotted, param: word.param, span: this.from(start) };
  });
}
