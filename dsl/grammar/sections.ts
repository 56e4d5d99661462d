/** Sections and what is said about them: suite, fixture, scenario, tags, covers, notes, axes. */
import type { IToken, ParserMethod } from 'chevrotain';
import type { Cell, Condition, StatementOf, Word as WordNode } from '../syntax/ast.ts';
import type { Span } from '../span.ts';
import { Close, Comma, Dots, Equals, K, Numeral, Open, RuleId, Word } from '../syntax/tokens.ts';
import { PartyParser } from './parties.ts';

export abstract class SectionParser extends PartyParser {
  readonly suite: ParserMethod<[], StatementOf<'suite'>> = this.rule('suite', () => {
    const start = this.CONSUME(K.suite);
    return { kind: 'suite', title: this.SUBRULE(this.text), span: this.from(start) };
  });

  readonly use: ParserMethod<[], StatementOf<'use'>> = this.rule('use', () => {
    const start = this.CONSUME(K.use);
    return { kind: 'use', path: this.SUBRULE(this.text), span: this.from(start) };
  });

  readonly let: ParserMethod<[], StatementOf<'let'>> = this.rule('let', () => {
    const start = this.CONSUME(K.let);
    const name = this.SUBRULE(this.word);
    this.CONSUME(Equals);
    return { kind: 'let', name, value: this.SUBRULE(this.expr), span: this.from(start) };
  });

  readonly fixture: ParserMethod<[], StatementOf<'fixture'>> = this.rule('fixture', () => {
    const start = this.CONSUME(K.fixture);
    const name = this.SUBRULE(this.word);
    const params: { name: WordNode; default: Cell | null }[] = [];
    this.OPTION1(() => {
      this.CONSUME(Open);
      this.AT_LEAST_ONE_SEP({
        SEP: Comma,
        DEF: () => {
          const param = this.wordOf(this.CONSUME(Word));
          const value = this.OPTION2(() => {
            this.CONSUME(Equals);
            return this.SUBRULE(this.cell);
          });
          params.push({ name: param, default: value ?? null });
        },
      });
      this.CONSUME(Close);
    });
    return { kind: 'fixture', name, params, span: this.from(start) };
  });

  readonly scenario: ParserMethod<[], StatementOf<'scenario'>> = this.rule('scenario', () => {
    const start = this.CONSUME(K.scenario);
    return { kind: 'scenario', title: this.SUBRULE(this.text), span: this.from(start) };
  });

  readonly measure: ParserMethod<[], StatementOf<'measure'>> = this.rule('measure', () => {
    const start = this.CONSUME(K.measure);
    return { kind: 'measure', title: this.SUBRULE(this.text), span: this.from(start) };
  });

  readonly repeats: ParserMethod<[], StatementOf<'repeats'>> = this.rule('repeats', () => {
    const start = this.CONSUME(K.repeats);
    return { kind: 'repeats', rounds: this.SUBRULE(this.expr), span: this.from(start) };
  });

  readonly tags: ParserMethod<[], StatementOf<'tags'>> = this.rule('tags', () => {
    const start = this.CONSUME(K.tags);
    const tags: WordNode[] = [];
    this.AT_LEAST_ONE(() => tags.push(this.wordOf(this.CONSUME(Word))));
    return { kind: 'tags', tags, span: this.from(start) };
  });

  readonly covers: ParserMethod<[], StatementOf<'covers'>> = this.rule('covers', () => {
    const start = this.CONSUME(K.covers);
    const rules: { id: string; to: number | null; span: Span }[] = [];
    this.AT_LEAST_ONE(() => {
      const first = this.CONSUME(RuleId);
      const last = this.OPTION(() => {
        this.CONSUME(Dots);
        return this.CONSUME(Numeral);
      });
      const to = last === undefined ? null : this.ACTION(() => this.lastOfRun(first, last));
      rules.push({ id: first.image, to, span: this.from(first) });
    });
    return { kind: 'covers', rules, span: this.from(start) };
  });

  /** The `08` of `SMMPT-XWR-01..08`. */
  private lastOfRun(first: IToken, last: IToken): number {
    const from = Number(/[0-9]+$/.exec(first.image)?.[0]);
    const to = /^[0-9]{1,3}$/.test(last.image) ? Number(last.image) : Number.NaN;
    if (!(to > from)) {
      this.report({
        code: 'SDT102',
        message: `expected a rule number greater than ${from}, found '${last.image}'`,
        token: last,
      });
    }
    return to;
  }

  readonly note: ParserMethod<[], StatementOf<'note'>> = this.rule('note', () => {
    const start = this.CONSUME(K.note);
    return { kind: 'note', text: this.SUBRULE(this.text), span: this.from(start) };
  });

  readonly requires: ParserMethod<[], StatementOf<'requires'>> = this.rule('requires', () => {
    const start = this.CONSUME(K.requires);
    const features: WordNode[] = [];
    this.AT_LEAST_ONE({
      GATE: () => !this.is(1, 'when'),
      DEF: () => features.push(this.wordOf(this.CONSUME(Word))),
    });
    const when = this.SUBRULE(this.proviso);
    return { kind: 'requires', features, when, span: this.from(start) };
  });

  /** `[ when conditions ]` */
  private readonly proviso: ParserMethod<[], readonly Condition[]> = this.rule('proviso', () => {
    const list = this.OPTION(() => {
      this.CONSUME(K.when);
      return this.SUBRULE(this.conditions);
    });
    return list ?? [];
  });

  readonly skip: ParserMethod<[], StatementOf<'skip' | 'known failure'>> = this.rule('skip', () => {
    const start = this.CONSUME(K.skip);
    const why = this.SUBRULE(this.text);
    return { kind: 'skip', why, when: this.SUBRULE(this.proviso), span: this.from(start) };
  });

  readonly known: ParserMethod<[], StatementOf<'skip' | 'known failure'>> = this.rule(
    'known',
    () => {
      const start = this.CONSUME(K.known);
      this.CONSUME(K.failure);
      const why = this.SUBRULE(this.text);
      return {
        kind: 'known failure',
        why,
        when: this.SUBRULE(this.proviso),
        span: this.from(start),
      };
    },
  );

  readonly each: ParserMethod<[], StatementOf<'each'>> = this.rule('each', () => {
    const start = this.CONSUME(K.each);
    const axis = this.SUBRULE(this.word);
    this.CONSUME(K.in);
    const cells: Cell[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => cells.push(this.SUBRULE(this.cell)) });
    return { kind: 'each', axis, cells, span: this.from(start) };
  });

  readonly table: ParserMethod<[], StatementOf<'table'>> = this.rule('table', () => {
    const start = this.CONSUME(K.table);
    return { kind: 'table', span: this.from(start) };
  });
}
