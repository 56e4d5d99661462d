/** Verdicts and costs: what an attempt comes to. */
import type { ParserMethod } from 'chevrotain';
import type { Cost, Exit, Fault, FaultClass, Verdict } from '../syntax/ast.ts';
import { AtMost, CLAUSES, Dots, K, Param, VERDICTS, Word } from '../syntax/tokens.ts';
import { ExpressionParser } from './expressions.ts';

const ORIGINS: ReadonlySet<string> = new Set(['load', 'store', 'fetch']);
/** What an instruction may raise by itself. */
const EXCEPTIONS: ReadonlySet<string> = new Set([
  'illegal',
  'virtual',
  'environment',
  'breakpoint',
  'software',
]);
const FAULTS: ReadonlySet<string> = new Set([
  ...ORIGINS,
  'access',
  'page',
  'guest',
  'misaligned',
  ...EXCEPTIONS,
]);
/** A fault word with one of these behind it is a name. */
const AFTER_NAME: ReadonlySet<string> = new Set([...CLAUSES, 'and']);
/** Behind `exits ecall` these go on with the line: any call will do. */
const AFTER_ECALL: ReadonlySet<string> = new Set([...CLAUSES, 'and', 'fatal']);
const VERDICT_WORDS: ReadonlySet<string> = new Set(VERDICTS);

export abstract class VerdictParser extends ExpressionParser {
  /** Whether the verdict that begins here is a fault, not the name of a value. */
  protected startsFault(): boolean {
    return FAULTS.has(this.LA(1).image) && this.isWord(2) && !AFTER_NAME.has(this.LA(2).image);
  }

  /** Whether a call is named behind `ecall`. */
  private startsName(): boolean {
    const { tokenType, image } = this.LA(1);
    return tokenType === Param || (this.isWord(1) && !AFTER_ECALL.has(image));
  }

  protected readonly fault: ParserMethod<[], Fault> = this.rule('fault', () => {
    const start = this.LA(1);
    return this.OR<Fault>([
      {
        ALT: () => {
          const origin = this.OPTION(() => this.SUBRULE(this.origin));
          const fault = this.SUBRULE(this.memoryFault);
          return { origin: origin ?? null, fault, span: this.from(start) };
        },
      },
      {
        ALT: () => {
          const fault = this.SUBRULE(this.exception);
          return { origin: null, fault, span: this.from(start) };
        },
      },
    ]);
  });

  private readonly origin: ParserMethod<[], 'load' | 'store' | 'fetch'> = this.rule('origin', () =>
    this.OR<'load' | 'store' | 'fetch'>([
      { ALT: () => (this.CONSUME(K.load), 'load') },
      { ALT: () => (this.CONSUME(K.store), 'store') },
      { ALT: () => (this.CONSUME(K.fetch), 'fetch') },
    ]),
  );

  /** `guest page fault` */
  private readonly memoryFault: ParserMethod<[], FaultClass> = this.rule('memoryFault', () => {
    const named = (name: FaultClass): FaultClass => name;
    const fault = this.OR([
      { ALT: () => (this.CONSUME(K.access), named('access')) },
      { ALT: () => (this.CONSUME1(K.page), named('page')) },
      { ALT: () => (this.CONSUME(K.guest), this.CONSUME2(K.page), named('guest page')) },
      { ALT: () => (this.CONSUME(K.misaligned), named('misaligned')) },
    ]);
    this.CONSUME(K.fault);
    return fault;
  });

  /** `illegal instruction` */
  private readonly exception: ParserMethod<[], FaultClass> = this.rule('exception', () => {
    const named = (name: FaultClass): FaultClass => name;
    return this.OR([
      {
        ALT: () => {
          this.CONSUME(K.illegal);
          this.CONSUME1(K.instruction);
          return named('illegal instruction');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.virtual);
          this.CONSUME2(K.instruction);
          return named('virtual instruction');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.environment);
          this.CONSUME(K.call);
          return named('environment call');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.breakpoint);
          this.CONSUME(K.exception);
          return named('breakpoint exception');
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.software);
          this.CONSUME(K.check);
          return named('software check');
        },
      },
    ]);
  });

  private readonly exit: ParserMethod<[], Exit> = this.rule('exit', () =>
    this.OR<Exit>([
      { ALT: () => (this.CONSUME(K.end), { kind: 'end' }) },
      {
        ALT: () => {
          this.CONSUME(K.ecall);
          const name = this.OPTION({
            GATE: () => this.startsName(),
            DEF: () => this.SUBRULE(this.ref),
          });
          return { kind: 'ecall', name: name ?? null };
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

  protected readonly verdict: ParserMethod<[], Verdict> = this.rule('verdict', () =>
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
  protected readonly cost: ParserMethod<[], Cost> = this.rule('cost', () => {
    const start = this.CONSUME(Word);
    const counter = this.wordOf(start);
    return this.OR<Cost>([
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
  protected moreCosts(): boolean {
    if (!this.isWord(2) || VERDICT_WORDS.has(this.LA(2).image)) return false;
    return this.LA(3).tokenType === AtMost || this.startsExpr(3);
  }
}
