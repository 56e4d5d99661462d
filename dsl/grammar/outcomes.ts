/** Outcomes, cells and conditions: what stands behind `->`, in a table, behind `when`. */
import type { IToken, ParserMethod } from 'chevrotain';
import type { Alternative, Cell, Clause, Condition, Expr, Outcome } from '../syntax/ast.ts';
import { parseNumeral } from '../syntax/numbers.ts';
import { joinTokens } from '../format/spacing.ts';
import { Colon, Comma, K, Name, Numeral, Operator, Text, Word } from '../syntax/tokens.ts';
import { VerdictParser } from './verdicts.ts';

export abstract class OutcomeParser extends VerdictParser {
  private clauseAlternatives: { ALT: () => Clause }[] | null = null;

  private readonly clause: ParserMethod<[], Clause> = this.rule('clause', () =>
    this.OR<Clause>(
      (this.clauseAlternatives ??= [
        {
          ALT: () => {
            const start = this.CONSUME(K.at);
            return this.OR1<Clause>({
              IGNORE_AMBIGUITIES: true,
              DEF: [
                {
                  ALT: () => {
                    this.CONSUME(K.any);
                    return { kind: 'at', any: true, address: null, span: this.from(start) };
                  },
                },
                {
                  ALT: () => {
                    const address = this.SUBRULE(this.address);
                    return { kind: 'at', any: false, address, span: this.from(start) };
                  },
                },
              ],
            });
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME(K.gpa);
            return { kind: 'gpa', value: this.SUBRULE(this.expr), span: this.from(start) };
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME1(K.taken);
            this.CONSUME1(K.in);
            return { kind: 'taken', mode: this.SUBRULE1(this.mode), span: this.from(start) };
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME(K.because);
            return { kind: 'because', reason: this.SUBRULE(this.ref), span: this.from(start) };
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME(K.as);
            const name = this.wordOf(this.CONSUME(Word));
            return { kind: 'as', name, span: this.from(start) };
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME(K.with);
            return { kind: 'with', fields: this.SUBRULE(this.args), span: this.from(start) };
          },
        },
        { ALT: () => ({ kind: 'partial', span: this.spanOf(this.CONSUME(K.partial)) }) },
        {
          ALT: () => {
            const start = this.CONSUME(K.via);
            const fault = this.SUBRULE(this.fault);
            const mode = this.OPTION(() => {
              this.CONSUME2(K.taken);
              this.CONSUME2(K.in);
              return this.SUBRULE2(this.mode);
            });
            return { kind: 'via', fault, mode: mode ?? null, span: this.from(start) };
          },
        },
        {
          ALT: () => {
            const start = this.CONSUME(K.costing);
            const costs = [this.SUBRULE1(this.cost)];
            this.MANY({
              GATE: () => this.moreCosts(),
              DEF: () => {
                this.CONSUME(Comma);
                costs.push(this.SUBRULE2(this.cost));
              },
            });
            return { kind: 'costing', costs, span: this.from(start) };
          },
        },
      ]),
    ),
  );

  private readonly alternative: ParserMethod<[], Alternative> = this.rule('alternative', () => {
    const start = this.LA(1);
    const not = this.OPTION(() => this.CONSUME(K.not)) !== undefined;
    const verdict = this.SUBRULE(this.verdict);
    const clauses: Clause[] = [];
    this.MANY(() => clauses.push(this.SUBRULE(this.clause)));
    return { not, verdict, clauses, span: this.from(start) };
  });

  private readonly alternatives: ParserMethod<[], Alternative[]> = this.rule('alternatives', () => {
    const list: Alternative[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: K.or, DEF: () => list.push(this.SUBRULE(this.alternative)) });
    return list;
  });

  readonly outcome: ParserMethod<[], Outcome> = this.rule('outcome', () => {
    const start = this.LA(1);
    let unspecified = false;
    const alternatives = this.OR<readonly Alternative[]>({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.unspecified);
            unspecified = true;
            const list = this.OPTION(() => {
              this.CONSUME(Colon);
              return this.SUBRULE1(this.alternatives);
            });
            return list ?? [];
          },
        },
        { ALT: () => this.SUBRULE2(this.alternatives) },
      ],
    });
    const only = !unspecified && alternatives.length === 1 ? alternatives[0] : undefined;
    return { unspecified, alternatives, span: only?.span ?? this.from(start) };
  });

  /** A cell: `-`, a string, or anything that can be read as an outcome. */
  readonly cell: ParserMethod<[], Cell> = this.rule('cell', () => {
    const start = this.LA(1);
    return this.OR<Cell>({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => this.LA(1).image === '-',
          ALT: () => {
            const span = this.spanOf(this.CONSUME(Operator));
            return { text: '-', hole: true, string: null, outcome: null, span };
          },
        },
        {
          ALT: () => {
            const { value, span } = this.stringOf(this.CONSUME(Text));
            return { text: value, hole: false, string: value, outcome: null, span };
          },
        },
        {
          ALT: () => {
            const outcome = this.SUBRULE(this.outcome);
            const text = this.ACTION(() => this.textFrom(start));
            return { text, hole: false, string: null, outcome, span: outcome.span };
          },
        },
      ],
    });
  });

  /** The cell that one token is, where no grammar need be asked; null: ask. */
  protected plainCell(token: IToken): Cell | null {
    const type = token.tokenType;
    if (type === Name) {
      return this.valueCell(token.image, {
        kind: 'name',
        name: token.image,
        span: this.spanOf(token),
      });
    }
    if (type !== Numeral) return null;
    const value = parseNumeral(token.image);
    if (typeof value !== 'bigint') return null;
    const span = this.spanOf(token);
    return this.valueCell(token.image, { kind: 'number', value, span });
  }

  private valueCell(text: string, from: Expr): Cell {
    const { span } = from;
    const verdict = { kind: 'value', from, to: null } as const;
    const alternatives = [{ not: false, verdict, clauses: [], span }];
    const outcome = { unspecified: false, alternatives, span };
    return { text, hole: false, string: null, outcome, span };
  }

  /** The canonical text of what was consumed since `start`. */
  private textFrom(start: IToken): string {
    if (this.LA(0) === start) return start.image;
    const tokens: IToken[] = [];
    for (let k = 0; tokens.at(-1) !== start; k--) tokens.push(this.LA(k));
    return joinTokens(tokens.reverse());
  }

  /** `word is cell`, joined by `and` */
  protected readonly conditions: ParserMethod<[], Condition[]> = this.rule('conditions', () => {
    const list: Condition[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: K.and,
      DEF: () => {
        const word = this.wordOf(this.CONSUME(Word));
        this.CONSUME(K.is);
        list.push({ word, is: this.SUBRULE(this.cell) });
      },
    });
    return list;
  });
}
