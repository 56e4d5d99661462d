/** Outcomes, cells and conditions: what stands behind `->`, in a table, behind `when`. */
import type { IToken, ParserMethod } from 'chevrotain';
import type {
  Alternative,
  Cell,
  Clause,
  Condition,
  Cost,
  Exit,
  Fault,
  FaultClass,
  Outcome,
  Verdict,
} from '../ast.ts';
import { joinTokens } from '../spacing.ts';
import {
  AtMost,
  CLAUSES,
  Colon,
  Comma,
  Dots,
  K,
  Name,
  Operator,
  Text,
  VERDICTS,
  Word,
} from '../tokens.ts';
import { ExpressionParser } from './expressions.ts';

const ORIGINS: ReadonlySet<string> = new Set(['load', 'store', 'fetch']);
const FAULTS: ReadonlySet<string> = new Set([
  ...ORIGINS,
  'access',
  'page',
  'guest',
  'misaligned',
  'illegal',
  'virtual',
]);
/** A fault word with one of these behind it is a name. */
const AFTER_NAME: ReadonlySet<string> = new Set([...CLAUSES, 'and']);
const VERDICT_WORDS: ReadonlySet<string> = new Set(VERDICTS);

export abstract class OutcomeParser extends ExpressionParser {
  /** Whether the verdict that begins here is a fault, not the name of a value. */
  private startsFault(): boolean {
    return FAULTS.has(this.LA(1).image) && this.isWord(2) && !AFTER_NAME.has(this.LA(2).image);
  }

  protected readonly fault: ParserMethod<[], Fault> = this.rule('fault', () => {
    const start = this.LA(1);
    const origin = this.OPTION(() =>
      this.OR1([
        { ALT: () => this.CONSUME(K.load) },
        { ALT: () => this.CONSUME(K.store) },
        { ALT: () => this.CONSUME(K.fetch) },
      ]),
    );
    const named = (name: FaultClass): FaultClass => name;
    const fault = this.OR2([
      {
        ALT: () => {
          this.CONSUME(K.access);
          this.CONSUME1(K.fault);
          return named('access');
        },
      },
      {
        ALT: () => {
          this.CONSUME1(K.page);
          this.CONSUME2(K.fault);
          return named('page');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.guest);
          this.CONSUME2(K.page);
          this.CONSUME3(K.fault);
          return named('guest page');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.misaligned);
          this.CONSUME4(K.fault);
          return named('misaligned');
        },
      },
      {
        GATE: () => origin === undefined,
        ALT: () => {
          this.CONSUME(K.illegal);
          this.CONSUME1(K.instruction);
          return named('illegal instruction');
        },
      },
      {
        GATE: () => origin === undefined,
        ALT: () => {
          this.CONSUME(K.virtual);
          this.CONSUME2(K.instruction);
          return named('virtual instruction');
        },
      },
    ]);
    const span = this.from(start);
    return { origin: (origin?.image as Fault['origin']) ?? null, fault, span };
  });

  private readonly exit: ParserMethod<[], Exit> = this.rule('exit', () =>
    this.OR<Exit>([
      { ALT: () => (this.CONSUME(K.end), { kind: 'end' }) },
      {
        ALT: () => {
          this.CONSUME(K.ecall);
          return { kind: 'ecall', name: this.SUBRULE(this.ref) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.interrupt);
          return { kind: 'interrupt', name: this.wordOf(this.CONSUME(Word)) };
        },
      },
      { ALT: () => ({ kind: 'fault', fault: this.SUBRULE(this.fault) }) },
    ]),
  );

  private verdictAlternatives: { GATE?: () => boolean; ALT: () => Verdict }[] | null = null;

  private readonly verdict: ParserMethod<[], Verdict> = this.rule('verdict', () =>
    this.OR<Verdict>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true,
      DEF: (this.verdictAlternatives ??= [
        { ALT: () => (this.CONSUME(K.ok), { kind: 'ok' }) },
        { ALT: () => (this.CONSUME(K.denied), { kind: 'denied' }) },
        { ALT: () => (this.CONSUME(K.aborted), { kind: 'aborted' }) },
        { ALT: () => (this.CONSUME(K.running), { kind: 'running' }) },
        {
          ALT: () => {
            this.CONSUME(K.success);
            const value = this.OPTION1({
              GATE: () => this.startsExpr(1),
              DEF: () => this.SUBRULE1(this.expr),
            });
            return { kind: 'success', value: value ?? null };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.error);
            const name = this.OPTION2({
              GATE: () => this.startsExpr(1),
              DEF: () => this.wordOf(this.CONSUME1(Word)),
            });
            return { kind: 'error', name: name ?? null };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.interrupt);
            return { kind: 'interrupt', name: this.wordOf(this.CONSUME2(Word)) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.exits);
            const why = this.SUBRULE(this.exit);
            const fatal = this.OPTION3(() => this.CONSUME(K.fatal)) !== undefined;
            return { kind: 'exits', why, fatal };
          },
        },
        {
          GATE: () => this.startsFault(),
          ALT: () => ({ kind: 'fault', fault: this.SUBRULE(this.fault) }),
        },
        {
          ALT: () => {
            const from = this.SUBRULE2(this.expr);
            const to = this.OPTION4(() => {
              this.CONSUME(Dots);
              return this.SUBRULE3(this.expr);
            });
            return { kind: 'value', from, to: to ?? null };
          },
        },
      ]),
    }),
  );

  /** `mpt 64`, `mpt 3..4`, `total <= 80` */
  private readonly cost: ParserMethod<[], Cost> = this.rule('cost', () => {
    const start = this.CONSUME(Word);
    const counter = this.wordOf(start);
    return this.OR([
      {
        ALT: () => {
          this.CONSUME(AtMost);
          return { counter, from: null, to: this.SUBRULE1(this.expr), span: this.from(start) };
        },
      },
      {
        ALT: () => {
          const from = this.SUBRULE2(this.expr);
          const to = this.OPTION(() => {
            this.CONSUME(Dots);
            return this.SUBRULE3(this.expr);
          });
          return { counter, from, to: to ?? from, span: this.from(start) };
        },
      },
    ]);
  });

  /** Whether the comma here goes on with costs: in a list of cells it may begin the next cell. */
  private moreCosts(): boolean {
    if (!this.isWord(2) || VERDICT_WORDS.has(this.LA(2).image)) return false;
    return this.LA(3).tokenType === AtMost || this.startsExpr(3);
  }

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
    return { unspecified, alternatives, span: this.from(start) };
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
          GATE: () => FAULTS.has(this.LA(1).image) && !this.startsFault(),
          ALT: () => this.wordCell(this.CONSUME(Name)),
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

  /** A lone word that would begin a fault: `each op in load, store`. */
  private wordCell(token: IToken): Cell {
    const span = this.spanOf(token);
    const from = { kind: 'name', name: token.image, span } as const;
    const verdict = { kind: 'value', from, to: null } as const;
    const alternatives = [{ not: false, verdict, clauses: [], span }];
    const outcome = { unspecified: false, alternatives, span };
    return { text: token.image, hole: false, string: null, outcome, span };
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
