/** Steps: who attempts what, and what must happen. */
import type { ParserMethod } from 'chevrotain';
import type {
  Action,
  Extent,
  Expr,
  Outcome,
  StatementOf,
  StringLiteral,
  Word as WordNode,
} from '../syntax/ast.ts';
import { Arrow, Comma, Equals, K, Param, Text, Word } from '../syntax/tokens.ts';
import { OutcomeParser } from './outcomes.ts';

export abstract class StepParser extends OutcomeParser {
  /** A step with its actor. */
  readonly step: ParserMethod<[], StatementOf<'step'>> = this.rule('step', () => {
    const start = this.LA(1);
    const actor = this.SUBRULE(this.ref);
    const action = this.SUBRULE(this.action);
    const outcome = this.OPTION(() => this.SUBRULE(this.expected)) ?? null;
    return { kind: 'step', actor, action, outcome, span: this.from(start) };
  });

  /** A line of a program: an action without an actor. */
  readonly programStep: ParserMethod<[], StatementOf<'step'>> = this.rule('programStep', () => {
    const start = this.LA(1);
    const action = this.SUBRULE(this.action);
    const outcome = this.OPTION(() => this.SUBRULE(this.expected)) ?? null;
    return { kind: 'step', actor: null, action, outcome, span: this.from(start) };
  });

  readonly when: ParserMethod<[], StatementOf<'when'>> = this.rule('when', () => {
    const start = this.CONSUME(K.when);
    const when = this.SUBRULE(this.conditions);
    const outcome = this.SUBRULE(this.expected);
    return { kind: 'when', when, outcome, span: this.from(start) };
  });

  /** `-> outcome` */
  protected readonly expected: ParserMethod<[], Outcome> = this.rule('expected', () => {
    this.CONSUME(Arrow);
    return this.SUBRULE(this.outcome);
  });

  private actionAlternatives: { ALT: () => Action }[] | null = null;

  private readonly action: ParserMethod<[], Action> = this.rule('action', () =>
    this.OR(
      (this.actionAlternatives ??= [
        { ALT: () => this.SUBRULE(this.access) },
        { ALT: () => this.SUBRULE(this.change) },
        { ALT: () => this.SUBRULE(this.tries) },
        { ALT: () => this.SUBRULE(this.fences) },
        { ALT: () => this.SUBRULE(this.reads) },
        { ALT: () => this.SUBRULE(this.writes) },
        {
          ALT: () => {
            this.CONSUME(K.translates);
            this.CONSUME(K.at);
            return { do: 'translates', address: this.SUBRULE(this.address) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.calls);
            const callee = this.SUBRULE(this.ref);
            return { do: 'calls', callee, args: this.SUBRULE(this.args) };
          },
        },
        { ALT: () => this.SUBRULE(this.runs) },
        { ALT: () => (this.CONSUME(K.continues), { do: 'continues' }) },
        { ALT: () => (this.CONSUME(K.waits), { do: 'waits' }) },
        { ALT: () => this.SUBRULE(this.executes) },
      ]),
    ),
  );

  /** `loads 8 bytes at key` */
  private readonly access: ParserMethod<[], Action> = this.rule('access', () => {
    const verb = this.OR<'loads' | 'fetches'>([
      { ALT: () => (this.CONSUME(K.loads), 'loads') },
      { ALT: () => (this.CONSUME(K.fetches), 'fetches') },
    ]);
    const width = this.OPTION({
      GATE: () => this.startsExpr(1),
      DEF: () => this.SUBRULE(this.width),
    });
    this.CONSUME(K.at);
    return { do: verb, width: width ?? null, address: this.SUBRULE(this.address) };
  });

  /** `stores 1 as 4 bytes at key` */
  private readonly change: ParserMethod<[], Action> = this.rule('change', () => {
    const verb = this.OR<'stores' | 'swaps' | 'adds'>([
      { ALT: () => (this.CONSUME(K.stores), 'stores') },
      { ALT: () => (this.CONSUME(K.swaps), 'swaps') },
      { ALT: () => (this.CONSUME(K.adds), 'adds') },
    ]);
    const value = this.SUBRULE(this.expr);
    const width = this.OPTION(() => {
      this.CONSUME(K.as);
      return this.SUBRULE(this.width);
    });
    this.CONSUME(K.at);
    return { do: verb, value, width: width ?? null, address: this.SUBRULE(this.address) };
  });

  /** `tries hlv with 1 at va 0x40_0000` */
  private readonly tries: ParserMethod<[], Action> = this.rule('tries', () => {
    this.CONSUME(K.tries);
    const operation = this.wordOf(this.CONSUME(Word));
    const width = this.OPTION1({
      GATE: () => this.startsExpr(1),
      DEF: () => this.SUBRULE(this.width),
    });
    const value = this.OPTION2(() => {
      this.CONSUME(K.with);
      return this.SUBRULE(this.expr);
    });
    this.CONSUME(K.at);
    const address = this.SUBRULE(this.address);
    return { do: 'tries', operation, width: width ?? null, value: value ?? null, address };
  });

  /** `fences mpt of 1 for key`; `all` is x0. */
  private readonly fences: ParserMethod<[], Action> = this.rule('fences', () => {
    this.CONSUME(K.fences);
    const fence = this.wordOf(this.CONSUME(Word));
    const of = this.OPTION1(() => {
      this.CONSUME(K.of);
      return this.OR1<Expr | 'all'>({
        IGNORE_AMBIGUITIES: true,
        DEF: [{ ALT: () => (this.CONSUME1(K.all), 'all') }, { ALT: () => this.SUBRULE(this.expr) }],
      });
    });
    const extent = this.OPTION2(() => {
      this.CONSUME(K.for);
      return this.OR2<Extent | 'all'>({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { ALT: () => (this.CONSUME2(K.all), 'all') },
          { ALT: () => this.SUBRULE(this.extent) },
        ],
      });
    });
    return { do: 'fences', fence, of: of ?? null, for: extent ?? null };
  });

  private readonly reads: ParserMethod<[], Action> = this.rule('reads', () => {
    this.CONSUME(K.reads);
    return this.OR<Action>({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.csr);
            return { do: 'reads csr', csr: this.SUBRULE(this.ref) };
          },
        },
        {
          ALT: () => {
            const width = this.SUBRULE(this.width);
            this.CONSUME(K.at);
            return { do: 'reads', width, address: this.SUBRULE(this.address) };
          },
        },
      ],
    });
  });

  private readonly writes: ParserMethod<[], Action> = this.rule('writes', () => {
    this.CONSUME(K.writes);
    return this.OR<Action>({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.csr);
            const csr = this.SUBRULE(this.ref);
            this.CONSUME(K.with);
            return { do: 'writes csr', csr, value: this.SUBRULE(this.expr) };
          },
        },
        {
          ALT: () => {
            const width = this.SUBRULE(this.width);
            this.CONSUME(K.at);
            return { do: 'writes', width, address: this.SUBRULE(this.address) };
          },
        },
      ],
    });
  });

  /** `runs boot at va 0x40_0000`, `runs guest vcpu 0 supplying zero_pages from pool` */
  private readonly runs: ParserMethod<[], Action> = this.rule('runs', () => {
    this.CONSUME(K.runs);
    const tvm = this.SUBRULE(this.ref);
    const at = this.OPTION1(() => {
      this.CONSUME(K.at);
      return this.SUBRULE(this.address);
    });
    const vcpu = this.OPTION2(() => {
      this.CONSUME(K.vcpu);
      return this.SUBRULE(this.expr);
    });
    const supplying: { what: WordNode; from: Extent }[] = [];
    this.MANY(() => {
      this.CONSUME(K.supplying);
      const what = this.wordOf(this.CONSUME(Word));
      this.CONSUME(K.from);
      supplying.push({ what, from: this.SUBRULE(this.extent) });
    });
    return { do: 'runs', tvm, at: at ?? null, vcpu: vcpu ?? null, supplying };
  });

  /** `executes "csrw mmpt, a0" with a0 = 1` */
  private readonly executes: ParserMethod<[], Action> = this.rule('executes', () => {
    this.CONSUME(K.executes);
    const code = this.OR<StringLiteral | WordNode>([
      { ALT: () => this.stringOf(this.CONSUME(Text)) },
      { ALT: () => this.wordOf(this.CONSUME(Param)) },
    ]);
    const list: { register: WordNode; value: Expr }[] = [];
    this.OPTION(() => {
      this.CONSUME(K.with);
      this.AT_LEAST_ONE_SEP({
        SEP: Comma,
        DEF: () => {
          const register = this.wordOf(this.CONSUME(Word));
          this.CONSUME(Equals);
          list.push({ register, value: this.SUBRULE(this.expr) });
        },
      });
    });
    return { do: 'executes', code, with: list };
  });
}
